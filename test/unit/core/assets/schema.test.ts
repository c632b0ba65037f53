import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readManifest } from '../../../../src/core/assets/manifest/expand.ts';
import { formatRecipe, parseRecipe, type Recipe } from '../../../../src/core/recipes/recipe.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';

const root = path.join(import.meta.dirname, '../../../..');

function schemaOf(name: string): Record<string, unknown> {
  const text = readFileSync(path.join(root, `media/schemas/${name}.schema.json`), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const validate = ajv.compile(schemaOf('rivya.assets'));
const validateRecipe = ajv.compile(schemaOf('rivya.recipe'));
const files = { readText: () => ({ text: 'n\na\n' }), isInside: () => true };

/** Whether the reader takes it for a manifest by its shape alone: no schema knows variables, paths, files. */
function hasShape(text: string): boolean {
  return !readManifest(text, files).problems.some(({ code }) => code === 'asset-shape');
}

const head = 'rivya: 1\ndefaults: { model: m }\nassets:\n  a: { file: a.png, prompt: x';
const texts: readonly (readonly [string, boolean])[] = [
  [`${head} }\n`, true],
  [
    `${head}, size: 10x10, widths: [1, 2], formats: [webp], set: og, placeholder: thumbhash, poster: true }\n`,
    true,
  ],
  [
    `${head}, params: { a: 1, b: "2", c: true, d: [{ e: f }], g: null }, take: 2, keep: true, alt: y }\n`,
    true,
  ],
  [
    'rivya: 1\ndefaults: { model: m }\nassets:\n  a: { file: "{n}.png", prompt: { file: x.md }, each: t.csv }\n',
    true,
  ],
  ['rivya: 1\nlimits: { maxCredits: 5 }\nassets: {}\n', true],
  [`${head}, promt: y }\n`, false],
  [`${head}, size: 0x1 }\n`, false],
  [`${head}, widths: [0] }\n`, false],
  [`${head}, formats: [gif] }\n`, false],
  [`${head}, take: 0 }\n`, false],
  [`${head}, keep: maybe }\n`, false],
  [`${head}, references: a.png }\n`, false],
  [`${head}, params: { referenceMediaItems: [] } }\n`, false],
  ['rivya: 1\nassets:\n  a: { prompt: x, model: m }\n', false],
  ['rivya: 1\nassets:\n  a: { file: a.png, prompt: x }\n', false],
  [`${head}, matrix: { n: [a] }, each: t.csv }\n`, false],
  ['rivya: 1\ndefaults: { model: m }\nassets:\n  "a b": { file: a.png, prompt: x }\n', false],
  [`${head}, model: " " }\n`, false],
  ['assets: {}\n', false],
  ['rivya: 1\n', false],
  ['rivya: 1\nassets: {}\nmore: 1\n', false],
  ['rivya: 1\nlimits: { maxCredits: 1.5 }\nassets: {}\n', false],
];

/** Now and then what belongs there, else anything. */
const anything = fc.oneof(
  fc.constantFrom('', ' ', 'x', '{n}', '1', 'webp', 'og', 'thumbhash', '16x9', 'a.png', null, true, false),
  fc.integer({ min: -1, max: 3 }),
  fc.constantFrom(0.5, [], {}, [null], ['webp'], [1], [{}], { file: 'a.md' }, { n: ['a'] }, { n: [] }),
);
const some = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 19, arbitrary: value }, { weight: 1, arbitrary: anything });
/** What must be there, mostly, and a few of the other keys. */
const record = (
  keys: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  needed: readonly string[],
): fc.Arbitrary<Record<string, unknown>> => {
  const others = Object.keys(keys).filter(key => !needed.includes(key));
  return fc
    .tuple(
      fc.oneof({ weight: 15, arbitrary: fc.constant([...needed]) }, { weight: 1, arbitrary: fc.subarray([...needed]) }), // prettier-ignore
      fc.subarray(others, { maxLength: 3 }),
    )
    .chain(([must, may]) =>
      fc.record(Object.fromEntries([...must, ...may].map(key => [key, keys[key] ?? anything]))),
    );
};
const word = fc.constantFrom('x', 'a lighthouse', 5, true);
const params = fc.dictionary(fc.constantFrom('seed', 'aspect_ratio', 'referenceMediaItems'), anything);
const entry = record(
  {
    file: some(fc.constantFrom('a.png', 'img/b.png')),
    prompt: some(fc.oneof(word, fc.constant({ file: 'p.md' }), fc.constant({}))),
    model: some(word),
    params: some(params),
    style: some(word),
    references: some(fc.array(word, { maxLength: 2 })),
    take: some(fc.integer({ min: 1, max: 9 })),
    keep: some(fc.boolean()),
    alt: some(word),
    size: some(fc.constantFrom('16x9', '0x1', 'large')),
    widths: some(fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 2 })),
    formats: some(fc.array(fc.constantFrom('webp', 'gif'), { maxLength: 2 })),
    set: some(fc.constantFrom('favicon', 'og', 'all')),
    placeholder: some(fc.constantFrom('thumbhash', 'blur')),
    poster: some(fc.boolean()),
    matrix: some(fc.constantFrom({}, { n: ['a'] }, { n: [] }, { n: 'a' })),
    exclude: some(fc.constantFrom([], [{ n: 'a' }], ['a'])),
    values: some(fc.constantFrom({}, { a: { m: 'x' } }, { a: 'x' })),
    each: some(fc.constant('t.csv')),
    promt: some(word),
  },
  ['file', 'prompt'],
);
const manifests = record(
  {
    rivya: some(fc.constantFrom(1, '1', 2)),
    defaults: some(record({ model: some(word), params: some(params), style: some(word), size: word }, [])),
    limits: some(fc.record({ maxCredits: anything }, { requiredKeys: [] })),
    assets: some(fc.dictionary(fc.constantFrom('a', 'b_2', 'a b', '-', 'é'), some(entry), { maxKeys: 2 })),
    include: fc.constant('x'),
  },
  ['rivya', 'assets'],
);

