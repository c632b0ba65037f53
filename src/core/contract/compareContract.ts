import { contract as ours, type ContractOperation, type ContractSchema } from '../../shared/openapi.ts';
import { listOf, recordOf, resolved, shapeOf, type SchemaShape } from './schemaShape.ts';

/**
 * What a difference means: something of ours will fail; something is not as we describe it, but works;
 * something we could use.
 */
export type Grade = 'breaks' | 'differs' | 'new';

/** Where a field stands: in what we send, in what we get, or in an error. */
export type Side = 'request' | 'answer' | 'error';

interface Place {
  readonly grade: Grade;
  /** Such as `POST /generations`; empty for errors, which are the same everywhere. */
  readonly operation: string;
}

interface FieldPlace extends Place {
  readonly side: Side;
  /** A path such as `result.urls[]`; empty for the whole body. */
  readonly field: string;
}

/** One way in which the live description is not ours. The words for it are the surface's. */
export type Difference =
  | (Place & { readonly kind: 'operationMissing' | 'operationNew' | 'answerUndescribed' })
  | (Place & { readonly kind: 'parameterMissing' | 'parameterRequired'; readonly name: string })
  | (Place & { readonly kind: 'mediaTypeMissing'; readonly side: Side; readonly mediaType: string })
  | (FieldPlace & { readonly kind: 'fieldMissing' | 'fieldRequired' | 'fieldOptional' | 'fieldNew' })
  | (FieldPlace & { readonly kind: 'fieldRenamed' | 'fieldInside'; readonly name: string })
  | (FieldPlace & { readonly kind: 'fieldRetyped'; readonly expected: string; readonly found: string })
  | (FieldPlace & { readonly kind: 'wordsMissing' | 'wordsNew'; readonly words: readonly string[] });

export interface Comparison {
  /** False when the value is no OpenAPI document: then nothing was compared. */
  readonly readable: boolean;
  /** What the live document calls its version. */
  readonly version: string | undefined;
  /** How many operations we rely on. */
  readonly operations: number;
  readonly differences: readonly Difference[];
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/**
 * Compares a live OpenAPI document with what we rely on (`src/shared/openapi.ts`). Pure; never throws,
 * whatever the document is.
 */
export function compareContract(live: unknown): Comparison {
  const paths = Object.entries(recordOf(recordOf(live)['paths']));
  const info = recordOf(recordOf(live)['info']);
  const version = typeof info['version'] === 'string' ? info['version'] : undefined;
  const known = Object.entries(ours.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  if (paths.length === 0) return { readable: false, version, operations: known.length, differences: [] };
  const byPath = new Map(paths.map(([path, item]) => [plainPath(path), resolved(item, live)]));
  const comparer = new Comparer(live);
  const used = new Set<string>();
  for (const { method, path, operation } of known) {
    used.add(`${method} ${plainPath(path)}`);
    comparer.operation(`${method.toUpperCase()} ${path}`, operation, byPath.get(plainPath(path)), method);
  }
  for (const [path, item] of paths) {
    for (const method of methods) {
      if (used.has(`${method} ${plainPath(path)}`) || !(method in recordOf(resolved(item, live)))) continue;
      comparer.add({ kind: 'operationNew', grade: 'new', operation: `${method.toUpperCase()} ${path}` });
    }
  }
  return { readable: true, version, operations: known.length, differences: comparer.differences };
}

/**
 * Paths are the same whatever their parameters are called, and whether or not the server's URL holds the
 * prefix.
 */
function plainPath(path: string): string {
  return path
    .replace(/^\/?api\/v1(?=\/)/, '')
    .replace(/\{[^}]*\}/g, '{}')
    .replace(/(?<=.)\/$/, '');
}

/** What is compared, on its way down into a body. */
interface Step {
  readonly operation: string;
  readonly side: Side;
  readonly field: string;
  /** Whether we cannot do without it. */
  readonly required: boolean;
}

class Comparer {
  readonly #live: unknown;
  readonly #found = new Map<string, Difference>();

  constructor(live: unknown) {
    this.#live = live;
  }

