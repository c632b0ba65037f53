import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as vscode from 'vscode';
import { asItIs } from '../../../../src/base/wording.ts';
import type { Estimate } from '../../../../src/core/generate/cost.ts';
import { readManifest } from '../../../../src/core/assets/manifest/expand.ts';
import type { PackageFacts, WishedAsset } from '../../../../src/core/assets/plan/facts.ts';
import { assetStates, makePlan, type OrderFact } from '../../../../src/core/assets/plan/plan.ts';
import { recipeIdOf } from '../../../../src/core/recipes/identity.ts';
import type { Recipe } from '../../../../src/core/recipes/recipe.ts';
import type { PackageState } from '../../../../src/vscode/assets/assetPackage.ts';
import { AssetRow, assetsNodeItem } from '../../../../src/vscode/assets/assetRows.ts';
import { statesInOrder } from '../../../../src/vscode/assets/assetText.ts';
import { rowsOf } from '../../../../src/vscode/assets/assetsTree.ts';
import { suggestionsAt, type SuggestionParts } from '../../../../src/vscode/assets/manifestCompletion.ts';
import { lensesOf } from '../../../../src/vscode/assets/manifestLenses.ts';
import { toldProblems } from '../../../../src/vscode/assets/manifestProblems.ts';
import { ManifestSchema } from '../../../../src/vscode/assets/manifestSchema.ts';
import { syncChosen, type SyncParts } from '../../../../src/vscode/assets/syncAssets.ts';
import { UserError } from '../../../../src/vscode/messages/errors.ts';
import { modelOf, sandboxCatalogue } from '../../../support/sandboxCatalogue.ts';

const editor = vi.hoisted(() => ({ isTrusted: true }));

vi.mock('vscode', async importOriginal => {
  const { workspace, ...rest } = await importOriginal<{ workspace: object }>();
  const uri = (file: string): object => ({ path: file, fsPath: file, toString: () => `file://${file}` });
  return {
    ...rest,
    Uri: {
      joinPath: (base: { path: string }, ...parts: string[]) => uri(path.posix.join(base.path, ...parts)),
      file: uri,
    },
    workspace: Object.defineProperty({ ...workspace }, 'isTrusted', { get: () => editor.isTrusted }),
  };
});

const root = path.join(import.meta.dirname, '../../../..');
const models = await sandboxCatalogue();

const manifest = `rivya: 1
defaults:
  model: z-image
assets:
  hero:
    file: img/hero.png
    prompt: A lighthouse.
  card:
    file: img/{theme}.png
    prompt: A postcard, {theme}, {mood}.
    matrix: { theme: [light, dark] }
    values:
      light: { mood: sunny }
      dark: { mood: starry }
  team:
    file: img/team.png
    prompt: A team.
`;
const five: Estimate = { jobs: 1, certainty: 'certain', credits: 5, worst: 5 };
const about: Estimate = { jobs: 1, certainty: 'atLeast', credits: 5, worst: 20 };

/** A package of which these files are as they were made, and others edited. */
function stateOf(
  made: readonly string[],
  edited: readonly string[] = [],
  order: OrderFact = { state: 'none' },
  price = five,
): PackageState {
  const { assets, problems } = readManifest(manifest, {
    readText: () => ({ problem: 'missing' }),
    isInside: () => true,
  });
  expect(problems).toEqual([]);
  const wished = assets.map((asset): WishedAsset => ({ ...asset, recipe: recipeIdOf({ ...asset, references: [] }), referenceFiles: [] })); // prettier-ignore
  const hash = (letter: string): string => letter.repeat(64);
  const recipes = new Map(
    wished
      .filter(({ file }) => [...made, ...edited].includes(file))
      .map((asset): [string, Recipe] => [
        asset.file,
        {
          ...{
            recipe: asset.recipe,
            entry: asset.id,
            kind: 'image',
            model: asset.model,
            prompt: asset.prompt,
          },
          ...{ params: {}, references: [], take: 1, credits: 5 },
          outputs: [{ file: asset.file, sha256: hash('a') }],
        },
      ]),
  );
  const fact = (letter: string) => ({ sha256: hash(letter), bytes: 1, isPointer: false });
  const files = new Map([
    ...made.map(file => [file, fact('a')] as const),
    ...edited.map(file => [file, fact('b')] as const),
  ]);
  const facts: PackageFacts = {
    ...{
      assets: wished,
      recipes,
      files,
      loose: new Map(),
      maxCredits: undefined,
      problems,
      hasManifest: true,
    },
  };
  const planWith: PackageState['planWith'] = options =>
    makePlan(facts, { order: () => order, price: () => price }, options);
  const folder = vscode.Uri.file('/site');
  return {
    ...{ facts, problems, prices: [], planWith, plan: planWith({}) },
    package: { root: folder, manifest: vscode.Uri.joinPath(folder, 'rivya.assets.yaml') },
  };
}

