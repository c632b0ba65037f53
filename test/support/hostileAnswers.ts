import fc from 'fast-check';
import { contract, type ContractSchema } from '../../src/shared/openapi.ts';

type Fields = Record<string, unknown>;

/** What the client must make of an answer: a value that has all of this, or an error that does. */
export type Truth = { readonly value: unknown } | { readonly error: Fields };

export interface HostileAnswer {
  /** What was done to it. */
  readonly how: string;
  readonly response: () => Response;
  readonly truth: Truth;
}

export interface Operation {
  readonly id: string;
  readonly paid: boolean;
  /** The fields of the answer without which nothing can be told. */
  readonly needs: readonly string[];
  /** The same of each entry of a list. */
  readonly entryNeeds?: string;
  readonly schema: ContractSchema | undefined;
}

// prettier-ignore
const words = ['a', 'fox', 'लोमड़ी', '🦊', 'null', 'true', '0', '<b>', '[x](command:y)', '"quoted"', 'back\\slash', '$(icon)', 'data:', '}', '%00', 'é'];
const phrase = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 })
  .map(each => each.join(' '));
const amount = fc.oneof(
  fc.nat(1_000_000),
  fc.nat(1_000).map(each => each / 2),
);

/** A secret that some answers echo. */
export const secret = 'rvya_sk_hostile_0123456789';

export function resolved(schema: ContractSchema): ContractSchema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (contract.components.schemas[name] ?? {});
}

/** A true answer: all that must be there, and some of what may be. */
function wireOf(reference: ContractSchema): fc.Arbitrary<unknown> {
  const schema = resolved(reference);
  const types = [schema.type ?? 'nothing'].flat();
  const whole = ((): fc.Arbitrary<unknown> => {
    switch (types[0]) {
      case 'object': {
        const fields = Object.entries(schema.properties ?? {}).map(([name, each]) => [name, wireOf(each)]);
        const requiredKeys = [...(schema.required ?? [])];
        return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
          requiredKeys,
          noNullPrototype: true,
        });
      }
      case 'array':
        return fc.array(wireOf(schema.items ?? {}), { maxLength: 4 });
      case 'number':
        return amount;
      case 'boolean':
        return fc.boolean();
      case 'string': {
        const known = schema['x-extensible-enum'] ?? schema.enum;
        if (schema.format === 'date-time') return fc.constant('2026-05-11T08:00:00.000Z');
        return known ? fc.constantFrom(...known, 'a_new_word') : phrase;
      }
      default:
        return fc.constantFrom(null, 1, 'x', { a: [1] });
    }
  })();
  return types.includes('null') ? fc.oneof({ weight: 3, arbitrary: whole }, fc.constant(null)) : whole;
}

/** What of a true answer the client has to give, under the same names. */
function expected(reference: ContractSchema, wire: unknown): unknown {
  const schema = resolved(reference);
  const type = [schema.type ?? 'nothing'].flat()[0];
  if (Array.isArray(wire)) return wire.map(each => expected(schema.items ?? {}, each));
  if (type !== 'object' || typeof wire !== 'object' || wire === null) return wire;
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, each]) => {
    const value = (wire as Fields)[name];
    // What the client hands on unread, or reads elsewhere.
    const isOpen = resolved(each).type === undefined || name === 'params' || name === 'notices';
    return value === undefined || value === null || isOpen ? [] : [[name, expected(each, value)] as const];
  });
  const fields: Fields = Object.fromEntries(entries);
  if (Array.isArray(fields['urls']) && schema.properties?.['primary_url']) {
    const { primary_url: first, urls } = fields as { primary_url?: string; urls: string[] };
    const all = [...new Set([...(first === undefined ? [] : [first]), ...urls])];
    return { urls: all, primary_url: all[0] ?? null };
  }
  return fields;
}

/** How a body leaves the server. */
interface Sent {
  readonly text: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Bytes of each piece. */
  readonly piece?: number;
  /** Whether the connection breaks behind it. */
  readonly breaks?: boolean;
}

/** @param size bytes of each piece */
export function inPieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

/** A body that comes piece by piece. @param breaks whether the connection breaks behind it */
export function bodyOf(pieces: readonly Uint8Array[], breaks: boolean): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream<Uint8Array>({
    // All at once, an error would overtake the pieces.
    pull(controller) {
      const piece = pieces[next++];
      if (piece) controller.enqueue(piece);
      else if (breaks) controller.error(new TypeError('terminated'));
      else controller.close();
    },
  });
}

