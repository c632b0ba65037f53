import { expect, it } from 'vitest';
import {
  indexAfter,
  layoutOf,
  mostTiles,
  placeFor,
  rowsToDraw,
} from '../../../../src/webview/gallery/layout.ts';

it('never draws more than 100 tiles, and always all that are seen', () => {
  for (const width of [1, 200, 300, 500, 1000, 2560, 5120]) {
    for (const height of [1, 200, 700, 1440, 2880]) {
      for (const size of [96, 168, 320]) {
        for (const total of [0, 1, 99, 100_000]) {
          const layout = layoutOf(width, height, size, total);
          const end = layout.rows * layout.rowHeight;
          // Browsers draw nothing below it.
          expect(end).toBeLessThan(33_000_000);
          for (const top of [0, 17, end / 3, Math.max(0, end - height)]) {
            const { start, end: last } = rowsToDraw(layout, top, height);
            const tiles = Math.max(0, last - start) * layout.columns;
            expect(tiles).toBeLessThanOrEqual(mostTiles);
            if (total === 0) continue;
            expect(start * layout.rowHeight).toBeLessThanOrEqual(top);
            expect(last * layout.rowHeight).toBeGreaterThanOrEqual(Math.min(end, top + height));
          }
        }
      }
    }
  }
});

it('brings a tile into sight by the shortest way', () => {
  const layout = layoutOf(1000, 600, 168, 1_000);
  expect(placeFor(layout, 0, 0, 600)).toBe(0);
  expect(placeFor(layout, 0, 500, 600)).toBe(0);
  const below = placeFor(layout, 50, 0, 600);
  const row = Math.floor(50 / layout.columns);
  expect(below).toBe((row + 1) * layout.rowHeight - 600);
  expect(placeFor(layout, 50, below, 600)).toBe(below);
});

it.each([
  ['ArrowRight', 9, 9],
  ['ArrowLeft', 0, 0],
  ['ArrowDown', 2, 6],
  // The last row is short: down leads to its end.
  ['ArrowDown', 7, 9],
  ['ArrowDown', 8, 8],
  ['ArrowUp', 1, 1],
  ['PageDown', 0, 8],
  ['PageUp', 9, 1],
  ['Home', 6, 4],
  ['End', 4, 7],
  ['End', 8, 9],
])('%s leads from %i to %i of ten in four columns', (key, from, to) => {
  const layout = { columns: 4, tileWidth: 100, pictureHeight: 75, rowHeight: 130, rows: 3 };
  expect(indexAfter(key, from, layout, 2, 10, false)).toBe(to);
});
