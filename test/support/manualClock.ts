import type { Clock } from '../../src/base/clock.ts';
import { toDisposable, type Disposable } from '../../src/base/lifecycle.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * Time that stands still until a test moves it. Timers run by elapsed time, `now` can be set as a user sets a
 * clock.
 */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #start: number;
  #elapsed = 0;
  #offset: number;

  constructor(now: number = Date.UTC(2026, 4, 11)) {
    this.#start = now;
    this.#offset = now;
  }

  /** The time of a clock that nobody sets. */
  steady(): number {
    return this.#start + this.#elapsed;
  }

  now(): number {
    return this.#offset + this.#elapsed;
  }

  after(milliseconds: number, callback: () => void): Disposable {
    const timer = { at: this.#elapsed + Math.max(0, milliseconds), callback };
    this.#timers.add(timer);
    return toDisposable(() => this.#timers.delete(timer));
  }

  /** Lets time pass, and runs what falls due on the way. */
  advance(milliseconds: number): void {
    const end = this.#elapsed + milliseconds;
    for (let timer = this.#first(); timer && timer.at <= end; timer = this.#first()) this.#run(timer);
    this.#elapsed = end;
  }

  /** Lets time pass until the next timer has run. @returns false when there is none */
  advanceToNext(): boolean {
    const timer = this.#first();
    if (!timer) return false;
    this.#run(timer);
    return true;
  }

  /** Sets the clock forward or back, as a user or the network does; timers do not notice. */
  jump(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  /**
   * Lets time pass while the machine is off, and brings its clock back as it was, as a machine does whose
   * clock has no battery.
   */
  standStill(milliseconds: number): void {
    this.#start += milliseconds;
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }

  #run(timer: Timer): void {
    this.#timers.delete(timer);
    this.#elapsed = Math.max(this.#elapsed, timer.at);
    timer.callback();
  }
}
