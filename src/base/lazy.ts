import { Emitter } from './event.ts';
import type { Disposable } from './lifecycle.ts';

/**
 * Something that is loaded when it is needed for the first time, and owned from then on. A failure is not
 * kept: a full disk may have room at the next try.
 */
export class Lazy<T extends object> implements Disposable {
  readonly #load: () => Promise<T>;
  readonly #loaded = new Emitter<T>();
  #loading: Promise<T> | undefined;
  #value: T | undefined;
  #disposed = false;

  /** Fires once, when the value is there and before anybody gets it. */
  readonly onDidLoad = this.#loaded.event;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Whether it is not being loaded right now. */
  get isIdle(): boolean {
    return this.#loading === undefined || this.#value !== undefined;
  }

  /** The value, if it has been loaded. */
  get value(): T | undefined {
    return this.#value;
  }

  /**
   * The value, the same for every caller.
   * @throws whatever loading throws, to all who wait for it; the next call loads again. Also once this is
   * disposed
   */
  get(): Promise<T> {
    if (!this.#loading) {
      const loading = this.#loadOnce();
      this.#loading = loading;
      loading.catch(() => (this.#loading = undefined));
    }
    return this.#loading;
  }

  /** Disposes the value, if it can be, at once or as soon as it is there. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#loaded.dispose();
    if (this.#value) release(this.#value);
  }

  async #loadOnce(): Promise<T> {
    this.#failWhenDisposed();
    const value = await this.#load();
    if (this.#disposed) release(value);
    this.#failWhenDisposed();
    this.#value = value;
    this.#loaded.fire(value);
    return value;
  }

  #failWhenDisposed(): void {
    if (this.#disposed) throw new Error('The window is closing.');
  }
}

function release(value: object & Partial<Disposable>): void {
  value.dispose?.();
}
