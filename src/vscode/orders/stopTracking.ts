import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { decide, type Runner } from '../../core/tasks/runner.ts';
import { chargeOf } from '../../shared/charge.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import { show } from '../messages/show.ts';
import type { Placer } from '../placement/placer.ts';
import { l10n } from '../text/l10n.ts';

/** What following jobs needs. */
export interface TrackingServices {
  readonly ledger: Ledger;
  readonly runner: Runner;
  readonly placer: Placer;
  readonly log: Log;
}

/** Whether there is something to wait for. */
export function isWaitedFor(task: Task): boolean {
  return task.tracked && isRunningState(task.state) && !task.hold;
}

/**
 * Ends the waiting, not the jobs: Rivya has no cancel (rivya-api.md, endpoint list), and says once what that
 * means.
 */
export function stopTracking(services: TrackingServices, ids: readonly string[]): void {
  const stopped = endTracking(services, ids);
  if (stopped.length > 0) show('info', { text: stoppedText(stopped), actions: [] }, services.log);
}

/** The same without a word. @returns the jobs that nobody waits for any more */
export function endTracking(
  { ledger, runner, placer }: Omit<TrackingServices, 'log'>,
  ids: readonly string[],
): Task[] {
  const now = systemClock.now();
  const stopped = ids.flatMap(id => {
    const after = decide(ledger, id, { type: 'trackingStopped' }, now);
    if (!after) return [];
    ledger.setPlacement(id, 'waiting', { state: 'dismissed' }, now);
    placer.forget(id);
    return [after];
  });
  if (stopped.length > 0) runner.poke();
  return stopped;
}

function stoppedText(tasks: readonly Task[]): string {
  const { t } = l10n;
  const isOne = tasks.length === 1;
  if (tasks.every(task => chargeOf(task).kind === 'neverLeft')) {
    return isOne
      ? t("The task wasn't sent. Nothing was charged.")
      : t("The tasks weren't sent. Nothing was charged.");
  }
  if (tasks.some(task => task.remoteId !== undefined && isRunningState(task.state))) {
    return isOne
      ? t(
          "Rivya can't cancel a task that was sent. It continues and may be charged. You'll find its result in the Tasks view.",
        )
      : t(
          "Rivya can't cancel tasks that were sent. They continue and may be charged. You'll find their results in the Tasks view.",
        );
  }
  if (tasks.some(({ hold }) => hold === 'decision')) {
    return isOne
      ? t(
          "Rivya may or may not have received the task yet. If it has, the task continues and may be charged, and you'll find its result in the Tasks view. The task isn't sent again unless you choose to in the Tasks view.",
        )
      : t(
          "Rivya may or may not have received the tasks yet. Those that it has received continue and may be charged, and you'll find their results in the Tasks view. The tasks aren't sent again unless you choose to in the Tasks view.",
        );
  }
  return isOne ? t('Stopped waiting for the task.') : t('Stopped waiting for the tasks.');
}