/** The lenses by the line on which they stand. */
function lenses(state: PackageState): string[] {
  const lines = Map.groupBy(lensesOf(state), ({ offset }) => manifest.slice(0, offset).split('\n').length);
  return [...lines].map(
    ([line, own]) =>
      `${line}: ${own.map(({ title, command }) => (command === undefined ? title : `[${title}]`)).join(' | ')}`,
  );
}

describe('lenses of a manifest', () => {
  it('say state, price and what there is to do', () => {
    expect(lenses(stateOf(['img/hero.png'], ['img/team.png']))).toEqual([
      '1: Edited 1 · Missing 2 · Up to date 1 | [Plan] | [Sync (10 credits)]',
      '5: Up to date · 5 credits',
      '8: Missing 2 | [Generate (10 credits)]',
      '15: Edited | [Accept] | [Replace...]',
    ]);
  });

  it('say that a price may be higher', () => {
    expect(lenses(stateOf([], [], { state: 'none' }, about))[1]).toBe(
      '5: Missing | [Generate (5 to 20 credits)]',
    );
  });

  it('bring back what is in the library, and wait for what is under way', () => {
    const file = { sha256: 'c'.repeat(64), extension: 'png' };
    expect(lenses(stateOf([], [], { state: 'stored', file }))[1]).toBe(
      '5: Missing · in the library | [Restore]',
    );
    expect(lenses(stateOf([], [], { state: 'running' }))[1]).toBe('5: In progress | [Wait]');
  });

  it('offer no sync where nothing is to be done', () => {
    const all = ['img/hero.png', 'img/light.png', 'img/dark.png', 'img/team.png'];
    expect(lenses(stateOf(all))[0]).toBe('1: Up to date 4 | [Plan]');
  });

  it('are not there while the manifest has errors', () => {
    const problem = { code: 'asset-shape', message: asItIs('x'), severity: 'error', range: { start: 0, end: 1, line: 1, column: 1 } } as const; // prettier-ignore
    expect([...lensesOf({ ...stateOf([]), problems: [problem] })]).toEqual([]);
  });
});

describe('rows of the view', () => {
  it('have a place for every state', () => {
    expect(statesInOrder.toSorted()).toEqual(assetStates.toSorted());
  });

  it('stand by state, what wants a person first, and say what can be done with them', () => {
    const rows = rowsOf(stateOf(['img/hero.png'], ['img/team.png']));
    expect(rows.map(row => (row.type === 'group' ? `${row.group} ${row.items.length}` : row.type))).toEqual([
      'edited 1',
      'missing 2',
      'ok 1',
    ]);
    const items = rows.flatMap(row =>
      row.type === 'group' ? row.items.map(item => assetsNodeItem(new AssetRow(row.state, item))) : [],
    );
    expect(items.map(({ label, description, contextValue }) => [label, description, contextValue])).toEqual([
      ['team', 'img/team.png', 'asset.file.acceptable.replaceable.recipe.wished.'],
      ['card light', '5 credits · img/light.png', 'asset.makeable.wished.'],
      ['card dark', '5 credits · img/dark.png', 'asset.makeable.wished.'],
      ['hero', '5 credits · img/hero.png', 'asset.file.recipe.wished.'],
    ]);
  });
});

