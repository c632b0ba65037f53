import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { inlineReference } from '../../core/references/reference.ts';
import { storedFiles, type StoredFile, type Task } from '../../shared/task.ts';
import type { Services } from '../services.ts';
import { destinationFor, exists, freeUri, homeOf } from './destination.ts';
import type { Dropped } from './dropAndPaste.ts';
import { mediaFor } from './referenceEdit.ts';
import { addFile } from './workspaceFiles.ts';

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
 * What a drop or paste inserts: references, and the files that they refer to, in one edit. A result that stands in the workspace
 * already is referred to where it is.
 * @returns undefined when nothing of it is known any more, or there is no folder to save to
 */
export async function insertionFor(
  services: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
  dropped: Dropped,
): Promise<Insertion | undefined> {
  const { ledger, library } = services;
  const home = homeOf(document.uri);
  const folder =
    vscode.workspace.getWorkspaceFolder(home)?.uri ??
    (home.scheme === 'untitled' ? vscode.workspace.workspaceFolders?.[0]?.uri : undefined);
  const destination = destinationFor(home, folder);
  const sources = sourcesOf(ledger, library.folder, dropped);
  if (!destination || sources.length === 0) return undefined;
  const edit = new vscode.WorkspaceEdit();
  const taken = new Set<string>();
  const references: string[] = [];
  const files = new Map<string, vscode.Uri>();
  for (const { task, index, file } of sources) {
    let uri = index === 0 ? await placedFile(ledger.placement(task.id)?.file) : undefined;
    if (!uri) {
      uri = await freeUri(destination, task, index, file.extension, taken);
      taken.add(uri.toString().toLowerCase());
      await addFile(edit, library, file, uri);
    }
    files.set(file.path, uri);
    const media = mediaFor(document, task, { uri, file });
    references.push(
      inlineReference(document.languageId, document.getText(), document.offsetAt(position), media),
    );
  }
  return {
    text: references.join(document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n'),
    edit,
    isIn: text => references.every(reference => text.includes(reference)),
    arrived: () => {
      for (const id of new Set(sources.map(({ task }) => task.id))) notePlaced(services, id, files);
    },
  };
}

/** A job is placed when all its files are. Its own place in a document stays what it was: a run again belongs there. */
function notePlaced({ ledger, placer }: Services, id: string, files: ReadonlyMap<string, vscode.Uri>): void {
  const task = ledger.task(id);
  const placement = ledger.placement(id);
  const uris = task ? storedFiles(task).map(file => files.get(file.path)) : [];
  if (!placement || uris.includes(undefined)) return;
  const change = { state: 'placed', file: uris[0]?.toString() } as const;
  ledger.setPlacement(id, placement.state, change, systemClock.now());
  placer.forget(id);
}

function sourcesOf(ledger: Services['ledger'], folder: string, { taskIds, files }: Dropped): Source[] {
  const ofTasks = taskIds.flatMap(id => {
    const task = ledger.task(id);
    return task ? storedFiles(task).map((file, index) => ({ task, index, file })) : [];
  });
  // A dragged task may come with its files, too: each counts once.
  const root = vscode.Uri.file(folder).path;
  const paths = new Set(files.map(uri => uri.path.slice(root.length + 1)));
  const ofFiles = paths.size === 0 ? [] : ledger.libraryFiles().filter(({ file }) => paths.has(file.path));
  const known = new Set(ofTasks.map(({ file }) => file.path));
  return [
    ...ofTasks,
    ...ofFiles.flatMap(({ taskId, index, file }) => {
      const task = ledger.task(taskId);
      return task && !known.has(file.path) ? [{ task, index, file }] : [];
    }),
  ];
}

async function placedFile(uri: string | undefined): Promise<vscode.Uri | undefined> {
  const parsed = uri === undefined ? undefined : vscode.Uri.parse(uri, true);
  return parsed && (await exists(parsed)) ? parsed : undefined;
}
