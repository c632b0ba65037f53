import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { segmentsBelow } from '../../core/places/places.ts';
import { inlineReference } from '../../core/references/planReference.ts';
import { withCopies } from '../../core/tasks/placement.ts';
import { resultFiles, storedFiles, type StoredFile, type Task } from '../../shared/task.ts';
import type { Library } from '../../core/assets/library.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { Placer } from '../placement/placer.ts';
import { destinationFor, freeUri } from '../placement/destination.ts';
import { homeOf } from '../placement/home.ts';
import { locateCopy } from '../placement/locateCopy.ts';
import { fileOf, isAsGood, mediaFor } from '../placement/referenceEdit.ts';
import { addFile } from '../placement/workspaceFiles.ts';
import type { ChosenFolder, WorkspaceProjects } from '../placement/workspaceProjects.ts';
import type { ResultRecipes } from '../recipeFiles/resultRecipes.ts';

/** What was dropped or pasted that concerns us. */
export interface Dropped {
  readonly taskIds: readonly string[];
  /** Files of the library. */
  readonly files: readonly vscode.Uri[];
}

/** Where results come from, and what is told when they are placed. */
export interface InsertionServices {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly placer: Placer;
  readonly projects: WorkspaceProjects;
  readonly recipes: ResultRecipes;
}

interface Source {
  readonly task: Task;
  readonly index: number;
  readonly file: StoredFile;
}

/** What a drop or paste inserts. VS Code may ask for it and not take it. */
export interface Insertion {
  readonly text: string;
  /** Brings the files. */
  readonly edit: vscode.WorkspaceEdit;
  /** Whether a text that came into the document holds it all, however VS Code has indented it. */
  readonly isIn: (text: string) => boolean;
  /** To be called once it has arrived: notes that these results are placed. */
  readonly arrived: () => void;
}

/**
 * What a drop or paste inserts: references, and the files that they refer to, in one edit. A result that
 * stands in the workspace already is referred to where it is.
 * @returns undefined when nothing of it is known any more, or there is no folder to save to
 */
export async function insertionFor(
  services: InsertionServices,
  document: vscode.TextDocument,
  position: vscode.Position,
  dropped: Dropped,
): Promise<Insertion | undefined> {
  const { ledger, library, projects, recipes } = services;
  const home = homeOf(document.uri);
  const folder =
    vscode.workspace.getWorkspaceFolder(home)?.uri ??
    (home.scheme === 'untitled' ? vscode.workspace.workspaceFolders?.[0]?.uri : undefined);
  const sources = sourcesOf(ledger, library.folder, dropped);
  if (sources.length === 0) return undefined;
  const of = await projects.of(document);
  const edit = new vscode.WorkspaceEdit();
  const taken = new Set<string>();
  const references: string[] = [];
  const files = new Map<string, vscode.Uri>();
  const news: ChosenFolder['news'][] = [];
  for (const { task, index, file } of sources) {
    const destination = await destinationFor(projects, home, folder, task.kind);
    if (!destination) return undefined;
    let uri = await freeUri(destination, task, index, file.extension, taken);
    const there = await locateCopy(ledger, task.id, index, file);
    if (there && isAsGood(document, of, task, { uri: there, file }, uri)) uri = there;
    else {
      news.push(destination.news);
      taken.add(uri.toString().toLowerCase());
      await addFile(edit, library, file, uri);
      await recipes.addTo(edit, task, [{ uri, index, file }]);
    }
    files.set(file.path, uri);
    const media = mediaFor(document, of, task, { uri, file });
    if (!media) return undefined;
    references.push(
      inlineReference(
        document.languageId,
        document.getText(),
        document.offsetAt(position),
        media,
        fileOf(document, of),
      ),
    );
  }
  return {
    text: references.join(document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n'),
    edit,
    isIn: text => references.every(reference => text.includes(reference)),
    arrived: () => {
      for (const id of new Set(sources.map(({ task }) => task.id))) notePlaced(services, id, files);
      for (const each of news) projects.tell(each);
    },
  };
}

/**
 * A job is placed when all its files are. Its own place in a document stays what it was: a run again belongs
 * there.
 */
function notePlaced(
  { ledger, placer }: InsertionServices,
  id: string,
  files: ReadonlyMap<string, vscode.Uri>,
): void {
  const task = ledger.task(id);
  const placement = ledger.placements.of(id);
  const uris = task ? storedFiles(task).map(file => files.get(file.path)) : [];
  if (!task || !placement || uris.includes(undefined)) return;
  const written = resultFiles(task).map(({ index, file }) => ({ index, uri: String(files.get(file.path)) }));
  const change = {
    state: 'placed',
    file: uris[0]?.toString(),
    copies: withCopies(placement.copies, written),
  } as const;
  ledger.setPlacement(id, placement.state, change, systemClock.now());
  placer.forget(id);
}

function sourcesOf(ledger: Ledger, folder: string, { taskIds, files }: Dropped): Source[] {
  const ofTasks = taskIds.flatMap(id => {
    const task = ledger.task(id);
    return task ? resultFiles(task).map(each => ({ task, ...each })) : [];
  });
  // A dragged task may come with its files, too: each counts once.
  const root = vscode.Uri.file(folder);
  const paths = new Set(files.flatMap(uri => segmentsBelow(root, uri)?.join('/') ?? []));
  const ofFiles = paths.size === 0 ? [] : ledger.results.files().filter(({ file }) => paths.has(file.path));
  const known = new Set(ofTasks.map(({ file }) => file.path));
  return [
    ...ofTasks,
    ...ofFiles.flatMap(({ taskId, index, file }) => {
      const task = ledger.task(taskId);
      return task && !known.has(file.path) ? [{ task, index, file }] : [];
    }),
  ];
}
