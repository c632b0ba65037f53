import { expect, it } from 'vitest';
import { Selection } from '../../../../src/webview/gallery/selection.ts';

it('reaches from where it began, in both directions, and never over more than the host takes', () => {
  const selection = new Selection();
  selection.startAt(10);
  expect(selection.begin(14)).toEqual({ offset: 10, count: 5 });
  expect(selection.begin(6)).toEqual({ offset: 6, count: 5 });
  expect(selection.begin(50_000).count).toBe(1_000);
  selection.startAt(99_999);
  expect(selection.begin(0).count).toBe(1_000);
  selection.add(Array.from({ length: 5_000 }, (_, index) => `${index}`));
  expect(selection.size).toBe(1_000);
});

it('takes away what is toggled twice', () => {
  const selection = new Selection();
  selection.toggle('a', 1);
  selection.toggle('b', 2);
  selection.toggle('a', 1);
  expect([...selection.ids]).toEqual(['b']);
});