function responseOf({ text, status = 200, headers = {}, piece = 1_000, breaks = false }: Sent): Response {
  const bytes = new TextEncoder().encode(text);
  const isEmpty = [204, 205, 304].includes(status);
  return new Response(isEmpty ? null : bodyOf(inPieces(bytes, piece), breaks), { status, headers });
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** Changes of a body that change nothing about what it says. */
const harmless: Readonly<Record<string, (body: Fields, schema: ContractSchema) => Fields>> = {
  'new fields': body => ({
    x_new: { id: 'other', status: 'failed' },
    ...body,
    metadata: { id: 'other', urls: ['https://elsewhere.example/'], current_credits: 0 },
  }),
  'an object under the name of an envelope': (body, schema) => {
    const name = schema['x-envelopes']?.find(each => !(each in body));
    const other = { id: 'other', status: 'failed', final_credits: 99, current_credits: 0, url: 'other' };
    return name === undefined ? body : { [name]: other, ...body };
  },
  'another order': body => Object.fromEntries(Object.entries(body).toReversed()),
  'other spellings': (body, schema) =>
    Object.fromEntries(
      Object.entries(body).map(([name, value]) => {
        const also = schema.properties?.[name]?.['x-also']?.find(each => !(each in body));
        return [also ?? name, value];
      }),
    ),
  'camel case': (body, schema) =>
    Object.fromEntries(
      Object.entries(body).map(([name, value]) => [
        name in (schema.properties ?? {}) ? camelCase(name) : name,
        value,
      ]),
    ),
  'nothing said as null': (body, schema) => ({
    ...Object.fromEntries(Object.keys(schema.properties ?? {}).map(name => [name, null])),
    ...body,
  }),
  'numbers as texts': (body, schema) =>
    Object.fromEntries(
      Object.entries(body).map(([name, value]) => [
        name,
        typeof value === 'number' && schema.properties?.[name]?.type !== undefined ? String(value) : value,
      ]),
    ),
  'an envelope': (body, schema) => {
    const name = schema['x-envelopes']?.[0];
    return name === undefined ? body : { object: 'answer', [name]: body };
  },
};
// An envelope comes last: what follows would change it, not what is in it.
const harmlessNames = Object.keys(harmless).filter(name => name !== 'an envelope');

function harmlessAnswer(schema: ContractSchema, wire: Fields): fc.Arbitrary<HostileAnswer> {
  const value = expected(schema, wire);
  const options = fc.record({
    names: fc.subarray(harmlessNames),
    enveloped: fc.boolean(),
    blanks: fc.constantFrom(undefined, 2, '\t'),
    mark: fc.constantFrom('', '\ufeff', '  \r\n'),
    piece: fc.constantFrom(1, 7, 1_000),
    contentType: fc.constantFrom('application/json', 'text/html', 'application/problem+json', ''),
    status: fc.constantFrom(200, 201, 202),
  });
  return options.map(({ names, enveloped, blanks, mark, piece, contentType, status }) => {
    // In an envelope, an object under the name of another one could only be told by its fields.
    const chosen = enveloped ? [...names.filter(name => !name.includes('envelope')), 'an envelope'] : names;
    const body = chosen.reduce((changed, name) => harmless[name]?.(changed, schema) ?? changed, wire);
    const text = mark + JSON.stringify(body, undefined, blanks);
    const headers: Record<string, string> = contentType === '' ? {} : { 'content-type': contentType };
    return {
      how: ['harmless', ...chosen].join(', '),
      response: () => responseOf({ text, headers, piece, status }),
      truth: { value },
    };
  });
}

const page = '<!doctype html><html><title>Sign in</title></html>';

/** Answers with a status of success that say nothing of what was asked. */
function damagedAnswer(operation: Operation, wire: Fields): fc.Arbitrary<HostileAnswer> {
  const { needs, paid } = operation;
  const unreadable: Truth = {
    error: { kind: 'protocol', code: 'response_unreadable', isRivyasWord: false, mayHaveBeenCharged: paid },
  };
  const broken: Truth = {
    error: { kind: 'network', code: 'connection_lost', isRivyasWord: false, mayHaveBeenCharged: paid },
  };
  const text = JSON.stringify(wire);
  const made = (how: string, sent: Sent, truth: Truth = unreadable): HostileAnswer => ({
    how,
    response: () => responseOf(sent),
    truth,
  });
  const cut = fc.integer({ min: 1, max: Math.max(1, text.length - 1) });
  const always: fc.Arbitrary<HostileAnswer>[] = [
    fc
      .constantFrom(page, 'OK', '{', `${text}}`, `${text} ${text}`, `<!-- --> ${text}`)
      .map(each => made('no JSON', { text: each })),
    cut.map(at => made('cut off', { text: text.slice(0, at) })),
    cut.map(at => made('broken off', { text: text.slice(0, at), breaks: true }, broken)),
    fc.constant(made('broken off behind its end', { text, breaks: true }, broken)),
    fc.constantFrom('insufficient_credits', 'internal_error', 'a_new_code').map(code =>
      made('an error under a status of success', {
        text: JSON.stringify({ error: { code, message: 'So it is', requestId: 'req_1' } }),
      }),
    ),
  ];
  if (needs.length === 0) return fc.oneof(...always);
  const of = (name: string): unknown[] => {
    if (name === 'current_credits') return ['many', '', ' ', {}, [], true, null, 'NaN', 'Infinity'];
    if (name === 'status') return [5, {}, [], null, true];
    if (name === 'message') return ['text', [], 7, null, {}, { role: 'assistant' }];
    if (name === 'data') return ['text', 7, null, true, [7], ['text', []]];
    return ['', {}, [], true, null];
  };
  const bigId = text.replace(/"id":"(?:[^"\\]|\\.)*"/, '"id":12345678901234567891');
  return fc.oneof(
    ...always,
    // A bare list may be one, but not when nothing in it can be read.
    fc
      .constantFrom('', 'null', '7', '"text"', 'true', '{}', '[7]')
      .map(each => made('other JSON', { text: each })),
    fc.constantFrom(...needs).map(name => {
      const rest = Object.entries(wire).filter(([each]) => each !== name);
      return made(`without ${name}`, { text: JSON.stringify(Object.fromEntries(rest)) });
    }),
    fc
      .constantFrom(...needs)
      .chain(name => fc.constantFrom(...of(name)).map(value => [name, value] as const))
      .map(([name, value]) =>
        made(`${name} ${JSON.stringify(value)}`, { text: JSON.stringify({ ...wire, [name]: value }) }),
      ),
    fc.constant(
      needs.includes('id') && bigId !== text
        ? made('an id whose digits get lost', { text: bigId })
        : made('nothing', { text: '' }),
    ),
  );
}

