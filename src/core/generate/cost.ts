import { modelFields, type ModelField } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { codePoints } from '../../base/text.ts';
import type { Params } from './parameters.ts';

/**
 * How sure a price is, from the surest. `certain`: Rivya names a fixed price, and nothing was changed.
 * `atLeast`: a fixed price, but parameters or input files may raise it (rivya-api.md 1: `base_credits` is a
 * hint). `unknown`: charged by use, or no price is named.
 */
const certainties = ['certain', 'atLeast', 'unknown'] as const;
export type Certainty = (typeof certainties)[number];

/** What one job, or several together, will probably cost, in credits. */
export interface Estimate {
  readonly jobs: number;
  readonly certainty: Certainty;
  /** What Rivya names; undefined when it names nothing for one of them. */
  readonly credits: number | undefined;
  /** The worst plausible case, at least `credits`; undefined when nobody can tell. */
  readonly worst: number | undefined;
}

/** What of a job its price may depend on. */
export interface PricedJob {
  readonly prompt: string;
  /** As they go out. */
  readonly params: Params;
  readonly hasInputs: boolean;
}

/**
 * What a metered unit is, is not documented (rivya-api.md 9). That the price named is for no less than this
 * many characters, two or three sentences, is taken as the worst plausible case for a short text; for a
 * longer one nobody can tell.
 */
const meteredCharacters = 250;
const longestShortText = 2 * meteredCharacters;

/** What a better tier (`high`, `pro`, `turbo`), and what sound or an extra stage, may cost at most. */
const tierGrowth = 4;
const extraGrowth = 2;

/** Estimates the price of one job. */
export function estimateCost(model: Model, job: PricedJob): Estimate {
  const { base_credits: price, billing_type: billing } = model;
  const whole = { jobs: 1, credits: price ?? undefined };
  if (price === null) return { ...whole, certainty: 'unknown', worst: undefined };
  const changes = changesOf(model, job.params);
  const growth = changes.reduce((product, change) => product * growthOf(change), 1);
  if (billing === 'FIXED') {
    const isChanged = changes.length > 0 || job.hasInputs;
    return { ...whole, certainty: isChanged ? 'atLeast' : 'certain', worst: Math.ceil(price * growth) };
  }
  const length = codePoints(job.prompt).length + textLength(Object.values(job.params));
  const canTell = billing === 'METERED' && !job.hasInputs && length <= longestShortText;
  const units = Math.max(1, Math.ceil(length / meteredCharacters));
  return { ...whole, certainty: 'unknown', worst: canTell ? Math.ceil(price * growth * units) : undefined };
}

/** The estimate of all together; of none, nothing. */
export function sumOf(estimates: readonly Estimate[]): Estimate {
  return estimates.reduce(
    (sum, each) => ({
      jobs: sum.jobs + each.jobs,
      certainty:
        certainties.indexOf(each.certainty) > certainties.indexOf(sum.certainty)
          ? each.certainty
          : sum.certainty,
      credits: added(sum.credits, each.credits),
      worst: added(sum.worst, each.worst),
    }),
    { jobs: 0, certainty: 'certain', credits: 0, worst: 0 },
  );
}

function added(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

interface Change {
  /** In small letters, with words apart: `enablePro` is `enable_pro`. */
  readonly key: string;
  readonly value: unknown;
  readonly field: ModelField | undefined;
}

/** The params that differ from the model's defaults. */
function changesOf(model: Model, params: Params): Change[] {
  const fields = new Map(modelFields(model).map(field => [field.key, field]));
  return Object.entries(params).flatMap(([key, value]): Change[] => {
    const field = fields.get(key);
    // Selects send numbers and booleans as text.
    if (field?.default !== undefined && String(field.default) === String(value)) return [];
    return [{ key: key.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase(), value, field }];
  });
}

const countedKeys = /duration|seconds|length|frames|images|outputs|count|batch|^n$|^num(?:ber)?(?:_|$)/;
const tierKeys = /quality|mode|speed|tier|size|resolution|definition/;
const tierWords = /\b(?:high|hd|uhd|pro|ultra|max|turbo|fast|quality|best|master|premium)\b/i;
const extraKeys = /sound|audio|upscal|(?:^|_)(?:pro|hd)(?:_|$)/;

/**
 * By what a change may multiply the price at most. No schema tells, so it goes by the words that models use.
 */
function growthOf({ key, value, field }: Change): number {
  if (countedKeys.test(key)) {
    const start = toNumber(field?.default) ?? field?.min ?? toNumber(field?.options[0]?.value);
    const wanted = toNumber(value);
    if (start === undefined || start <= 0 || wanted === undefined) return tierGrowth;
    return Math.max(1, wanted / start);
  }
  const before = lineCount(field?.default);
  const after = lineCount(value);
  if (before !== undefined && after !== undefined) return Math.max(1, (after / before) ** 2);
  if (tierKeys.test(key)) {
    const isTier = tierWords.test(String(value).replaceAll('_', ' '));
    return isTier || (after !== undefined && before === undefined) ? tierGrowth : 1;
  }
  return extraKeys.test(key) && (value === true || value === 'true') ? extraGrowth : 1;
}

function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A resolution such as `720p`, `4K` or `1024x1024` as lines of a picture; undefined for anything else. */
function lineCount(value: unknown): number | undefined {
  const text = String(value).trim();
  const lines = /^(\d{3,5})p?$/i.exec(text)?.[1];
  if (lines !== undefined) return Number(lines);
  const thousands = /^(\d+(?:\.\d+)?)k$/i.exec(text)?.[1];
  if (thousands !== undefined) return Number(thousands) * 540;
  const [, width, height] = /^(\d{2,5})\s*[x×*]\s*(\d{2,5})$/i.exec(text) ?? [];
  return width !== undefined && height !== undefined ? Math.sqrt(Number(width) * Number(height)) : undefined;
}

/** The characters of all texts in lists and objects, such as the lines of a dialogue. */
function textLength(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => {
    if (typeof value !== 'object' || value === null) return sum;
    const inner: unknown[] = Object.values(value);
    const own = inner.filter(each => typeof each === 'string').map(each => codePoints(each).length);
    return own.reduce((total, length) => total + length, sum) + textLength(inner);
  }, 0);
}
