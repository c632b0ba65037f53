import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChatDialectDecoder } from '../../../src/api/chat/chatDialects.ts';

function parts(decoder: ChatDialectDecoder, event: string | undefined, data: string): unknown {
  const said = decoder.decode({ event, data, cutOff: false });
  return typeof said === 'string' ? [{ type: 'text', delta: said }] : said;
}

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
