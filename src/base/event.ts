import { toDisposable, type Disposable } from './lifecycle.ts';

/** A function that subscribes a listener; assignable to VS Code's `Event`. */
export type Event<T> = (listener: (value: T) => unknown) => Disposable;

/** The firing end of an event. Listeners run in the order in which they subscribed; one that throws does not stop the others. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => unknown>();

  readonly event: Event<T> = listener => {
    // A wrapper, so that the same function subscribed twice is called twice.
    const own = (value: T): unknown => listener(value);
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  };

  /** @throws AggregateError after every listener has run, when some of them threw. */
  fire(value: T): void {
    const failures: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'An event listener failed.');
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
