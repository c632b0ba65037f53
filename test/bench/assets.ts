import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { AskedThread } from '../../src/base/askedThread.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Slices } from '../../src/base/slices.ts';
import type { PackageLook, PackageQuestion } from '../../src/core/assets/plan/look.ts';
import { AssetOrders } from '../../src/core/assets/sync/assetOrders.ts';
import { recipeIdOf, sha256 } from '../../src/core/recipes/identity.ts';
import { PackageFolder } from '../../src/core/recipes/packageFolder.ts';
import { formatRecipe, recipePathOf, type Recipe } from '../../src/core/recipes/recipe.ts';
import { RecipeIndex } from '../../src/core/recipes/recipeIndex.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { buildProgram } from '../support/builtCli.ts';
import { sandboxCatalogue } from '../support/sandboxCatalogue.ts';

/*
 * `node test/bench/assets.ts`: `rivya check` of 1,000 assets of 500 KB beside `sha256sum` of the same files,
 * `rivya --help` beside `node -e 0`, how long the recipes of a large package take to be read, in slices, and
 * how long after a keystroke in a large manifest its lenses are there, and what of that the host works.
 * Prints figures; asserts nothing.
 */
const assets = 1_000;
const assetBytes = 500_000;
const recipes = 10_000;
const rounds = 5;
const manifests = [1_000, 5_000];
const keystrokes = 20;

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
  for (let index = assets; index < recipes; index++) writeRecipe(folder, `more/${index}.png`, 'f'.repeat(64));
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

const editor = mkdtempSync(path.join(tmpdir(), 'rivya-manifest-'));
try {
  for (const count of manifests) await typeInto(path.join(editor, String(count)), count);
} finally {
  rmSync(editor, { recursive: true, force: true });
}

/** Asks for what is shown of a manifest after each keystroke, as the editor does. */
async function typeInto(root: string, count: number): Promise<void> {
  // Only an editor has the real one.
  const vscode = pathToFileURL(path.join(import.meta.dirname, '../support/vscodeStandIn.ts')).href;
  registerHooks({
    resolve: (name, context, next) =>
      name === 'vscode'
        ? { url: vscode, shortCircuit: true, format: 'module-typescript' }
        : next(name, context),
  });
  const { packageState, sliceMs } = await import('../../src/vscode/assets/assetPackage.ts');
  const { lensesOf } = await import('../../src/vscode/assets/manifestLenses.ts');
  const models = await sandboxCatalogue();
  mkdirSync(path.join(root, 'img'), { recursive: true });
  const names = Array.from({ length: count }, (_, index) => `img/n${index}.png`);
  // Of three wishes two are made.
  for (const [index, name] of names.entries()) {
    if (index % 3 === 0) continue;
    writeFileSync(path.join(root, name), name);
    writeRecipe(root, name, sha256(Buffer.from(name)));
  }
  const text = manifestOf(names);
  const { ledger } = Ledger.open(path.join(root, 'ledger.sqlite'));
  const orders = new AssetOrders(ledger, 'https://rivya.ai');
  const thread = new AskedThread<PackageQuestion, PackageLook>({
    file: path.join(import.meta.dirname, '../../src/core/assets/plan/packageThread.ts'),
    name: 'packages',
    idleMs: 60_000,
    clock: systemClock,
  });
  const show = async (edited: string): Promise<number> => {
    const look = await thread.ask({ root, edited, models });
    const state = await packageState({ root: undefined, manifest: undefined } as never, look, orders);
    const slices = new Slices(sliceMs);
    let shown = 0;
    for (const { title } of lensesOf(state)) {
      shown += title === '' ? 0 : 1;
      await slices.rest();
    }
    return shown;
  };
  try {
    // What was just written is read again each time.
    await setTimeout(2_500);
    for (let time = 0; time < 5; time++) await show(text);
    const times: number[] = [];
    const own: number[] = [];
    const all: number[] = [];
    const longest: number[] = [];
    let shown = 0;
    for (let stroke = 0; stroke < keystrokes; stroke++) {
      const loop = monitorEventLoopDelay({ resolution: 1 });
      loop.enable();
      const [before, beforeAll] = [process.threadCpuUsage(), process.cpuUsage()];
      const start = performance.now();
      shown = await show(`${text}# ${stroke}\n`);
      times.push(performance.now() - start);
      const { user, system } = process.threadCpuUsage(before);
      own.push((user + system) / 1_000);
      const whole = process.cpuUsage(beforeAll);
      all.push((whole.user + whole.system) / 1_000);
      await setTimeout(5);
      loop.disable();
      longest.push(loop.max / 1e6);
    }
    const idle = monitorEventLoopDelay({ resolution: 1 });
    idle.enable();
    await setTimeout(1_000);
    idle.disable();
    console.log(
      `a keystroke in a manifest of ${count} wishes: ${shown} lenses after ${middle(times)} ms; ` +
        `all threads work ${middle(all)} ms for it, the host ${middle(own)} ms; ` +
        `its loop is held up for ${middle(longest)} ms at most (idle: ${(idle.max / 1e6).toFixed(0)} ms)`,
    );
  } finally {
    thread.dispose();
    ledger.dispose();
  }
}

/** `41 (38 to 60)`: the median, and between which the middle nine tenths lie. */
function middle(values: readonly number[]): string {
  const inOrder = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (inOrder[Math.floor(share * (inOrder.length - 1))] ?? 0).toFixed(0);
  return `${at(0.5)} (${at(0.05)} to ${at(0.95)})`;
}

function manifestOf(names: readonly string[]): string {
  const entries = names.map(
    name => `  ${path.basename(name, '.png')}: { file: ${name}, prompt: Picture ${name} }\n`,
  );
  return `rivya: 1\ndefaults: { model: z-image }\nassets:\n${entries.join('')}`;
}

/** @returns the files, relative to the package */
function makePackage(): string[] {
  const names = Array.from({ length: assets }, (_, index) => `img/n${index}.png`);
  mkdirSync(path.join(folder, 'img'));
  for (const name of names) {
    const bytes = randomBytes(assetBytes);
    writeFileSync(path.join(folder, name), bytes);
    writeRecipe(folder, name, sha256(bytes));
  }
  writeFileSync(path.join(folder, 'rivya.assets.yaml'), manifestOf(names));
  return names;
}

function writeRecipe(root: string, file: string, hash: string): void {
  const prompt = `Picture ${file}`;
  const wish = { model: 'z-image', prompt, params: {}, references: [], take: 1 };
  const entry = path.basename(file, '.png');
  const recipe: Recipe = {
    ...{ ...wish, recipe: recipeIdOf(wish), entry, kind: 'image' },
    outputs: [{ file, sha256: hash }],
  };
  const target = path.join(root, recipePathOf(file));
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
