import { readFile, rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import type { StoredFile } from '../../shared/task.ts';
import { UserError } from '../messages/errors.ts';
import type { EditedFile } from '../recipeFiles/resultRecipes.ts';
import { exists } from './destination.ts';
import { parentOf } from './home.ts';
import type { PlacedFile } from './referenceEdit.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Larger files do not travel inside the edit, where they would lie in memory, here and in the editor's
 * history. Instead a copy is moved into the workspace, which an undo moves out again.
 */
export const largestInMemory = 16 * 1024 ** 2;

/**
 * Adds the creation of a file to an edit, so that one undo takes it back together with the text.
 * @returns the staged copy, if one was made
 */
export async function addFile(
  edit: vscode.WorkspaceEdit,
  library: Library,
  file: StoredFile,
  target: vscode.Uri,
): Promise<string | undefined> {
  if (file.bytes <= largestInMemory) {
    edit.createFile(target, { contents: await readFile(library.pathOf(file)) });
    return undefined;
  }
  const staged = await library.stage(file);
  edit.renameFile(vscode.Uri.file(staged), target, { overwrite: false });
  return staged;
}

/** As `addFile`, for several. @returns the staged copies */
export async function addFiles(
  edit: vscode.WorkspaceEdit,
  library: Library,
  placed: readonly PlacedFile[],
): Promise<string[]> {
  const staged: string[] = [];
  for (const { uri, file, contents } of placed) {
    if (contents) {
      edit.createFile(uri, { contents });
      continue;
    }
    const copy = await addFile(edit, library, file, uri);
    if (copy !== undefined) staged.push(copy);
  }
  return staged;
}

/**
 * Removes what a refused edit has left. The names were free before, so what stands there is ours.
 * @param others what else the edit was to make
 */
export async function removeRest(
  placed: readonly PlacedFile[],
  staged: readonly string[],
  others: readonly EditedFile[] = [],
): Promise<void> {
  for (const path of staged) await rm(path, { force: true });
  const made = [...placed.map(({ uri, file }) => ({ uri, bytes: file.bytes })), ...others];
  for (const { uri, bytes } of made)
    if ((await exists(uri)) && (await vscode.workspace.fs.stat(uri)).size === bytes)
      await vscode.workspace.fs.delete(uri);
}

/** What is said when the files could not be created. */
export function notWritten([first]: readonly PlacedFile[]): UserError {
  return new UserError(
    l10n.t(
      'Couldn\'t write to "{0}". Check the folder\'s permissions. The result is in the library.',
      first ? parentOf(first.uri).path : '',
    ),
  );
}
