import { delay } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Deadline } from './deadlines.ts';
import { RivyaError } from '../errors/errors.ts';
import { longestRetryAfterMs } from '../errors/retryAfter.ts';
import { longestWaitMs } from './retryPolicy.ts';

// Requests that waited for the same pause must not all leave in the same millisecond.
const spreadMs = 500;

/** The silence that a 429 asks for, kept by all requests to the origin. */
export class OriginPause {
  readonly #clock: Clock;
  readonly #random: () => number;
  #until = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Milliseconds since the epoch when requests may leave again; 0 when there is no pause. */
  get until(): number {
    return this.#remaining > 0 ? this.#until : 0;
  }

  /** @param milliseconds from now; a shorter pause never ends a longer one */
  extend(milliseconds: number): void {
    this.#until = Math.max(this.until, this.#clock.now() + Math.min(milliseconds, longestRetryAfterMs));
  }

  /**
   * Waits until the pause is over.
   * @returns whether there was one
   * @throws RivyaError `rateLimit` at once when that would take longer than a call may wait; the call's abort
   * reason
   */
  async wait(call: Deadline): Promise<boolean> {
    let hasWaited = false;
    for (let left = this.#remaining; left > 0; left = this.#remaining) {
      if (left > longestWaitMs * 1.25 || left >= call.remaining) {
        throw new RivyaError('rateLimit', 'The server asked for a pause that is not over yet.', {
          code: 'rate_limited',
          retryAfterMs: left,
        });
      }
      await this.sleep(left + Math.round(spreadMs * this.#random()), call.signal);
      hasWaited = true;
    }
    return hasWaited;
  }

  /** Waits, or rejects at once with the signal's reason. */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    await delay(milliseconds, signal, this.#clock);
  }

  get #remaining(): number {
    const left = this.#until - this.#clock.now();
    // The system clock may have been set back; a pause can still not be longer than the longest.
    if (left > longestRetryAfterMs) this.#until = this.#clock.now() + longestRetryAfterMs;
    return Math.min(left, longestRetryAfterMs);
  }
}
