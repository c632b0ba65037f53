import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { recipeIdOf, sha256 } from '../../src/core/recipes/identity.ts';
import { PackageFolder } from '../../src/core/recipes/packageFolder.ts';
import { formatRecipe, recipePathOf, type Recipe } from '../../src/core/recipes/recipe.ts';
import { RecipeIndex } from '../../src/core/recipes/recipeIndex.ts';
import { buildProgram } from '../support/builtCli.ts';

/*
 * `node test/bench/assets.ts`: `rivya check` of 1,000 assets of 500 KB beside `sha256sum` of the same files,
 * `rivya --help` beside `node -e 0`, and how long the recipes of a large package take to be read, in slices.
 * Prints figures; asserts nothing.
 */
const assets = 1_000;
const assetBytes = 500_000;
const recipes = 10_000;
const rounds = 5;

const cli = await buildProgram('rivya');
const folder = mkdtempSync(path.join(tmpdir(), 'rivya-assets-'));
try {
  const files = makePackage();
  const [check, bare] = beside(
    () => run(process.execPath, cli, 'check'),
    () => run('sha256sum', ...files),
  );
  console.log(`check of ${assets} assets of ${assetBytes / 1_000} KB: ${ratio(check, bare)} of sha256sum`);
  const [help, node] = beside(
    () => run(process.execPath, cli, '--help'),
    () => run(process.execPath, '-e', '0'),
  );
  console.log(`--help: ${ratio(help, node)} of node -e 0`);
  for (let index = assets; index < recipes; index++) writeRecipe(`more/${index}.png`, 'f'.repeat(64));
  let longest = 0;
  let since = performance.now();
  const start = since;
  await RecipeIndex.read(new PackageFolder(folder), async () => {
    longest = Math.max(longest, performance.now() - since);
    await setImmediate();
    since = performance.now();
  });
  const time = performance.now() - start;
  console.log(`${recipes} recipes: ${time.toFixed(0)} ms, the longest slice ${longest.toFixed(0)} ms`);
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(path.dirname(cli), { recursive: true, force: true });
}

/** @returns the files, relative to the package */
function makePackage(): string[] {
  const names = Array.from({ length: assets }, (_, index) => `img/n${index}.png`);
  mkdirSync(path.join(folder, 'img'));
  for (const name of names) {
    const bytes = randomBytes(assetBytes);
    writeFileSync(path.join(folder, name), bytes);
    writeRecipe(name, sha256(bytes));
  }
  const entries = names.map((name, index) => `  n${index}: { file: ${name}, prompt: Picture ${name} }\n`);
  const manifest = `rivya: 1\ndefaults: { model: z-image }\nassets:\n${entries.join('')}`;
  writeFileSync(path.join(folder, 'rivya.assets.yaml'), manifest);
  return names;
}

function writeRecipe(file: string, hash: string): void {
  const prompt = `Picture ${file}`;
  const wish = { model: 'z-image', prompt, params: {}, references: [], take: 1 };
  const entry = path.basename(file, '.png');
  const recipe: Recipe = {
    ...{ ...wish, recipe: recipeIdOf(wish), entry, kind: 'image' },
    outputs: [{ file, sha256: hash }],
  };
  const target = path.join(folder, recipePathOf(file));
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, formatRecipe(recipe));
}

function run(program: string, ...parameters: string[]): void {
  execFileSync(program, parameters, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The medians of two programs that take turns, in milliseconds. */
function beside(...works: (() => void)[]): [number, number] {
  const times = works.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, work] of works.entries()) {
      const start = performance.now();
      work();
      // The first round warms the files up.
      if (round > 0) times[index]?.push(performance.now() - start);
    }
  }
  const [a = 0, b = 0] = times.map(each => each.toSorted((x, y) => x - y)[Math.floor(rounds / 2)] ?? 0);
  return [a, b];
}

function ratio(time: number, other: number): string {
  return `${(time / other).toFixed(2)} times (${time.toFixed(0)} and ${other.toFixed(0)} ms)`;
}