/** A list of which one entry cannot be read: the others are. */
function holedList({ schema = {}, entryNeeds = '' }: Operation, wire: Fields): fc.Arbitrary<HostileAnswer> {
  const entries = wire['data'] as Fields[];
  const hole = fc.constantFrom<unknown>(null, 7, 'text', [], { [entryNeeds]: {} }, {});
  return fc.tuple(fc.nat(entries.length), hole).map(([at, value]) => ({
    how: `a list with ${JSON.stringify(value)} in it`,
    response: () =>
      responseOf({ text: JSON.stringify({ ...wire, data: entries.toSpliced(at, 0, value as Fields) }) }),
    // Of a list of which nothing can be read, nobody knows what was in it.
    truth:
      entries.length === 0
        ? { error: { kind: 'protocol', code: 'response_unreadable', isRivyasWord: false } }
        : { value: expected(schema, wire) },
  }));
}

/** rivya-api.md 8, with the kind that says what to do. */
// prettier-ignore
const documented = [
  [400, 'validation_failed', 'validation'], [400, 'webhook_url_rejected', 'validation'],
  [400, 'chat_model_not_supported', 'validation'], [400, 'chat_attachment_not_supported', 'validation'],
  [401, 'api_key_missing', 'authentication'], [401, 'api_key_invalid', 'authentication'],
  [401, 'api_key_revoked', 'authentication'], [401, 'api_key_expired', 'authentication'],
  [402, 'insufficient_credits', 'credits'], [403, 'api_scope_denied', 'scope'], [404, 'not_found', 'notFound'],
  [409, 'chat_session_conflict', 'conflict'], [409, 'idempotency_conflict', 'conflict'],
  [429, 'rate_limited', 'rateLimit'], [500, 'internal_error', 'unavailable'],
  [503, 'public_api_disabled', 'unavailable'], [418, 'a_new_code', 'validation'], [502, 'a_new_code', 'unavailable'],
] as const;

