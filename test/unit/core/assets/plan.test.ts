import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackageFacts, WishedAsset } from '../../../../src/core/assets/plan/facts.ts';
import {
  assetStates,
  makePlan,
  type AssetState,
  type OrderFact,
  type Plan,
  type PlanItem,
} from '../../../../src/core/assets/plan/plan.ts';
import {
  annotations,
  checkFails,
  findingsOf,
  hasWork,
  jsonView,
  markdownView,
  summaryOf,
  textView,
  totalOf,
} from '../../../../src/core/assets/plan/views.ts';
import { recipeIdOf } from '../../../../src/core/recipes/identity.ts';
import type { Recipe } from '../../../../src/core/recipes/recipe.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';

const hash = (digit: string): string => digit.repeat(64);
const range = { start: 0, end: 1, line: 7, column: 3 };

function asset(file: string, change: Partial<WishedAsset> = {}): WishedAsset {
  const wish = { model: 'z-image', prompt: 'A fox.', params: {}, references: [], take: 1, ...change };
  return {
    id: file.replace(/\..*$/, ''),
    entry: file.replace(/\..*$/, ''),
    file,
    kind: 'image',
    keep: false,
    alt: undefined,
    derivatives: {},
    referenceFiles: [],
    ranges: { name: range, file: range, prompt: range, model: range, params: {}, references: [] },
    recipe: recipeIdOf(wish),
    ...wish,
  };
}

function recipeOf(
  { recipe, id, kind, model, prompt, params, take, file }: WishedAsset,
  sha256: string,
): Recipe {
  return {
    recipe,
    entry: id,
    kind,
    model,
    prompt,
    params,
    references: [],
    take,
    outputs: [{ file, sha256 }],
  };
}

interface Tree {
  readonly assets?: readonly WishedAsset[];
  readonly recipes?: PackageFacts['recipes'];
  readonly files?: Readonly<Record<string, string>>;
  readonly loose?: PackageFacts['loose'];
  readonly order?: OrderFact;
}

function planOf({ assets = [], recipes = new Map(), files = {}, loose = new Map(), order }: Tree): Plan {
  const facts = {
    assets,
    recipes,
    loose,
    files: new Map(
      Object.entries(files).map(([file, sha256]) => [file, { sha256, bytes: 1, isPointer: false }]),
    ),
    maxCredits: undefined,
    problems: [],
    hasManifest: true,
  };
  return makePlan(facts, {
    order: () => order ?? { state: 'none' },
    price: () => ({ jobs: 1, certainty: 'atLeast', credits: 5, worst: 5 }),
  });
}

const a = asset('a.png');
const old = asset('a.png', { prompt: 'A hare.' });
const made = recipeOf(a, hash('1'));
const before = recipeOf(old, hash('1'));

/** Every state, how it comes about, and what a sync does about it. */
const rows: readonly (readonly [AssetState, PlanItem['action'], Tree])[] = [
  ['ok', 'none', { assets: [a], recipes: new Map([['a.png', made]]), files: { 'a.png': hash('1') } }],
  ['missing', 'make', { assets: [a] }],
  ['missing', 'make', { assets: [a], recipes: new Map([['a.png', made]]) }],
  [
    'missing',
    'take',
    { assets: [a], order: { state: 'stored', file: { sha256: hash('1'), extension: 'png' } } },
  ],
  ['stale', 'make', { assets: [a], recipes: new Map([['a.png', before]]), files: { 'a.png': hash('1') } }],
  ['edited', 'leave', { assets: [a], recipes: new Map([['a.png', made]]), files: { 'a.png': hash('2') } }],
  [
    'stale-edited',
    'leave',
    { assets: [a], recipes: new Map([['a.png', before]]), files: { 'a.png': hash('2') } },
  ],
  [
    'stale-edited',
    'leave',
    {
      assets: [a],
      recipes: new Map([['a.png', { ...before, edited: true as const }]]),
      files: { 'a.png': hash('1') },
    },
  ],
  [
    'moved',
    'move',
    {
      assets: [a],
      recipes: new Map([['b.png', recipeOf({ ...a, file: 'b.png' }, hash('1'))]]),
      files: { 'b.png': hash('1') },
    },
  ],
  [
    'moved',
    'move',
    {
      assets: [a],
      recipes: new Map([['b.png', recipeOf({ ...a, file: 'b.png' }, hash('1'))]]),
      files: { 'a.png': hash('1') },
    },
  ],
  [
    'moved',
    'move',
    { assets: [a], recipes: new Map([['a.png', made]]), loose: new Map([[hash('1'), ['c.png']]]) },
  ],
  [
    'underived',
    'leave',
    { assets: [a], order: { state: 'stored', file: { sha256: hash('1'), extension: 'webp' } } },
  ],
  ['unowned', 'leave', { assets: [a], files: { 'a.png': hash('2') } }],
  [
    'unowned',
    'adopt',
    {
      assets: [a],
      files: { 'a.png': hash('1') },
      order: { state: 'stored', file: { sha256: hash('1'), extension: 'png' } },
    },
  ],
  ['orphan', 'none', { recipes: new Map([['a.png', made]]), files: { 'a.png': hash('1') } }],
  [
    'kept',
    'none',
    { assets: [{ ...a, keep: true }], recipes: new Map([['a.png', before]]), files: { 'a.png': hash('1') } },
  ],
  ['running', 'make', { assets: [a], order: { state: 'running' } }],
  ['failed', 'make', { assets: [a], order: { state: 'failed', problem: 'Too foggy.' } }],
  ['elsewhere', 'leave', { assets: [a], order: { state: 'elsewhere' } }],
  ['conflict', 'stop', { assets: [a], recipes: new Map([['a.png', { problem: 'markers' as const }]]) }],
  [
    'conflict',
    'stop',
    { assets: [a], recipes: new Map([['a.png', recipeOf({ ...a, file: 'x.png' }, hash('1'))]]) },
  ],
];

