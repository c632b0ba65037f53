import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assetWorld, manifestOf, picture } from '../../support/assetWorld.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);
const limited = ['sync', '--max-credits', '1000'];

describe.concurrent('a sync', () => {
  it('makes what is wished, and then there is nothing to do', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(12)) });
    expect((await person.rivya(['plan', '--exit-code'])).code).toBe(2);
    expect((await person.rivya(['check'])).code).toBe(3);
    expect((await person.rivya(limited)).code).toBe(0);
    expect(world.charged()).toEqual({ credits: 12, jobs: 12 });
    expect((await person.rivya(['plan', '--exit-code'])).code).toBe(0);
    expect((await person.rivya(['check'])).code).toBe(0);
    const before = person.tree();
    expect((await person.rivya(limited)).code).toBe(0);
    expect(person.tree()).toEqual(before);
    expect(world.charged().jobs).toBe(12);
  });

  it('is paid once by two people at the same moment, and their trees are equal', async () => {
    const entries = propertyRuns(8, 20);
    for (let round = 0; round < propertyRuns(1, 50); round++) {
      await using world = await assetWorld();
      const people = [1, 2].map(() => world.person({ 'rivya.assets.yaml': manifestOf(names(entries)) }));
      const ends = await Promise.all(people.map(person => person.rivya(limited)));
      expect(ends.map(({ code }) => code)).toEqual([0, 0]);
      expect(world.charged()).toEqual({ credits: entries, jobs: entries });
      expect(people[0]?.tree()).toEqual(people[1]?.tree());
    }
  });

  it('asks once, says what it costs, and does nothing on a no', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(3)) });
    const no = await person.rivya(['sync'], false);
    expect(no.error).toContain('Order 3 for 3 credits?');
    expect(world.effects()).toBe(0);
    expect((await person.rivya(['sync'], true)).code).toBe(0);
    expect(world.charged().jobs).toBe(3);
  });

  it('orders nothing where nobody can answer and nobody has named a limit', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(3)) });
    expect((await person.rivya(['sync'])).code).toBe(1);
    expect((await person.rivya(['sync', '--yes'])).code).toBe(1);
    expect(world.effects()).toBe(0);
  });

  it('keeps to the limit, also to one that the manifest makes smaller', async () => {
    await using world = await assetWorld();
    const manifest = manifestOf(names(10)).replace('z-image', 'nano-banana');
    const person = world.person({ 'rivya.assets.yaml': manifest });
    const end = await person.rivya(['sync', '--max-credits', '8']);
    expect(end.code).toBe(5);
    expect(world.charged()).toEqual({ credits: 6, jobs: 2 });
    person.write({ 'rivya.assets.yaml': manifest.replace('assets:', 'limits: { maxCredits: 5 }\nassets:') });
    expect((await person.rivya(['sync', '--max-credits', '800'])).code).toBe(5);
    expect(world.charged()).toEqual({ credits: 9, jobs: 3 });
    const plan = await person.rivya(['plan', '--format', 'json']);
    expect(JSON.parse(plan.out)).toMatchObject({ total: { orders: 7, credits: 21, limit: 5 } });
  });

  it('stops after the first of a group whose price is another one, and says both', async () => {
    await using world = await assetWorld();
    world.sandbox.control.setSwitch('dearer-params', true);
    const manifest = manifestOf(names(4), '    params: { resolution: 2K }\n').replace(
      'z-image',
      'nano-banana-pro',
    );
    const person = world.person({ 'rivya.assets.yaml': manifest });
    const end = await person.rivya(['sync', '--max-credits', '900']);
    expect(end.code).toBe(6);
    expect(end.error).toContain(
      'nano-banana-pro costs 16 credits instead of 8: 64 credits in all instead of 32',
    );
    expect(world.charged()).toEqual({ credits: 16, jobs: 1 });
    // What was paid for stands in the recipes, so the next plan names it, and nobody is asked again.
    const plan = JSON.parse((await person.rivya(['plan', '--format', 'json'])).out) as { total: unknown };
    expect(plan.total).toMatchObject({ orders: 3, credits: 48 });
    expect((await person.rivya(['sync', '--max-credits', '900'])).code).toBe(0);
    expect(world.charged()).toEqual({ credits: 64, jobs: 4 });
  });

  it('tries once more what has failed, and pays for the success alone', async () => {
    await using world = await assetWorld();
    const [a, b] = [1, 2].map(() => world.person({ 'rivya.assets.yaml': manifestOf(['x']) }));
    world.sandbox.control.failNextGeneration();
    expect((await a?.rivya(limited))?.code).toBe(0);
    expect((await b?.rivya(limited))?.code).toBe(0);
    expect(world.charged()).toEqual({ credits: 1, jobs: 1 });
    expect(a?.tree()).toEqual(b?.tree());
  });

  it('gives up after two failures, and goes on with the next attempt at another time', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']) });
    for (let failure = 0; failure < 3; failure++)
      world.sandbox.control.failNextGeneration({ message: 'Too foggy.' });
    const end = await person.rivya(limited);
    expect(end.code).toBe(4);
    expect(end.error).toContain('Too foggy');
    expect(world.sandbox.control.charges()).toHaveLength(2);
    expect(world.charged().credits).toBe(0);
    expect((await person.rivya(['plan'])).out).toContain('failed: Too foggy.');
    // The third fails as well, the fourth succeeds.
    expect((await person.rivya(limited)).code).toBe(0);
    expect(world.charged()).toEqual({ credits: 1, jobs: 1 });
  });

  it('does not pay for what somebody else has ordered with the same references', async () => {
    await using world = await assetWorld();
    const files = {
      'brand/light.png': picture(9),
      'rivya.assets.yaml': manifestOf(['x'], '    references: [brand/light.png]\n').replace(
        'z-image',
        'nano-banana',
      ),
    };
    const [a, b] = [world.person(files), world.person(files)];
    expect((await a.rivya(limited)).code).toBe(0);
    const end = await b.rivya(limited);
    expect(end.code).toBe(4);
    expect(end.error).toContain('already ordered elsewhere');
    const orders = world.sandbox.control.requests().filter(({ path: at }) => at.endsWith('/generations'));
    expect(new Set(orders.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    const sent = orders.length;
    expect((await b.rivya(limited)).code).toBe(4);
    expect(
      world.sandbox.control.requests().filter(({ path: at }) => at.endsWith('/generations')),
    ).toHaveLength(sent);
    expect((await b.rivya(['plan', '--format', 'json'])).out).toContain('"state": "elsewhere"');
    expect(world.charged()).toEqual({ credits: 3, jobs: 1 });
  });

  it('pays nothing on a new machine while Rivya remembers, and no more than it said when not', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(4)) });
    await person.rivya([...limited, 'n0', 'n1']);
    expect(world.charged().jobs).toBe(2);
    person.remove('img');
    person.remove('.rivya');
    person.forget();
    expect((await person.rivya(limited)).code).toBe(0);
    expect(world.charged().jobs).toBe(4);
    person.remove('img');
    person.remove('.rivya');
    person.forget();
    world.sandbox.control.forgetKeys();
    expect((await person.rivya(['sync', '--max-credits', '3'])).code).toBe(5);
    expect(world.charged().jobs).toBe(7);
  });

  it('brings a deleted file back from its library, without a request', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']) });
    await person.rivya(limited);
    const before = person.tree();
    person.remove('img/x.png');
    const effects = world.effects();
    expect((await person.rivya(['plan'])).out).toContain('1 to take from the library');
    expect((await person.rivya(['sync'])).code).toBe(0);
    expect(person.tree()).toEqual(before);
    expect(world.effects()).toBe(effects);
    // The library is gone as well, but not the ledger: Rivya is asked for the file, which costs nothing.
    person.remove('img/x.png');
    person.remove('../state/library');
    expect((await person.rivya(['sync'])).code).toBe(0);
    expect(person.tree()).toEqual(before);
    expect(world.effects()).toBe(effects);
  });

  it('writes the recipe that a crash has cut off', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']) });
    await person.rivya(limited);
    const before = person.tree();
    person.remove('.rivya');
    expect((await person.rivya(['plan'])).out).toContain('1 to record');
    expect((await person.rivya(['sync'])).code).toBe(0);
    expect(person.tree()).toEqual(before);
    expect(world.charged().jobs).toBe(1);
  });

  it('makes one of equal wishes and copies it, also one that is added later', async () => {
    await using world = await assetWorld();
    const both =
      'rivya: 1\ndefaults: { model: z-image }\nassets:\n  a: { file: a.png, prompt: Same. }\n  b: { file: img/b.png, prompt: "Same. " }\n';
    const person = world.person({ 'rivya.assets.yaml': both });
    expect((await person.rivya(['plan'])).out).toContain('= b');
    expect((await person.rivya(limited)).code).toBe(0);
    person.write({ 'rivya.assets.yaml': `${both}  c: { file: c.png, prompt: Same. }\n` });
    person.forget();
    expect((await person.rivya(['sync'])).code).toBe(0);
    expect(world.charged().jobs).toBe(1);
    expect(person.read('c.png').equals(person.read('img/b.png'))).toBe(true);
    expect((await person.rivya(['check'])).code).toBe(0);
  });

  it('replaces what is stale, and leaves what somebody has edited', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x', 'y']) });
    await person.rivya(limited);
    person.write({ 'img/y.png': picture(1) });
    const changed = manifestOf(['x', 'y']).replaceAll('A picture', 'Another picture');
    person.write({ 'rivya.assets.yaml': changed });
    const plan = await person.rivya(['plan']);
    expect(plan.out).toMatch(/~ x .*prompt changed/);
    expect(plan.out).toMatch(/! y .*prompt changed, and edited/);
    expect((await person.rivya(limited)).code).toBe(4);
    expect(person.read('img/y.png')).toEqual(Buffer.from(picture(1)));
    expect(world.charged().jobs).toBe(3);
    expect((await person.rivya([...limited, '--replace-edited', 'img/*.png'])).code).toBe(0);
    expect(world.charged().jobs).toBe(4);
    // Accepted work is not given up for a new wish either.
    person.write({ 'img/x.png': picture(2) });
    expect((await person.rivya(['check'])).out).toContain('changed since it was generated');
    await person.rivya(['accept', 'x']);
    expect((await person.rivya(['check'])).code).toBe(0);
    person.write({ 'rivya.assets.yaml': manifestOf(['x', 'y']).replace('A picture of x', 'Third') });
    expect((await person.rivya(['plan', 'x'])).out).toContain('and edited');
  });

  it('reads and shows derivatives, and makes the main file whole', async () => {
    await using world = await assetWorld();
    const derivatives =
      '    size: 160x90\n    widths: [64, 128]\n    formats: [webp]\n    set: favicon\n    placeholder: thumbhash\n';
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x'], derivatives) });
    const plan = await person.rivya(['plan']);
    expect(plan.out).toMatch(/sizes, widths and sets of 1 asset are not made here yet/);
    const shown = JSON.parse((await person.rivya(['plan', '--format', 'json'])).out) as {
      assets: { notYetMade: string[] }[];
    };
    expect(shown.assets[0]?.notYetMade).toEqual([
      ...['size 160x90', 'width 64', 'width 128', 'webp', 'set favicon', 'thumbhash'],
    ]);
    expect((await person.rivya(limited)).code).toBe(0);
    expect(Object.keys(person.tree()).toSorted()).toEqual([
      '.rivya/recipes/img/x.png.json',
      'img/x.png',
      'rivya.assets.yaml',
    ]);
    expect((await person.rivya(['check'])).code).toBe(0);
    expect((await person.rivya(['plan', '--exit-code'])).code).toBe(0);
  });

  it('accepts an edited result that no manifest wishes', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x', 'y']) });
    await person.rivya(limited);
    const recipe = person.read('.rivya/recipes/img/y.png.json').toString('utf8');
    person.write({
      'rivya.assets.yaml': manifestOf(['x']),
      '.rivya/recipes/img/y.png.json': recipe.replace(/^ {2}"entry".*\n/m, ''),
      'img/y.png': picture(6),
    });
    expect((await person.rivya(['accept', 'img/x.png'])).out).toContain('0 accepted');
    expect((await person.rivya(['accept'])).out).toContain('1 accepted');
    expect(person.read('.rivya/recipes/img/y.png.json').toString('utf8')).toContain('"edited": true');
    expect((await person.rivya(['accept'])).out).toContain('0 accepted');
  });

  it('makes only what is asked for, by name, path or state', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x', 'y', 'z']) });
    await person.rivya([...limited, 'x']);
    person.write({ 'rivya.assets.yaml': manifestOf(['x', 'y', 'z']).replace('of x', 'of X') });
    await person.rivya([...limited, '--only', 'missing', 'img/x.png', 'img/y.png']);
    expect(Object.keys(person.tree()).filter(file => file.startsWith('img/'))).toEqual([
      'img/x.png',
      'img/y.png',
    ]);
    expect(world.charged().jobs).toBe(2);
    await person.rivya([...limited, '--only', 'stale']);
    expect(world.charged().jobs).toBe(3);
    expect((await person.rivya(['plan'])).out).toContain('1 to make, 2 unchanged');
    // An alternative text is free, and so is the name of an entry.
    const renamed = manifestOf(['x', 'y', 'z'], '    alt: New\n')
      .replace('of x', 'of X')
      .replace('  y:', '  why:');
    person.write({ 'rivya.assets.yaml': renamed });
    expect((await person.rivya(['sync', 'x', 'why'])).code).toBe(0);
    expect(person.read('.rivya/recipes/img/y.png.json').toString()).toMatch(/"entry": "why"[^]*"alt": "New"/);
    expect(world.charged().jobs).toBe(3);
  });

  it('names the place of what the catalogue does not have, before anything is paid', async () => {
    await using world = await assetWorld();
    const person = world.person();
    const wrong: readonly (readonly [string, string, string])[] = [
      [
        'nano-banan',
        '',
        `rivya.assets.yaml:3:10: error: The model "nano-banan" doesn't exist. Did you mean: nano-banana`,
      ],
      ['suno-music-v5', '', 'rivya.assets.yaml:3:10: error: The model'],
      [
        'z-image',
        '    params: { shape: round }\n',
        '8:15: error: "z-image" has no parameter "shape". It has: aspect_ratio',
      ],
      [
        'z-image',
        '    params: { aspect_ratio: 7:1 }\n',
        '8:15: error: The parameter "aspect_ratio" of "z-image" must be one of 1:1',
      ],
    ];
    for (const [model, more, words] of wrong) {
      person.write({ 'rivya.assets.yaml': manifestOf(['x'], more).replace('z-image', model) });
      for (const command of [['plan'], limited]) {
        const end = await person.rivya(command);
        expect([end.code, end.error.includes(words)], end.error).toEqual([1, true]);
      }
    }
    expect(world.effects()).toBe(0);
  });

  it('moves what was moved, for nothing', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(4)) });
    await person.rivya(limited);
    person.git('init', '-q');
    person.git('add', '-A');
    person.git('commit', '-qm', 'one');
    person.git('mv', 'img', 'pics');
    person.write({ 'rivya.assets.yaml': manifestOf(names(4)).replaceAll('img/', 'pics/') });
    person.forget();
    expect((await person.rivya(['plan'])).out).toContain('4 to move');
    expect((await person.rivya(['check'])).code).toBe(3);
    expect((await person.rivya(['sync'])).code).toBe(0);
    expect((await person.rivya(['check'])).out).toContain('4 ok');
    expect(Object.keys(person.tree()).filter(file => file.includes('img'))).toEqual([]);
    // A new path in the manifest alone takes the file along.
    person.write({ 'rivya.assets.yaml': manifestOf(names(4)).replaceAll('img/', 'media/') });
    expect((await person.rivya(['sync'])).code).toBe(0);
    expect((await person.rivya(['check'])).out).toContain('4 ok');
    expect(person.has('media/n0.png')).toBe(true);
    expect(person.has('pics/n0.png')).toBe(false);
    expect(world.charged().jobs).toBe(4);
  });

  it('says what is to be done where a format cannot be made, before anything is paid', async () => {
    await using world = await assetWorld();
    const manifest = manifestOf(['x']).replace('z-image', 'nano-banana').replace('x.png', 'x.webp');
    const person = world.person({ 'rivya.assets.yaml': manifest });
    const end = await person.rivya(limited);
    expect(end.code).toBe(1);
    expect(end.error).toContain('rivya.assets.yaml:6:11: error: "nano-banana" generates png here');
    expect(world.effects()).toBe(0);
  });

  it('never writes bytes under a name that lies', async () => {
    await using world = await assetWorld();
    // This model names no format, so it shows only when the file is there.
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']).replace('x.png', 'x.webp') });
    const end = await person.rivya(limited);
    expect(end.code).toBe(4);
    expect(end.error).toContain('it was returned as png: name it .png');
    expect(person.has('img/x.webp')).toBe(false);
    person.write({ 'rivya.assets.yaml': manifestOf(['x']) });
    expect((await person.rivya(['sync'])).code).toBe(0);
    expect(world.charged().jobs).toBe(1);
  });

  it('has words for a wrong key, no key, no credits and no way to Rivya', async () => {
    await using world = await assetWorld(1);
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x', 'y', 'z']) });
    const { RIVYA_API_KEY: key } = person.env;
    person.env['RIVYA_API_KEY'] = undefined;
    expect((await person.rivya(limited)).code).toBe(7);
    person.env['RIVYA_API_KEY'] = 'rvya_sk_wrong';
    expect((await person.rivya(limited)).code).toBe(7);
    expect(world.charged().jobs).toBe(0);
    person.env['RIVYA_API_KEY'] = key;
    // One credit is there; the others are refused, and nothing stands against them afterwards.
    const poor = await person.rivya(limited);
    expect(poor.code).toBe(4);
    expect(world.charged().jobs).toBe(1);
    world.sandbox.control.setCredits(100);
    expect((await person.rivya(limited)).code).toBe(0);
    expect(world.charged().jobs).toBe(3);
    await world.sandbox.close();
    expect((await person.rivya(limited)).code).toBe(7);
    expect((await person.rivya(['check'])).code).toBe(0);
  });
});

