import * as v from 'valibot';
import type { Log } from '../../base/log.ts';
import { isRecord } from '../../base/json.ts';

/** The value misses something without which it is of no use. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

type ObjectSchema = v.LooseObjectSchema<v.ObjectEntries, undefined>;

/** A value as read, and what of the original did not fit into it. */
interface Reading {
  readonly value: unknown;
  readonly unread?: unknown;
}

// A server that invents names for ever must not fill the memory.
const reportLimit = 500;

/**
 * Reads wire values by a schema, tolerantly: unknown fields are kept, camelCase and other spellings of a
 * known field are taken, an optional field of the wrong type becomes its default, a list loses only the
 * entries that cannot be read. Whatever was not understood is logged once, with its path and never its value;
 * values that had to give way are kept under `unread` in the object that held them.
 */
export class Decoder {
  readonly #log: Log;
  readonly #reported = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * @param name of the value, the root of the logged paths
   * @throws DecodeError when a required field is missing or unreadable
   */
  decode<S extends v.GenericSchema>(schema: S, value: unknown, name: string): v.InferOutput<S> {
    const read = this.#read(schema, value, name);
    if (!read) throw new DecodeError(`${name} is not what the API describes.`);
    return read.value;
  }

  /** Logs something that was not understood, once for each path. */
  report(path: string, problem: string): void {
    const line = `${path}: ${problem}`;
    if (this.#reported.has(line) || this.#reported.size >= reportLimit) return;
    this.#reported.add(line);
    this.#log.info(`Not understood in the API's answer: ${line}`);
  }

  /** @returns undefined when the value does not fit and has no default */
  #read(schema: v.GenericSchema, value: unknown, path: string): Reading | undefined {
    if (isOptional(schema)) {
      if (value === undefined || value === null) return { value: v.getDefault(schema) };
      return this.#read(schema.wrapped, value, path) ?? { value: v.getDefault(schema), unread: value };
    }
    if (isObject(schema)) return this.#readObject(schema.entries, unwrapped(schema, value), path);
    if (isList(schema)) {
      const read = this.#readList(schema.item, value, path);
      const isLost = Array.isArray(read?.value) && read.value.length === 0 && read.unread !== undefined;
      return isLost && v.getMetadata<v.GenericSchema>(schema)['losesNotAll'] === true ? undefined : read;
    }
    const result = v.safeParse(schema, value);
    if (!result.success) {
      this.report(path, `${result.issues[0].expected ?? 'another value'} expected, found ${typeName(value)}`);
      return undefined;
    }
    const known = v.getMetadata(schema)['known'];
    if (Array.isArray(known) && !known.includes(value))
      this.report(path, `new value ${shorten(String(value))}`);
    return { value: result.output };
  }

  #readObject(entries: v.ObjectEntries, value: unknown, path: string): Reading | undefined {
    if (!isRecord(value)) {
      this.report(path, `object expected, found ${typeName(value)}`);
      return undefined;
    }
    const rest = new Map(Object.entries(value));
    const known: [string, unknown][] = [];
    const unread: [string, unknown][] = [];
    for (const [key, schema] of Object.entries(entries)) {
      const spelling = spellings(key, schema).find(each => rest.has(each) && rest.get(each) !== null);
      const read = this.#read(
        schema,
        spelling === undefined ? undefined : rest.get(spelling),
        `${path}.${key}`,
      );
      if (!read) return undefined;
      known.push([key, read.value]);
      if (read.unread !== undefined) unread.push([key, read.unread]);
      rest.delete(spelling ?? key);
    }
    // `object` names the type of an answer and stands on every one.
    for (const key of [...rest.keys()].filter(each => each !== 'object').slice(0, 50))
      this.report(`${path}.${shorten(key)}`, 'new field');
    if (unread.length > 0) known.push(['unread', Object.fromEntries(unread)]);
    return { value: Object.fromEntries([...rest, ...known]) };
  }

  #readList(item: v.GenericSchema, value: unknown, path: string): Reading | undefined {
    if (!Array.isArray(value)) {
      this.report(path, `list expected, found ${typeName(value)}`);
      return undefined;
    }
    const entries: unknown[] = [];
    const unread: unknown[] = [];
    for (const each of value as unknown[]) {
      const read = this.#read(item, each, `${path}[]`);
      if (read) entries.push(read.value);
      else unread.push(each);
    }
    return unread.length > 0 ? { value: entries, unread } : { value: entries };
  }
}

/** Lets a field also be read under other names than its own; each in camelCase too. */
export function also<S extends v.GenericSchema>(
  schema: S,
  ...names: string[]
): v.SchemaWithPipe<readonly [S, v.MetadataAction<v.InferOutput<S>, { names: string[] }>]> {
  return v.pipe(schema, v.metadata({ names }));
}

