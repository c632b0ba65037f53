import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Library } from '../../core/assets/library.ts';
import { lossesOf, removedForMs, removeTasks } from '../../core/tasks/housekeeping.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { Runner } from '../../core/tasks/runner.ts';
import { isRemovable, isRunningState, type Task } from '../../shared/task.ts';
import { chargesText } from '../messages/chargeText.ts';
import { ask, flash } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { show } from '../messages/show.ts';
import { placedFiles } from '../placement/placedFiles.ts';
import { l10n } from '../text/l10n.ts';

interface RemovalServices {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly log: Log;
}

/**
 * Removes tasks from the list. What could be lost by it is asked about first, and then all can be brought
 * back for a day.
 * @throws Cancelled; UserError when one still runs, or has changed meanwhile
 */
export async function removeFromList(services: RemovalServices, all: readonly Task[]): Promise<void> {
  const { ledger, library, log } = services;
  const tasks = all.filter(isRemovable);
  if (tasks.length === 0) {
    throw new UserError(
      l10n.t('This task is still running. Wait until it finishes, or stop waiting for it first.'),
    );
  }
  const open = tasks.filter(task => isRunningState(task.state) || task.state === 'unreachable');
  if (open.length > 0) await confirmGivingUp(open);
  const ports = { ledger, library, placedFiles };
  const removals = await Promise.all(
    tasks.map(async task => ({ task, mayLose: await lossesOf(task, ports) })),
  );
  const only = removals.filter(({ mayLose }) => mayLose.length > 0).length;
  if (only > 0) await confirmRemoval(tasks.length, only);
  const { ids, kept } = await removeTasks(removals, ports, systemClock.now());
  offerUndo(ids, log);
  if (kept > 0) {
    throw new UserError(
      l10n.t('Tasks kept because they changed in the meantime: {0}. Review them, then remove them.', kept),
    );
  }
}

/** Says what was removed, with a button that brings it back. */
export function offerUndo(ids: readonly string[], log: Log): void {
  if (ids.length === 0) return;
  const { t } = l10n;
  const text =
    ids.length === 1
      ? t('1 task was removed from the list.')
      : t('{0} tasks were removed from the list.', ids.length.toLocaleString(l10n.language));
  const undo = t({ message: 'Undo', comment: 'Button: brings removed tasks back' });
  show(
    'info',
    { text, actions: [{ title: undo, command: 'rivya.tasks.undoRemove', arguments: [ids] }] },
    log,
  );
}

/**
 * Brings removed tasks back into the list.
 * @param given ids; of anything else, those count that were removed last
 * @throws UserError when none can be brought back
 */
export function undoRemove(
  { ledger, runner }: { readonly ledger: Ledger; readonly runner: Runner },
  given: unknown,
): void {
  const { t } = l10n;
  const isIds = Array.isArray(given) && given.every(each => typeof each === 'string');
  const ids = isIds ? given : ledger.removed.latest(systemClock.now() - removedForMs);
  const back = ledger.restore(ids);
  if (back.length === 0) throw new UserError(t('No removed tasks to restore.'));
  runner.poke();
  flash(
    back.length === 1
      ? t('1 task is in the list again')
      : t('{0} tasks are in the list again', back.length.toLocaleString(l10n.language)),
    'discard',
    4_000,
  );
}

/** Of these Rivya has not said how they end; without their row, nobody would ever fetch what they make. */
async function confirmGivingUp(tasks: readonly Task[]): Promise<void> {
  const { t } = l10n;
  const remove = t({ message: 'Remove', comment: 'Button: removes tasks, or files from the library' });
  const [text, detail] =
    tasks.length === 1
      ? [
          t('Abandon this task and remove it?'),
          t("Rivya hasn't reported that it ended. If a result is still generated, it isn't downloaded."),
        ]
      : [
          t('Abandon {0} tasks and remove them?', tasks.length),
          t("Rivya hasn't reported that they ended. If results are still generated, they aren't downloaded."),
        ];
  const answer = await ask('warning', text, [remove], { detail: [`${detail} ${chargesText(tasks)}`] });
  if (answer !== remove) throw new Cancelled();
}

async function confirmRemoval(tasks: number, only: number): Promise<void> {
  const { t } = l10n;
  const remove = t({ message: 'Remove', comment: 'Button: removes tasks, or files from the library' });
  const [text, detail] =
    tasks === 1
      ? [
          t('Remove this task and its result?'),
          t(
            "A result isn't downloaded yet, or its inserted copy was changed or moved. The only copy, in the library, is deleted with the task after one day. Until then, you can restore it.",
          ),
        ]
      : [
          t('Remove {0} tasks and their results?', tasks),
          t(
            "Tasks with a result that isn't downloaded yet, or whose inserted copy was changed or moved: {0}. The only copies, in the library, are deleted with the tasks after one day. Until then, you can restore them.",
            only,
          ),
        ];
  if ((await ask('warning', text, [remove], { detail: [detail] })) !== remove) throw new Cancelled();
}