describe('a state', () => {
  it.each(rows)('is %s, and the sync would %s', (state, action, tree) => {
    const plan = planOf(tree);
    expect(plan.items).toHaveLength(1);
    expect(plan.items[0]).toMatchObject({ state, action });
    // The views agree.
    const [shown] = jsonView(plan, 'plan')['assets'] as Record<string, unknown>[];
    expect(shown).toMatchObject({ state, action });
    expect(textView(plan, 'plan').includes(plan.items[0]?.reason ?? '-')).toBe(true);
    expect(checkFails(plan)).toBe(!['ok', 'kept', 'orphan'].includes(state));
    const severities = new Map([
      ['ok', []],
      ['kept', ['notice']],
      ['orphan', ['warning']],
    ]);
    expect(findingsOf(plan, 'm').map(({ severity }) => severity)).toEqual(severities.get(state) ?? ['error']);
  });

  it('is each of them in these rows', () => {
    expect(new Set(rows.map(([state]) => state))).toEqual(new Set(assetStates));
  });

  it('says which part of the wish has changed', () => {
    const changed = asset('a.png', { model: 'other', params: { size: 2 }, take: 3 });
    const plan = planOf({
      assets: [changed],
      recipes: new Map([['a.png', made]]),
      files: { 'a.png': hash('1') },
    });
    expect(plan.items[0]?.changed).toEqual(['model', 'params.size', 'take']);
    expect(plan.items[0]?.reason).toBe('model, size and take changed');
  });
});