describe.concurrent('orders that an earlier sync has left', () => {
  const posts = { method: 'POST', path: '/api/v1/generations' };

  it('are not sent by a sync that wishes something else', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(3)) });
    world.sandbox.control.addFault({ ...posts, times: 'always', action: { type: 'dropBefore' } });
    const lost = await person.rivya(limited);
    expect(lost.code).toBe(7);
    world.sandbox.control.clearFaults();
    person.write({ 'rivya.assets.yaml': manifestOf(['other']) });
    expect((await person.rivya(['sync', '--max-credits', '1'])).code).toBe(0);
    expect(world.charged()).toEqual({ credits: 1, jobs: 1 });
    // Wished again they are, each once.
    person.write({ 'rivya.assets.yaml': manifestOf(['other', ...names(3)]) });
    expect((await person.rivya(limited)).code).toBe(0);
    expect(world.charged()).toEqual({ credits: 4, jobs: 4 });
  });

  it.each([401, 503])('are waited for again when Rivya answered %i in between', async status => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']) });
    const polls = { method: 'GET', path: '/api/v1/generations/', times: 'always' as const };
    world.sandbox.control.addFault({ ...polls, action: { type: 'status', status } });
    expect((await person.rivya(limited)).code).toBeGreaterThanOrEqual(4);
    world.sandbox.control.clearFaults();
    expect((await person.rivya(limited)).code).toBe(0);
    expect(world.charged().jobs).toBe(1);
  });

  it('are paid once when they had arrived and only the answer was lost', async () => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(names(2)) });
    world.sandbox.control.addFault({ ...posts, times: 'always', action: { type: 'dropAfter' } });
    expect((await person.rivya(limited)).code).toBe(7);
    // The first of its group, whose price nobody has heard.
    expect(world.charged().jobs).toBe(1);
    world.sandbox.control.clearFaults();
    expect((await person.rivya(limited)).code).toBe(0);
    expect(world.charged().jobs).toBe(2);
  });
});

