import { setImmediate } from 'node:timers/promises';

/**
 * Spreads work over the turns of the event loop: what does not fit into one waits for the next, so that
 * whatever else is due comes in between.
 */
export class TurnBudget {
  readonly #most: number;
  #spent = 0;
  #next: Promise<void> | undefined;

  /** @param most of work in one turn, in units of the caller's; a single piece may be larger */
  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves in the turn in which so much may be done; who waits longest has the first word in each. */
  async take(units: number): Promise<void> {
    while (this.#spent > 0 && this.#spent + units > this.#most) await this.#nextTurn();
    this.#spent += units;
    void this.#nextTurn();
  }

  #nextTurn(): Promise<void> {
    this.#next ??= setImmediate().then(() => {
      this.#spent = 0;
      this.#next = undefined;
    });
    return this.#next;
  }
}
