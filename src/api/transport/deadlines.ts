import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/**
 * How long each phase may take, in milliseconds. `fetch` shows no separate connect phase, so connecting
 * counts towards `headers`.
 */
export interface Deadlines {
  /**
   * From the request leaving (connecting and uploading included) to the response headers; for each attempt.
   */
  readonly headers: number;
  /** Between two pieces of the response body. */
  readonly idle: number;
  /** The whole call with all its attempts and waits. */
  readonly total: number;
}

export const defaultDeadlines: Deadlines = { headers: 30_000, idle: 30_000, total: 120_000 };

/** The abort reason when a deadline passed. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
  readonly phase: keyof Deadlines;

  constructor(phase: keyof Deadlines, milliseconds: number) {
    super(`The ${phase} deadline of ${milliseconds} ms passed.`);
    this.phase = phase;
  }
}

/**
 * An abort signal that follows a parent signal and carries at most one running countdown. Dispose it, or it
 * stays linked.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal | undefined;
  readonly #clock: Clock;
  #timer: Disposable | undefined;
  #endsAt = Infinity;

  constructor(parent: AbortSignal | undefined, clock: Clock) {
    this.#parent = parent;
    this.#clock = clock;
    if (parent?.aborted) this.#follow();
    else parent?.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds left of the running countdown; `Infinity` when none runs. */
  get remaining(): number {
    return this.#endsAt - this.#clock.now();
  }

  /** Starts the countdown, in place of one that runs. */
  start(phase: keyof Deadlines, milliseconds: number): void {
    this.stop();
    this.#endsAt = this.#clock.now() + milliseconds;
    this.#timer = this.#clock.after(milliseconds, () =>
      this.#controller.abort(new DeadlineExceeded(phase, milliseconds)),
    );
  }

  stop(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#endsAt = Infinity;
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  dispose(): void {
    this.stop();
    this.#parent?.removeEventListener('abort', this.#follow);
  }

  readonly #follow = (): void => this.#controller.abort(this.#parent?.reason);
}
