import { toDisposable, type Disposable } from './lifecycle.ts';
import { onUnexpectedError } from './unexpectedError.ts';

/** A function that subscribes a listener; assignable to VS Code's `Event`. */
export type Event<T> = (listener: (value: T) => unknown) => Disposable;

/** The firing end of an event. Listeners run in the order in which they subscribed. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => unknown>();

  readonly event: Event<T> = listener => {
    // A wrapper, so that the same function subscribed twice is called twice.
    const own = (value: T): unknown => listener(value);
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  };

  /**
   * Never throws: what a listener throws is an unexpected error, and stops neither the others nor the caller.
   */
  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        onUnexpectedError(error);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
