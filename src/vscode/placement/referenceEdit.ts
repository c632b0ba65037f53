import * as vscode from 'vscode';
import { neutralExtension } from '../../core/assets/resultType.ts';
import { pathBetween } from '../../core/places/places.ts';
import { promptIn } from '../../core/prompts/findPrompts.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { readPublicRoots } from '../../core/references/paths/publicRoots.ts';
import { planReference } from '../../core/references/planReference.ts';
import type { ReferenceEdit, ReferenceMedia, ReferencePlan } from '../../core/references/plan/plan.ts';
import type { Anchor, PlacementMode } from '../../core/tasks/placement.ts';
import { addressOf, type Address, type RootSetting } from '../../core/projects/address.ts';
import { plainFolder } from '../../core/projects/kinds/allKinds.ts';
import { below } from '../../core/projects/projectFiles.ts';
import type { MediaKind, StoredFile, Task } from '../../shared/task.ts';
import { isSetByUser, setting } from '../manifest/settings.ts';
import { homeOf, parentOf } from './home.ts';
import { pathBelow, type DocumentProject } from './workspaceProjects.ts';

/** A document that is about to be changed, and the place in it. */
export interface Target {
  readonly document: vscode.TextDocument;
  readonly anchor: Anchor;
}

/** A file of a job, and where it stands in the workspace. */
export interface PlacedFile {
  readonly uri: vscode.Uri;
  /** Whether it stood there before. */
  readonly isThere?: boolean;
  /** Of the result, see `TaskResult.index`. */
  readonly index: number;
  readonly file: StoredFile;
  /** What is written when it is not what the library holds. */
  readonly contents?: Uint8Array;
}

/**
 * Plans how a document refers to files; undefined when it cannot, or when nobody can write into it.
 * @param of the project of the document
 */
export function planReferences(
  { document, anchor }: Target,
  of: DocumentProject,
  task: Task,
  mode: PlacementMode,
  files: readonly PlacedFile[],
): ReferencePlan | undefined {
  if (mode === 'clipboard' || mode === 'none' || mode === 'swap' || !isWritable(document.uri))
    return undefined;
  // Nobody knows what such a file is, so no document can show it.
  if (files.some(({ file }) => file.extension === neutralExtension)) return undefined;
  const text = document.getText();
  // The anchor's own text is refreshed while the user edits; what must not have changed is the prompt.
  const isUnchanged =
    promptIn(text.slice(anchor.start, anchor.end), document.languageId, fileOf(document, of)) === task.prompt;
  const media = files.map(each => mediaFor(document, of, task, each));
  if (!media.every(each => each !== undefined)) return undefined;
  return planReference({
    languageId: document.languageId,
    file: fileOf(document, of),
    manners: of.project.manners,
    text,
    start: anchor.start,
    end: anchor.end,
    mode: mode === 'replace' && isUnchanged ? 'replace' : 'after',
    media,
    eol: document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n',
  });
}

/** The document's file as a plan takes it; none of a document that has no name yet. */
export function fileOf({ uri }: vscode.TextDocument, { document }: DocumentProject): readonly string[] {
  if (document.path !== '') return document.path.split('/');
  return uri.scheme === 'untitled' ? [] : segmentsOf(homeOf(uri)).slice(-1);
}

/** What the document is told of a file; undefined when no address leads from one to the other. */
export function mediaFor(
  document: vscode.TextDocument,
  of: DocumentProject,
  task: Pick<Task, 'kind' | 'prompt'>,
  { uri, file }: Pick<PlacedFile, 'uri' | 'file'>,
): ReferenceMedia | undefined {
  const { width, height, mediaType } = file;
  const type = mediaType.split('/')[0];
  const kind = type === 'image' || type === 'video' || type === 'audio' ? type : task.kind;
  const address = addressFor(document, of, uri, kind);
  return (
    address && {
      kind,
      ...address,
      mediaType,
      alt: promptTitle(task.prompt),
      ...(width !== undefined && height !== undefined && { width, height }),
    }
  );
}

/**
 * Whether a document can refer to a copy that is there as well as to a new one: it is served if that one
 * would be, and lies where the project looks.
 */
export function isAsGood(
  document: vscode.TextDocument,
  of: DocumentProject,
  task: Pick<Task, 'kind' | 'prompt'>,
  there: Pick<PlacedFile, 'uri' | 'file'>,
  fresh: vscode.Uri,
): boolean {
  const known = mediaFor(document, of, task, there);
  const wanted = mediaFor(document, of, task, { ...there, uri: fresh });
  if (!known || !wanted) return known !== undefined;
  const { project, folder } = of;
  const isElsewhere = (uri: vscode.Uri): boolean => !folder || pathBelow(uri, folder) === undefined;
  if (isElsewhere(there.uri) || project.kind === plainFolder)
    return isElsewhere(there.uri) === isElsewhere(fresh);
  if (known.isPublic || wanted.isPublic) return known.isPublic;
  const topOf = (uri: vscode.Uri): string | undefined => {
    const path = folder && pathBelow(uri, folder);
    return path === undefined ? undefined : below(path, project.root)?.split('/')[0];
  };
  return topOf(there.uri) === topOf(fresh);
}