describe('the schema of a manifest', () => {
  it.each(texts)('thinks of %j as the reader does: %s', (text, isRight) => {
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(isRight);
    expect(readManifest(text, files).problems.length === 0).toBe(isRight);
  });

  it('takes by its shape what the reader takes by its shape, and nothing else', () => {
    const counts = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(manifests, manifest => {
        const text = stringify(manifest, { aliasDuplicateObjects: false });
        const isRight = hasShape(text);
        const isNewer = readManifest(text, files).problems.some(({ code }) => code === 'asset-newer');
        // Of a newer version nobody reads more than that.
        if (isNewer) return;
        counts[isRight ? 'taken' : 'refused']++;
        expect(validate(parse(text)), `${text}\n${JSON.stringify(validate.errors)}`).toBe(isRight);
      }),
      { numRuns: propertyRuns(300, 50_000) },
    );
    // The property says something of both.
    expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(30);
  });

  it('takes the manifest of the tutorial', () => {
    const page = readFileSync(path.join(root, 'docs/media-as-code.md'), 'utf8');
    const [, text = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
    expect(validate(parse(text))).toBe(true);
    expect(readManifest(text, files).problems).toEqual([]);
  });
});

describe('the schema of a recipe', () => {
  const recipe: Recipe = {
    recipe: `r1-${'a'.repeat(32)}`,
    entry: 'hero',
    kind: 'image',
    model: 'z-image',
    prompt: 'A lighthouse.',
    params: { seed: 1 },
    references: [{ file: 'a.png', sha256: 'b'.repeat(64) }],
    take: 1,
    made: '2026-11-25',
    origin: 'https://rivya.ai',
    task: 'task_1',
    credits: 1,
    original: { sha256: 'c'.repeat(64), type: 'image/png', size: '16x9' },
    outputs: [{ file: 'hero.png', sha256: 'c'.repeat(64), by: 'width 640' }],
    alt: 'A lighthouse',
    edited: true,
    tool: 'rivya 0.1.0',
    rest: { later: 1 },
  };

  it('takes what is written, unknown keys too', () => {
    expect(validateRecipe(JSON.parse(formatRecipe(recipe))), JSON.stringify(validateRecipe.errors)).toBe(
      true,
    );
  });

  it.each(['rivya', 'recipe', 'kind', 'model', 'prompt', 'outputs'])(
    'wants "%s", as the reader does',
    key => {
      const rest = JSON.parse(formatRecipe(recipe)) as Record<string, unknown>;
      Reflect.deleteProperty(rest, key);
      expect(validateRecipe(rest)).toBe(false);
      expect(parseRecipe(JSON.stringify(rest))).toHaveProperty('problem');
    },
  );
});