describe('problems that are told', () => {
  const range = { start: 0, end: 1, line: 1, column: 1 };
  const all = (['asset-syntax', 'asset-shape', 'asset-yaml', 'asset-path', 'asset-model'] as const).map(
    code => ({
      ...{ code, message: asItIs('x'), severity: 'error' as const, range },
    }),
  );

  it('are all of them without another extension for YAML', () => {
    expect(toldProblems(all, false)).toEqual(all);
  });

  it('leave to it what a schema knows', () => {
    expect(toldProblems(all, true).map(({ code }) => code)).toEqual([
      'asset-yaml',
      'asset-path',
      'asset-model',
    ]);
  });
});

describe('completion of a manifest', () => {
  const parts: SuggestionParts = {
    schema: new ManifestSchema(vscode.Uri.file(root)),
    models: () => Promise.resolve(models),
    files: extensions => Promise.resolve(extensions.map(each => `a.${each}`)),
    columns: table => (table === 't.csv' ? ['slug', 'role'] : []),
  };
  const head = 'rivya: 1\ndefaults:\n  model: nano-banana-2\nassets:\n  hero:\n';
  const texts = async (text: string, own = parts): Promise<string[]> =>
    (await suggestionsAt(text, text.length, own)).suggestions.map(each => each.text);

  it('knows the keys of each place, and their values', async () => {
    expect(await texts('')).toEqual(['rivya', 'defaults', 'limits', 'assets']);
    expect(await texts('rivya: 1\nlimits:\n  ')).toEqual(['maxCredits']);
    expect(await texts(`${head}    `)).toContain('prompt');
    expect(await texts(`${head}    prompt: { `)).toEqual(['file']);
    expect(await texts(`${head}    set: `)).toEqual(['favicon', 'og']);
    expect(await texts(`${head}    keep: `)).toEqual(['true', 'false']);
  });

  it('leaves keys to who completes by the schema', async () => {
    expect(await texts(`${head}    `, { ...parts, schema: undefined })).toEqual([]);
    expect(await texts(`${head}    model: `, { ...parts, schema: undefined })).toContain('z-image');
  });

  it('names models with kind and price, those that can be used', async () => {
    const { suggestions } = await suggestionsAt(`${head}    model: `, `${head}    model: `.length, parts);
    expect(suggestions.find(({ text }) => text === 'z-image')).toMatchObject({ detail: 'Image · 1 credit' });
    const later = modelOf(models, 'z-image', { id: 'later', api_status: 'coming_soon' });
    const withLater = { ...parts, models: () => Promise.resolve([...models, later]) };
    expect(await texts(`${head}    model: `, withLater)).not.toContain('later');
  });

  it('knows parameters and options of the model that counts', async () => {
    const keys = await texts(`${head}    params:\n      `);
    expect(keys).toContain('resolution');
    expect(keys).not.toContain('prompt');
    expect(await texts(`${head}    params:\n      resolution: `)).toContain('2K');
    expect(await texts(`${head}    params: { resolution: `)).toContain('2K');
    expect(await texts(`${head}    model: nobody\n    params:\n      `)).toEqual([]);
  });

  it('names files, tables and variables', async () => {
    expect(await texts(`${head}    references:\n      - `)).toContain('a.png');
    expect(await texts(`${head}    each: `)).toEqual(['a.csv']);
    expect(await texts(`${head}    prompt: { file: `)).toEqual(['a.md', 'a.txt']);
    const variables = `${head}    matrix: { theme: [light] }\n    values: { light: { mood: x } }\n    prompt: A {`;
    expect(await texts(variables)).toEqual(['theme', 'mood']);
    expect(await texts(`${head}    each: t.csv\n    prompt: A {`)).toEqual(['slug', 'role']);
  });
});

describe('Restricted Mode', () => {
  afterEach(() => (editor.isTrusted = true));

  it('lets nothing be ordered, and touches nothing before it says so', async () => {
    editor.isTrusted = false;
    const untouchable = new Proxy({}, { get: (_, name) => expect.unreachable(String(name)) }) as SyncParts;
    await expect(syncChosen(untouchable, stateOf([]).package)).rejects.toThrow(UserError);
  });
});
