import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mediaPathAt } from '../../../../src/core/generate/mediaPath.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';
import { growthOf, linearGrowth } from '../../../support/growth.ts';

describe('the file that a document refers to', () => {
  it.each([
    ['![A |fox](../img/a%20fox.png "Title")', '../img/a fox.png'],
    ['![a](<my fox.png>)|', 'my fox.png'],
    ['<img src="a fox.jpg?v=2"| alt="x">', 'a fox.jpg'],
    ["import fox from './|fox.webp';", './fox.webp'],
    ['background: |url(/img/fox.png)', '/img/fox.png'],
    ['image::fox.png|[A fox]', 'fox.png'],
    ['\\includegraphics{fo|x.png}', 'fox.png'],
    ['"hero": "img/100%.png"|', 'img/100%.png'],
    ['![a](one.png) ![b](t|wo.png)', 'two.png'],
    ['[clip](sea.mp4)|', 'sea.mp4'],
    ['https://x.y/a.png|', 'https://x.y/a.png'],
    ['No file |here.\n![a](b.png)', undefined],
  ])('%j: %s', (marked, path) => {
    expect(mediaPathAt(marked.replace('|', ''), marked.indexOf('|'))).toBe(path);
  });

  it('is found in a line of any length, and not in half', () => {
    const long = 'iVBORw0KGgo/+'.repeat(50_000);
    const line = `${long} "my fox.png" ${long}`;
    const at = line.indexOf('fox');
    expect(mediaPathAt(line, at)).toBe('my fox.png');
    expect(mediaPathAt(line, at + 5_000)).toBe('my fox.png');
    expect(mediaPathAt(line, at + 50_000)).toBeUndefined();
    // The window begins within this one.
    expect(mediaPathAt(`"${'x'.repeat(9_000)}.png" and`, 9_006)).toBeUndefined();
  });
});

/** What a path is, as one expression; it takes the square of the line's length. */
const asPattern =
  /(?<=["'(<])[^"'()<>\n]+?\.(?:png|jpg|jpeg|webp|gif|avif|mp4|mov|webm|mkv|mp3|m4a|wav|aac|ogg)(?=[?#][^"'()<>\s]*["')>]|["')>]|\s+["'(])|[^\s"'()<>[\]{}|,;=]+\.(?:png|jpg|jpeg|webp|gif|avif|mp4|mov|webm|mkv|mp3|m4a|wav|aac|ogg)\b/gi;

const parts = fc.constantFrom(
  ...[
    'a',
    '.',
    'x',
    '.png',
    '.PNG',
    '.jpeg',
    '.webm',
    '.mp3',
    ' ',
    '  ',
    '"',
    "'",
    '(',
    ')',
    '<',
    '>',
    '?',
    '#',
  ],
  ...['[', ']', '{', '}', '|', ',', ';', '=', '/', '_', '\u2028', 'é', '.pngs', '.mp4_'],
);

it('finds what the expression finds, wherever the cursor is', () => {
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 24 }), fc.nat(), (all, seed) => {
      const line = all.join('');
      const offset = seed % (line.length + 1);
      const nearest = [...line.matchAll(asPattern)]
        .map(({ 0: path, index }) => ({
          path,
          distance: Math.max(index - offset, offset - index - path.length, 0),
        }))
        .toSorted((a, b) => a.distance - b.distance)[0];
      expect(mediaPathAt(line, offset)).toBe(nearest?.path.trim());
    }),
    { numRuns: propertyRuns(2_000) },
  );
});

it.each([
  ['letters', 'a'],
  ['base64', 'iVBORw0KGgo/+'],
  ['quotes', `"'`],
  ['openings', '('],
  ['an opening and letters', '"a a'],
  ['paths', 'a.png '],
  ['paths in one word', 'a.png'],
  ['paths with a query', '.png?'],
  ['quoted paths with a query', '"a.png?b'],
  ['blanks', ' '],
  ['a quoted path and blanks', '".png '],
  ['dots', '.'],
])('takes no more than the length of the line: %s', (_name, piece) => {
  const make = (size: number): string => piece.repeat(size / piece.length);
  expect(growthOf(text => mediaPathAt(text, text.length >> 1), make)).toBeLessThan(linearGrowth);
  expect(
    growthOf(
      text => mediaPathAt(text, 1),
      size => `"${make(size)}`,
    ),
  ).toBeLessThan(linearGrowth);
});
