import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphemes } from '../../../../src/base/text.ts';
import { promptTitle } from '../../../../src/core/prompts/promptTitle.ts';

describe('altTextOf', () => {
  it.each([
    ['A cat.', 'A cat.'],
    ['  A\tcat\r\n\r\nasleep \u00A0', 'A cat asleep'],
    ['a\u0000b\u0007\u0085c', 'a b c'],
    ['', ''],
    [' \n ', ''],
    ['*A* [cat]', '*A* [cat]'],
    ['x'.repeat(120), 'x'.repeat(120)],
    ['x'.repeat(121), `${'x'.repeat(119)}…`],
    [`${'x'.repeat(80)} ${'y'.repeat(80)}`, `${'x'.repeat(80)}…`],
    [`${'x'.repeat(20)} ${'y'.repeat(120)}`, `${'x'.repeat(20)} ${'y'.repeat(98)}…`],
    [`${'x'.repeat(80)}, — ${'y'.repeat(80)}`, `${'x'.repeat(80)}…`],
    [`${'x'.repeat(119)} y`, `${'x'.repeat(119)}…`],
    ['👩‍🚀'.repeat(121), `${'👩‍🚀'.repeat(119)}…`],
    ['कि'.repeat(121), `${'कि'.repeat(119)}…`],
  ])('%j', (prompt, expected) => {
    expect(promptTitle(prompt)).toBe(expected);
  });

  it('is one line of at most 120 characters that begins as the prompt does', () => {
    const bits = fc.constantFrom('a', 'word', ' ', '\n', ', ', 'कि', '👩‍🚀', 'é', '\u0001');
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 300 }), parts => {
        const prompt = parts.join('');
        const alt = promptTitle(prompt);
        const line = prompt.replace(/[\s\p{Cc}]+/gu, ' ').trim();
        expect(graphemes(alt).length).toBeLessThanOrEqual(120);
        expect(alt).not.toMatch(/\p{Cc}|^\s|\s$/u);
        expect(line.startsWith(alt.replace(/…$/, ''))).toBe(true);
        expect(alt.endsWith('…')).toBe(graphemes(line).length > 120);
      }),
    );
  });
});
