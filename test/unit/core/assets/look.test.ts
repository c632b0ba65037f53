import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AskedThread } from '../../../../src/base/askedThread.ts';
import {
  PackageLooks,
  type PackageLook,
  type PackageQuestion,
} from '../../../../src/core/assets/plan/look.ts';
import { recipeIdOf, sha256 } from '../../../../src/core/recipes/identity.ts';
import { formatRecipe, recipePathOf } from '../../../../src/core/recipes/recipe.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { sandboxCatalogue } from '../../../support/sandboxCatalogue.ts';
import { manifestOf } from '../../../support/assetWorld.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

const models = await sandboxCatalogue();

describe('a look at a package', () => {
  let home: ReturnType<typeof temporaryFolder>;
  let root: string;

  beforeEach(() => {
    home = temporaryFolder();
    root = home.path;
    writeFileSync(path.join(root, 'rivya.assets.yaml'), manifestOf(['a', 'b']));
  });
  afterEach(() => home[Symbol.dispose]());

  const ask = (more: Partial<PackageQuestion> = {}): PackageQuestion => ({
    root,
    edited: undefined,
    models: undefined,
    ...more,
  });

  it('takes the manifest of the editor, and prices where a catalogue is known', async () => {
    const looks = new PackageLooks();
    expect((await looks.look(ask())).prices).toEqual([]);
    const edited = manifestOf(['c']);
    const { facts, prices } = await looks.look(ask({ edited, models }));
    expect(facts.assets.map(({ id }) => id)).toEqual(['c']);
    expect(prices.map(({ credits }) => credits)).toEqual([1]);
  });

  it('names what the catalogue does not have', async () => {
    const edited = manifestOf(['c']).replace('z-image', 'z-imagine');
    const { problems } = await new PackageLooks().look(ask({ edited, models }));
    expect(problems.map(({ code }) => code)).toEqual(['asset-model']);
  });

  it('tells a manifest that is too large from one that is not there', async () => {
    const looks = new PackageLooks();
    const codes = async (): Promise<string[]> => (await looks.look(ask())).problems.map(({ code }) => code);
    writeFileSync(path.join(root, 'rivya.assets.yaml'), '#'.repeat(1_000_001));
    expect(await codes()).toEqual(['asset-bounds']);
    rmSync(path.join(root, 'rivya.assets.yaml'));
    expect(await codes()).toEqual(['asset-file']);
  });

  it('sees every change of a file, also one that keeps its size and its time', async () => {
    mkdirSync(path.join(root, 'img'));
    const file = path.join(root, 'img/a.png');
    const looks = new PackageLooks();
    const long = new Date(Date.now() - 60_000);
    const hashes: string[] = [];
    for (const content of ['one', 'two', 'six']) {
      writeFileSync(file, content);
      utimesSync(file, long, long);
      const { facts } = await looks.look(ask());
      hashes.push(facts.files.get('img/a.png')?.sha256 ?? '');
      // Known now, and the same.
      expect((await looks.look(ask())).facts.files.get('img/a.png')?.sha256).toBe(hashes.at(-1));
    }
    expect(hashes).toEqual(['one', 'two', 'six'].map(sha256));
    expect(readFileSync(file, 'utf8')).toBe('six');
  });

  it('sees every change of a recipe, also one that keeps its size and its time', async () => {
    const looks = new PackageLooks();
    const long = new Date(Date.now() - 60_000);
    const wish = { model: 'z-image', prompt: 'A', params: {}, references: [], take: 1 };
    const target = path.join(root, recipePathOf('img/a.png'));
    mkdirSync(path.dirname(target), { recursive: true });
    for (const letter of ['a', 'b', 'b']) {
      const output = { file: 'img/a.png', sha256: letter.repeat(64) };
      const recipe = { ...wish, recipe: recipeIdOf(wish), kind: 'image', outputs: [output] } as const;
      writeFileSync(target, formatRecipe(recipe));
      utimesSync(target, long, long);
      expect((await looks.look(ask())).facts.recipes.get('img/a.png')).toMatchObject({ outputs: [output] });
    }
    writeFileSync(target, '{');
    utimesSync(target, long, long);
    expect((await looks.look(ask())).facts.recipes.get('img/a.png')).toEqual({ problem: 'invalid' });
    rmSync(target);
    expect((await looks.look(ask())).facts.recipes.size).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('follows links as they are at each look', async () => {
    using elsewhere = temporaryFolder();
    const looks = new PackageLooks();
    const codes = async (): Promise<string[]> => (await looks.look(ask())).problems.map(({ code }) => code);
    mkdirSync(path.join(root, 'img'));
    writeFileSync(path.join(root, 'img/b.png'), 'b');
    expect(await codes()).toEqual([]);
    rmSync(path.join(root, 'img'), { recursive: true });
    symlinkSync(elsewhere.path, path.join(root, 'img'));
    expect(await codes()).toEqual(['asset-path', 'asset-path']);
    rmSync(path.join(root, 'img'));
    mkdirSync(path.join(root, 'img'));
    symlinkSync(elsewhere.file('b.png'), path.join(root, 'img/b.png'));
    expect(await codes()).toEqual(['asset-path']);
    rmSync(path.join(root, 'img/b.png'));
    symlinkSync('b.png', path.join(root, 'img/b.png'));
    expect(await codes()).toEqual(['asset-path']);
  });

  it('comes whole out of a thread', async () => {
    const program = path.join(import.meta.dirname, '../../../../src/core/assets/plan/packageThread.ts');
    const thread = new AskedThread<PackageQuestion, PackageLook>({
      file: program,
      name: 'packages',
      idleMs: 60_000,
      clock: new ManualClock(),
    });
    try {
      const question = ask({ models });
      expect(await thread.ask(question)).toEqual(await new PackageLooks().look(question));
    } finally {
      thread.dispose();
    }
  });
});
