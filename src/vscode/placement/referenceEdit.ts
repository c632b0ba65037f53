import * as vscode from 'vscode';
import { promptIn } from '../../core/prompts/prompts.ts';
import { altTextOf } from '../../core/references/altText.ts';
import { publicPath, readPublicRoots } from '../../core/references/publicRoots.ts';
import {
  planReference,
  type ReferenceEdit,
  type ReferenceMedia,
  type ReferencePlan,
} from '../../core/references/reference.ts';
import { relativePath } from '../../core/references/relativePath.ts';
import type { Anchor, PlacementMode } from '../../core/tasks/placement.ts';
import type { StoredFile, Task } from '../../shared/task.ts';
import { setting } from '../settings.ts';
import { homeOf, parentOf } from './destination.ts';

/** A document that is about to be changed, and the place in it. */
export interface Target {
  readonly document: vscode.TextDocument;
  readonly anchor: Anchor;
}

/** A file of a job, and where it stands in the workspace. */
export interface PlacedFile {
  readonly uri: vscode.Uri;
  readonly file: StoredFile;
}

/** Plans how a document refers to files; undefined when it cannot, or when nobody can write into it. */
export function planReferences(
  { document, anchor }: Target,
  task: Task,
  mode: PlacementMode,
  files: readonly PlacedFile[],
): ReferencePlan | undefined {
  if (mode === 'clipboard' || mode === 'none' || !isWritable(document.uri)) return undefined;
  const text = document.getText();
  // The anchor's own text is refreshed while the user edits; what must not have changed is the prompt.
  const isUnchanged = promptIn(text.slice(anchor.start, anchor.end), document.languageId) === task.prompt;
  return planReference({
    languageId: document.languageId,
    text,
    start: anchor.start,
    end: anchor.end,
    mode: mode === 'replace' && isUnchanged ? 'replace' : 'after',
    media: files.map(each => mediaFor(document, task, each)),
    eol: document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n',
  });
}

/** What the document is told of a file. */
export function mediaFor(
  document: vscode.TextDocument,
  task: Pick<Task, 'kind' | 'prompt'>,
  { uri, file }: PlacedFile,
): ReferenceMedia {
  const { width, height, mediaType } = file;
  const kind = mediaType.split('/')[0];
  const home = homeOf(document.uri);
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri;
  const roots = readPublicRoots(setting('output.publicRoots', home));
  const below = folder && segmentsOf(uri).slice(segmentsOf(folder).length);
  const address = below && publicPath(document.languageId, below, roots);
  return {
    kind: kind === 'image' || kind === 'video' || kind === 'audio' ? kind : task.kind,
    path: address ?? pathTo(uri, home, folder),
    isPublic: address !== undefined,
    mediaType,
    alt: altTextOf(task.prompt),
    ...(width !== undefined && height !== undefined && { width, height }),
  };
}

/** The path that a document uses for a file: relative to the document, or to the workspace folder when it is not on disk yet. */
export function pathTo(
  file: vscode.Uri,
  document: vscode.Uri | undefined,
  folder: vscode.Uri | undefined,
): string {
  const from = document && document.scheme !== 'untitled' ? parentOf(document) : folder;
  if (from?.scheme !== file.scheme || from.authority !== file.authority) return file.path;
  return relativePath(segmentsOf(from), segmentsOf(file));
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
  { edits }: ReferencePlan,
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
 * Where the cursor goes. While the prompt is still selected nobody has gone on, and the alternative text is selected, to be typed
 * over. Elsewhere the cursor stays: one that stands exactly at an insertion would be carried along by VS Code.
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
    return { apply: () => select(editor, [{ anchor: start, active: end }]) };
  }
  const isCarried = before.some(({ active }) =>
    edits.some(each => each.start === active && each.end === active),
  );
  if (!isCarried) return undefined;
  const after = before.map(each => ({
    anchor: movedBy(edits, each.anchor),
    active: movedBy(edits, each.active),
  }));
  return { apply: () => select(editor, after) };
}

/** Where an offset is after the edits; text inserted exactly there comes behind it. */
function movedBy(edits: readonly ReferenceEdit[], offset: number): number {
  return edits
    .filter(each => each.end <= offset && each.start < offset)
    .reduce((sum, each) => sum + each.text.length - (each.end - each.start), offset);
}

function select(
  editor: vscode.TextEditor,
  selections: readonly { readonly anchor: number; readonly active: number }[],
): void {
  const { document } = editor;
  editor.selections = selections.map(
    ({ anchor, active }) => new vscode.Selection(document.positionAt(anchor), document.positionAt(active)),
  );
}
