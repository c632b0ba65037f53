import { readFile, rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import type { StoredFile } from '../../shared/task.ts';
import { UserError } from '../messages.ts';
import { exists, parentOf } from './destination.ts';

/**
 * Larger files do not travel inside the edit, where they would lie in memory, here and in the editor's history. Instead a copy is
 * moved into the workspace, which an undo moves out again.
 */
const largestInMemory = 16 * 1024 ** 2;

/** Adds the creation of a file to an edit, so that one undo takes it back together with the text. @returns the staged copy, if one was made */
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

/**
 * Applies the edit, and looks whether the files are there, for `applyEdit` says only `false`.
 * @throws UserError when they are not
 */
export async function applyWithFiles(
  edit: vscode.WorkspaceEdit,
  uris: readonly vscode.Uri[],
  files: readonly StoredFile[],
  staged: readonly string[],
): Promise<void> {
  const applied = await vscode.workspace.applyEdit(edit);
  const sizes = await Promise.all(
    uris.map(async uri => ((await exists(uri)) ? (await vscode.workspace.fs.stat(uri)).size : 0)),
  );
  if (applied && sizes.every((size, index) => size === files[index]?.bytes)) return;
  for (const path of staged) await rm(path, { force: true });
  throw new UserError(
    vscode.l10n.t(
      'The file could not be written to "{0}": check that the folder can be written. The result is kept in the library.',
      uris[0] ? parentOf(uris[0]).path : '',
    ),
  );
}
