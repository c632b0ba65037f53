import * as vscode from 'vscode';
import { countMentions, linksTo, mentions, type FileLink } from '../../core/links/fileLinks.ts';
import { removalOf } from '../../core/links/removeLink.ts';
import { repointed } from '../../core/links/repointLink.ts';
import { Cancelled } from '../messages/errors.ts';
import { withProgress } from '../messages/progress.ts';
import { workspaceTexts } from '../placement/workspaceTexts.ts';
import { readable } from './readable.ts';
import { l10n } from '../text/l10n.ts';

/** What is to become of the references to a file: nothing stays behind, or another file takes its place. */
export interface FileChange {
  readonly file: vscode.Uri;
  readonly replacement?: vscode.Uri | undefined;
}

/** A document that names a file. */
export interface DocumentUse {
  readonly uri: vscode.Uri;
  /** References that can be changed. */
  readonly changes: number;
  /** Places that name the file and have to be changed by hand: in code, data and style sheets. */
  readonly stays: number;
}

/** Where files are used. */
export interface FileUse {
  readonly documents: readonly DocumentUse[];
  /** Whether more documents were there than could be read. */
  readonly isCut: boolean;
}

/** Looks for the documents that name any of the files. @throws Cancelled when the person stops it */
export function usesOf(changes: readonly FileChange[]): Thenable<FileUse> {
  return withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Looking for references...'),
      cancellable: true,
    },
    async (_progress, token) => {
      const documents: DocumentUse[] = [];
      let isCut = false;
      for await (const { uri, text } of workspaceTexts(readable, () => token.isCancellationRequested)) {
        isCut ||= text === undefined;
        // The cells of a notebook stand in its file as well.
        if (text === undefined || uri.scheme === 'vscode-notebook-cell') continue;
        const named = changes.filter(({ file }) => mentions(text, nameOf(file)));
        if (named.length === 0) continue;
        const edits = isEditable(uri) ? named.flatMap(change => editsIn(uri, text, change)) : [];
        const all = named.reduce((sum, { file }) => sum + countMentions(text, nameOf(file)), 0);
        const covered = edits.reduce((sum, { mentions: count }) => sum + count, 0);
        documents.push({ uri, changes: edits.length, stays: Math.max(0, all - covered) });
      }
      if (token.isCancellationRequested) throw new Cancelled();
      return { documents, isCut };
    },
  );
}

/**
 * Adds the changes of the references to an edit, from the documents as they are now.
 * @returns the documents that change
 */
export async function addChanges(
  edit: vscode.WorkspaceEdit,
  changes: readonly FileChange[],
  { documents }: FileUse,
): Promise<vscode.Uri[]> {
  const changed: vscode.Uri[] = [];
  for (const { uri } of documents.filter(each => each.changes > 0)) {
    const document = await vscode.workspace.openTextDocument(uri);
    const text = document.getText();
    for (const { start, end, text: replacement } of changes.flatMap(each => editsIn(uri, text, each))) {
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      edit.replace(uri, range, replacement);
      changed.push(uri);
    }
  }
  return changed;
}

interface LinkEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** How often it names the file. */
  readonly mentions: number;
}

/** Without overlaps, in the order of the text. */
function editsIn(document: vscode.Uri, text: string, { file, replacement }: FileChange): LinkEdit[] {
  const target = segmentsOf(file);
  const edits: LinkEdit[] = [];
  for (const link of linksTo(text, segmentsOf(document), target)) {
    const edit = replacement ? pointTo(link, target, segmentsOf(replacement)) : removal(text, link);
    if (!edit || edit.start < (edits.at(-1)?.end ?? 0)) continue;
    edits.push({ ...edit, mentions: countMentions(text.slice(edit.start, edit.end), nameOf(file)) });
  }
  return edits;
}

function pointTo(
  link: FileLink,
  from: readonly string[],
  to: readonly string[],
): Omit<LinkEdit, 'mentions'> | undefined {
  const path = repointed(link.path, from, to);
  return path === undefined ? undefined : { start: link.start, end: link.end, text: path };
}

function removal(text: string, link: FileLink): Omit<LinkEdit, 'mentions'> | undefined {
  const span = removalOf(text, link);
  return span && { ...span, text: '' };
}

/** A notebook is JSON on disk, and something else in the editor. */
function isEditable({ path }: vscode.Uri): boolean {
  return !path.endsWith('.ipynb');
}

function segmentsOf({ path }: vscode.Uri): string[] {
  return path.split('/').filter(Boolean);
}

function nameOf(uri: vscode.Uri): string {
  return segmentsOf(uri).at(-1) ?? '';
}
