import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphemes, inertText } from '../../../src/base/text.ts';
import { growthOf } from '../../support/growth.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';
import { harmIn, hostileTexts } from '../../support/hostileTexts.ts';

describe('inertText', () => {
  it.each(Object.entries(hostileTexts))('leaves nothing but text of %s', (_name, text) => {
    for (const limit of [1, 2, 40, 120, 1_000]) {
      const inert = inertText(text, limit);
      expect(harmIn(inert, limit * 2 + 40)).toEqual([]);
      expect(graphemes(inert).length).toBeLessThanOrEqual(limit);
      expect(inertText(inert, limit)).toBe(inert);
    }
  });

  it.each([
    ['as it is', 'A red fox, "quoted" (really) [or not] & <b> ${slug} 50 %', undefined],
    ['Hindi with joiners', 'क्‍ष में बिल्ली', undefined],
    ['emoji of several', '👩‍👩‍👧‍👦 👍🏽 🇮🇳', undefined],
    ['Arabic', 'قطة حمراء', undefined],
    ['on one line', ' one\r\n\r\n two\tthree\u2028four ', 'one two three four'],
    ['without controls', 'a\u0000b\u001b[1mc', 'ab[1mc'],
    ['without marks of the direction', 'x\u202egnp\u202c.exe', 'xgnp.exe'],
    ['without links', '[a](command:b)', '[a]\u200b(command:b)'],
    ['without links behind what is not drawn', '[a]\u00ad\u200b(command:b)', '[a]\u200b(command:b)'],
    ['without icons', '$(bug)', '$\u200b(bug)'],
  ])('shows a text %s', (_name, text, expected = text) => {
    expect(inertText(text, 100)).toBe(expected);
  });

  it('ends a text that is too long with an ellipsis, between two characters', () => {
    expect(inertText('abcdef', 6)).toBe('abcdef');
    expect(inertText('abcdefg', 6)).toBe('abcde…');
    expect(inertText('ab cdefg', 4)).toBe('ab…');
    expect(inertText('👩‍👩‍👧‍👦'.repeat(5), 3)).toBe('👩‍👩‍👧‍👦👩‍👩‍👧‍👦…');
    expect(inertText(`${' '.repeat(100_000)}late`, 10)).toBe('…');
  });

  it('holds for every text', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      '$',
      'command:a',
      'bug',
      '\u200b',
      '\u202e',
      '\n',
      ' ',
      '\ud83d',
      'é',
    );
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 50 }), (pieces, limit) => {
        const inert = inertText(pieces.join(''), limit);
        expect(harmIn(inert, limit * 2 + 40)).toEqual([]);
        expect(inertText(inert, limit)).toBe(inert);
      }),
      { numRuns: propertyRuns(300) },
    );
  });

  it('looks only at so much of a text of any length', () => {
    const textOf = (size: number): string => '[x](command:a) '.repeat(size / 15);
    // A look at all of it would cost a thousand times as much.
    expect(growthOf(text => inertText(text, 100), textOf, [15_000, 15_000_000])).toBeLessThan(200);
  });
});
