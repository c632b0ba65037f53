import { describe, expect, it } from 'vitest';
import { placeAt, sketchEntry, type ManifestPlace } from '../../../../src/core/assets/manifest/cursor.ts';

/** The place of the bar in a text. */
function at(text: string): Pick<ManifestPlace, 'path' | 'isValue' | 'isItem' | 'written' | 'variable'> {
  const offset = text.indexOf('|');
  const { start, ...place } = placeAt(text.replace('|', ''), offset);
  expect(text.slice(start, offset)).toBe(place.written);
  return place;
}

const head = 'rivya: 1\ndefaults:\n  model: z-image\nassets:\n  hero:\n    file: a.png\n';

const places: readonly (readonly [string, string, Partial<ManifestPlace>])[] = [
  ['a key at the top', 'rivya: 1\nde|', { path: [], isValue: false, written: 'de' }],
  ['a value at the top', 'rivya: |', { path: ['rivya'], isValue: true, written: '' }],
  ['a key of the defaults', 'rivya: 1\ndefaults:\n  mo|', { path: ['defaults'], isValue: false }],
  ['a key of an entry', `${head}    pro|`, { path: ['assets', 'hero'], isValue: false, written: 'pro' }],
  [
    'a model',
    `${head}    model: nano-b|`,
    { path: ['assets', 'hero', 'model'], isValue: true, written: 'nano-b' },
  ],
  ['a parameter', `${head}    params:\n      see|`, { path: ['assets', 'hero', 'params'], isValue: false }],
  [
    'an option',
    `${head}    params:\n      resolution: 1|`,
    { path: ['assets', 'hero', 'params', 'resolution'], isValue: true, written: '1' },
  ],
  [
    'a parameter in braces',
    `${head}    params: { seed: 5, res|`,
    { path: ['assets', 'hero', 'params'], isValue: false, written: 'res' },
  ],
  [
    'an option in braces',
    `${head}    params: { resolution: 2|`,
    { path: ['assets', 'hero', 'params', 'resolution'], isValue: true, written: '2' },
  ],
  [
    'an item',
    `${head}    references:\n      - brand/|`,
    { path: ['assets', 'hero', 'references'], isValue: true, isItem: true, written: 'brand/' },
  ],
  [
    'an item that is not indented',
    `${head}    references:\n    - brand/|`,
    { path: ['assets', 'hero', 'references'], isItem: true, written: 'brand/' },
  ],
  [
    'an item in brackets',
    `${head}    references: [a.png, b|`,
    { path: ['assets', 'hero', 'references'], isItem: true, written: 'b' },
  ],
  ['a variable', `${head}    prompt: A {ci|`, { path: ['assets', 'hero', 'prompt'], variable: 'ci' }],
  [
    'a brace of its own',
    `${head}    prompt: A {{ci|`,
    { path: ['assets', 'hero', 'prompt'], variable: undefined },
  ],
  [
    'the file of a prompt',
    `${head}    prompt: { file: pro|`,
    { path: ['assets', 'hero', 'prompt', 'file'], isValue: true, written: 'pro' },
  ],
  [
    'an entry after a text of many lines',
    `${head}    prompt: |-\n      model: not a key\n  car`,
    { path: ['assets', 'hero', 'prompt'] },
  ],
];

describe('the place of the cursor in a manifest', () => {
  it.each(places)('knows %s', (_name, text, expected) => {
    expect(at(text)).toMatchObject(expected);
  });

  it('takes lines as Windows ends them', () => {
    expect(at(`${head}    pro|`.replaceAll('\n', '\r\n'))).toMatchObject({ path: ['assets', 'hero'] });
  });
});

describe('the sketch of an entry', () => {
  const text = `${head}    matrix: { theme: [light, dark] }\n    values:\n      light: { mood: sunny }\n  card:\n    model: other\n    each: data/t.csv\n`;

  it('knows model, table and variables', () => {
    expect(sketchEntry(text, 'hero')).toEqual({
      model: 'z-image',
      each: undefined,
      variables: ['theme', 'mood'],
    });
    expect(sketchEntry(text, 'card')).toEqual({ model: 'other', each: 'data/t.csv', variables: [] });
  });

  it('holds while a line of the entry, or another entry, is no YAML', () => {
    const broken = text
      .replace('    values:', '    prompt: "A {\n    values:')
      .replace('other', 'other\n    alt: [');
    expect(sketchEntry(broken, 'hero').model).toBe('z-image');
    expect(sketchEntry(broken, 'hero').variables).toContain('theme');
    expect(sketchEntry(broken, 'card').model).toBe('other');
  });

  it('knows nothing of what is not there', () => {
    expect(sketchEntry('', 'hero')).toEqual({ model: undefined, each: undefined, variables: [] });
  });
});
