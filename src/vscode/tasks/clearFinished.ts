import * as vscode from 'vscode';
import { Cancelled } from '../messages.ts';
import type { Services } from '../services.ts';

/** So many go at once; in between the editor gets its turn. */
const portion = 200;

/**
 * Takes the finished tasks off the list, after asking. A task whose result stands nowhere but in the library, or could
 * not be fetched so far, stays. Library copies of inserted results go; the files in workspaces are not touched.
 * @throws Cancelled, or an error of the file system or the ledger; what was removed before it is gone from the list
 */
export async function clearFinished({ ledger, library }: Services): Promise<void> {
  const { t } = vscode.l10n;
  const ids = ledger.clearable();
  if (ids.length === 0) {
    void vscode.window.showInformationMessage(
      t('There is no finished task to clear. Tasks with a result that was not inserted stay in the list.'),
    );
    return;
  }
  const clear = t('Clear');
  const answer = await vscode.window.showWarningMessage(
    ids.length === 1
      ? t('Clear 1 finished task from the list?')
      : t('Clear {0} finished tasks from the list?', ids.length.toLocaleString(vscode.env.language)),
    {
      modal: true,
      detail: t(
        'The files in your workspaces stay. Tasks with a result that was not inserted stay in the list. This cannot be undone.',
      ),
    },
    clear,
  );
  if (answer !== clear) throw new Cancelled();
  await vscode.window.withProgress(
    { location: { viewId: 'rivya.tasks' }, title: t('Clearing finished tasks') },
    async () => {
      for (let start = 0; start < ids.length; start += portion) {
        const some = ids.slice(start, start + portion);
        for (const id of some) {
          // Files first: cut off half-way, the task is still there to be cleared again.
          for (const { file } of ledger.task(id)?.results ?? []) if (file) await library.remove(file);
        }
        ledger.removeAll(some);
        await new Promise(resolve => setImmediate(resolve));
      }
    },
  );
}
