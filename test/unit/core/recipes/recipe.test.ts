import { statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackageFolder } from '../../../../src/core/recipes/packageFolder.ts';
import { formatRecipe, parseRecipe, sidesOf, type Recipe } from '../../../../src/core/recipes/recipe.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

const recipe: Recipe = {
  recipe: `r1-${'5'.repeat(32)}`,
  entry: 'hero',
  kind: 'image',
  model: 'nano-banana-2',
  prompt: 'A lighthouse at dawn.',
  params: { resolution: '1K', aspect_ratio: '16:9' },
  references: [],
  take: 1,
  made: '2026-11-25',
  origin: 'https://rivya.ai',
  task: 'task_1',
  credits: 5,
  original: { sha256: '9'.repeat(64), type: 'image/png', size: '1376x768' },
  outputs: [{ file: 'img/hero.png', sha256: '9'.repeat(64) }],
  alt: 'A lighthouse',
  tool: 'rivya 0.2.0',
};

describe('a recipe', () => {
  it('stands in the tree in one way: fixed order, two blanks, a final newline', () => {
    const text = formatRecipe(recipe);
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      ...['rivya', 'recipe', 'entry', 'kind', 'model', 'prompt', 'params', 'references', 'take', 'made'],
      ...['origin', 'task', 'credits', 'original', 'outputs', 'alt', 'tool'],
    ]);
    expect(text).toContain('  "params": {\n    "aspect_ratio": "16:9",\n    "resolution": "1K"\n  },\n');
    expect(text.endsWith('}\n')).toBe(true);
    expect(parseRecipe(text)).toEqual(recipe);
  });

  it('keeps keys that a newer version has written', () => {
    const text = formatRecipe(recipe).replace('"take": 1,', '"take": 1,\n  "signed": { "by": [1, 2] },');
    const read = parseRecipe(text);
    expect(read).toMatchObject({ rest: { signed: { by: [1, 2] } } });
    const again = formatRecipe(read as Recipe);
    expect(JSON.parse(again)).toMatchObject({ signed: { by: [1, 2] } });
    expect(formatRecipe(parseRecipe(again) as Recipe)).toBe(again);
  });

  it.each([
    ['nothing', '', 'invalid'],
    ['no JSON', '{', 'invalid'],
    ['a list', '[]', 'invalid'],
    ['another version', '{"rivya": 2}', 'newer'],
    ['no outputs', formatRecipe(recipe).replace(/"outputs": \[[^\]]*\]/, '"outputs": []'), 'invalid'],
    ['a wrong hash', formatRecipe(recipe).replaceAll('9'.repeat(64), 'x'), 'invalid'],
    ['both sides', `<<<<<<< a\n{}\n=======\n{}\n>>>>>>> b\n`, 'markers'],
  ])('says what is wrong with %s', (_name, text, problem) => {
    expect(parseRecipe(text)).toEqual({ problem });
  });

  it('never fails on a text, and reads what it has written', () => {
    const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
    const any = fc.record({
      prompt: fc.string(),
      alt: fc.string(),
      entry: fc.string(),
      params: fc.dictionary(
        fc.string().filter(key => key !== '__proto__'),
        fc.oneof(fc.string(), fc.boolean()),
      ),
      sha256: hash,
    });
    fc.assert(
      fc.property(any, fc.string(), ({ sha256, ...change }, noise) => {
        const whole: Recipe = { ...recipe, ...change, outputs: [{ file: 'a.png', sha256 }] };
        expect(parseRecipe(formatRecipe(whole))).toEqual(whole);
        const text = formatRecipe(whole);
        const at = noise.length % text.length;
        expect(() => parseRecipe(text.slice(0, at) + noise + text.slice(at))).not.toThrow();
      }),
      { numRuns: propertyRuns(200) },
    );
  });
});

describe('the sides of a merge', () => {
  const theirs: Recipe = { ...recipe, prompt: 'A lighthouse at dusk.' };
  const lines = formatRecipe(recipe).split('\n');
  const other = formatRecipe(theirs).split('\n');
  const at = lines.findIndex((line, index) => line !== other[index]);
  const merged = (base: string[]): string =>
    [
      ...lines.slice(0, at),
      ...['<<<<<<< HEAD', lines[at] ?? '', ...base, '=======', other[at] ?? '', '>>>>>>> branch'],
      ...lines.slice(at + 1),
    ].join('\n');

  it('are both read, with or without their ancestor', () => {
    expect(sidesOf(merged([]))).toEqual([recipe, theirs]);
    expect(sidesOf(merged(['||||||| 1a2b3c4', '  "prompt": "Old.",']))).toEqual([recipe, theirs]);
    expect(sidesOf(merged([]).replaceAll('\n', '\r\n'))).toEqual([recipe, theirs]);
  });
});

describe('a package', () => {
  it('is written to only when something changes, and never outside', () => {
    using home = temporaryFolder();
    const folder = new PackageFolder(home.path);
    expect(folder.writeText('.rivya/recipes/a.json', 'one\n')).toBe(true);
    const before = statSync(home.file('.rivya/recipes/a.json')).ino;
    expect(folder.writeText('.rivya/recipes/a.json', 'one\n')).toBe(false);
    expect(statSync(home.file('.rivya/recipes/a.json')).ino).toBe(before);
    expect(() => folder.writeText('../a.json', 'one\n')).toThrow('leads out');
  });

  it('copies in what is new, and replaces only what it was told of', () => {
    using home = temporaryFolder();
    using source = temporaryFolder();
    const folder = new PackageFolder(home.path);
    writeFileSync(source.file('new'), 'new');
    expect(folder.copyIn(source.file('new'), 'img/a.png', undefined)).toBe(true);
    writeFileSync(home.file('img/a.png'), 'by hand');
    expect(folder.copyIn(source.file('new'), 'img/a.png', undefined)).toBe(false);
    expect(folder.copyIn(source.file('new'), 'img/a.png', '0'.repeat(64))).toBe(false);
    expect(folder.readText('img/a.png', 100)).toEqual({ text: 'by hand' });
    const { sha256 = '' } = folder.factOf('img/a.png') ?? {};
    expect(folder.copyIn(source.file('new'), 'img/a.png', sha256)).toBe(true);
    expect(folder.readText('img/a.png', 100)).toEqual({ text: 'new' });
    expect(folder.list('img')).toEqual(['img/a.png']);
  });

  it('knows a file by its pointer of Git LFS', () => {
    using home = temporaryFolder();
    const folder = new PackageFolder(home.path);
    const oid = 'c'.repeat(64);
    folder.writeText('a.png', `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n`);
    expect(folder.factOf('a.png')).toEqual({ sha256: oid, bytes: 12345, isPointer: true });
  });
});
