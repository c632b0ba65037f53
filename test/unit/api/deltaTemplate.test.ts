import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChatDialectDecoder } from '../../../src/api/chatDialects.ts';
import { DeltaTemplate } from '../../../src/api/deltaTemplate.ts';

function parts(decoder: ChatDialectDecoder, event: string | undefined, data: string): unknown {
  const said = decoder.decode({ event, data, cutOff: false });
  return typeof said === 'string' ? [{ type: 'text', delta: said }] : said;
}

describe('a stream whose events differ in their text alone', () => {
  const find = (value: unknown): string | undefined => (value as { delta?: string } | undefined)?.delta;

  test('is read without parsing, once one of them is known', () => {
    const template = new DeltaTemplate([]);
    expect(template.read('x', '{"n":1,"delta":"a"}')).toBeUndefined();
    template.learn('x', '{"n":1,"delta":"a"}', 'a', find);
    expect(template.read('x', '{"n":1,"delta":"lighthouse ünd 🗼"}')).toBe('lighthouse ünd 🗼');
    expect(template.read('y', '{"n":1,"delta":"b"}')).toBeUndefined();
    expect(template.read('x', '{"n":2,"delta":"b"}')).toBeUndefined();
  });

  test.each(['\\"', '\\n', 'a\\\\', '\\u00fcnd', 'a \\"b\\", c', '\\\\\\"'])(
    'is read where the text is written as %j, as JSON has it',
    text => {
      const template = new DeltaTemplate([]);
      template.learn(undefined, '{"delta":"a"}', 'a', find);
      expect(template.read(undefined, `{"delta":"${text}"}`)).toBe(JSON.parse(`"${text}"`));
    },
  );

  test.each(['a\\', 'a","delta":"b', '\\q', '\\u12', '\u0001', '\n', ''])(
    'is parsed where the text is written as %j, which is not what it seems',
    text => {
      const template = new DeltaTemplate([]);
      template.learn(undefined, '{"delta":"a"}', 'a', find);
      expect(template.read(undefined, `{"delta":"${text}"}`)).toBeUndefined();
    },
  );

  test('is learnt from where the text stands, also when the same stands elsewhere', () => {
    const template = new DeltaTemplate([]);
    template.learn(undefined, '{"type":"a","delta":"a"}', 'a', find);
    expect(template.read(undefined, '{"type":"b","delta":"a"}')).toBeUndefined();
    expect(template.read(undefined, '{"type":"a","delta":"b"}')).toBe('b');
  });

  test('is learnt from a text with escapes, however they are written', () => {
    const template = new DeltaTemplate([]);
    template.learn(undefined, '{"delta":"\\u00fc\\/"}', 'ü/', find);
    expect(template.read(undefined, '{"delta":"b"}')).toBe('b');
  });

  test('may have other numbers and names where nothing depends on them', () => {
    const template = new DeltaTemplate(['id', 'created']);
    template.learn(undefined, '{"id":"a.1","created": 1,"n":1,"delta":"a","id":0}', 'a', find);
    expect(template.read(undefined, '{"id":"b","created": 20.5,"n":1,"delta":"b","id":10}')).toBe('b');
    expect(template.read(undefined, '{"id":"","created": "","n":1,"delta":"b","id":"c"}')).toBe('b');
    const others = ['"id":"b","created": 01,"n":1', '"id":"\\","created": 1,"n":1', '"id":"b","created": 1,"n":2', '"id":{},"created": 1,"n":1']; // prettier-ignore
    for (const other of others)
      expect(template.read(undefined, `{${other},"delta":"b","id":1}`), other).toBeUndefined();
  });

  test('is no longer learnt from when no event ever comes again', () => {
    let lessons = 0;
    const template = new DeltaTemplate([]);
    for (let number = 0; number < 100; number++) {
      const data = `{"number":${number},"delta":"a"}`;
      expect(template.read(undefined, data)).toBeUndefined();
      template.learn(undefined, data, 'a', value => {
        lessons++;
        return find(value);
      });
    }
    expect(lessons).toBe(4);
  });
});

