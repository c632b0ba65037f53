import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  orderKey,
  recipeIdOf,
  type Wish,
  type WishValue,
} from '../../../../src/core/recipes/identity.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';

const wish: Wish = {
  model: 'nano-banana-2',
  prompt: 'A lighthouse at dawn.\nCafé.',
  params: { resolution: '1K', aspect_ratio: '16:9', seed: 5 },
  references: ['a'.repeat(64)],
  take: 1,
};

describe('the id of a recipe', () => {
  it('is what it always was: recipes of every repository hang on it', () => {
    expect(recipeIdOf(wish)).toBe('r1-8b90671e8bcb31cc44a56f6b39b513bf');
    expect(orderKey('https://rivya.ai', recipeIdOf(wish), 1)).toMatch(/^rivya-r1-[0-9a-f]{40}$/);
  });

  it('is the same for every spelling of one wish', () => {
    const id = recipeIdOf(wish);
    const spellings: Wish[] = [
      { ...wish, prompt: 'A lighthouse at dawn.\r\nCafé.' },
      { ...wish, prompt: 'A lighthouse at dawn.  \nCafe\u0301.\n\n' },
      { ...wish, params: { seed: '5', aspect_ratio: '16:9', resolution: '1K' } },
    ];
    expect(spellings.map(recipeIdOf)).toEqual([id, id, id]);
  });

  it('is another one for every change of what steers the result', () => {
    const text = fc.string({ minLength: 1, maxLength: 20 }).filter(each => each.trim() !== '');
    const change = fc.oneof(
      text.map((more): Wish => ({ ...wish, prompt: `${wish.prompt}${more.replaceAll(/\s/g, '_')}` })),
      text.map((model): Wish => ({ ...wish, model: `${model}!` })),
      fc.integer({ min: 2 }).map((take): Wish => ({ ...wish, take })),
      fc
        .tuple(fc.constantFrom('resolution', 'seed', 'more'), text)
        .map(([key, value]): Wish => ({ ...wish, params: { ...wish.params, [key]: `${value}!` } })),
      fc.constantFrom('b', 'c').map((digit): Wish => ({ ...wish, references: [digit.repeat(64)] })),
      fc.constant<Wish>({ ...wish, references: [] }),
    );
    const seen = new Map<string, string>([[recipeIdOf(wish), canonicalJson(wish)]]);
    fc.assert(
      fc.property(change, changed => {
        const id = recipeIdOf(changed);
        const normal = canonicalJson({ ...changed, prompt: changed.prompt.normalize('NFC') });
        const before = seen.get(id) ?? normal;
        seen.set(id, normal);
        // Canonically equal wishes alone may share an id.
        expect(before.normalize('NFC')).toBe(normal.normalize('NFC'));
        expect(id).not.toBe(recipeIdOf(wish));
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });

  it('does not depend on the order of keys, however deep', () => {
    const json = fc
      .jsonValue({ maxDepth: 3 })
      .filter(value => !JSON.stringify(value).includes('null'))
      .map(value => value as WishValue);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), params => {
        const reversed = (value: unknown): unknown =>
          Array.isArray(value)
            ? value.map(reversed)
            : typeof value === 'object' && value !== null
              ? Object.fromEntries(
                  Object.entries(value)
                    .reverse()
                    .map(([key, each]) => [key, reversed(each)]),
                )
              : value;
        const other = reversed(params) as Wish['params'];
        expect(recipeIdOf({ ...wish, params: other })).toBe(recipeIdOf({ ...wish, params }));
      }),
      { numRuns: propertyRuns(200) },
    );
  });
});

it('the key of an order tells servers, wishes and attempts apart', () => {
  const keys = ['https://rivya.ai', 'http://127.0.0.1:4010'].flatMap(origin =>
    ['r1-a', 'r1-b'].flatMap(recipe => [1, 2].map(attempt => orderKey(origin, recipe, attempt))),
  );
  expect(new Set(keys).size).toBe(8);
});