/** A list that is unreadable when none of its entries can be read: an empty one would say something else. */
export function losingNotAll<S extends v.GenericSchema>(
  schema: S,
): v.SchemaWithPipe<readonly [S, v.MetadataAction<v.InferOutput<S>, { losesNotAll: true }>]> {
  return v.pipe(schema, v.metadata({ losesNotAll: true }));
}

/** JSON numbers lose digits when they are read: an id that did would be another one. */
const anyText = v.union([
  v.string(),
  v.pipe(
    v.number(),
    v.check(each => !Number.isInteger(each) || Number.isSafeInteger(each)),
    v.transform(String),
  ),
]);

/**
 * Lets an object also be read from inside another one, under one of the names; what stands beside it is kept.
 * With `[]` for a name, a bare list counts as an object whose field `data` it is.
 */
export function inEnvelope<S extends v.GenericSchema>(
  schema: S,
  ...envelopes: string[]
): v.SchemaWithPipe<readonly [S, v.MetadataAction<v.InferOutput<S>, { envelopes: string[] }>]> {
  return v.pipe(schema, v.metadata({ envelopes }));
}

const deepestEnvelope = 3;

function unwrapped(schema: v.GenericSchema & ObjectSchema, value: unknown, depth = 1): unknown {
  const names: unknown = v.getMetadata<v.GenericSchema>(schema)['envelopes'];
  if (!Array.isArray(names)) return value;
  const isList = names.includes('[]');
  if (Array.isArray(value)) return isList ? { data: value as unknown } : value;
  if (!isRecord(value)) return value;
  const name = Object.keys(value).find(key => names.includes(key) && isRecord(value[key]));
  if (name === undefined) return value;
  const { [name]: inner, ...rest } = value;
  const others = isRecord(inner) ? inner : {};
  // What is complete is no envelope: an object in it under such a name is another one. A list says beside
  // its entries how it goes on.
  if (hasRequired(schema.entries, value)) return isList ? { ...others, ...rest } : value;
  const opened = { ...rest, ...others };
  return depth < deepestEnvelope && !isList ? unwrapped(schema, opened, depth + 1) : opened;
}

function hasRequired(entries: v.ObjectEntries, value: Record<string, unknown>): boolean {
  const required = Object.entries(entries).filter(
    ([, schema]) => !isOptional(schema) && !v.isOfType('optional', schema),
  );
  return (
    required.length > 0 &&
    required.every(([key, schema]) =>
      spellings(key, schema).some(each => value[each] !== null && v.is(schema, value[each])),
    )
  );
}

/** Required text; a number counts as text, since ids come as either. */
export const requiredText = v.pipe(anyText, v.nonEmpty());
/** Text or null. */
export const text = v.nullish(anyText, null);
/** A finite number, also one written as text. */
export const requiredNumber = v.union([
  v.pipe(v.number(), v.finite()),
  v.pipe(v.string(), v.trim(), v.nonEmpty(), v.transform(Number), v.number(), v.finite()),
]);
/** A finite number or null. */
export const number = v.nullish(requiredNumber, null);
/** False unless it says true. */
export const flag = v.nullish(
  v.union([
    v.boolean(),
    v.pipe(
      v.picklist(['true', 'false']),
      v.transform(each => each === 'true'),
    ),
  ]),
  false,
);
export const textList = v.nullish(v.array(anyText), () => []);
/** Anything; what it holds is read elsewhere, with its own tolerance. */
export const anything = v.nullish(v.unknown(), null);

/** A word of a list that may grow; a word outside the list is kept and logged. */
export function openEnum<const Known extends readonly string[]>(
  known: Known,
): v.GenericSchema<Known[number] | OtherText> {
  return v.pipe(
    v.custom<Known[number] | OtherText>(value => typeof value === 'string', 'text expected'),
    v.metadata({ known: [...known] }),
  );
}

/** `string` that does not swallow the known words beside it in a union. */
export type OtherText = string & Record<never, never>;

function spellings(key: string, schema: v.GenericSchema): string[] {
  const names = v.getMetadata(schema)['names'];
  const all = [key, ...(Array.isArray(names) ? (names as string[]) : [])];
  return all.flatMap(each => [
    each,
    each.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
  ]);
}

// The decoder walks schemas as valibot 1 builds them: by `type`, `wrapped`, `entries` and `item`, which a
// pipe takes over from its first schema. They are typed but not documented as stable, so decode.test.ts holds
// them fast.
function isOptional(schema: v.GenericSchema): schema is v.NullishSchema<v.GenericSchema, unknown> {
  return v.isOfType('nullish', schema);
}

function isObject(schema: v.GenericSchema): schema is ObjectSchema {
  return v.isOfType('loose_object', schema);
}

function isList(schema: v.GenericSchema): schema is v.ArraySchema<v.GenericSchema, undefined> {
  return v.isOfType('array', schema);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

function shorten(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 59)}…` : name);
}