  get differences(): readonly Difference[] {
    return [...this.#found.values()];
  }

  /** Each once: errors are described anew with every operation. */
  add(difference: Difference): void {
    this.#found.set(JSON.stringify(difference), difference);
  }

  operation(name: string, our: ContractOperation, item: unknown, method: string): void {
    const pathItem = recordOf(item);
    const live = recordOf(pathItem[method]);
    if (!(method in pathItem)) {
      this.add({ kind: 'operationMissing', grade: 'breaks', operation: name });
      return;
    }
    this.#parameters(name, our, [...listOf(pathItem['parameters']), ...listOf(live['parameters'])]);
    this.#requestBody(name, our, live);
    this.#answer(name, our, recordOf(live['responses']));
    this.#errors(recordOf(live['responses']));
  }

  #parameters(operation: string, our: ContractOperation, list: readonly unknown[]): void {
    const live = list.map(each => recordOf(resolved(each, this.#live)));
    const word = (value: unknown): string => (typeof value === 'string' ? value.toLowerCase() : '');
    const nameOf = (parameter: { readonly name?: unknown; readonly in?: unknown }): string =>
      `${word(parameter.in)} ${word(parameter.name)}`;
    const found = new Set(live.map(nameOf));
    const sent = new Set(our.parameters.map(nameOf));
    for (const parameter of our.parameters) {
      // The names of path parameters do not travel.
      if (parameter.in === 'path' || found.has(nameOf(parameter))) continue;
      this.add({ kind: 'parameterMissing', grade: 'differs', operation, name: parameter.name });
    }
    for (const parameter of live) {
      const { name } = parameter;
      if (parameter['required'] !== true || parameter['in'] === 'path' || typeof name !== 'string') continue;
      if (/^authorization$/i.test(name)) continue;
      const grade = sent.has(nameOf(parameter)) ? 'differs' : 'breaks';
      this.add({ kind: 'parameterRequired', grade, operation, name });
    }
  }

  #requestBody(operation: string, our: ContractOperation, live: Fields): void {
    const [type, { schema } = {}] = Object.entries(our.requestBody?.content ?? {})[0] ?? [];
    const body = recordOf(resolved(live['requestBody'], this.#live));
    const step: Step = { operation, side: 'request', field: '', required: true };
    if (type === undefined || !schema) {
      if (body['required'] === true) this.add({ ...step, kind: 'fieldRequired', grade: 'breaks' });
      return;
    }
    const content = recordOf(body['content']);
    if (Object.keys(content).length === 0) return;
    const found = mediaOf(content, type);
    if (found) this.#value(step, schema, recordOf(found)['schema']);
    else this.add({ kind: 'mediaTypeMissing', grade: 'breaks', operation, side: 'request', mediaType: type });
  }

  #answer(operation: string, our: ContractOperation, responses: Fields): void {
    const expected = our.responses['2XX'];
    const [type, { schema } = {}] =
      Object.entries((expected && 'content' in expected ? expected.content : undefined) ?? {})[0] ?? [];
    if (type === undefined || !schema) return;
    const contents = Object.keys(responses)
      .filter(status => status.startsWith('2'))
      .toSorted()
      .map(status => recordOf(recordOf(resolved(responses[status], this.#live))['content']))
      .filter(content => Object.keys(content).length > 0);
    const [first] = contents;
    if (!first) {
      this.add({ kind: 'answerUndescribed', grade: 'differs', operation });
      return;
    }
    const media = contents.map(content => mediaOf(content, type)).find(each => each !== undefined);
    if (media === undefined) {
      this.add({ kind: 'mediaTypeMissing', grade: 'breaks', operation, side: 'answer', mediaType: type });
    } else if (type === 'application/json') {
      this.#value(
        { operation, side: 'answer', field: '', required: true },
        schema,
        recordOf(media)['schema'],
      );
    }
  }

  #errors(responses: Fields): void {
    const step: Step = { operation: '', side: 'error', field: '', required: true };
    for (const [status, response] of Object.entries(responses)) {
      if (!/^(?:[45]|default$)/.test(status)) continue;
      const content = recordOf(recordOf(resolved(response, this.#live))['content']);
      const media = mediaOf(content, 'application/json');
      if (media === undefined) continue;
      this.#value(step, { $ref: '#/components/schemas/ErrorBody' }, recordOf(media)['schema']);
    }
  }

  #value(step: Step, schema: ContractSchema, live: unknown): void {
    const our = resolved(schema, ours) as ContractSchema;
    const shape = shapeOf(live, this.#live);
    // A schema that says nothing contradicts nothing, except where a whole answer should be described.
    if (isEmpty(shape)) {
      if (step.field === '' && step.side === 'answer')
        this.add({ kind: 'answerUndescribed', grade: 'differs', operation: step.operation });
      return;
    }
    const data = our.properties?.['data'];
    if (step.field === '' && data && shape.types.has('array') && !shape.types.has('object')) {
      // The client takes a bare list for the list in `data`.
      this.add({ ...step, ...place(step), kind: 'fieldMissing', field: 'data', grade: 'differs' });
      this.#value({ ...step, field: 'data' }, data, live);
      return;
    }
    if (!this.#sameType(step, our, shape)) return;
    if (step.side !== 'request' && step.required && shape.nullable && !mayBeNull(our))
      this.add({ ...place(step), kind: 'fieldOptional', grade: 'differs' });
    this.#words(step, our, shape);
    if (our.items && shape.items !== undefined)
      this.#value({ ...step, field: `${step.field}[]` }, our.items, shape.items);
    if (our.properties && shape.properties.size > 0) this.#properties(step, our, shape);
  }

  #sameType(step: Step, our: ContractSchema, shape: SchemaShape): boolean {
    const expected = typesOf(our);
    if (expected.size === 0 || shape.types.size === 0) return true;
    const fits =
      step.side === 'request' ? expected.isSubsetOf(shape.types) : shape.types.isSubsetOf(expected);
    if (fits) return true;
    // The client reads numbers from text and text from numbers.
    const readable =
      step.side !== 'request' && shape.types.isSubsetOf(scalars) && expected.isSubsetOf(scalars);
    const grade = step.required && !readable ? 'breaks' : 'differs';
    const found = [...shape.types].join(' | ');
    this.add({ ...place(step), kind: 'fieldRetyped', grade, expected: [...expected].join(' | '), found });
    return !expected.isDisjointFrom(shape.types);
  }

  #words(step: Step, our: ContractSchema, shape: SchemaShape): void {
    const known = new Set(our.enum ?? our['x-extensible-enum']);
    if (known.size === 0 || !shape.words) return;
    const gone = [...known.difference(shape.words)];
    const more = [...shape.words.difference(known)];
    // Codes of errors are free text to us; their status says what to do.
    const grade = step.required && step.side !== 'error' ? 'breaks' : 'differs';
    if (gone.length > 0) this.add({ ...place(step), kind: 'wordsMissing', grade, words: gone });
    if (more.length > 0) this.add({ ...place(step), kind: 'wordsNew', grade: 'new', words: more });
  }

  #properties(step: Step, our: ContractSchema, shape: SchemaShape): void {
    const envelope = this.#envelope(our, shape);
    if (envelope !== undefined) {
      this.add({ ...place(step), kind: 'fieldInside', grade: 'differs', name: envelope });
      this.#value(step, { ...our, 'x-envelopes': [] }, shape.properties.get(envelope));
      return;
    }
    const required = new Set(our.required);
    const read = new Set<string>();
    for (const [name, schema] of Object.entries(our.properties ?? {})) {
      const inner: Step = {
        ...step,
        field: step.field === '' ? name : `${step.field}.${name}`,
        required: step.required && (step.side === 'request' || required.has(name)),
      };
      const spelling =
        step.side === 'request' ? name : spellings(name, schema).find(each => shape.properties.has(each));
      if (spelling === undefined || !shape.properties.has(spelling)) {
        const fails = step.side === 'request' ? shape.closed : inner.required;
        this.add({ ...place(inner), kind: 'fieldMissing', grade: fails ? 'breaks' : 'differs' });
        continue;
      }
      read.add(spelling);
      if (spelling !== name)
        this.add({ ...place(inner), kind: 'fieldRenamed', grade: 'differs', name: spelling });
      // Many documents list no required fields at all, which then says nothing.
      const mayBeAbsent = shape.required.size > 0 && !shape.required.has(spelling);
      if (step.side !== 'request' && required.has(name) && mayBeAbsent)
        this.add({ ...place(inner), kind: 'fieldOptional', grade: 'differs' });
      if (step.side === 'request' && shape.required.has(name) && !required.has(name))
        this.add({ ...place(inner), kind: 'fieldRequired', grade: 'differs' });
      this.#value(inner, schema, shape.properties.get(spelling));
    }
    for (const name of shape.properties.keys()) {
      if (read.has(name)) continue;
      const field = step.field === '' ? name : `${step.field}.${name}`;
      const needed = step.side === 'request' && shape.required.has(name);
      const kind = needed ? 'fieldRequired' : 'fieldNew';
      this.add({ ...place({ ...step, field }), kind, grade: needed ? 'breaks' : 'new' });
    }
  }

  /** The name of an object around the answer that the client takes off. */
  #envelope(our: ContractSchema, shape: SchemaShape): string | undefined {
    const missing = (our.required ?? []).some(
      name => !spellings(name, our.properties?.[name] ?? {}).some(each => shape.properties.has(each)),
    );
    if (!missing) return undefined;
    return our['x-envelopes']?.find(
      name => shapeOf(shape.properties.get(name), this.#live).properties.size > 0,
    );
  }
}

type Fields = Readonly<Record<string, unknown>>;

const scalars: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

function place({ operation, side, field }: Step): Pick<FieldPlace, 'operation' | 'side' | 'field'> {
  return { operation, side, field };
}

function isEmpty({ types, properties, words, items }: SchemaShape): boolean {
  return types.size === 0 && properties.size === 0 && !words && items === undefined;
}

function mayBeNull({ type }: ContractSchema): boolean {
  return type === undefined || [type].flat().includes('null');
}

function typesOf({ type }: ContractSchema): ReadonlySet<string> {
  return new Set([type ?? []].flat().filter(each => each !== 'null'));
}

/** The names under which the client reads a field: its own, in camelCase, and others that are plausible. */
function spellings(name: string, schema: ContractSchema): string[] {
  const camelCase = name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  return [name, camelCase, ...(schema['x-also'] ?? [])];
}

/** The entry for a media type, also one with a parameter, a suffix such as `+json`, or for any type. */
function mediaOf(content: Fields, type: string): unknown {
  const [, subtype = ''] = type.split('/');
  const name = Object.keys(content).find(each => {
    const bare = (each.split(';')[0] ?? '').trim().toLowerCase();
    return bare === type || bare === '*/*' || bare.endsWith(`+${subtype}`);
  });
  return name === undefined ? undefined : content[name];
}
