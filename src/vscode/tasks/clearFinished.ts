import { ask, inform } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { withProgress } from '../messages/progress.ts';
import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Library } from '../../core/assets/library.ts';
import { removeTasks } from '../../core/tasks/housekeeping.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { placedFiles } from '../placement/placedFiles.ts';
import { offerUndo } from './removeFromList.ts';
import { l10n } from '../text/l10n.ts';

/** So many go at once; in between the editor gets its turn. */
const portion = 50;

/**
 * Takes the finished tasks off the list, after asking. Of each it is looked right before whether its files
 * stand where they were inserted; a task whose result stands nowhere but in the library, or could not be
 * fetched so far, stays. The others can be brought back for a day; the files in workspaces are not touched.
 * @throws Cancelled, or an error of the file system or the ledger; what was removed before it is gone from
 * the list
 */
export async function clearFinished({
  ledger,
  library,
  log,
}: {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly log: Log;
}): Promise<void> {
  const { t } = l10n;
  const ids = ledger.clearable();
  if (ids.length === 0) {
    inform(t("No finished tasks to clear. Tasks with results that aren't inserted yet stay in the list."));
    return;
  }
  const clear = t({ message: 'Clear', comment: 'Button: removes finished tasks from the list' });
  const answer = await ask(
    'warning',
    ids.length === 1
      ? t('Clear 1 finished task from the list?')
      : t('Clear {0} finished tasks from the list?', ids.length.toLocaleString(l10n.language)),
    [clear],
    {
      detail: [
        t(
          "Files in your workspaces aren't affected. Tasks whose results weren't inserted, or were changed or moved after that, stay in the list with their copies in the library. You can restore cleared tasks for one day.",
        ),
      ],
    },
  );
  if (answer !== clear) throw new Cancelled();
  let kept = 0;
  const cleared: string[] = [];
  // One time for all portions: what was cleared together comes back together.
  const now = systemClock.now();
  await withProgress(
    { location: { viewId: 'rivya.tasks' }, title: t('Clearing finished tasks...') },
    async () => {
      for (let start = 0; start < ids.length; start += portion) {
        // The question may have stood for long: what came back to life meanwhile is no longer clearable.
        const clearable = new Set(ledger.clearable());
        const tasks = ids
          .slice(start, start + portion)
          .flatMap(id => (clearable.has(id) ? (ledger.task(id) ?? []) : []));
        const removals = tasks.map(task => ({ task, mayLose: [] }));
        const done = await removeTasks(removals, { ledger, library, placedFiles }, now);
        kept += done.kept;
        cleared.push(...done.ids);
        await new Promise(resolve => setImmediate(resolve));
      }
    },
  );
  offerUndo(cleared, log);
  if (kept === 0) return;
  inform(
    kept === 1
      ? t(
          '1 task was kept with its files, because it changed or its inserted result was changed or moved. Insert the result again, or remove the task.',
        )
      : t(
          '{0} tasks were kept with their files, because they changed or their inserted results were changed or moved. Insert the results again, or remove the tasks.',
          kept.toLocaleString(l10n.language),
        ),
  );
}
