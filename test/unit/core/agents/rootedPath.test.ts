import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rootedPath, type Root } from '../../../../src/core/agents/rootedPath.ts';
import '../../../support/fuzzSeed.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';

const posixRoots: Root[] = [
  { name: 'site', path: '/home/me/site' },
  { name: 'docs', path: '/home/me/site/docs-other' },
];
const windowsRoots: Root[] = [{ name: 'Site', path: 'C:\\Users\\Me\\Site' }];

function meaning(written: string, roots: readonly Root[] = posixRoots, isWindows = false): string {
  const found = rootedPath(written, roots, isWindows);
  return found.type === 'inside' ? `${found.root.name}:${found.segments.join('/')}` : found.why;
}

describe('a path of an agent', () => {
  it.each([
    ['images/a.png', 'site:images/a.png'],
    ['./images//a b.png', 'site:images/a b.png'],
    ['images/x/../a.png', 'site:images/a.png'],
    ['site/a.png', 'site:a.png'],
    ['docs/a.png', 'docs:a.png'],
    ['/home/me/site/a.png', 'site:a.png'],
    ['/home/me/site/docs-other/a.png', 'docs:a.png'],
    ['चित्र/लोमड़ी.png', 'site:चित्र/लोमड़ी.png'],
    ['', 'empty'],
    ['.', 'empty'],
    ['/home/me/site', 'empty'],
    ['..', 'outside'],
    ['images/../../a.png', 'outside'],
    ['docs/../a.png', 'outside'],
    ['/etc/passwd', 'outside'],
    ['/home/me/site2/a.png', 'outside'],
    ['/home/me/SITE/a.png', 'outside'],
    ['~/.ssh/id_rsa', 'outside'],
    ['//server/share/a.png', 'outside'],
    ['\\\\server\\share\\a.png', 'outside'],
    ['\\\\?\\C:\\a.png', 'outside'],
    ['C:\\a.png', 'outside'],
    ['C:a.png', 'outside'],
    ['.git/config', 'hidden'],
    ['images/.env', 'hidden'],
    ['images/...', 'hidden'],
    ['images/con', 'device'],
    ['AUX.png', 'device'],
    ['lpt1.png', 'device'],
    ['images/a.png:stream', 'characters'],
    ['a.png.', 'characters'],
    ['a /b.png', 'characters'],
    ['progra~1/a.png', 'characters'],
    ['a\0.png', 'characters'],
    ['http://a.example/a.png', 'address'],
    ['file:///etc/passwd', 'address'],
    ['data:image/png;base64,AA', 'address'],
    ['vscode-userdata:/a', 'address'],
  ])('%j is %s', (written, expected) => {
    expect(meaning(written)).toBe(expected);
  });

  it('is found without regard to case on Windows alone', () => {
    expect(meaning('c:/users/me/site/A.png', windowsRoots, true)).toBe('Site:A.png');
    expect(meaning('C:\\Users\\Me\\Site\\..\\a.png', windowsRoots, true)).toBe('outside');
    expect(meaning('D:\\Users\\Me\\Site\\a.png', windowsRoots, true)).toBe('outside');
  });

  it('is refused where no folder is open', () => {
    expect(meaning('a.png', [])).toBe('noRoot');
  });
});

it('however it is written, it never leads out of its root, nor to a hidden file', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '',
      'a',
      'site',
      'docs',
      'home',
      'me',
      '.git',
      'CON',
      'nul.txt',
      'C:',
      '~',
      'a.png',
    ),
    fc.constantFrom('%2e%2e', '․․', '..\u0000', '.. ', '...', 'a:b', 'SITE', 'Users', 'UNC', '?', '\u202e..'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const separator = fc.constantFrom('/', '\\', '//', '\\\\', '/./', '\\..\\');
  const start = fc.constantFrom(
    '',
    '/',
    '\\',
    '//',
    '\\\\?\\',
    'C:\\',
    '/home/me/site/',
    'C:/Users/Me/Site/',
    'file:///',
  );
  const written = fc
    .tuple(start, fc.array(fc.tuple(part, separator), { maxLength: 8 }), part)
    .map(([first, middle, last]) => first + middle.flat().join('') + last);
  let inside = 0;
  fc.assert(
    fc.property(written, fc.boolean(), (text, isWindows) => {
      const system = isWindows ? path.win32 : path.posix;
      const found = rootedPath(text, isWindows ? windowsRoots : posixRoots, isWindows);
      if (found.type === 'refused') return;
      inside++;
      const full = system.resolve(found.root.path, ...found.segments);
      const way = system.relative(found.root.path, full);
      expect(way).not.toMatch(/^\.\.(?:[\\/]|$)/);
      expect(system.isAbsolute(way)).toBe(false);
      expect(way.split(system.sep)).toEqual([...found.segments]);
      for (const segment of found.segments) expect(segment).not.toMatch(/^\.|[/\\\0:]|^con$|^nul/i);
    }),
    { numRuns: propertyRuns(10_000) },
  );
  // Else nothing was tried.
  expect(inside).toBeGreaterThan(100);
});
