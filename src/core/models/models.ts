import type { Model } from '../../api/models.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { MediaKind } from '../../shared/task.ts';

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

/** The catalogue of each origin: asked for once, then kept; an old one serves when the server cannot be reached. */
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

/** Why a model cannot be used for what is asked; undefined when it can. */
export type Unusable = 'comingSoon' | 'studioOnly' | 'needsFiles' | 'takesNoFiles' | 'otherKind';

/**
 * Whether a prompt alone starts a generation of this kind (rivya-api.md 1: `api_status`, `api_input_status`).
 * An unknown status counts as usable: the server decides, and nothing is charged when it refuses.
 */
export function unusable(model: Model, kind: MediaKind): Unusable | undefined {
  const reason = closed(model, kind);
  if (reason) return reason;
  if (model.api_input_status === 'requires_files_api') return 'needsFiles';
  const inputs = model.supported_api_inputs;
  return inputs.length > 0 && !inputs.includes('text') ? 'needsFiles' : undefined;
}

/** Whether nothing at all can be started with the model, whatever a job brings along. */
export function closed(model: Model, kind: MediaKind): Unusable | undefined {
  if (model.category !== kind) return 'otherKind';
  if (model.api_status === 'coming_soon') return 'comingSoon';
  return model.api_status === 'studio_only' ? 'studioOnly' : undefined;
}

/** Usable ones first, then by name. */
export function modelsFor(models: readonly Model[], kind: MediaKind): Model[] {
  return models
    .filter(model => model.category === kind)
    .sort(
      (a, b) =>
        Number(unusable(a, kind) !== undefined) - Number(unusable(b, kind) !== undefined) ||
        modelName(a).localeCompare(modelName(b)),
    );
}

export function modelName(model: Model): string {
  return model.display_name ?? model.id;
}

/** How far a prompt is over the model's limit, in characters; 0 when it is within. Characters are counted as code points. */
export function promptExcess(model: Model, prompt: string): number {
  const limit = model.max_prompt_length;
  return limit === null ? 0 : Math.max(0, Array.from(prompt).length - limit);
}
