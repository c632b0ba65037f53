import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { Emitter } from '../../../src/base/event.ts';
import { toDisposable, type Disposable } from '../../../src/base/lifecycle.ts';

interface Timer {
  readonly milliseconds: number;
  readonly callback: () => void;
}

/**
 * From this length on a timer is a deadline, which only `fire` ends; shorter ones are waits, which end at
 * once.
 */
export const deadlineMs = 1_000_000;

export const testDeadlines = { headers: deadlineMs, idle: 2 * deadlineMs, total: 10 * deadlineMs };

/** Time that waits for nobody: every wait is over at once and noted down. */
export class TestClock implements Clock {
  readonly waits: number[] = [];
  readonly #timers = new Set<Timer>();
  readonly #started = new Emitter<undefined>();
  readonly #deadlineFrom: number;
  #now = Date.UTC(2026, 4, 11);

  /** @param deadlineFrom the length in milliseconds from which on a timer counts as a deadline */
  constructor(deadlineFrom = deadlineMs) {
    this.#deadlineFrom = deadlineFrom;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): Disposable {
    const timer = { milliseconds, callback };
    this.#timers.add(timer);
    if (milliseconds >= this.#deadlineFrom) {
      this.#started.fire(undefined);
    } else {
      this.waits.push(milliseconds);
      queueMicrotask(() => this.#end(timer));
    }
    return toDisposable(() => this.#timers.delete(timer));
  }

  /** Lets a deadline of this length pass, as soon as one has been started. */
  async fire(milliseconds: number): Promise<void> {
    const due = (): Timer | undefined => [...this.#timers].find(timer => timer.milliseconds === milliseconds);
    if (!due()) {
      await new Promise<void>(resolve => {
        const subscription = this.#started.event(() => {
          if (!due()) return;
          subscription.dispose();
          resolve();
        });
      });
    }
    for (let timer = due(); timer; timer = due()) this.#end(timer);
  }

  get running(): number {
    return this.#timers.size;
  }

  #end(timer: Timer): void {
    if (!this.#timers.delete(timer)) return;
    this.#now += timer.milliseconds;
    timer.callback();
  }
}

/** A log that keeps its lines. */
export function recordingLog(): Record<
  'trace' | 'debug' | 'info' | 'warn' | 'error',
  (message: string) => void
> & {
  readonly lines: string[];
} {
  const lines: string[] = [];
  const add =
    (level: string) =>
    (message: string): void =>
      void lines.push(`${level} ${message}`);
  return {
    lines,
    trace: add('trace'),
    debug: add('debug'),
    info: add('info'),
    warn: add('warn'),
    error: add('error'),
  };
}

/** Real time, in which only the waits before retries are over at once. */
export const impatientClock: Clock = {
  now: () => systemClock.now(),
  after: (milliseconds, callback) => systemClock.after(milliseconds < 10_000 ? 0 : milliseconds, callback),
};
