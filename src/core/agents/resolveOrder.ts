import { modelFields, type ModelField } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { kindsOf, unusableWith, type InputFile } from '../generate/inputRules.ts';
import { fieldProblem, readList, type ParameterValues } from '../generate/parameters.ts';
import { resolveRequest, type RequestProblem, type ResolvedRequest } from '../generate/resolveRequest.ts';
import { modelsFor, type Unusable } from '../models/usableModels.ts';
import type { MediaKind } from '../../shared/task.ts';
import { priceOf } from './answers.ts';
import { AgentProblem } from './problems.ts';
import { bareId, quoted } from './quoted.ts';
import type { GenerationInput } from './readInput.ts';

/** At most so many values, models or keys are named in a refusal. */
const mostNamed = 12;

/** An order of an agent with everything settled but who agrees to its price. */
export interface ResolvedOrder extends ResolvedRequest {
  /** Whether neither the agent nor the user has named the model. */
  readonly isModelChosen: boolean;
}

export interface OrderContext {
  readonly models: readonly Model[];
  /** The id of the user's model for this kind; empty when there is none. */
  readonly defaultModel: string;
  /** As their own bytes describe them. */
  readonly inputs: readonly InputFile[];
}

/**
 * From what an agent asks for to what is sent, by the one way that people's orders take. No parameter is set
 * that was not asked for: what was last used by a person says nothing here.
 * @throws AgentProblem that the model can mend
 */
export function resolveOrder(
  kind: MediaKind,
  input: GenerationInput,
  { models, defaultModel, inputs }: OrderContext,
): ResolvedOrder {
  const files = inputs.length > 0 ? inputs : undefined;
  const isUsable = (model: Model): boolean =>
    unusableWith(model, kind, files ? { files: kindsOf(files) } : {}) === undefined;
  const own = models.find(({ id }) => id === defaultModel);
  const cheapest = modelsFor(models, kind, 'price').find(isUsable);
  // The user's model counts also where it does not fit: then the agent has to say which other it means.
  const id = input.model?.trim() ?? own?.id ?? cheapest?.id;
  if (id === undefined)
    throw new AgentProblem('model_unusable', `no model for ${kind} is usable`, 'tell the user.');
  const model = models.find(each => each.id === id);
  if (!model) throw unknownModel(id, kind, models);
  const values = readParams(model, input.params ?? {});
  const count = input.count ?? 1;
  const resolved = resolveRequest(
    {
      kind,
      prompts: Array.from({ length: count }, () => ({ prompt: input.prompt.normalize('NFC').trim() })),
      model: id,
      values,
      inputs: files,
    },
    { models, remembered: () => ({}) },
  );
  if (resolved.type !== 'resolved') throw problemOf(resolved, kind, models, isUsable);
  return { ...resolved, isModelChosen: input.model === undefined && own === undefined };
}

/**
 * Parameters as the model wants them, from the texts that agents write.
 * @throws AgentProblem
 */
export function readParams(model: Model, params: Readonly<Record<string, string>>): ParameterValues {
  const fields = modelFields(model);
  return Object.fromEntries(
    Object.entries(params).map(([key, text]) => {
      const field = fields.find(each => each.key === key);
      if (!field) {
        const keys = fields.map(each => each.key);
        const known = keys.length > 0 ? `it has ${listed(keys)}` : 'it has none';
        throw invalid(`params.${quoted(key, 80)} is no parameter of ${bareId(model.id)}; ${known}`);
      }
      const value = valueFrom(field, text);
      if (value === undefined || fieldProblem(field, value) !== undefined)
        throw invalid(`params.${quoted(key, 80)} must be ${wantedBy(field)}`);
      return [key, value];
    }),
  );
}

function valueFrom(field: ModelField, text: string): unknown {
  const trimmed = text.trim();
  switch (field.type) {
    case 'select': {
      const same = (each: string): boolean => each.toLowerCase() === trimmed.toLowerCase();
      return (
        field.options.find(({ value }) => value === text) ??
        field.options.find(({ value, label }) => same(value) || same(label))
      )?.value;
    }
    case 'number':
      return trimmed === '' || !Number.isFinite(Number(trimmed)) ? undefined : Number(trimmed);
    case 'boolean':
      return /^(?:true|false)$/i.test(trimmed) ? trimmed.toLowerCase() === 'true' : undefined;
    case 'array':
      return readList(trimmed);
    case 'text':
    case 'unknown':
      return text;
  }
}

