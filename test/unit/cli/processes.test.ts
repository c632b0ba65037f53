import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oldNodeText } from '../../../src/base/node.ts';
import { sha256 as sha256Of } from '../../../src/core/recipes/identity.ts';
import { parseRecipe } from '../../../src/core/recipes/recipe.ts';
import {
  assetWorld,
  manifestOf,
  personIn,
  picture,
  type AssetWorld,
  type Person,
} from '../../support/assetWorld.ts';
import { buildProgram, start, type Ended } from '../../support/builtCli.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';
import { temporaryFolder } from '../../support/tasks.ts';

let cli = '';

beforeAll(async () => {
  cli = await buildProgram('rivya');
});

afterAll(() => rmSync(path.dirname(cli), { recursive: true, force: true }));

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);
const limited = ['sync', '--max-credits', '1000'];

function rivya({ folder, env }: Person, ...parameters: string[]): ReturnType<typeof start> {
  return start(process.execPath, [cli, ...parameters], { cwd: folder, env });
}

/** All files are whole, and each recipe is that of its file. */
function requireWhole(person: Person): void {
  const tree = person.tree();
  const recipes = Object.keys(tree).filter(file => file.startsWith('.rivya/'));
  for (const file of recipes) {
    const recipe = parseRecipe(person.read(file).toString('utf8'));
    expect(recipe, file).not.toHaveProperty('problem');
  }
  expect(Object.keys(tree).filter(file => file.endsWith('.rivya-tmp'))).toEqual([]);
}

describe('processes of the command line', () => {
  it('pay once when two with their own ledgers, and two with one, sync the same at once', async () => {
    const entries = propertyRuns(5, 20);
    for (let round = 0; round < propertyRuns(1, 50); round++) {
      await using world = await assetWorld();
      const files = { 'rivya.assets.yaml': manifestOf(names(entries)) };
      const [a, b] = [world.person(files), world.person(files)];
      const ends = await Promise.all([a, b, b].map(person => rivya(person, ...limited).ended));
      expect(ends.map(({ code, error }) => `${code} ${code === 0 ? '' : error}`)).toEqual(['0 ', '0 ', '0 ']);
      expect(world.charged()).toEqual({ credits: entries, jobs: entries });
      expect(a.tree()).toEqual(b.tree());
    }
  });

  it('pay each wish once, whenever they are killed', async () => {
    await using world = await assetWorld();
    world.sandbox.control.update({ taskDurationMs: 40 });
    const entries = 12;
    const people = Array.from({ length: propertyRuns(2, 4) }, () =>
      world.person({ 'rivya.assets.yaml': manifestOf(names(entries)) }),
    );
    const kills = propertyRuns(8, 300);
    const random = fc.sample(fc.integer({ min: 0, max: 900 }), kills);
    let killed = 0;
    // People of whom each runs two at a time with one ledger: eight processes in the long form. At random
    // moments one is gone.
    while (killed < kills) {
      await Promise.all(
        people
          .flatMap(person => [person, person])
          .map(async person => {
            if (killed >= kills) return;
            const running = rivya(person, ...limited);
            const delay = random[killed++] ?? 0;
            const timer = setTimeout(() => running.child.kill('SIGKILL'), delay + 100);
            await running.ended;
            clearTimeout(timer);
          }),
      );
      // There is always something left to do.
      for (const person of people) {
        const file = `n${killed % entries}`;
        person.remove(`.rivya/recipes/img/${file}.png.json`);
        if (killed % 2 === 0) person.remove(`img/${file}.png`);
      }
    }
    for (const person of people) {
      // A process that dies while it writes leaves a name that says what it is, and nothing else.
      for (const left of Object.keys(person.tree()).filter(file => file.endsWith('.rivya-tmp')))
        person.remove(left);
      const end = await rivya(person, ...limited).ended;
      expect(`${end.code} ${end.error}`).toMatch(/^0 /);
      requireWhole(person);
      expect((await rivya(person, 'check').ended).code).toBe(0);
    }
    expect(world.charged()).toEqual({ credits: entries, jobs: entries });
    for (const person of people) expect(person.tree()).toEqual(people[0]?.tree());
  });

  it('say nothing on standard error that is not theirs, and write one document of JSON', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']) });
    const end = await rivya(person, ...limited, '--format', 'json').ended;
    expect(JSON.parse(end.out)).toMatchObject({ rivya: 1, exitCode: 0, credits: 1 });
    expect(end.error).not.toMatch(/Warning|node:/);
    const plan = await rivya(person, 'plan', '--format', 'json').ended;
    expect(JSON.parse(plan.out)).toMatchObject({ rivya: 1, hasWork: false });
  });

  it('say how they are used, on a Node that will do', async () => {
    using home = temporaryFolder();
    const person = personIn(home.path, {}, {});
    expect((await rivya(person, '--help').ended).out).toMatch(/^Usage: rivya <command>/);
    const wrong: readonly (readonly [string, readonly string[]])[] = [
      ['Unknown command "make"', ['make']],
      ['--max-credits is an option of sync', ['plan', '--max-credits', '5']],
      ['--max-credits must be a number', ['sync', '--max-credits', 'many']],
      ['--only must be of', ['sync', '--only', 'all']],
      ['Unknown option', ['plan', '--force']],
      ['No rivya.assets.yaml found here', ['plan']],
      ['Use --base', ['report']],
    ];
    for (const [words, parameters] of wrong) {
      const end = await rivya(person, ...parameters).ended;
      expect([end.code, end.error.includes(words)], `${parameters.join(' ')}: ${end.error}`).toEqual([
        1,
        true,
      ]);
    }
    expect(
      ['20.19.0', '22.16.0', '22.20.0', '24.21.0'].map(each => oldNodeText('rivya', each) !== undefined),
    ).toEqual([true, true, false, false]);
  });

  it('keep what is on its way when they are interrupted', async () => {
    await using world = await assetWorld();
    world.sandbox.control.update({ taskDurationMs: 600_000 });
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(3)) });
    const running = rivya(person, ...limited);
    await expect.poll(() => world.sandbox.control.charges().length, { timeout: 50_000 }).toBe(3);
    running.child.kill('SIGINT');
    const end: Ended = await running.ended;
    expect(end.code).toBe(4);
    expect(end.error).toContain('stopped before it was ready');
    world.sandbox.control.finishTasks();
    expect((await rivya(person, ...limited).ended).code).toBe(0);
    expect(world.charged().jobs).toBe(3);
  });
});

