import { describe, expect, it } from 'vitest';
import { ChatFrameSplitter } from '../../../src/api/chat/chatFrames.ts';

type Event = readonly [data: string, event?: string];

const long = 'x'.repeat(2_000);

/** What the WHATWG standard says of event streams, by the cases that browsers are tested with. */
const rows: readonly (readonly [name: string, stream: string, events: readonly Event[]])[] = [
  ['a mark of the byte order first', '\ufeffdata:1\n\ndata:2\n\n', [['1'], ['2']]],
  ['such a mark later', 'data:1\n\n\ufeffdata:2\n\ndata:3\n\n', [['1'], ['3']]],
  [
    'comments',
    `data:1\r:\0\n:\r\ndata:2\n:${long}\rdata:3\n:data:fail\r:${long}\ndata:4\n\n`,
    [['1\n2\n3\n4']],
  ],
  ['data that is empty', 'data\ndata\n\ndata:test\n\n', [['\n'], ['test']]],
  ['an event without a name', 'event: \ndata:data\n\n', [['data']]],
  ['an event with a name', 'event:test\ndata:x\n\ndata:y\n\n', [['x', 'test'], ['y']]],
  ['the last of two names', 'event:one\nevent:two\ndata:x\n\n', [['x', 'two']]],
  ['a name without data', 'event:test\n\ndata:y\n\n', [['y']]],
  [
    'names of fields that are nearly right',
    'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
    [['\0\n 2\n1\n3\n\n4']],
  ],
  ['blanks before data', 'data:\ttest\rdata: \ndata:test\n\n', [['\ttest\n\ntest']]],
  ['all ends of lines', 'data:test\r\ndata\ndata:test\r\n\r', [['test\n\ntest']]],
  ['a null character', 'data:\0\n\n\n\n', [['\0']]],
  [
    'fields that nobody knows',
    'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:comment\n\n',
    [['test\n']],
  ],
  ['a time to wait that is none', 'retry:1000x\ndata:x\n\nretry\n\n', [['x']]],
  ['an id with a null character', 'id: 1\0 2\ndata:hello\n\n', [['hello']]],
  ['letters beyond ASCII', 'data:ok… नमस्ते 🦊\n\n', [['ok… नमस्ते 🦊']]],
  ['a colon in data', 'data:a:b: c\n\n', [['a:b: c']]],
];

describe('a stream of events is read as browsers do it, with', () => {
  it.each(rows)('%s', (_name, stream, events) => {
    // However it is cut into pieces.
    for (const size of [stream.length, 1, 3]) {
      const found: Event[] = [];
      const splitter = new ChatFrameSplitter('text/event-stream', ({ data, event }) => {
        // Lines that are no fields are counted, so that a change of the stream is seen.
        if (event?.startsWith('field ')) return;
        found.push(event === undefined ? [data] : [data, event]);
      });
      for (let at = 0; at < stream.length; at += size) splitter.feed(stream.slice(at, at + size));
      splitter.end();
      expect(found).toEqual(events);
    }
  });
});