/** What a parameter takes, in words. */
export function wantedBy(field: ModelField): string {
  switch (field.type) {
    case 'select':
      return `one of ${listed(field.options.map(({ value }) => value))}`;
    case 'number': {
      const bounds = [
        ...(field.min === undefined ? [] : [`from ${field.min}`]),
        ...(field.max === undefined ? [] : [`to ${field.max}`]),
        ...(field.step === undefined ? [] : [`in steps of ${field.step}`]),
      ];
      return ['a number', ...bounds].join(' ');
    }
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a JSON list';
    case 'text':
    case 'unknown':
      return 'a text';
  }
}

function problemOf(
  problem: RequestProblem,
  kind: MediaKind,
  models: readonly Model[],
  isUsable: (model: Model) => boolean,
): AgentProblem {
  switch (problem.type) {
    case 'modelNeeded':
      return invalid('"model" is missing');
    case 'modelUnknown':
      return unknownModel(problem.id, kind, models);
    case 'modelUnusable':
      return new AgentProblem(
        'model_unusable',
        `${bareId(problem.model.id)} cannot be used: ${unusableReasons[problem.reason]}. Usable: ${named(modelsFor(models, kind, 'price').filter(isUsable))}`,
        'name another model and call again.',
      );
    case 'promptTooLong':
      return invalid(
        `"prompt" is ${problem.excess} characters too long for ${bareId(problem.model.id)}, which takes ${problem.maximum}`,
      );
    case 'inputsNotTaken':
      return new AgentProblem(
        'reference_refused',
        `${bareId(problem.model.id)} takes no files`,
        'leave out references, or name a model that takes them.',
      );
    case 'inputsWrong': {
      const { problem: wrong, model } = problem;
      const reasons = {
        none: 'needs a file',
        count: 'takes fewer files',
        kind: 'takes no file of this kind',
        size: 'takes no file of this size',
        type: 'takes no file of this type',
      };
      const file =
        'file' in wrong ? ` (${quoted(wrong.file.name, 80)}, ${wrong.file.mediaType || 'no media'})` : '';
      const rule =
        wrong.reason === 'count'
          ? `: at most ${wrong.maximum}`
          : wrong.reason === 'kind'
            ? `: only ${wrong.kinds.join(', ')}`
            : wrong.reason === 'size'
              ? `: at most ${wrong.maximumBytes} bytes`
              : wrong.reason === 'type'
                ? `: only ${listed(wrong.mediaTypes)}`
                : '';
      return new AgentProblem(
        'reference_refused',
        `${bareId(model.id)} ${reasons[wrong.reason]}${file}${rule}`,
        'correct references and call again.',
      );
    }
    case 'parametersMissing':
      return invalid(
        `${bareId(problem.model.id)} needs ${problem.fields.map(field => `params.${bareId(field.key)} (${wantedBy(field)})`).join('; ')}`,
      );
  }
}

const unusableReasons: Readonly<Record<Unusable, string>> = {
  comingSoon: 'Rivya has announced it only',
  studioOnly: "it works in Rivya's studio only",
  needsFiles: 'it needs references',
  takesNoFiles: 'it takes no references of this kind',
  otherKind: 'it makes another kind of media',
};

function unknownModel(id: string, kind: MediaKind, models: readonly Model[]): AgentProblem {
  const near = models
    .filter(({ category }) => category === kind)
    .map(model => ({ model, distance: distanceOf(id, model.id) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ model }) => model);
  return new AgentProblem(
    'model_unknown',
    `there is no model ${quoted(id, 100)}. Near: ${named(near)}`,
    'name one of these, or ask list_models.',
  );
}

/** Three models with what they cost. */
function named(models: readonly Model[]): string {
  const first = models.slice(0, 3).map(model => `${bareId(model.id)} (${priceOf(model)})`);
  return first.length > 0 ? first.join(', ') : 'none';
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, mostNamed).map(value => quoted(value, 60));
  const more = values.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function invalid(what: string): AgentProblem {
  return new AgentProblem('invalid_input', what, 'correct it and call again.');
}

/** How many letters must change to make one id of the other (Levenshtein). */
function distanceOf(from: string, to: string): number {
  const [a, b] = [from.toLowerCase().slice(0, 100), to.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
