import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { Slices } from '../../base/slices.ts';
import { isRecipe } from '../recipeFiles/packageOf.ts';

/** Longer than this nothing else of the extension host is held up, in milliseconds. */
const sliceMs = 10;
/** So many files are read at a time. */
const atOnce = 20;

/** Documents beside those of the folders; others, such as a file's earlier state, are nobody's to change. */
const ownSchemes = new Set(['file', 'untitled', 'vscode-notebook-cell']);

/** What a walk over the workspace looks at. */
export interface Sought {
  /** A glob, below each folder. */
  readonly include: string;
  /** A glob of what others have made or brought, beside the setting `files.exclude`. */
  readonly exclude: (folder: vscode.Uri) => string;
  /** More documents than these are not read. */
  readonly most?: number;
  /** In bytes; larger ones are not read. */
  readonly largest: number;
  /** Whether a file is one at all, by its name. */
  readonly isWanted?: (uri: vscode.Uri) => boolean;
}

/** A document of the workspace, as it stands in the editor, or else on disk. */
export interface WorkspaceText {
  readonly uri: vscode.Uri;
  /** In the editor; undefined for one that is not open. */
  readonly languageId: string | undefined;
  /** Undefined where it was not read. */
  readonly text: string | undefined;
  /** Why it was not: too large, not readable, or beyond the number that is read. */
  readonly unread?: 'large' | 'gone' | 'beyond';
}

/**
 * The one walk over the documents of the workspace, open ones first, those that were never saved among them.
 * Recipes are none: they name every file, and go with it.
 * It never holds the extension host up for longer than a slice, as far as it is its own work.
 * @param isStopped asked between two documents
 * @param token ends the search for the names of files as well
 */
export async function* workspaceTexts(
  { include, exclude, most = Infinity, largest, isWanted: isSought = () => true }: Sought,
  isStopped: () => boolean,
  token?: vscode.CancellationToken,
): AsyncGenerator<WorkspaceText> {
  const isWanted = (uri: vscode.Uri): boolean => isSought(uri) && !isRecipe(uri);
  const open = new Set<string>();
  const slices = new Slices(sliceMs);
  for (const document of vscode.workspace.textDocuments) {
    const { uri, languageId } = document;
    const isOurs = vscode.workspace.getWorkspaceFolder(uri) !== undefined || ownSchemes.has(uri.scheme);
    if (!isOurs || document.isClosed || !isWanted(uri) || isGone(document)) continue;
    open.add(uri.toString());
    if (isStopped()) return;
    yield { uri, languageId, text: document.getText() };
    await slices.rest();
  }
  let count = 0;
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const pattern = new vscode.RelativePattern(folder, include);
    const limit = Number.isFinite(most) ? most - count + 1 : undefined;
    if (isStopped()) return;
    const found = await vscode.workspace.findFiles(pattern, exclude(folder.uri), limit, token);
    const closed = found.filter(uri => isWanted(uri) && !open.has(uri.toString()));
    for (let start = 0; start < closed.length; start += atOnce) {
      if (isStopped()) return;
      const some = closed.slice(start, Math.min(start + atOnce, start + most - count));
      for (const each of await Promise.all(some.map(uri => read(uri, largest)))) {
        if (isStopped()) return;
        yield each;
        count++;
        await slices.rest();
      }
      const next = closed[start + some.length];
      if (count < most || next === undefined) continue;
      yield { uri: next, languageId: undefined, text: undefined, unread: 'beyond' };
      return;
    }
  }
}

/** VS Code keeps what was open for some minutes, also when its file was deleted meanwhile. */
function isGone({ uri, isDirty }: vscode.TextDocument): boolean {
  return uri.scheme === 'file' && !isDirty && !existsSync(uri.fsPath);
}

async function read(uri: vscode.Uri, largest: number): Promise<WorkspaceText> {
  const closed = { uri, languageId: undefined };
  try {
    // Node reads many times faster than the editor's own file system; other schemes have only that.
    const { size } = uri.scheme === 'file' ? await stat(uri.fsPath) : await vscode.workspace.fs.stat(uri);
    if (size > largest) return { ...closed, text: undefined, unread: 'large' };
    const bytes =
      uri.scheme === 'file' ? await readFile(uri.fsPath) : await vscode.workspace.fs.readFile(uri);
    return { ...closed, text: new TextDecoder().decode(bytes) };
  } catch (error) {
    // What was deleted since it was listed, or may not be read, is not read by what shows the picture either.
    if (error instanceof Error && 'code' in error) return { ...closed, text: undefined, unread: 'gone' };
    throw error;
  }
}
