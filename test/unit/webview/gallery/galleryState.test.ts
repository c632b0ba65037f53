import { expect, it } from 'vitest';
import type { GalleryHostMessage, GalleryTileDto } from '../../../../src/shared/gallery.ts';
import { initialState, isHostMessage, reduce, tileAt } from '../../../../src/webview/gallery/galleryState.ts';

function tile(taskId: string): GalleryTileDto {
  const file = {
    index: 0,
    kind: 'image',
    source: '/a',
    thumbnail: undefined,
    mediaType: 'image/png',
    bytes: 9,
  } as const;
  return {
    taskId,
    kind: 'image',
    title: taskId,
    model: '',
    createdAt: 0,
    look: 'placed',
    stateText: '',
    priceText: '',
    isFavourite: false,
    file,
    files: 1,
    dragUri: undefined,
  };
}

const frame = { models: [], hasWorkspace: false, canUndo: false };

function rows(sequence: number, look: number, offset: number): GalleryHostMessage {
  return { type: 'rows', sequence, look, total: 500, isMore: false, offset, rows: [tile('a'), tile('b')] };
}

it('takes rows of the last look alone, wherever they begin', () => {
  const first = reduce(initialState, { type: 'frame', sequence: 1, frame }, 2, '');
  expect(reduce(first, rows(2, 1, 0), 2, '').rows).toEqual([]);
  const state = reduce(first, rows(2, 2, 100), 2, '');
  expect(tileAt(state, 101)?.taskId).toBe('b');
  expect(tileAt(state, 0)).toBeUndefined();
});

it('notices a gap, takes nothing in before a new beginning, and ignores what comes twice', () => {
  const first = reduce(initialState, { type: 'frame', sequence: 1, frame }, 1, '');
  const second = reduce(first, rows(2, 1, 0), 1, '');
  expect(reduce(second, rows(2, 1, 50), 1, '')).toBe(second);
  const stale = reduce(second, rows(4, 1, 50), 1, '');
  expect(stale.isStale).toBe(true);
  expect(reduce(stale, rows(5, 1, 50), 1, '')).toBe(stale);
  expect(reduce(stale, { type: 'frame', sequence: 1, frame }, 1, '').isStale).toBe(false);
});

it('puts a thumbnail where it belongs', () => {
  const state = reduce(
    reduce(initialState, { type: 'frame', sequence: 1, frame }, 1, ''),
    rows(2, 1, 0),
    1,
    '',
  );
  const details = {
    tile: tile('a'),
    prompt: '',
    files: [],
    facts: [],
    problem: undefined,
    ancestors: [tile('b')],
    variants: [tile('c'), tile('b')],
    guesses: [],
  };
  const whole = reduce(state, { type: 'details', sequence: 3, taskId: 'a', details }, 1, 'a');
  const next = reduce(
    whole,
    { type: 'thumbnail', sequence: 4, taskId: 'b', index: 0, address: '/t' },
    1,
    'a',
  );
  const pictures = (tiles: readonly GalleryTileDto[] = []): (string | undefined)[] =>
    tiles.map(each => each.file?.thumbnail);
  expect(pictures(next.rows)).toEqual([undefined, '/t']);
  expect(pictures(next.details?.ancestors)).toEqual(['/t']);
  expect(pictures(next.details?.variants)).toEqual([undefined, '/t']);
});

it.each([
  null,
  'rows',
  {},
  { type: 'rows' },
  { type: 'toString', sequence: 1 },
  { type: 'rows', sequence: 1.5 },
])('%j is no message of the host', value => {
  expect(isHostMessage(value)).toBe(false);
});
