import type { Clock } from '../../../base/clock.ts';
import { describeError, type Log } from '../../../base/log.ts';
import type { Task } from '../../../shared/task.ts';
import type { Ledger } from '../../tasks/ledger.ts';
import { decide, type Runner } from '../../tasks/runner.ts';
import { orderInterrupted } from '../../tasks/transition.ts';

/** So often a step of a job may fail before it is waited for no longer; it stays in the ledger. */
const patience = 6;
/** How often other processes are looked at while one of them may have our order in hand, in milliseconds. */
const lookMs = 200;

/** What is needed to wait for a job. */
export interface JobNews {
  readonly ledger: Ledger;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Waits for news of a job until it is so, or for as long as there is sense in it.
 * @param signal ends the waiting
 * @returns the job as it stands then
 * @throws an error of the ledger
 */
export async function waitForJob(
  { ledger, runner, clock, log }: JobNews,
  id: string,
  reached: (task: Task) => boolean,
  signal: AbortSignal,
): Promise<Task> {
  let failuresBefore = ledger.task(id)?.failures ?? 0;
  for (;;) {
    const task = ledger.task(id);
    if (!task) throw new Error(`The job ${id} is not in the ledger any more.`);
    // Another sync has begun meanwhile, and found it in nobody's hands.
    if (task.hold === 'decision' && task.problem?.code === orderInterrupted) {
      decide(ledger, id, { type: 'wishedAgain' }, clock.now());
      runner.poke();
      continue;
    }
    failuresBefore = Math.min(failuresBefore, task.failures);
    const isHopeless = task.failures - failuresBefore >= patience || task.hold !== undefined;
    if (reached(task) || signal.aborted || isHopeless) return task;
    await new Promise<void>(resolve => {
      const done = (): void => {
        advanced.dispose();
        timer.dispose();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const advanced = runner.onDidAdvance(({ after }) => {
        if (after.id === id) done();
      });
      // Another process with the same ledger may have it in hand.
      const timer = clock.after(lookMs, () => {
        try {
          ledger.checkForExternalChanges();
        } catch (error) {
          log.debug(describeError(error));
        }
        done();
      });
      signal.addEventListener('abort', done);
    });
  }
}
