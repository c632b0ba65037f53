import type { Model } from '../../api/resources/models.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/** Keeps the last catalogue of each origin over restarts. */
export interface ModelCache {
  read(origin: string): Promise<Model[] | undefined>;
  write(origin: string, models: readonly Model[]): Promise<void>;
}

export interface ModelsPorts {
  /** Asks the server. @throws RivyaError */
  readonly list: (origin: string) => Promise<Model[]>;
  readonly cache: ModelCache;
  /** The catalogue could not be kept; it is used all the same. */
  readonly onCacheFailure: (error: unknown) => void;
}

/**
 * The catalogue of each origin: asked for once, then kept; an old one serves when the server cannot be
 * reached.
 */
export class ModelCatalogue implements Disposable {
  readonly #ports: ModelsPorts;
  readonly #known = new Map<string, Promise<Model[]>>();
  readonly #changed = new Emitter<string>();

  readonly onDidChange = this.#changed.event;

  constructor(ports: ModelsPorts) {
    this.#ports = ports;
  }

  /** @throws RivyaError when the server cannot be asked and nothing is kept from before */
  models(origin: string): Promise<Model[]> {
    let models = this.#known.get(origin);
    if (!models) {
      models = this.#load(origin);
      this.#known.set(origin, models);
      // A failure is not an answer: the next call asks again.
      models.catch(() => this.#known.delete(origin));
    }
    return models;
  }

  /** What is kept from before, at once and without a network; undefined when nothing is. */
  kept(origin: string): Promise<Model[] | undefined> {
    return this.#ports.cache.read(origin);
  }

  /** Asks the server again. @throws RivyaError, and what was known stays */
  async refresh(origin: string): Promise<void> {
    this.#known.set(origin, Promise.resolve(await this.#fetch(origin)));
    this.#changed.fire(origin);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #fetch(origin: string): Promise<Model[]> {
    const models = await this.#ports.list(origin);
    // For times without network only: the answer itself is good whether or not it can be kept.
    this.#ports.cache.write(origin, models).catch((error: unknown) => this.#ports.onCacheFailure(error));
    return models;
  }

  async #load(origin: string): Promise<Model[]> {
    try {
      return await this.#fetch(origin);
    } catch (error) {
      const kept = await this.#ports.cache.read(origin);
      if (!kept) throw error;
      // Good enough for now, but not the answer: the next call asks the server again.
      queueMicrotask(() => this.#known.delete(origin));
      return kept;
    }
  }
}
