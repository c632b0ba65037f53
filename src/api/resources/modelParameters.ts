import { isRecord, parseJson } from '../../base/json.ts';
import type { Model } from './models.ts';

export type ModelFieldType = 'select' | 'number' | 'text' | 'boolean' | 'array' | 'unknown';

export interface ModelFieldOption {
  /** As it goes onto the wire. */
  readonly value: string;
  readonly label: string;
}

/** One parameter of a model, ready for a form. A field of type `unknown` is filled in as free text. */
export interface ModelField {
  readonly key: string;
  readonly label: string;
  readonly type: ModelFieldType;
  readonly required: boolean;
  readonly default: string | number | boolean | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly step: number | undefined;
  /** Empty unless the type is `select`. */
  readonly options: readonly ModelFieldOption[];
  readonly description: string | undefined;
}

const fieldTypes: readonly (readonly [ModelFieldType, RegExp])[] = [
  ['array', /^(?:array|list|json|object|multi.*|tags|.*\[\])$/],
  ['boolean', /^(?:bool|boolean|switch|toggle|checkbox)$/],
  ['number', /^(?:number|integer|int|float|double|decimal|range|slider|seed)$/],
  ['select', /^(?:select|enum|dropdown|choice|options?|radio|picklist)$/],
  ['text', /^(?:text|string|str|textarea|multiline|prompt|input|url)$/],
];

/**
 * Reads the params of a model. The keys of an entry are not documented (rivya-api.md 1), so every plausible
 * spelling is taken: a list of entries, entries by name, or a JSON Schema. Entries without a name are left
 * out.
 */
export function modelFields(model: Pick<Model, 'params'>): ModelField[] {
  const fields = entriesOf(model.params).map(entry => readField(entry));
  const known = new Map<string, ModelField>();
  for (const field of fields) if (field && !known.has(field.key)) known.set(field.key, field);
  return [...known.values()];
}

/**
 * Puts the values of a form into the `params` of a request. Values of selects go out as strings, also numbers
 * and booleans, as in the official requests (rivya-api.md 1); numbers as numbers. What is empty is left out.
 * What does not fit its field, or has none, goes out as it is, so that the server can say what it thinks of
 * it.
 */
export function toWireParams(
  fields: readonly ModelField[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const typeOf = new Map(fields.map(field => [field.key, field.type]));
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([key, value]) => [key, toWire(typeOf.get(key), value)]),
  );
}

function toWire(type: ModelFieldType | undefined, value: unknown): unknown {
  switch (type) {
    case 'select':
      return isScalar(value) ? String(value) : value;
    case 'number':
      return readNumber(value) ?? value;
    case 'boolean':
      return readBoolean(value) ?? value;
    case 'array': {
      const parsed = typeof value === 'string' ? parseJson(value) : value;
      return typeof parsed === 'object' ? parsed : value;
    }
    case 'text':
      return isScalar(value) ? String(value) : value;
    case 'unknown':
    case undefined:
      return value;
  }
}

/** The entries of whichever container holds them, each with its name and whether a schema requires it. */
function entriesOf(params: unknown): Record<string, unknown>[] {
  if (Array.isArray(params)) return params.map((each: unknown) => (isRecord(each) ? each : { key: each }));
  if (!isRecord(params)) return [];
  const properties = isRecord(params['properties']) ? params['properties'] : params;
  const required: unknown[] = Array.isArray(params['required']) ? params['required'] : [];
  return Object.entries(properties)
    .filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]))
    .map(([key, entry]) => ({ key, ...(required.includes(key) ? { required: true } : {}), ...entry }));
}

function readField(entry: Record<string, unknown>): ModelField | undefined {
  const key = firstText(entry, 'key', 'name', 'id', 'param', 'field')?.replace(/^params\./, '');
  if (key === undefined) return undefined;
  const range = readRange(entry['range']);
  const options = readOptions(
    first(entry, 'options', 'choices', 'enum', 'values', 'allowed_values', 'allowedValues'),
  );
  const type = readType(
    firstText(entry, 'type', 'kind', 'input_type', 'inputType', 'control'),
    options.length > 0,
  );
  return {
    key,
    label: firstText(entry, 'label', 'title', 'display_name', 'displayName') ?? key,
    type,
    required: readBoolean(first(entry, 'required', 'is_required', 'isRequired')) ?? false,
    default: readDefault(first(entry, 'default', 'defaultValue', 'default_value'), type),
    min: readNumber(first(entry, 'min', 'minimum')) ?? range.min,
    max: readNumber(first(entry, 'max', 'maximum')) ?? range.max,
    step: readNumber(first(entry, 'step', 'multipleOf', 'increment')) ?? range.step,
    options: type === 'select' ? options : [],
    description: firstText(entry, 'description', 'help', 'hint'),
  };
}

function readType(name: string | undefined, hasOptions: boolean): ModelFieldType {
  const word = name?.toLowerCase();
  const type = fieldTypes.find(([, pattern]) => word !== undefined && pattern.test(word))?.[0];
  // A list to choose several of is no select; for anything else, options to choose from say more than the
  // word.
  if (hasOptions && type !== 'array') return 'select';
  // A select that names no options can still be filled in by someone who knows them.
  return type === 'select' ? 'text' : (type ?? 'unknown');
}

function readOptions(options: unknown): ModelFieldOption[] {
  // `{ "1:1": "Square" }` is read as value and label.
  const list: unknown[] = Array.isArray(options)
    ? options
    : isRecord(options)
      ? Object.entries(options).map(([value, label]) => ({ value, label }))
      : [];
  const read = list.flatMap(option => {
    const value = isRecord(option) ? first(option, 'value', 'id', 'key', 'name') : option;
    if (!isScalar(value)) return [];
    const label = isRecord(option) ? firstText(option, 'label', 'name', 'title', 'display_name') : undefined;
    return [{ value: String(value), label: label ?? String(value) }];
  });
  return [...new Map(read.map(option => [option.value, option])).values()];
}

function readDefault(value: unknown, type: ModelFieldType): ModelField['default'] {
  if (value === '' || !isScalar(value)) return undefined;
  if (type === 'select' || type === 'text') return String(value);
  if (type === 'number') return readNumber(value);
  if (type === 'boolean') return readBoolean(value);
  return value;
}

/** `{min,max,step}`, `[min,max]`, or the notation of the model pages, `min 0 / max 1 / step 0.05`. */
function readRange(range: unknown): {
  min?: number | undefined;
  max?: number | undefined;
  step?: number | undefined;
} {
  if (Array.isArray(range))
    return { min: readNumber(range[0]), max: readNumber(range[1]), step: readNumber(range[2]) };
  if (isRecord(range)) {
    return { min: readNumber(range['min']), max: readNumber(range['max']), step: readNumber(range['step']) };
  }
  if (typeof range !== 'string') return {};
  const part = (name: string): number | undefined =>
    readNumber(new RegExp(`\\b${name}\\s*[:=]?\\s*(-?[\\d.]+)`, 'i').exec(range)?.[1]);
  return { min: part('min'), max: part('max'), step: part('step') };
}

function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'yes' || value === 1) return true;
  return value === 'false' || value === 'no' || value === 0 ? false : undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function first(entry: Record<string, unknown>, ...keys: string[]): unknown {
  return keys.map(key => entry[key]).find(value => value !== undefined && value !== null);
}

function firstText(entry: Record<string, unknown>, ...keys: string[]): string | undefined {
  return keys
    .map(key => entry[key])
    .find((value): value is string => typeof value === 'string' && value !== '');
}
