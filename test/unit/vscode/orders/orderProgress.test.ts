import { describe, expect, it } from 'vitest';
import { elapsedText } from '../../../../src/vscode/orders/orderProgress.ts';

describe('the elapsed time of a notification', () => {
  it.each([
    [0, '0:00'],
    [19_999, '0:10'],
    [20_000, '0:20'],
    [59_999, '0:50'],
    [60_000, '1:00'],
    [119_999, '1:00'],
    [3_725_000, '62:00'],
  ])('of %i ms is %s: each change is read aloud', (milliseconds, text) => {
    expect(elapsedText(milliseconds)).toBe(text);
  });
});
