/**
 * What a JSON Schema says about a value, as far as it matters here: references followed, combinations put
 * together.
 */
export interface SchemaShape {
  /** JSON types without `null`; `integer` is `number`. Empty when the schema does not say. */
  readonly types: ReadonlySet<string>;
  readonly nullable: boolean;
  /** Schemas by name, to be read in turn. */
  readonly properties: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
  /** True when other properties are refused. */
  readonly closed: boolean;
  readonly items: unknown;
  /** The only texts allowed; undefined when any is. */
  readonly words: ReadonlySet<string> | undefined;
}

const anything: SchemaShape = {
  types: new Set(),
  nullable: false,
  properties: new Map(),
  required: new Set(),
  closed: false,
  items: undefined,
  words: undefined,
};

type Fields = Readonly<Record<string, unknown>>;

// A document that nests or branches more says nothing that a person could use.
const deepest = 20;
const mostSchemas = 2_000;

/**
 * Reads a schema of an OpenAPI document, 3.0 or 3.1. What is not understood, a cycle too, counts as anything.
 * Never throws.
 */
export function shapeOf(schema: unknown, document: unknown): SchemaShape {
  return new SchemaReader(document).read(schema, []);
}

/**
 * Follows `$ref`s within the document, also several in a row.
 * @returns undefined where one leads nowhere, or in a circle
 */
export function resolved(value: unknown, document: unknown): unknown {
  let current = value;
  for (let step = 0; step < deepest; step++) {
    const reference = recordOf(current)['$ref'];
    if (typeof reference !== 'string') return current;
    current = pointedAt(reference, document);
  }
  return undefined;
}

export function recordOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A JSON pointer (RFC 6901) into the document. */
function pointedAt(reference: string, document: unknown): unknown {
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((place, part) => {
      const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const fields: unknown = place;
      return typeof fields === 'object' && fields !== null && Object.hasOwn(fields, name)
        ? (fields as Fields)[name]
        : undefined;
    }, document);
}

/** Undoes the percent encoding where it is one of ASCII; other text stays as it is. */
function decoded(part: string): string {
  return /^(?:[^%]|%[0-7][\dA-Fa-f])*$/.test(part) ? decodeURIComponent(part) : part;
}

class SchemaReader {
  readonly #document: unknown;
  #left = mostSchemas;

  constructor(document: unknown) {
    this.#document = document;
  }

  read(schema: unknown, within: readonly unknown[]): SchemaShape {
    this.#left -= 1;
    const target = resolved(schema, this.#document);
    // A schema that is part of itself adds nothing the second time.
    if (this.#left < 0 || within.length > deepest || within.includes(target)) return anything;
    const fields = recordOf(target);
    const inside = [...within, target];
    const part = (value: unknown): SchemaShape => this.read(value, inside);
    const choices = ['anyOf', 'oneOf'].flatMap(key => {
      const list = listOf(fields[key]);
      return list.length > 0 ? [list.map(part).reduce(either)] : [];
    });
    const all = listOf(fields['allOf']).map(part);
    // Beside a reference 3.1 allows more; 3.0 ignores it, so that taking it does no harm.
    const beside = target === schema ? [] : [own({ ...recordOf(schema), $ref: undefined })];
    return [own(fields), ...all, ...choices, ...beside].reduce(both);
  }
}

/** What a schema says without those that it is combined with. */
function own(fields: Fields): SchemaShape {
  const named = (Array.isArray(fields['type']) ? listOf(fields['type']) : [fields['type']]).filter(
    each => typeof each === 'string',
  );
  const values =
    'const' in fields ? [fields['const']] : listOf(fields['enum'] ?? fields['x-extensible-enum']);
  const texts = values.filter(each => typeof each === 'string');
  const properties = new Map(Object.entries(recordOf(fields['properties'])));
  const types = new Set(
    named.filter(each => each !== 'null').map(each => (each === 'integer' ? 'number' : each)),
  );
  if (types.size === 0 && !named.includes('null')) {
    if (properties.size > 0) types.add('object');
    else if ('items' in fields) types.add('array');
    else if (texts.length > 0 && texts.length === values.filter(each => each !== null).length)
      types.add('string');
  }
  return {
    types,
    nullable: fields['nullable'] === true || named.includes('null') || values.includes(null),
    properties,
    required: new Set(listOf(fields['required']).filter(each => typeof each === 'string')),
    closed: fields['additionalProperties'] === false,
    items: fields['items'],
    words: texts.length > 0 ? new Set(texts) : undefined,
  };
}

/** A value that fulfils both. */
function both(one: SchemaShape, other: SchemaShape): SchemaShape {
  return {
    types:
      one.types.size === 0 || other.types.size === 0
        ? one.types.union(other.types)
        : one.types.intersection(other.types),
    nullable: one.nullable || other.nullable,
    properties: merged(one.properties, other.properties, 'allOf'),
    required: one.required.union(other.required),
    closed: one.closed || other.closed,
    items: one.items ?? other.items,
    words: one.words && other.words ? one.words.intersection(other.words) : (one.words ?? other.words),
  };
}

/** A value that fulfils one of the two. */
function either(one: SchemaShape, other: SchemaShape): SchemaShape {
  // `anyOf: [X, {type: null}]` is how 3.1 says that X may be null.
  const onlyNull = (shape: SchemaShape): boolean =>
    shape.nullable && shape.types.size === 0 && shape.properties.size === 0 && !shape.words;
  if (onlyNull(other)) return { ...one, nullable: true };
  if (onlyNull(one)) return { ...other, nullable: true };
  const known = one.types.size > 0 && other.types.size > 0;
  return {
    types: known ? one.types.union(other.types) : new Set(),
    nullable: one.nullable || other.nullable,
    properties: merged(one.properties, other.properties, 'anyOf'),
    required: one.required.intersection(other.required),
    closed: one.closed && other.closed,
    items: one.items ?? other.items,
    words: one.words && other.words ? one.words.union(other.words) : undefined,
  };
}

function merged(
  one: ReadonlyMap<string, unknown>,
  other: ReadonlyMap<string, unknown>,
  how: 'allOf' | 'anyOf',
): ReadonlyMap<string, unknown> {
  const all = new Map(one);
  for (const [name, schema] of other) {
    const known = all.get(name);
    all.set(name, known === undefined || known === schema ? schema : { [how]: [known, schema] });
  }
  return all;
}
