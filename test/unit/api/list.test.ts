import { describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { DecodeError, Decoder, requiredText } from '../../../src/api/schema/decode.ts';
import { allPages, listOf, nextPage, type Page, type PageQuery } from '../../../src/api/schema/list.ts';
import * as v from 'valibot';

const schema = listOf(v.looseObject({ id: requiredText }), 'sessions');
const data = [{ id: 'a' }, { id: 'b' }];

function next(wire: unknown): ReturnType<typeof nextPage> {
  return nextPage(new Decoder(silentLog).decode(schema, wire, 'sessions'));
}

describe('the page after a page', () => {
  test.each([
    ['a cursor', { object: 'list', data, has_more: true, next_cursor: 'c' }, { after: 'c' }],
    ['a cursor of another name', { sessions: data, nextCursor: 'c' }, { after: 'c' }],
    ['a cursor beside the list', { data, pagination: { hasMore: true, next_cursor: 'c' } }, { after: 'c' }],
    ['a number for a cursor', { data, next_cursor: 7 }, { after: '7' }],
    ['no more than that there are more', { data, has_more: true }, { after: 'b' }],
    [
      'an address',
      { data, next: 'https://rivya.ai/api/v1/chat/sessions?page=2&limit=20' },
      { page: '2', limit: '20' },
    ],
    ['a path', { data, links: { next: '/api/v1/chat/sessions?cursor=c%3D' } }, { cursor: 'c=' }],
  ])('is found by %s', (_name, wire, query) => {
    expect(next(wire)).toEqual(query);
  });

  test.each([
    ['the end is said', { data, has_more: false, next_cursor: null }],
    ['nothing is said', { data }],
    ['it is a bare list', data],
    ['a page is empty, whatever it says', { data: [], has_more: true, next_cursor: 'c' }],
    ['the cursor is empty', { data, next_cursor: '' }],
  ])('is none when %s', (_name, wire) => {
    expect(next(wire)).toBeUndefined();
  });
});

describe('a list of which entries cannot be read', () => {
  const read = (wire: unknown): unknown => new Decoder(silentLog).decode(schema, wire, 'sessions').data;

  test('has the others', () => {
    expect(read({ data: [{ id: 'a' }, 7, {}] })).toEqual([{ id: 'a' }]);
    expect(read({ data: [] })).toEqual([]);
  });

  test.each([{ data: [1, 2] }, { data: ['maintenance'] }, { sessions: [{}] }, [[1]], ['x']])(
    'is not empty when there are no others: %j',
    wire => {
      expect(() => read(wire)).toThrow(DecodeError);
    },
  );
});

describe('all pages of a list', () => {
  interface Entry {
    readonly id: string;
  }
  const page = (ids: string, has_more = false): Page<Entry> => ({
    data: Array.from(ids, id => ({ id })),
    has_more,
    next_cursor: null,
  });

  test('are read one after the other, and each entry is there once', async () => {
    const asked: PageQuery[] = [];
    const answers = [page('ab', true), page('bc', true), page('d')];
    const load = (query: PageQuery): Promise<Page<Entry>> => {
      asked.push(query);
      return Promise.resolve(answers[asked.length - 1] ?? page(''));
    };
    expect(await allPages(load)).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }]);
    expect(asked).toEqual([{}, { after: 'b' }, { after: 'c' }]);
  });

  test('end with a page without anything new, and with the hundredth', async () => {
    let asked = 0;
    const same = (): Promise<Page<Entry>> => Promise.resolve(page('ab', ++asked > 0));
    expect(await allPages(same)).toHaveLength(2);
    expect(asked).toBe(2);
    const endless = (): Promise<Page<Entry>> =>
      Promise.resolve({ data: [{ id: String(asked++) }], has_more: true, next_cursor: null });
    expect(await allPages(endless)).toHaveLength(100);
  });
});