describe('hostile packages', () => {
  it('lead to no order, no upload and no file outside', async () => {
    await using world = await assetWorld();
    const person = world.person();
    const outside = path.join(person.folder, '../outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'secret.png'), picture(3));
    symlinkSync(outside, path.join(person.folder, 'out'));
    symlinkSync(path.join(outside, 'secret.png'), path.join(person.folder, 'link.png'));
    person.write({ 'secret.png': 'PRIVATE KEY', 'img/x.png': picture(4) });
    const entries = [
      'file: out/a.png, prompt: x',
      'file: a.png, prompt: x, references: [out/secret.png]',
      'file: a.png, prompt: x, references: [link.png]',
      'file: a.png, prompt: x, references: [secret.png]',
    ];
    for (const entry of entries) {
      person.write({
        'rivya.assets.yaml': `rivya: 1\ndefaults: { model: nano-banana }\nassets:\n  a: { ${entry} }\n`,
      });
      for (const command of [['plan'], limited, ['check']]) {
        const end = await person.rivya(command);
        expect(end.code, entry).toBe(1);
        expect(end.error, entry).toMatch(/^rivya\.assets\.yaml:4:\d+: error: /);
      }
    }
    // The folder of recipes itself is a way out.
    symlinkSync(outside, path.join(person.folder, '.rivya'));
    person.write({ 'rivya.assets.yaml': manifestOf(['a']) });
    expect((await person.rivya(limited)).code).toBe(1);
    expect(world.effects()).toBe(0);
  });

  it('learn nothing of the key', async () => {
    await using world = await assetWorld();
    const { key } = world.sandbox.control.addKey({ key: 'rvya_sk_canary_1234567890abcdef' });
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x', 'y']) });
    const summary = path.join(person.folder, '../summary.md');
    Object.assign(person.env, { RIVYA_API_KEY: key, RIVYA_LOG: 'debug', GITHUB_STEP_SUMMARY: summary });
    writeFileSync(summary, '');
    const ends = [];
    for (const format of ['text', 'json', 'markdown', 'github'])
      for (const command of [['plan'], limited, ['check']])
        ends.push(await person.rivya([...command, '--format', format]));
    expect(JSON.stringify([ends, person.tree()])).not.toContain('canary');
    expect(ends.some(({ error }) => error.includes('/generations'))).toBe(true);
  });
});

it('plan after sync is empty, whatever is wished', async () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const entry = fc.record({
    folder: fc.constantFrom('', 'img/', 'a/b/'),
    prompt: fc.constantFrom('A fox.', 'A hare.', 'An owl.'),
    take: fc.integer({ min: 1, max: 2 }),
    alt: fc.option(word, { nil: undefined }),
  });
  await using world = await assetWorld(1_000_000);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(word, entry, { minKeys: 1, maxKeys: 5 }), async wishes => {
      const person = world.person();
      const lines = Object.entries(wishes).map(
        ([name, { folder, prompt, take, alt }]) =>
          `  ${name}: { file: ${folder}${name}.png, prompt: ${prompt}, take: ${take}${alt === undefined ? '' : `, alt: "${alt}"`} }\n`,
      );
      person.write({
        'rivya.assets.yaml': `rivya: 1\ndefaults: { model: z-image }\nassets:\n${lines.join('')}`,
      });
      expect((await person.rivya(limited)).code).toBe(0);
      const plan = await person.rivya(['plan', '--exit-code', '--format', 'json']);
      expect(plan.code, plan.out).toBe(0);
      expect((await person.rivya(['check'])).code).toBe(0);
    }),
    { numRuns: propertyRuns(4, 100) },
  );
  const wished = new Set(world.sandbox.control.charges().map(({ clientRequestId }) => clientRequestId));
  expect(world.charged().jobs).toBe(wished.size);
});