/** How a document refers to a file; undefined when no address leads from one to the other. */
export function addressFor(
  document: vscode.TextDocument,
  { project, document: known, folder }: DocumentProject,
  file: vscode.Uri,
  kind: MediaKind,
): Address | undefined {
  const home = homeOf(document.uri);
  const path = folder && pathBelow(file, folder);
  if (path === undefined) {
    const way = pathTo(file, home, folder);
    return way === undefined ? undefined : { path: way, isPublic: false };
  }
  // The text may have changed since the project was looked for.
  const current = { ...known, text: document.getText() };
  return addressOf(project, current, rootSetting(home), path, kind);
}

/** `rivya.output.publicRoots` as it counts for a document. */
export function rootSetting(home: vscode.Uri): RootSetting {
  const { roots } = readPublicRoots(setting('output.publicRoots', home));
  return {
    roots: roots.map(root => ({ ...root, at: 'aboveDocument' as const })),
    isSet: isSetByUser('output.publicRoots', home),
  };
}

/**
 * The path that leads to a file from a document, or from the workspace folder when the document is not on
 * disk yet; undefined when none does, because they lie on different drives or machines.
 */
export function pathTo(
  file: vscode.Uri,
  document: vscode.Uri | undefined,
  folder: vscode.Uri | undefined,
): string | undefined {
  const from = document && document.scheme !== 'untitled' ? parentOf(document) : folder;
  return from && pathBetween(from, file);
}

function segmentsOf(uri: vscode.Uri): string[] {
  return uri.path.split('/').filter(segment => segment !== '');
}

export function isWritable(document: vscode.Uri): boolean {
  return vscode.workspace.fs.isWritableFileSystem(homeOf(document).scheme) !== false;
}

/** Adds the edits of a plan. */
export function addEdits(
  edit: vscode.WorkspaceEdit,
  document: vscode.TextDocument,
  { edits }: Pick<ReferencePlan, 'edits'>,
): void {
  for (const { start, end, text } of edits) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
}

/** Puts the cursor right after the edit was applied. */
export interface CursorPlan {
  apply(): void;
}

/**
 * Where the cursor goes. While the prompt is still selected nobody has gone on, and the alternative text is
 * selected, to be typed over. Elsewhere the cursor stays: one that stands exactly at an insertion would be
 * carried along by VS Code. Whoever has changed the document since the edit, or undone it, has gone on.
 */
export function planCursor(
  { document, anchor }: Target,
  { edits, main, alt }: ReferencePlan,
): CursorPlan | undefined {
  const editor =
    [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors].find(
      each => each?.document === document,
    ) ?? undefined;
  if (!editor) return undefined;
  const before = editor.selections.map(selection => ({
    anchor: document.offsetAt(selection.anchor),
    active: document.offsetAt(selection.active),
  }));
  const [only, ...others] = before;
  const inserted = edits[main];
  const isPromptSelected =
    only !== undefined &&
    others.length === 0 &&
    anchor.start < anchor.end &&
    Math.min(only.anchor, only.active) === anchor.start &&
    Math.max(only.anchor, only.active) === anchor.end;
  if (alt && inserted && isPromptSelected && editor === vscode.window.activeTextEditor) {
    const start = movedBy(edits, inserted.start) + alt.start;
    const end = start + alt.end - alt.start;
    return cursorPlan(editor, [{ anchor: start, active: end }]);
  }
  const isCarried = before.some(({ active }) =>
    edits.some(each => each.start === active && each.end === active),
  );
  if (!isCarried) return undefined;
  const after = before.map(each => ({
    anchor: movedBy(edits, each.anchor),
    active: movedBy(edits, each.active),
  }));
  return cursorPlan(editor, after);
}

/** Where an offset is after the edits; text inserted exactly there comes behind it. */
function movedBy(edits: readonly ReferenceEdit[], offset: number): number {
  return edits
    .filter(each => each.end <= offset && each.start < offset)
    .reduce((sum, each) => sum + each.text.length - (each.end - each.start), offset);
}

function cursorPlan(
  editor: vscode.TextEditor,
  selections: readonly { readonly anchor: number; readonly active: number }[],
): CursorPlan {
  const { document } = editor;
  const edited = document.version + 1;
  return {
    apply: () => {
      if (document.version !== edited) return;
      editor.selections = selections.map(
        ({ anchor, active }) =>
          new vscode.Selection(document.positionAt(anchor), document.positionAt(active)),
      );
    },
  };
}
