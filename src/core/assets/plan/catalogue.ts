import { worded, wording, type Wording } from '../../../base/wording.ts';
import { modelFields, type ModelField } from '../../../api/resources/modelParameters.ts';
import type { Model } from '../../../api/resources/models.ts';
import type { MediaKind } from '../../../shared/task.ts';
import { estimateCost, type Estimate } from '../../generate/cost.ts';
import { inputRules, unusableWith } from '../../generate/inputRules.ts';
import { fieldProblem, missingFields, wireParams, type Params } from '../../generate/parameters.ts';
import { promptExcess } from '../../models/usableModels.ts';
import { canonicalJson, sorted } from '../../recipes/identity.ts';
import type { Recipe } from '../../recipes/recipe.ts';
import { extensionOf, isSameFormat, kindOfFile, makeableExtensions } from '../manifest/packagePath.ts';
import type { ManifestProblem, SourceRange } from '../manifest/problem.ts';
import type { BrokenRecipe, WishedAsset } from './facts.ts';

/**
 * The `params` of an order: of the types that the catalogue wants, sorted, so that everybody who wishes the
 * same sends the same bytes.
 */
export function orderParams(model: Model, { params }: Pick<WishedAsset, 'params'>): Params {
  // As text first: `5` and `"5"` are the same wish.
  const texts = Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, typeof value === 'object' ? value : String(value)]),
  );
  return sorted(wireParams(modelFields(model), texts)) as Params;
}

/** What of the wishes no order could be made of, by the catalogue; each mistake once. */
export function catalogueProblems(
  assets: readonly WishedAsset[],
  models: readonly Model[],
): ManifestProblem[] {
  const known = new Map(models.map(model => [model.id, model]));
  const problems = new Map<string, ManifestProblem>();
  const note = (message: Wording, range: SourceRange): void => {
    problems.set(`${range.start} ${worded(message)}`, {
      code: 'asset-model',
      message,
      severity: 'error',
      range,
    });
  };
  for (const asset of assets) {
    const model = known.get(asset.model);
    if (!model) {
      const names = nearest(asset.model, asset.kind, models);
      const message =
        names === ''
          ? wording('The model "{0}" doesn\'t exist.', asset.model)
          : wording('The model "{0}" doesn\'t exist. Did you mean: {1}?', asset.model, names);
      note(message, asset.ranges.model);
      continue;
    }
    problemsOf(asset, model, note);
  }
  return [...problems.values()].toSorted((a, b) => a.range.start - b.range.start);
}

function problemsOf(
  asset: WishedAsset,
  model: Model,
  note: (message: Wording, range: SourceRange) => void,
): void {
  const { id, kind, params, prompt, references, ranges } = asset;
  const files = references.flatMap(file => kindOfFile(file) ?? []);
  const unusable = unusableWith(model, kind, references.length > 0 ? { files } : {});
  if (unusable)
    note(wording('The model "{0}" {1}.', model.id, unusableText(unusable, kind, model)), ranges.model);
  const most = references.length > 0 ? inputRules(model)?.maximumFiles : undefined;
  if (most !== undefined && references.length > most)
    note(
      wording('The model "{0}" accepts up to {1} references.', model.id, most),
      ranges.references[most] ?? ranges.name,
    );
  const excess = promptExcess(model, prompt);
  if (excess > 0)
    note(
      wording('The prompt of "{0}" is {1} characters over the limit of "{2}".', id, excess, model.id),
      ranges.prompt,
    );
  const fields = modelFields(model);
  const wire = orderParams(model, asset);
  for (const key of Object.keys(params)) {
    const field = fields.find(each => each.key === key);
    const range = ranges.params[key] ?? ranges.name;
    if (!field) {
      const names = fields.map(each => each.key).join(', ') || wording('none');
      note(wording('"{0}" has no parameter "{1}". It has: {2}.', model.id, key, names), range);
    } else if (fieldProblem(field, wire[key])) {
      note(wording('The parameter "{0}" of "{1}" {2}.', key, model.id, allowedText(field)), range);
    }
  }
  for (const { key } of missingFields(fields, wire)) {
    // What brings the prompt or the references is no parameter of the wish.
    if (key !== 'prompt' && key !== 'referenceMediaItems')
      note(wording('"{0}" needs the parameter "{1}".', model.id, key), ranges.model);
  }
  const format = formatOf(fields, wire);
  if (format && !isSameFormat(format.extension, extensionOf(asset.file))) {
    const fits = format.field.options.some(({ value }) =>
      isSameFormat(plainFormat(value), extensionOf(asset.file)),
    );
    const [own, wanted] = [format.extension, extensionOf(asset.file)];
    note(
      fits
        ? wording(
            '"{0}" generates {1} here. Set "{2}: {3}", or name the file .{1}. Formats aren\'t converted yet.',
            ...[model.id, own, format.field.key, wanted],
          )
        : wording(
            '"{0}" generates {1} here. Name the file .{1}. Formats aren\'t converted yet.',
            model.id,
            own,
          ),
      ranges.file,
    );
  }
}

