import { describe, expect, it } from 'vitest';
import {
  isSamePlace,
  isWindowsPath,
  pathBetween,
  placeKey,
  segmentsBelow,
  spelledLike,
  type Place,
} from '../../../../src/core/places/places.ts';

function file(path: string, authority = ''): Place {
  return { scheme: 'file', authority, path };
}

function remote(path: string): Place {
  return { scheme: 'vscode-vfs', authority: 'github', path };
}

describe('the path from a folder to a file', () => {
  it.each([
    // The letter of a drive has no case, on whatever machine.
    ['/C:/Users/Eva/site/docs', '/c:/Users/Eva/site/assets/x.png', 'linux', '../assets/x.png'],
    ['/c:/Users/Eva/site', '/C:/Users/Eva/site/x.png', 'win32', 'x.png'],
    ['/C:/Users/EVA/site/docs', '/c:/users/Eva/site/assets/x.png', 'win32', '../assets/x.png'],
    ['/Users/eva/Site', '/Users/Eva/site/Img/x.png', 'darwin', 'Img/x.png'],
    ['/Users/eva/Žofie', '/Users/eva/Z\u030Cofie/x.png', 'darwin', 'x.png'],
    // Linux tells case apart.
    ['/home/eva/Site', '/home/eva/site/x.png', 'linux', '../site/x.png'],
    ['/c:/', '/C:/x.png', 'win32', 'x.png'],
    ['/docs', '/docs', 'linux', '../docs'],
    // No relative path leads to another drive.
    ['/d:/docs', '/c:/Users/Eva/x.png', 'win32', undefined],
    ['/docs', '/c:/Users/Eva/x.png', 'win32', undefined],
  ] as const)('%s → %s on %s', (from, to, platform, path) => {
    expect(pathBetween(file(from), file(to), platform)).toBe(path);
  });

  it('does not lead to another server or kind of file system', () => {
    expect(pathBetween(file('/share/docs', 'server'), file('/share/x.png', 'SERVER'), 'win32')).toBe(
      '../x.png',
    );
    expect(
      pathBetween(file('/share/docs', 'server'), file('/share/x.png', 'other'), 'win32'),
    ).toBeUndefined();
    expect(pathBetween(file('/share/docs'), file('/share/x.png', 'server'), 'win32')).toBeUndefined();
    expect(pathBetween(file('/docs'), remote('/docs/x.png'), 'linux')).toBeUndefined();
  });

  it('takes case for what it is where the provider, not this machine, has the files', () => {
    expect(pathBetween(remote('/Docs'), remote('/docs/x.png'), 'win32')).toBe('../docs/x.png');
    expect(pathBetween(file('/a/Docs', 'wsl.localhost'), file('/a/docs/x.png', 'wsl$'), 'win32')).toBe(
      '../docs/x.png',
    );
  });
});

describe('what lies in a folder', () => {
  it.each([
    ['/C:/site', '/c:/site/a/b.png', 'linux', ['a', 'b.png']],
    ['/c:/Site/', '/C:/SITE/A/b.png', 'win32', ['A', 'b.png']],
    ['/c:/site', '/c:/site', 'win32', []],
    ['/c:/', '/C:/a.png', 'win32', ['a.png']],
    ['/site', '/site2/a.png', 'linux', undefined],
    ['/site/a', '/site', 'linux', undefined],
    ['/c:/site', '/d:/site/a.png', 'win32', undefined],
    ['/site', '/Site/a.png', 'linux', undefined],
    ['/', '/a.png', 'linux', ['a.png']],
  ] as const)('%s, %s on %s', (folder, place, platform, below) => {
    expect(segmentsBelow(file(folder), file(place), platform)).toEqual(below);
  });
});

describe('one place', () => {
  it('has one key for all its spellings', () => {
    expect(placeKey(file('/C:/Site/A.png'), 'win32')).toBe(placeKey(file('/c:/site/a.png'), 'win32'));
    expect(isSamePlace(file('/home/eva', 'wsl$'), file('/home/eva', 'wsl.localhost'), 'win32')).toBe(true);
    expect(isSamePlace(file('/home/Eva', 'wsl$'), file('/home/eva', 'wsl$'), 'win32')).toBe(false);
    expect(isSamePlace(file('/a'), file('/A'), 'linux')).toBe(false);
    expect(isSamePlace(file('/a/'), file('/a'), 'linux')).toBe(true);
    expect(isSamePlace(file('/share', 'one'), file('/share', 'two'), 'win32')).toBe(false);
  });

  it('is spelled as its folder is, where only the drive differs', () => {
    expect(spelledLike('/c:/site', '/C:/site/a.md')).toBe('/c:/site/a.md');
    expect(spelledLike('/C:/site', '/c:/other/a.md')).toBe('/C:/other/a.md');
    expect(spelledLike('/c:/site', '/d:/site/a.md')).toBe('/d:/site/a.md');
    expect(spelledLike('/site', '/C:/site/a.md')).toBe('/C:/site/a.md');
    expect(spelledLike('/site', '/Site/a.md')).toBe('/Site/a.md');
  });
});

it.each([
  ['C:\\x\\a.png', true],
  ['c:/x/a.png', true],
  ['c:a.png', false],
  ['https://a.png', false],
  ['file:///c:/a.png', false],
  ['a/b:/c.png', false],
])('%s is a path of Windows: %s', (text, is) => {
  expect(isWindowsPath(text)).toBe(is);
});
