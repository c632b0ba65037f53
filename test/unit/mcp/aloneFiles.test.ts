import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentProblem } from '../../../src/core/agents/problems.ts';
import { Library } from '../../../src/core/assets/library.ts';
import { Ledger } from '../../../src/core/tasks/ledger.ts';
import { AloneFiles } from '../../../src/mcp/alone/aloneFiles.ts';
import { clientRoots, givenRoots, workingRoot } from '../../../src/mcp/alone/roots.ts';
import '../../support/fuzzSeed.ts';
import { png } from '../../support/mediaBytes.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';
import { temporaryFolder } from '../../support/tasks.ts';

/** A project beside a folder of somebody's secrets, with links from one to the other. */
function place() {
  const home = temporaryFolder();
  const [site, other, secrets] = ['site', 'other', 'secrets'].map(name => path.join(home.path, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [
    path.join(site, 'img/deep'),
    path.join(site, '.git'),
    other,
    path.join(secrets, '.ssh'),
  ])
    mkdirSync(folder, { recursive: true });
  const picture = png(2, 2);
  for (const file of [
    'site/img/a.png',
    'site/img/deep/b.png',
    'site/.git/c.png',
    'other/d.png',
    'secrets/e.png',
  ])
    writeFileSync(home.file(file), picture);
  writeFileSync(home.file('secrets/.ssh/id_rsa'), picture);
  writeFileSync(home.file('site/img/text.txt'), 'no media');
  symlinkSync(secrets, path.join(site, 'img/link'));
  symlinkSync(path.join(secrets, 'e.png'), path.join(site, 'img/e.png'));
  symlinkSync(path.join(site, '.git'), path.join(site, 'img/hidden'));
  symlinkSync(path.join(site, 'img/a.png'), path.join(site, 'same.png'));
  symlinkSync(path.join(home.path, 'nowhere'), path.join(site, 'img/nowhere'));
  const { ledger } = Ledger.open(home.file('ledger.sqlite'));
  const roots = givenRoots([site, other], '/');
  const files = new AloneFiles({ ledger, library: new Library(home.file('library')), roots: () => roots });
  return {
    home,
    site,
    files,
    roots,
    [Symbol.dispose]: () => {
      ledger.dispose();
      home[Symbol.dispose]();
    },
  };
}

describe('a file that an agent names', () => {
  it.each(['img/a.png', './img/deep/../a.png', 'site/img/a.png', 'other/d.png', 'same.png'])(
    '%s is looked at',
    async written => {
      using here = place();
      expect(await here.files.references([written])).toMatchObject([
        { kind: 'image', mediaType: 'image/png' },
      ]);
      expect((await here.files.references([path.join(here.site, 'img/a.png')]))[0]?.bytes).toBeGreaterThan(0);
    },
  );

  it.each([
    'img/link/e.png',
    'img/link/.ssh/id_rsa',
    'img/e.png',
    'img/hidden/c.png',
    'img/nowhere',
    'img/missing.png',
    'img/text.txt',
    'img',
    '.git/c.png',
    '../secrets/e.png',
    'task:no-such-task',
    'http://a.example/a.png',
    'file:///etc/hostname',
  ])('%s is refused, with the folders that are allowed', async written => {
    using here = place();
    await expect(here.files.references([written])).rejects.toThrow(/reference_refused/);
    await expect(here.files.references([written])).rejects.toThrow(AgentProblem);
    if (!written.startsWith('task:'))
      await expect(here.files.references([written])).rejects.toThrow(/Allowed: files in "site", "other"/);
    await expect(here.files.references([written])).rejects.not.toThrow(here.home.path);
  });

  it('never is one outside of the roots, nor a hidden one, however it is written', async () => {
    using here = place();
    const home = here.home.path;
    const known = [
      'site',
      'other',
      'secrets',
      'img',
      'deep',
      'link',
      'hidden',
      '.git',
      '.ssh',
      'a.png',
      'b.png',
    ];
    const odd = [
      '..',
      '.',
      '',
      '...',
      '~',
      'CON',
      'nul.png',
      'a.png:stream',
      'A.PNG',
      '\0',
      '%2e%2e',
      '∕',
      'e.png',
    ];
    const part = fc.oneof(
      fc.constantFrom(...known, ...odd, 'c.png', 'd.png', 'id_rsa', 'same.png'),
      fc.string({ maxLength: 4 }),
    );
    const start = fc.constantFrom(
      '',
      '',
      '',
      '/',
      './',
      '../',
      `${home}/`,
      `${home}/site/`,
      '//host/',
      '\\\\?\\',
      'C:\\',
      'file://',
      '~/',
    );
    const separator = fc.constantFrom('/', '/', '/', '\\', '//');
    const written = fc
      .tuple(start, separator, fc.array(part, { minLength: 1, maxLength: 6 }))
      .map(([first, between, parts]) => first + parts.join(between));
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(written, async each => {
        try {
          const [found] = await here.files.references([each]);
          accepted++;
          const inside = here.roots.some(({ uri }) => found?.source.startsWith(`${uri}/`));
          expect(inside, each).toBe(true);
          expect(found?.source, each).not.toMatch(/\/\.|secrets/);
        } catch (error) {
          if (!(error instanceof AgentProblem)) throw error;
          expect(error.code).toBe('reference_refused');
        }
        try {
          const { document } = await here.files.placement(each);
          expect(
            document === undefined || here.roots.some(({ uri }) => document.startsWith(`${uri}/`)),
            each,
          ).toBe(true);
        } catch (error) {
          if (!(error instanceof AgentProblem)) throw error;
        }
      }),
      { numRuns: propertyRuns(1_000, 10_000) },
    );
    // Else nothing was tried.
    expect(accepted).toBeGreaterThan(0);
    expect(readdirSync(home, { recursive: true }).length).toBeLessThan(30);
  });
});

describe('the folders that agents work in', () => {
  it('are those that were given, and no others', () => {
    using here = place();
    expect(here.roots.map(({ name }) => name)).toEqual(['site', 'other']);
    mkdirSync(path.join(here.site, 'nested/site'), { recursive: true });
    const twice = givenRoots(['site', 'site/nested/site', 'site'], here.home.path);
    expect(twice.map(({ name }) => name)).toEqual(['site', 'site-2']);
    expect(() => givenRoots(['missing'], here.home.path)).toThrow(/there is no folder/);
    expect(() => givenRoots(['/'], here.home.path)).toThrow(/whole disk/);
  });

  it('are those of the client, but for what is no project', () => {
    using here = place();
    const uris = [
      pathToFileURL(here.site).href,
      'https://a.example/',
      'file:///',
      'file:///etc',
      'file:///nowhere',
    ];
    expect(clientRoots(uris).map(each => each.path)).toEqual([here.site]);
  });

  it('are where the server was started, when that is a project', () => {
    using here = place();
    expect(workingRoot(here.site).map(({ name }) => name)).toEqual(['site']);
    expect(workingRoot(path.join(here.home.path, 'other'))).toEqual([]);
    for (const nobodys of ['/', '/usr', '/etc']) expect(workingRoot(nobodys)).toEqual([]);
    expect(statSync(here.site).isDirectory()).toBe(true);
    expect(readFileSync(here.home.file('site/img/text.txt'), 'utf8')).toBe('no media');
  });
});
