import type * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import type { StoredFile } from '../../shared/task.ts';
import { named, pathOf } from './fileUseText.ts';
import { removeRecipe } from '../recipeFiles/resultRecipes.ts';
import { l10n } from '../text/l10n.ts';

/** A generated file in the workspace, and its result in the library. */
export interface GeneratedFile {
  readonly uri: vscode.Uri;
  /** Undefined when it is not known which result it is. */
  readonly file: StoredFile | undefined;
}

/** What a person must know before files go: which, where to, and whether anything is left of them. */
export async function trashText(library: Library, files: readonly GeneratedFile[]): Promise<string[]> {
  const { t } = l10n;
  const only: vscode.Uri[] = [];
  for (const { uri, file } of files) if (!file || !(await library.exists(file))) only.push(uri);
  return [
    t('Files to move to the trash, if this system has one:'),
    ...named(files.map(({ uri }) => pathOf(uri))),
    ...(only.length === 0
      ? [t('The library has a copy of each file.')]
      : [t('The library has no copies of these files:'), ...named(only.map(pathOf))]),
  ];
}

/** Adds to an edit that the files go to the trash, with their recipes; undoing the edit brings them back. */
export function addDeletions(edit: vscode.WorkspaceEdit, files: readonly GeneratedFile[]): void {
  for (const { uri } of files) {
    edit.deleteFile(uri, { ignoreIfNotExists: true });
    removeRecipe(edit, uri);
  }
}