describe('a clone', () => {
  let world: AssetWorld;
  beforeAll(async () => {
    world = await assetWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('is checked with pointers of Git LFS, no key and no network', async () => {
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']) });
    await person.rivya(limited);
    const recipe = parseRecipe(person.read('.rivya/recipes/img/x.png.json').toString('utf8'));
    const sha256 = 'outputs' in recipe ? recipe.outputs[0].sha256 : '';
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize 100\n`;
    person.write({ 'img/x.png': pointer });
    const offline: Person = { ...person, env: { RIVYA_BASE_URL: 'http://127.0.0.1:9' } };
    expect((await rivya(offline, 'check').ended).code).toBe(0);
    person.write({ 'img/x.png': pointer.replace(sha256, '0'.repeat(64)) });
    expect((await rivya(offline, 'check').ended).code).toBe(3);
  });

  it('tells GitHub of 25 findings in ten annotations, and of all of them in the summary', async () => {
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(25)) });
    const summary = path.join(person.folder, '../summary.md');
    person.env['GITHUB_STEP_SUMMARY'] = summary;
    const end = await person.rivya(['check', '--format', 'github']);
    expect(end.code).toBe(3);
    const annotations = end.out.split('\n').filter(line => line.startsWith('::'));
    expect(annotations).toHaveLength(10);
    expect(annotations[0]).toContain('::error file=rivya.assets.yaml,line=5,col=3::n0');
    expect(annotations[9]).toContain('16 more');
    const text = readFileSync(summary, 'utf8');
    for (const name of names(25)) expect(text).toContain(`| ${name} |`);
  });

  it('reports what changed since a commit and what it cost', async () => {
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x', 'y', 'z']) });
    await person.rivya(limited);
    person.git('init', '-q', '-b', 'main');
    person.git('add', '-A');
    person.git('commit', '-qm', 'one');
    person.write({
      'rivya.assets.yaml': manifestOf(['x', 'y', 'w']).replace('of x', 'of X | <b>'),
      'img/y.png': picture(5),
    });
    await person.rivya(limited);
    await person.rivya(['accept']);
    await person.rivya(['prune', '--yes']);
    const report = await person.rivya(['report', '--base', 'main']);
    expect(report.out.split('\n')).toEqual([
      expect.stringMatching(/img\/w\.png: new, z-image, 1 credit/),
      expect.stringMatching(/img\/x\.png: made again, z-image, another prompt, 1 credit/),
      expect.stringMatching(/img\/y\.png: edited by hand/),
      expect.stringMatching(/img\/z\.png: removed/),
      expect.stringMatching(/2 credits$/),
    ]);
    const markdown = (await person.rivya(['report', '--base', 'main', '--format', 'markdown'])).out;
    expect(markdown).toContain('~~A picture of x.~~ A picture of X \\| &lt;b>.');
    expect((await person.rivya(['report', '--base', '--output=x'])).code).toBe(1);
    expect((await person.rivya(['report', '--base', 'nowhere'])).error).toContain('No commit "nowhere"');
  });

  it('merges with others without a conflict in its recipes, and resolves one about the same picture', async () => {
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(20)) });
    await person.rivya(limited);
    person.git('init', '-q', '-b', 'main');
    person.git('add', '-A');
    person.git('commit', '-qm', 'base');
    const base = person.git('rev-parse', 'HEAD').trim();
    const numbers = fc.shuffledSubarray(
      Array.from({ length: 20 }, (_, index) => index),
      { minLength: 10, maxLength: 10 },
    );
    for (const chosen of fc.sample(numbers, propertyRuns(2, 300))) {
      for (const [side, changed] of [
        ['left', chosen.slice(0, 5)],
        ['right', chosen.slice(5)],
      ] as const) {
        person.git('checkout', '-q', '-B', side, base);
        for (const index of changed) rewrite(person, `n${index}`, `${side} ${index}`);
        for (const index of changed) rewrite(person, `${side}${index}`, `${side} new ${index}`, `n${index}`);
        person.git('add', '-A');
        person.git('commit', '-qm', side);
      }
      person.git('merge', '-q', 'left', '-m', 'merged');
      requireWhole(person);
    }
    // The same asset on both sides is a true question.
    for (const side of ['left', 'right']) {
      person.git('checkout', '-q', '-B', side, base);
      rewrite(person, 'n3', side);
      person.git('add', '-A');
      person.git('commit', '-qm', side);
    }
    expect(() => person.git('merge', '-q', 'left', '-m', 'merged')).toThrow();
    expect((await person.rivya(['check'])).out).toContain('rivya resolve');
    expect((await person.rivya(limited)).code).toBe(3);
    for (const [side, flag] of [
      ['left', '--theirs'],
      ['right', '--ours'],
    ] as const) {
      person.git('checkout', flag, '--', 'img/n3.png');
      person.git('checkout', '-m', '--', '.rivya');
      expect((await person.rivya(['resolve', 'img/n3.png'])).code).toBe(0);
      expect(person.read('.rivya/recipes/img/n3.png.json').toString('utf8')).toContain(`"prompt": "${side}"`);
    }
  });
});

/** As if another wish had been made there. */
function rewrite(person: Person, name: string, prompt: string, from = name): void {
  const path1 = `.rivya/recipes/img/${from}.png.json`;
  const content = picture(prompt.length * 7 + prompt.charCodeAt(prompt.length - 1));
  const { recipe, ...rest } = JSON.parse(person.read(path1).toString('utf8')) as { recipe: string };
  const hash = Buffer.from(`${name}${prompt}`).toString('hex').padEnd(64, '0').slice(0, 64);
  const whole = {
    ...rest,
    recipe: `r1-${hash.slice(0, 32)}`,
    entry: name,
    prompt,
    outputs: [{ file: `img/${name}.png`, sha256: sha256Of(content) }],
  };
  expect(recipe).toMatch(/^r1-/);
  mkdirSync(path.join(person.folder, 'img'), { recursive: true });
  person.write({ [`img/${name}.png`]: content });
  writeFileSync(
    path.join(person.folder, `.rivya/recipes/img/${name}.png.json`),
    `${JSON.stringify(whole, undefined, 2)}\n`,
  );
}