describe('a plan', () => {
  it('reads as the page says', () => {
    const hero = asset('hero.png');
    const card = asset('card.png', { prompt: 'New.' });
    const twin = asset('twin.png');
    const plan = planOf({
      assets: [hero, card, twin, a],
      recipes: new Map([
        ['card.png', recipeOf(asset('card.png', { prompt: 'Old.' }), hash('3'))],
        ['a.png', recipeOf(asset('a.png', { prompt: 'A fox.' }), hash('1'))],
      ]),
      files: { 'card.png': hash('3'), 'a.png': hash('2') },
    });
    expect(textView(plan, 'sync', { limit: 60, balance: 123 })).toBe(
      [
        'rivya sync: 2 to make, 1 to copy, 1 left unchanged',
        '  + hero   z-image   about 5 credits   no file',
        '  ~ card   z-image   about 5 credits   prompt changed',
        '  = twin   as hero, 0 credits',
        '  ! a      changed since it was generated',
        '  at most 10 credits (limit 60). Balance 123.',
      ].join('\n'),
    );
    expect(markdownView(plan, 'plan')).toContain(
      '| ~ | card | `card.png` | stale | about 5 credits | prompt changed |',
    );
  });

  it('shows ten annotations at most, of which the last counts the others, and all of them in the summary', () => {
    const assets = Array.from({ length: 25 }, (_, index) => asset(`n${index}.png`, { prompt: `${index}` }));
    const plan = planOf({ assets });
    const lines = annotations(findingsOf(plan, 'rivya.assets.yaml'));
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('::error file=rivya.assets.yaml,line=7,col=3::n0: missing, no file (n0.png)');
    expect(lines[9]).toContain('::16 more; all are in the summary');
    for (const { id } of assets) expect(markdownView(plan, 'check')).toContain(`| ${id} |`);
  });

  it('is nothing but text, whatever it tells of', () => {
    const evil = asset('a.png', { prompt: 'x' });
    const tricky = { ...evil, id: 'a\u001B[2J%0A::error::x | <img src=x>\u202Eb' };
    const plan = planOf({ assets: [tricky] });
    // eslint-disable-next-line no-control-regex
    expect(textView(plan, 'plan')).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
    expect(annotations(findingsOf(plan, 'm')).join('')).toContain('%250A');
    expect(annotations(findingsOf(plan, 'm'))).toHaveLength(1);
    expect(markdownView(plan, 'plan')).not.toContain('<img');
  });

  it('fits into the summary of a job', () => {
    const long = Array.from({ length: 50_000 }, (_, index) => `| line ${index} of a long table |`).join('\n');
    expect(Buffer.byteLength(summaryOf(long))).toBeLessThan(1_000_000);
    expect(summaryOf(long)).toMatch(/… and \d+ more lines\.\n$/);
    expect(summaryOf('short')).toBe('short');
  });

  it('agrees with its views in every tree', () => {
    const files = ['a.png', 'b.png', 'c.png', 'd/e.png'];
    const digit = fc.constantFrom('1', '2', '3');
    const wish = fc.record({ prompt: fc.constantFrom('A', 'B'), take: fc.integer({ min: 1, max: 2 }) });
    const order = fc.oneof(
      fc.constantFrom<OrderFact>(
        { state: 'none' },
        { state: 'running' },
        { state: 'failed' },
        { state: 'elsewhere' },
      ),
      digit.map((each): OrderFact => ({ state: 'stored', file: { sha256: hash(each), extension: 'png' } })),
    );
    const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
      fc.option(value, { nil: undefined });
    const tree = fc.record({
      wishes: fc.tuple(...files.map(() => maybe(fc.tuple(wish, fc.boolean())))),
      recipes: fc.tuple(...files.map(() => maybe(fc.tuple(wish, digit, fc.boolean())))),
      there: fc.tuple(...files.map(() => maybe(digit))),
      order,
    });
    fc.assert(
      fc.property(tree, ({ wishes, recipes, there, order: fact }) => {
        const assets = wishes.flatMap((each, index) =>
          each ? [{ ...asset(files[index] ?? '', each[0]), keep: each[1] }] : [],
        );
        const written = recipes.flatMap((each, index) => {
          const file = files[index] ?? '';
          if (!each) return [];
          const [own, sha, isBroken] = each;
          const whole = isBroken ? { problem: 'invalid' as const } : recipeOf(asset(file, own), hash(sha));
          return [[file, whole] as const];
        });
        const plan = planOf({
          assets,
          recipes: new Map(written),
          files: Object.fromEntries(
            there.flatMap((each, index) => (each ? [[files[index] ?? '', hash(each)]] : [])),
          ),
          order: fact,
        });
        const json = jsonView(plan, 'plan') as {
          hasWork: boolean;
          total: { orders: number };
          assets: { action: string; credits?: number }[];
        };
        const text = textView(plan, 'plan').split('\n');
        expect(json.assets).toHaveLength(plan.items.length);
        expect(json.hasWork).toBe(hasWork(plan));
        expect(json.total.orders).toBe(json.assets.filter(({ credits }) => credits !== undefined).length);
        expect(json.total.orders).toBe(totalOf(plan).jobs);
        // One line for each that is not as wished, one for the head, one for the price.
        const shown = plan.items.filter(({ state }) => state !== 'ok').length;
        expect(text).toHaveLength(1 + shown + (json.total.orders > 0 ? 1 : 0));
        // No recipe is ordered twice, and a copy names one that is made or stands.
        const ordered = plan.items.filter(({ action }) => action === 'make').map(each => each.asset?.recipe);
        expect(new Set(ordered).size).toBe(ordered.length);
        const errors = findingsOf(plan, 'm').filter(({ severity }) => severity === 'error').length;
        expect(errors > 0).toBe(checkFails(plan));
        // What passes has nothing to do but to be renamed.
        if (!checkFails(plan)) expect(plan.items.every(({ action }) => action === 'none')).toBe(true);
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });
});
