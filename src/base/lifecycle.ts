import { onUnexpectedError } from './unexpectedError.ts';

/** Something that must be released; structurally the same as VS Code's `Disposable`. */
export interface Disposable {
  dispose(): void;
}

/** Wraps a function so that it runs at most once. */
export function toDisposable(release: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      release();
    },
  };
}

/** Owns several disposables and releases them together, newest first, all of them whatever one throws. */
export class DisposableStore implements Disposable {
  readonly #items: Disposable[] = [];
  #disposed = false;

  /**
   * Takes ownership. On a store that is already disposed, the item is released at once, so that late work
   * cannot leak.
   */
  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const item of this.#items.splice(0).reverse()) {
      try {
        item.dispose();
      } catch (error) {
        onUnexpectedError(error);
      }
    }
  }
}