function ownError({ paid }: Operation): fc.Arbitrary<HostileAnswer> {
  const options = fc.record({
    entry: fc.constantFrom(...documented),
    message: phrase,
    echo: fc.boolean(),
    seconds: fc.option(fc.nat(1_000), { nil: undefined }),
    piece: fc.constantFrom(1, 1_000),
  });
  return options.map(({ entry: [status, code, kind], message, echo, seconds, piece }) => {
    const said = echo ? `${message} (key ${secret})` : message;
    const text = JSON.stringify({ error: { code, message: said, requestId: 'req_1' } });
    const headers: Record<string, string> = seconds === undefined ? {} : { 'retry-after': String(seconds) };
    return {
      how: `Rivya's ${status} ${code}`,
      response: () => responseOf({ text, status, headers, piece }),
      truth: {
        error: {
          ...{ kind, code, status, isRivyasWord: true, requestId: 'req_1' },
          ...(!echo && { message }),
          retryAfterMs: seconds === undefined ? undefined : Math.min(seconds * 1_000, 300_000),
          mayHaveBeenCharged: paid && status >= 500 && code !== 'public_api_disabled',
        },
      },
    };
  });
}

const kindOfForeign = (status: number): string =>
  (({ 401: 'authentication', 402: 'credits', 403: 'scope', 404: 'notFound', 405: 'protocol', 407: 'network', 408: 'timeout', 409: 'conflict', 410: 'notFound', 429: 'rateLimit' }) as Record<number, string>)[status] ?? // prettier-ignore
  (status >= 500 ? 'unavailable' : 'validation');

// prettier-ignore
const foreignStatuses = [400, 401, 402, 403, 404, 405, 407, 408, 409, 410, 411, 413, 415, 421, 422, 425, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 511, 520, 524, 530, 599];
const foreignBodies = [
  page,
  '',
  'default backend - 404',
  '{"message":"Forbidden"}',
  '{"error":"Not Found"}',
  '{"error":{"message":"Too many"}}',
  '{"error":{"code":7,"message":"x"}}',
  '{"errors":[{"detail":"x"}]}',
  '{"timestamp":1,"status":404,"path":"/api"}',
  '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
  '{"error":{"code":"not_fou',
  '[]',
  'null',
];

function foreignError({ paid }: Operation): fc.Arbitrary<HostileAnswer> {
  const options = fc.record({
    status: fc.constantFrom(...foreignStatuses),
    text: fc.constantFrom(...foreignBodies),
    piece: fc.constantFrom(1, 1_000),
  });
  return options.map(({ status, text, piece }) => {
    const hasCode = text.includes('"code":7');
    return {
      how: `${status} of something between: ${text}`,
      response: () => responseOf({ text, status, piece }),
      truth: {
        error: {
          ...{ status, isRivyasWord: false, kind: kindOfForeign(status) },
          ...(!hasCode && { code: `http_${status}` }),
          mayHaveBeenCharged: paid && status !== 429,
        },
      },
    };
  });
}

function redirect(): fc.Arbitrary<HostileAnswer> {
  return fc.constantFrom(301, 302, 303, 307, 308).map(status => ({
    how: `a redirect, ${status}`,
    response: () => responseOf({ text: '', status, headers: { location: 'https://login.example/' } }),
    truth: { error: { kind: 'protocol', code: 'redirect_refused', status, isRivyasWord: false } },
  }));
}

/** Answers to an operation, each with what must become of it. */
export function hostileAnswers(operation: Operation): fc.Arbitrary<HostileAnswer> {
  const schema = resolved(operation.schema ?? {});
  const wire = (operation.schema ? wireOf(schema) : fc.constant({})) as fc.Arbitrary<Fields>;
  return fc.oneof(
    { weight: 6, arbitrary: wire.chain(each => harmlessAnswer(schema, each)) },
    { weight: 6, arbitrary: wire.chain(each => damagedAnswer(operation, each)) },
    ...(operation.entryNeeds === undefined
      ? []
      : [{ weight: 2, arbitrary: wire.chain(each => holedList({ ...operation, schema }, each)) }]),
    { weight: 3, arbitrary: ownError(operation) },
    { weight: 4, arbitrary: foreignError(operation) },
    { weight: 1, arbitrary: redirect() },
  );
}
