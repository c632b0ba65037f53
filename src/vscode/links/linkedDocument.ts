import { posix } from 'node:path';
import * as vscode from 'vscode';
import { hasReferences } from '../../core/links/find/findReferences.ts';
import type { ReferenceFinder } from '../../core/links/find/referenceFinder.ts';
import { extensionOf, isRemote, type MediaReference } from '../../core/links/find/mediaReference.ts';
import { missingFile } from '../../core/links/resolve.ts';
import { wishOf, type Wish } from '../../core/links/wish.ts';
import { homeOf } from '../placement/home.ts';
import { rootSetting } from '../placement/referenceEdit.ts';
import type { WorkspaceProjects } from '../placement/workspaceProjects.ts';

/** A text and what it is written in. */
export interface LinkedText {
  readonly uri: vscode.Uri;
  readonly languageId: string;
  readonly text: string;
  readonly references: readonly MediaReference[];
}

/** A reference whose file is not there. */
export interface MissingReference {
  readonly reference: MediaReference;
  readonly file: vscode.Uri;
  readonly wish: Wish | undefined;
  /** Of the document, from 1. */
  readonly line: number;
}

/** In larger documents, in UTF-16 units, nothing is sought, and of more references none further. */
const largest = 1024 * 1024;
const mostReferences = 500;

/** What models make; the rest is left alone. */
const made = /^(?:png|jpe?g|webp|avif|mp4|webm|mov|mp3|wav|m4a|ogg)$/;

/** The references in a text; none where it is too long, or in a language without any. */
export async function linkedText(
  finder: ReferenceFinder,
  uri: vscode.Uri,
  languageId: string,
  text: string,
): Promise<LinkedText> {
  const identity = { languageId, file: homeOf(uri).path.split('/') };
  const isRead = text.length <= largest && hasReferences(identity);
  const references = isRead ? await finder.find(text, identity, mostReferences) : [];
  return { uri, languageId, text, references };
}

/**
 * The references of a text whose files are not there; each folder is listed once.
 * @param signal when it is aborted, no further folder is listed
 */
export async function missingReferences(
  projects: WorkspaceProjects,
  { uri, languageId, text, references }: LinkedText,
  signal?: AbortSignal,
): Promise<MissingReference[]> {
  const home = homeOf(uri);
  const folder = vscode.workspace.getWorkspaceFolder(home)?.uri;
  const sought = references.filter(
    ({ isShown, target }) =>
      isShown && !isRemote(target) && (extensionOf(target) === '' || made.test(extensionOf(target))),
  );
  if (!folder || sought.length === 0) return [];
  const { project, document } = await projects.ofText(home, languageId, text);
  const place = { path: document.path, project, setting: rootSetting(home) };
  const files = projects.filesIn(folder);
  const identity = { languageId, file: home.path.split('/') };
  const found: MissingReference[] = [];
  const lineAt = lineCounter(text);
  for (const reference of sought) {
    if (signal?.aborted) break;
    const file = await missingFile(reference, place, files);
    if (file === undefined || !made.test(posix.extname(file).slice(1).toLowerCase())) continue;
    const wish = wishOf(text, reference, identity);
    const line = lineAt(reference.address.start);
    found.push({ reference, file: vscode.Uri.joinPath(folder, ...file.split('/')), wish, line });
  }
  return found;
}

/** Tells the lines of offsets, asked from the first to the last, in one walk over the text. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return offset => {
    for (; next !== -1 && next < offset; next = text.indexOf('\n', next + 1)) line++;
    return line;
  };
}

/** A part of a text as a range of its document. */
export function rangeIn(
  document: vscode.TextDocument,
  { start, end }: { readonly start: number; readonly end: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
