import * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { resultFiles, type Task } from '../../shared/task.ts';
import { ask, inform } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { locateCopy } from '../placement/locateCopy.ts';
import { addChanges, usesOf } from './fileUse.ts';
import { useText } from './fileUseText.ts';
import { addDeletions, trashText, type GeneratedFile } from './trash.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Deletes the files of tasks from the workspace, and what refers to them, after asking; one undo in the
 * editor brings all back. The tasks stay in the list, with their copies in the library.
 * @throws Cancelled; UserError when no file is there, or when the edit is refused
 */
export async function deleteFilesOf(
  { ledger, library }: { readonly ledger: Ledger; readonly library: Library },
  tasks: readonly Task[],
): Promise<void> {
  const { t } = l10n;
  const files = await copiesOf(ledger, tasks);
  if (files.length === 0) throw new UserError(t('None of its files are in the workspace.'));
  const changes = files.map(({ uri }) => ({ file: uri }));
  const uses = await usesOf(changes);
  const remove = t({ message: 'Delete', comment: 'Button: deletes generated files and what refers to them' });
  const text =
    files.length === 1
      ? t('Delete this file and the references to it?')
      : t('Delete {0} files and the references to them?', files.length);
  const detail = [...useText(uses, false), ...(await trashText(library, files))];
  if ((await ask('warning', text, [remove], { detail })) !== remove) throw new Cancelled();
  const edit = new vscode.WorkspaceEdit();
  await addChanges(edit, changes, uses);
  addDeletions(edit, files);
  await applyOrSay(edit);
  inform(files.length === 1 ? t('The file was deleted.') : t('{0} files were deleted.', files.length));
}

/** The files of tasks that stand in the workspace. */
async function copiesOf(ledger: Ledger, tasks: readonly Task[]): Promise<GeneratedFile[]> {
  const found: GeneratedFile[] = [];
  for (const task of tasks) {
    for (const { index, file } of resultFiles(task)) {
      const uri = await locateCopy(ledger, task.id, index, file);
      if (uri && !found.some(each => each.uri.toString() === uri.toString())) found.push({ uri, file });
    }
  }
  return found;
}

/** Applies an edit as one step. @throws UserError when VS Code refuses it */
export async function applyOrSay(edit: vscode.WorkspaceEdit): Promise<void> {
  if (await vscode.workspace.applyEdit(edit)) return;
  throw new UserError(l10n.t("Couldn't change the files. Check that they're writable, then try again."));
}
