import { describe, expect, it } from 'vitest';
import { recipeIdOf } from '../../../../src/core/recipes/identity.ts';
import { PackageFolder } from '../../../../src/core/recipes/packageFolder.ts';
import { formatRecipe, recipePathOf, type Recipe } from '../../../../src/core/recipes/recipe.ts';
import { recipeAt, RecipeIndex } from '../../../../src/core/recipes/recipeIndex.ts';
import {
  acceptedRecipe,
  movedRecipe,
  originOf,
  recipeOfResult,
} from '../../../../src/core/recipes/taskRecipe.ts';
import type { StoredFile, Task } from '../../../../src/shared/task.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

const hash = (digit: string): string => digit.repeat(64);
const wish = { model: 'z-image', prompt: 'A fox.', params: {}, references: [], take: 1 };

function recipeOf(file: string, digit: string, ...others: Recipe['outputs'][number][]): Recipe {
  const outputs = [{ file, sha256: hash(digit) }, ...others] as const;
  return { ...wish, recipe: recipeIdOf(wish), kind: 'image', references: [], outputs };
}

const stored: StoredFile = {
  path: 'a/b.png',
  bytes: 100,
  sha256: hash('a'),
  mediaType: 'image/png',
  extension: 'png',
  width: 16,
  height: 9,
};

const task = {
  kind: 'image',
  model: 'z-image',
  prompt: 'A fox.  \r\nIn snow.\n',
  origin: 'https://rivya.ai',
  remoteId: 'task_1',
  finalCredits: 5,
  createdAt: Date.UTC(2026, 10, 25, 23, 59),
  results: [0, 1].map(index => ({
    index,
    url: `https://cdn.example/${index}?token=x`,
    state: 'stored',
    failures: 0,
  })),
} as unknown as Task;

describe('the recipe of a result', () => {
  const facts = { file: 'img/a.png', params: { seed: 7 }, references: [], tool: 'rivya 1.0.0' };

  it('says what was sent and what came, and nothing of addresses', () => {
    const recipe = recipeOfResult(task, { index: 0, file: stored }, facts);
    expect(recipe).toEqual({
      recipe: recipeIdOf({ ...wish, prompt: 'A fox.\nIn snow.', params: { seed: '7' } }),
      kind: 'image',
      model: 'z-image',
      prompt: 'A fox.\nIn snow.',
      params: { seed: 7 },
      references: [],
      take: 1,
      made: '2026-11-25',
      origin: 'https://rivya.ai',
      task: 'task_1',
      credits: 5,
      original: { sha256: hash('a'), type: 'image/png', size: '16x9' },
      outputs: [{ file: 'img/a.png', sha256: hash('a') }],
      tool: 'rivya 1.0.0',
    });
    expect(formatRecipe(recipe)).not.toContain('cdn.example');
  });

  it('counts the credits of a job once, however many files it has made', () => {
    expect(recipeOfResult(task, { index: 1, file: stored }, facts).credits).toBe(0);
    expect(originOf({ ...task, finalCredits: undefined }, stored)).not.toHaveProperty('credits');
  });

  it('follows its files, and tells another package nothing of what stays behind', () => {
    const recipe = {
      ...recipeOf('img/a.png', '1', { file: 'img/a-640.png', sha256: hash('2'), by: 'width 640' }),
      references: [{ file: 'brand/light.png', sha256: hash('3') }],
    };
    const inside = movedRecipe(recipe, file => file.replace(/^img\//, 'pics/'));
    expect(inside.outputs.map(({ file }) => file)).toEqual(['pics/a.png', 'pics/a-640.png']);
    expect(inside.references).toEqual(recipe.references);
    const elsewhere = movedRecipe(recipe, file => (file === 'img/a.png' ? 'b.png' : undefined));
    expect(elsewhere.references).toEqual([{ file: '', sha256: hash('3') }]);
    expect(elsewhere.outputs[0].file).toBe('b.png');
  });

  it('says of a file that was changed that it stays so', () => {
    const accepted = acceptedRecipe(recipeOf('a.png', '1'), hash('9'));
    expect([accepted.edited, accepted.outputs]).toEqual([true, [{ file: 'a.png', sha256: hash('9') }]]);
  });
});

describe('the recipes of a package', () => {
  it('are found by every output and content, as they stand now', async () => {
    using home = temporaryFolder();
    const folder = new PackageFolder(home.path);
    const write = (at: string, recipe: Recipe): void => {
      folder.writeText(recipePathOf(at), formatRecipe(recipe));
    };
    write('a.png', recipeOf('a.png', '1', { file: 'a-640.png', sha256: hash('2'), by: 'width 640' }));
    write('b.png', recipeOf('b.png', '1'));
    folder.writeText(recipePathOf('broken.png'), '<<<<<<< HEAD');
    const index = await RecipeIndex.read(folder, () => Promise.resolve());
    const mains = (found: readonly { readonly at: string }[]): string[] => found.map(({ at }) => at);
    expect(mains(index.ofOutput('a-640.png'))).toEqual(['a.png']);
    expect(mains(index.ofContent(hash('1')))).toEqual(['a.png', 'b.png']);
    expect(mains(index.ofContent(hash('3')))).toEqual([]);
    expect(recipeAt(folder, 'broken.png')).toBeUndefined();

    write('b.png', recipeOf('b.png', '3'));
    index.update(recipePathOf('b.png'));
    expect(mains(index.ofContent(hash('1')))).toEqual(['a.png']);
    expect(mains(index.ofContent(hash('3')))).toEqual(['b.png']);
    folder.remove(recipePathOf('a.png'));
    index.update(recipePathOf('a.png'));
    expect(index.ofOutput('a.png')).toEqual([]);
    index.update('somewhere/else.json');
  });

  it('are read in slices', async () => {
    using home = temporaryFolder();
    const folder = new PackageFolder(home.path);
    for (let each = 0; each < 100; each++)
      folder.writeText(recipePathOf(`${each}.png`), formatRecipe(recipeOf(`${each}.png`, '1')));
    let pauses = 0;
    const index = await RecipeIndex.read(folder, () => {
      pauses++;
      return Promise.resolve();
    });
    expect(pauses).toBeGreaterThanOrEqual(4);
    expect(index.ofContent(hash('1'))).toHaveLength(100);
  });
});
