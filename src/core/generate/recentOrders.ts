import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/** The same again within this time, in milliseconds, is a double click or a key that was held down. */
const doubleMs = 1_000;

/** An order under way. */
export interface BegunOrder extends Disposable {
  /** It came about; `dispose` without it means that nothing was ordered, so that it may be tried again. */
  done(): void;
}

/**
 * Tells a double click from two wishes: the same thing, asked for again while the first is still being
 * settled or within a second of the last time, is one order.
 */
export class RecentOrders {
  readonly #clock: Pick<Clock, 'now'>;
  /** When each was last asked for. */
  readonly #asked = new Map<string, number>();
  readonly #underWay = new Set<string>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** @param what names the command and the thing @returns undefined when it was just asked for */
  begin(what: string): BegunOrder | undefined {
    const now = this.#clock.now();
    for (const [each, at] of this.#asked) {
      // Also when the clock was set back.
      if (Math.abs(now - at) >= doubleMs && !this.#underWay.has(each)) this.#asked.delete(each);
    }
    const isAgain = this.#asked.has(what);
    this.#asked.set(what, now);
    if (isAgain) return undefined;
    this.#underWay.add(what);
    let isDone = false;
    return {
      done: () => (isDone = true),
      dispose: () => {
        this.#underWay.delete(what);
        if (!isDone) this.#asked.delete(what);
      },
    };
  }
}
