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
      ? t('The job was not sent. Nothing was charged.')
      : t('The jobs were not sent. Nothing was charged.');
  }
  if (tasks.some(task => task.remoteId !== undefined && isRunningState(task.state))) {
    return isOne
      ? t(
          'Rivya cannot cancel a job: it runs on and may be charged. Its result will be kept in the library; find it in the Tasks view.',
        )
      : t(
          'Rivya cannot cancel jobs: those that it has run on and may be charged. Their results will be kept in the library; find them in the Tasks view.',
        );
  }
  if (tasks.some(({ hold }) => hold === 'decision')) {
    return isOne
      ? t(
          'It is not known yet whether Rivya has received the job. If it has, the job runs on and may be charged, and its result will be kept in the library. It is not sent again unless you say so in the Tasks view.',
        )
      : t(
          'It is not known yet whether Rivya has received the jobs. Those that it has run on and may be charged, and their results will be kept in the library. They are not sent again unless you say so in the Tasks view.',
        );
  }
  return isOne ? t('The task is no longer tracked.') : t('The tasks are no longer tracked.');
}