/** The format that a file will have, where the model says so. */
function formatOf(
  fields: readonly ModelField[],
  params: Params,
): { readonly field: ModelField; readonly extension: string } | undefined {
  const field = fields.find(({ key, type }) => /format$/i.test(key) && type === 'select');
  const value = field && (params[field.key] ?? field.default);
  if (!field || typeof value !== 'string') return undefined;
  const extension = plainFormat(value);
  return makeableExtensions.includes(extension) ? { field, extension } : undefined;
}

/** `image/png`, `mp3_44100_128` and `JPEG` as extensions. */
function plainFormat(value: string): string {
  const name = value.toLowerCase().replace(/^(?:image|video|audio)\//, '');
  const [plain = ''] = name.split(/[_-]/);
  return plain === 'jpeg' ? 'jpg' : plain === 'mpeg' ? 'mp3' : plain;
}

function nearest(wanted: string, kind: MediaKind, models: readonly Model[]): string {
  const words = wanted
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean);
  const score = (id: string): number => words.filter(word => id.includes(word)).length;
  return models
    .filter(({ category, id }) => category === kind && score(id) > 0)
    .toSorted((a, b) => score(b.id) - score(a.id))
    .slice(0, 3)
    .map(({ id }) => id)
    .join(', ');
}

function unusableText(
  reason: NonNullable<ReturnType<typeof unusableWith>>,
  kind: MediaKind,
  model: Model,
): Wording {
  switch (reason) {
    case 'comingSoon':
      return wording('is coming soon');
    case 'studioOnly':
      return wording('is available only in Rivya Studio');
    case 'needsFiles':
      return wording('needs references');
    case 'takesNoFiles':
      return wording("doesn't accept these references");
    case 'otherKind':
      return wording('generates {0}, but the file is {1}', model.category ?? wording('something else'), kind);
  }
}

function allowedText({ options, min, max, type, required }: ModelField): Wording {
  if (options.length > 0) return wording('must be one of {0}', options.map(({ value }) => value).join(', '));
  if (min !== undefined && max !== undefined) return wording('must be a number from {0} to {1}', min, max);
  return required ? wording('is required, as {0}', type) : wording('must have the type {0}', type);
}

/**
 * What orders have cost, by the recipes of the package: a model does not say what a parameter adds, and what
 * was paid for the same parameters does.
 */
export class KnownPrices {
  readonly #paid = new Map<string, number>();

  constructor(recipes: Iterable<Recipe | BrokenRecipe>) {
    for (const recipe of recipes) {
      if ('problem' in recipe || recipe.credits === undefined || !(recipe.credits >= 0)) continue;
      const group = groupOf(recipe);
      this.#paid.set(group, Math.max(recipe.credits, this.#paid.get(group) ?? 0));
    }
  }

  /** @returns an unknown price for a model that is not in the catalogue */
  of(asset: WishedAsset, models: readonly Model[]): Estimate {
    const model = models.find(({ id }) => id === asset.model);
    if (!model) return { jobs: 1, certainty: 'unknown', credits: undefined, worst: undefined };
    const params = orderParams(model, asset);
    const named = estimateCost(model, {
      prompt: asset.prompt,
      params,
      hasInputs: asset.references.length > 0,
    });
    const paid = model.billing_type === 'FIXED' ? this.#paid.get(groupOf(asset)) : undefined;
    if (paid === undefined || named.certainty === 'certain') return named;
    const credits = Math.max(paid, named.credits ?? 0);
    return { ...named, credits, worst: Math.max(credits, named.worst ?? 0) };
  }
}

/** Orders of one model with the same parameters cost the same, as far as anybody knows. */
export function groupOf({ model, params }: Pick<Recipe, 'model' | 'params'>): string {
  const texts = Object.entries(params).map(([key, value]) => [
    key,
    typeof value === 'object' ? value : String(value),
  ]);
  return canonicalJson([model, Object.fromEntries(texts)]);
}
