import { toWireParams, type ModelField } from '../../api/resources/modelParameters.ts';

/** What a person has set, by the key of the field; what is not set has the model's default. */
export type ParameterValues = Readonly<Record<string, unknown>>;

/** The `params` of a request, as they go out. */
export type Params = Readonly<Record<string, unknown>>;

/** Why a value does not fit its field. */
export type FieldProblem = 'required' | 'option' | 'number' | 'minimum' | 'maximum' | 'step' | 'list';

/** @returns undefined when the value fits; an empty one fits every field that is not required */
export function fieldProblem(field: ModelField, value: unknown): FieldProblem | undefined {
  if (value === undefined || value === null || value === '') {
    return field.required && field.default === undefined ? 'required' : undefined;
  }
  switch (field.type) {
    case 'select':
      return field.options.some(option => option.value === value) ? undefined : 'option';
    case 'number':
      return numberProblem(field, value);
    case 'array':
      return Array.isArray(value) ? undefined : 'list';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'option';
    case 'text':
    case 'unknown':
      return undefined;
  }
}

function numberProblem({ min, max, step }: ModelField, value: unknown): FieldProblem | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return 'number';
  if (min !== undefined && number < min) return 'minimum';
  if (max !== undefined && number > max) return 'maximum';
  if (step === undefined || step <= 0) return undefined;
  const steps = (number - (min ?? 0)) / step;
  // 0.15 is three steps of 0.05, although floating point says 3.0000000000000004.
  return Math.abs(steps - Math.round(steps)) > 1e-6 ? 'step' : undefined;
}

/**
 * The name of a field as people read it; a schema without labels has only keys (`aspect_ratio`, `imageSize`).
 */
export function fieldName({ key, label }: Pick<ModelField, 'key' | 'label'>): string {
  if (label !== key) return label;
  const words = key.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[_\s]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/**
 * What of the values still fits the model, whose catalogue entry may have changed since they were remembered.
 */
export function fittingValues(fields: readonly ModelField[], values: ParameterValues): ParameterValues {
  return Object.fromEntries(
    fields.flatMap(field => {
      const value = values[field.key];
      const isSet = value !== undefined && value !== null && value !== '';
      return isSet && fieldProblem(field, value) === undefined ? [[field.key, value]] : [];
    }),
  );
}

/** The fields that a job cannot do without, and that nothing fills in. */
export function missingFields(fields: readonly ModelField[], values: ParameterValues): ModelField[] {
  return fields.filter(field => fieldProblem(field, values[field.key]) === 'required');
}

/** Whether the field is a yes or no; selects with just these two options are, too. */
export function isSwitch(field: ModelField): boolean {
  if (field.type === 'boolean') return true;
  const options = field.options.map(option => option.value).toSorted();
  return field.type === 'select' && options.length === 2 && options[0] === 'false' && options[1] === 'true';
}

/** The other value of a switch. */
export function toggled(field: ModelField, value: unknown): boolean | string {
  const current = value ?? field.default;
  const isOn = current === true || current === 'true';
  return field.type === 'boolean' ? !isOn : String(!isOn);
}

/** Reads a list as a person types it: as JSON. @returns undefined when it is none */
export function readList(text: string): unknown[] | undefined {
  try {
    const list = JSON.parse(text) as unknown;
    return Array.isArray(list) ? (list as unknown[]) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * The `params` of a request. A default is left to the server, which knows it better, unless the field is
 * required (rivya-api.md 1: required params are sent by the official requests even where they have a
 * default).
 */
export function wireParams(fields: readonly ModelField[], values: ParameterValues): Record<string, unknown> {
  const required = fields.filter(field => field.required && field.default !== undefined);
  const filled = Object.fromEntries(required.map(field => [field.key, field.default]));
  return toWireParams(fields, { ...filled, ...values });
}

/** The same values without a seed. */
export function withoutSeed(fields: readonly ModelField[], values: ParameterValues): ParameterValues {
  const seed = seedField(fields);
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== seed?.key));
}

function seedField(fields: readonly ModelField[]): ModelField | undefined {
  return fields.find(({ key, options }) => /^seed$/i.test(key) && options.length === 0);
}

/**
 * The same params with another seed, where the model has one. Models name their params as they like, and some
 * take the seed as text (rivya-api.md 1).
 * @param random 0 ≤ value < 1
 */
export function withNewSeed(fields: readonly ModelField[], params: Params, random: number): Params {
  const seed = seedField(fields);
  if (!seed) return params;
  const [min, max] = [Math.ceil(seed.min ?? 0), Math.floor(seed.max ?? 2_147_483_647)];
  const value = min + Math.floor(random * (max - min + 1));
  return { ...params, [seed.key]: seed.type === 'number' ? value : String(value) };
}
