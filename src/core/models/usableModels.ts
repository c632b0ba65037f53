import type { Model } from '../../api/resources/models.ts';
import { inertText } from '../../base/text.ts';
import type { MediaKind } from '../../shared/task.ts';

/** Why a model cannot be used for what is asked; undefined when it can. */
export type Unusable = 'comingSoon' | 'studioOnly' | 'needsFiles' | 'takesNoFiles' | 'otherKind';

/**
 * Whether a prompt alone starts a generation of this kind (rivya-api.md 1: `api_status`, `api_input_status`).
 * An unknown status counts as usable: the server decides, and nothing is charged when it refuses.
 */
export function unusable(model: Model, kind: MediaKind): Unusable | undefined {
  const reason = unavailable(model, kind);
  if (reason) return reason;
  if (model.api_input_status === 'requires_files_api') return 'needsFiles';
  const inputs = model.supported_api_inputs;
  return inputs.length > 0 && !inputs.includes('text') ? 'needsFiles' : undefined;
}

/** Why no job can be started with the model, whatever its inputs; undefined when one can. */
export function unavailable(model: Model, kind: MediaKind): Unusable | undefined {
  if (model.category !== kind) return 'otherKind';
  if (model.api_status === 'coming_soon') return 'comingSoon';
  return model.api_status === 'studio_only' ? 'studioOnly' : undefined;
}

/** `price`: the cheapest first; those whose price is not known at the end. */
export type ModelOrder = 'name' | 'price';

/** Usable ones first, then by the order, and then by name. */
export function modelsFor(models: readonly Model[], kind: MediaKind, order: ModelOrder = 'name'): Model[] {
  const price = ({ base_credits: credits }: Model): number =>
    order === 'price' ? (credits ?? Number.MAX_VALUE) : 0;
  return models
    .filter(model => model.category === kind)
    .sort(
      (a, b) =>
        Number(unusable(a, kind) !== undefined) - Number(unusable(b, kind) !== undefined) ||
        price(a) - price(b) ||
        modelName(a).localeCompare(modelName(b)),
    );
}

/** The cheapest of models whose price is known and is not above so many credits. */
export function cheapestWithin(models: readonly Model[], credits: number): Model | undefined {
  const priced = models.filter(({ base_credits: price }) => price !== null && price <= credits);
  return priced.toSorted((a, b) => (a.base_credits ?? 0) - (b.base_credits ?? 0))[0];
}

/** What a model is called; short enough that the rest of a sentence stays in sight. */
export function modelName(model: Model): string {
  return inertText(model.display_name ?? model.id, 80);
}

/**
 * How far a prompt is over the model's limit, in characters; 0 when it is within. Characters are counted as
 * code points.
 */
export function promptExcess(model: Model, prompt: string): number {
  const limit = model.max_prompt_length;
  return limit === null ? 0 : Math.max(0, Array.from(prompt).length - limit);
}
