import { setImmediate } from 'node:timers/promises';

/** Long work in slices of time, so that whatever else is due on this thread comes in between. */
export class Slices {
  readonly #longest: number;
  #since = performance.now();

  /** @param longest of a slice, in milliseconds; a single piece of work may take longer */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Between two pieces of work: others have their turn when the slice is over. */
  async rest(): Promise<void> {
    if (performance.now() - this.#since < this.#longest) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
