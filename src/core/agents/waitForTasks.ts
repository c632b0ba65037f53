import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import type { Ledger } from '../tasks/ledger.ts';

/** A stored file is on its way into the workspace for so long; longer means that it cannot go there. */
const placingMs = 5_000;

/**
 * Waits until nothing happens to any of these jobs by itself any more, as long as that may take. Nobody is
 * asked for it: the runner looks at them anyway, and says so.
 * @param milliseconds at most
 * @throws the reason of the signal, at once
 */
export async function waitForTasks(
  ids: readonly string[],
  milliseconds: number,
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const until = clock.now() + milliseconds;
  const storedAt = new Map<string, number>();
  /** @returns when the last of them is at rest, as far as that is known; undefined when nobody can tell */
  const restsAt = (): number | undefined => {
    let latest = 0;
    for (const id of ids) {
      const task = ledger.task(id);
      if (!task) continue;
      if (isMoving(task)) return undefined;
      if (!isPlacing(task, ledger)) continue;
      const since = storedAt.get(id) ?? clock.now();
      storedAt.set(id, since);
      latest = Math.max(latest, since + placingMs);
    }
    return latest;
  };
  await new Promise<void>((resolve, reject) => {
    let timer: Disposable | undefined;
    const end = (done: () => void): void => {
      timer?.dispose();
      subscription.dispose();
      signal.removeEventListener('abort', abort);
      done();
    };
    const abort = (): void => end(() => reject(signal.reason as Error));
    const look = (): void => {
      timer?.dispose();
      const rest = restsAt();
      const now = clock.now();
      const next = Math.min(until, rest ?? until);
      if (next <= now) end(resolve);
      else timer = clock.after(next - now, look);
    };
    const subscription = ledger.onDidChange(look);
    signal.addEventListener('abort', abort, { once: true });
    look();
  });
}

function isMoving(task: Task): boolean {
  return isRunningState(task.state) && task.hold === undefined;
}

function isPlacing(task: Task, ledger: Ledger): boolean {
  if (task.state !== 'stored') return false;
  const placement = ledger.placements.of(task.id);
  // Without a folder it waits for a person.
  return placement?.state === 'waiting' && (placement.folder ?? placement.document) !== undefined;
}