test('events read by what came before them say what they would say alone', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\n', 'ü', '🗼', '\u2028', '{', '}', ':', ',') }),
    fc.constantFrom('delta', 'text', 'a', 'message.delta', 'probe'),
  );
  const forms: ((text: string, other: unknown) => unknown)[] = [
    delta => ({ type: 'message.delta', delta }),
    delta => ({ delta, type: 'a' }),
    (delta, other) => ({ type: 'text', text: delta, id: other }),
    (delta, other) => ({ content: delta, role: other }),
    (delta, other) => ({ delta, data: other }),
    (delta, other) => ({ event: 'delta', data: { delta, session_id: other } }),
    delta => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: delta }, finish_reason: null }] }), // prettier-ignore
    (delta, other) => ({ choices: [{ index: 0, delta: { role: 'assistant', content: delta, other } }], usage: null }), // prettier-ignore
    (delta, other) => ({ type: 'text', delta, sequence_number: other }),
    (delta, other) => ({ id: other, created: other, object: 'chunk', text: delta }),
    (delta, other) => ({ 'a"id': other, id: delta, delta }),
    (delta, other) => ({
      choices: [{ index: 0, id: other, logprobs: { id: other }, delta: { content: delta } }],
    }),
    (delta, other) => ({ type: 'content_block_delta', index: 0, delta: { type: other, text: delta } }),
    (delta, other) => ({ type: 'content_block_delta', delta: { text: delta, id: other } }),
    (delta, other) => ({ choices: [{ index: other, delta: { content: delta } }], error: null }),
    (delta, other) => ({ type: 'reasoning.delta', delta, item_id: other }),
    (delta, other) => ({ type: 'response.output_text.done', text: delta, other }),
    delta => ({ message: { role: 'user', content: delta } }),
  ];
  const other = fc.oneof(fc.constantFrom(null, 0, 1, 'user', 'assistant', 'x'), text);
  const frame = fc.tuple(
    fc.constantFrom(...forms),
    text,
    other,
    fc.constantFrom(undefined, 'message', 'message.delta', 'error', 'tool.delta', 'done'),
    fc.constantFrom(undefined, 1),
  );
  const asEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  let plain = 0;
  fc.assert(
    fc.property(
      fc.array(frame, { minLength: 2, maxLength: 4 }),
      text,
      fc.nat(),
      fc.boolean(),
      (frames, last, count, ascii) => {
        const decoder = new ChatDialectDecoder();
        for (const [form, own, beside, event, space] of frames) {
          const contents = [[own, beside], [last, beside], ['words', count], [own, `${count}`]] as const; // prettier-ignore
          for (const [each, other] of contents) {
            const written = JSON.stringify(form(each, other), undefined, space);
            const data = ascii ? written.replace(/[\u0080-\uffff]/g, asEscape) : written;
            const alone = parts(new ChatDialectDecoder(), event, data);
            expect(parts(decoder, event, data)).toEqual(alone);
            if (Array.isArray(alone) && alone.length === 1) plain++;
          }
        }
      },
    ),
    { numRuns: 10_000 },
  );
  expect(plain).toBeGreaterThan(10_000);
});

test('the short way of reading an event says what the long one says', () => {
  // A key that nothing reads, but that the short way does not know, leads every event the long way.
  const text = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a', '\\', '"'));
  const key = fc.constantFrom('delta', 'content', 'text', 'textDelta', 'token', 'chunk');
  const inert = fc.dictionary(
    fc.constantFrom(
      'id',
      'object',
      'created',
      'model',
      'index',
      'sequence_number',
      'seq',
      'timestamp',
      'logprobs',
      'item_id',
    ),
    fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
  );
  const places: ((key: string, text: string) => object)[] = [
    (name, delta) => ({ [name]: delta }),
    (name, delta) => ({ delta: { [name]: delta } }),
    (name, delta) => ({ delta: { type: 'a', role: 'assistant', [name]: delta, refusal: null } }),
    (name, delta) => ({ delta: { text: 'a', [name]: delta } }),
    (name, delta) => ({ choices: [{ delta: { type: 'a', role: 'assistant', [name]: delta } }] }),
  ];
  const type = fc.constantFrom(undefined, 'message.delta', 'text', 'content_block_delta', 'chunk', 'started');
  fc.assert(
    fc.property(text, key, inert, type, fc.constantFrom(...places), (delta, name, beside, kind, place) => {
      const fields = { ...(kind !== undefined && { type: kind }), ...beside, ...place(name, delta) };
      const short = parts(new ChatDialectDecoder(), undefined, JSON.stringify(fields));
      const long = parts(new ChatDialectDecoder(), undefined, JSON.stringify({ ...fields, unheardOf: 1 }));
      expect(short).toEqual(long);
    }),
    { numRuns: 10_000 },
  );
});
