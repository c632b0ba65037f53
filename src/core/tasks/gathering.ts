import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/** Gathers what comes shortly after one another under the same key, and hands it over together. */
export class Gathering<Key, Item> implements Disposable {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #handOver: (items: readonly Item[], key: Key) => void;
  readonly #waiting = new Map<Key, { readonly items: Item[]; readonly timer: Disposable }>();

  /** @param milliseconds from the first item under a key until all of them are handed over */
  constructor(clock: Clock, milliseconds: number, handOver: (items: readonly Item[], key: Key) => void) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#handOver = handOver;
  }

  add(key: Key, item: Item): void {
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.items.push(item);
      return;
    }
    const items = [item];
    const timer = this.#clock.after(this.#milliseconds, () => {
      this.#waiting.delete(key);
      this.#handOver(items, key);
    });
    this.#waiting.set(key, { items, timer });
  }

  /** Whether all was handed over. */
  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  /** What was not handed over never is. */
  dispose(): void {
    for (const { timer } of this.#waiting.values()) timer.dispose();
    this.#waiting.clear();
  }
}
