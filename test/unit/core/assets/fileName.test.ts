import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphemes } from '../../../../src/base/text.ts';
import {
  candidateNames,
  defaultFileName,
  directoryFrom,
  fileNameFrom,
  legalName,
  slugOf,
  type FileNameVariables,
} from '../../../../src/core/assets/fileName.ts';

const variables: FileNameVariables = {
  slug: 'a-cat',
  model: 'z-image',
  date: '2026-05-12',
  index: 1,
  shortId: '1a2b3c4d',
};

/**
 * What every file system takes: the rules of Windows, and the 255 bytes of Linux with room for a number and
 * an extension.
 */
function expectLegal(name: string): void {
  expect(name).not.toBe('');
  // eslint-disable-next-line no-control-regex
  expect(name).not.toMatch(/[\u0000-\u001f\u007f<>:"/\\|?*]/);
  expect(name).not.toMatch(/[. ]$/);
  expect(name).not.toMatch(/^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i);
  expect(name.isWellFormed()).toBe(true);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255 - '-1000000.webp'.length);
  expect(win32.basename(name)).toBe(name);
}

// Pieces of names that some system, or somebody who meant harm, would find interesting.
const pieces = fc.constantFrom('..', '.', '/', '\\', 'c:', 'C:\\', '//server/share', '~', 'con', 'NUL', 'com1', 'lpt¹', ' ', '\t', '\u0000', '\u202E', '\u2028', '\uFEFF', '\uD800', 'a', 'B', 'é', 'कि', '👩‍🚀', '%2e%2e', '${slug}', '${index}', '${constructor}', '${documentDirName}', '-', '_', 'x'.repeat(200), 'क्षि'.repeat(60), `e${'\u0301'.repeat(300)}`); // prettier-ignore
const names = fc.array(pieces, { maxLength: 6 }).map(parts => parts.join(''));

describe('slugOf', () => {
  it.each([
    ['A cat, asleep on the Sofa!', 'a-cat-asleep-on-the-sofa'],
    ["It's the cat’s 'own' bed", 'its-the-cats-own-bed'],
    ['  --multiple   spaces__and_underscores ', 'multiple-spaces-and-underscores'],
    ['पेड़ पर बिल्ली', 'पेड़-पर-बिल्ली'.normalize('NFC')],
    ['क्\u200Dष', 'क्\u200Dष'],
    ['می\u200Cخواهم\u200C', 'می\u200Cخواهم'],
    ['猫が寝ている', '猫が寝ている'],
    ['قطة نائمة', 'قطة-نائمة'],
    ['Ein GROẞES Bild', 'ein-großes-bild'],
    ['e\u0301te\u0301', 'été'],
    ['I ❤\uFE0F cats', 'i-cats'],
    ['\u0301abc', 'abc'],
    ['4k, 16:9', '4k-16-9'],
    ['../../etc/passwd', 'etc-passwd'],
    ['👩‍🚀 !?', ''],
    ['', ''],
  ])('%j becomes %j', (prompt, expected) => {
    expect(slugOf(prompt)).toBe(expected);
  });

  it('is cut at a word', () => {
    expect(slugOf('one two three four five six seven eight nine ten eleven')).toBe(
      'one-two-three-four-five-six-seven-eight-nine-ten',
    );
    expect(slugOf('x'.repeat(100))).toBe('x'.repeat(48));
  });

  it('never cuts a character in two', () => {
    const slug = slugOf('क्षि'.repeat(100));
    expect(Buffer.byteLength(slug)).toBeLessThanOrEqual(96);
    expect(slug).not.toBe('');
    expect(graphemes(slug)).toEqual(graphemes('क्षि'.repeat(100)).slice(0, graphemes(slug).length));
  });

  it('is a legal name, or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(names, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), prompt => {
        const slug = slugOf(prompt);
        expect(slug).toMatch(
          /^(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}\u200C\u200D]*(?:-[\p{L}\p{N}][\p{L}\p{N}\p{M}\u200C\u200D]*)*)?$/u,
        );
        expect(graphemes(slug).length).toBeLessThanOrEqual(48);
        expect(Buffer.byteLength(slug)).toBeLessThanOrEqual(96);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('fileNameFrom', () => {
  it.each([
    [defaultFileName, {}, 'a-cat-1a2b3c4d'],
    ['${date} ${model} ${slug}', {}, '2026-05-12 z-image a-cat'],
    ['${slug}-${index}', { index: 3 }, 'a-cat-3'],
    // All results of a job need a name of their own.
    ['${slug}', { index: 3 }, 'a-cat-3'],
    ['${nonsense}-${slug}', {}, '${nonsense}-a-cat'],
    ['${constructor}${toString}', {}, '${constructor}${toString}'],
    ['${slug}/${slug}', {}, 'a-cat-a-cat'],
    ['${model}', { model: 'black/forest:1.1' }, 'black-forest-1.1'],
    ['...', {}, '1a2b3c4d'],
    ['', {}, '1a2b3c4d'],
    ['con', {}, 'con_'],
  ])('%j with %j', (template, changed, expected) => {
    expect(fileNameFrom(template, { ...variables, ...changed })).toBe(expected);
  });

  it('is legal on every system and never empty, whatever the template and the prompt are', () => {
    fc.assert(
      fc.property(names, names, names, fc.integer({ min: 1, max: 9 }), (template, prompt, model, index) => {
        expectLegal(fileNameFrom(template, { ...variables, slug: slugOf(prompt), model, index }));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('legalName', () => {
  it.each([
    ['con', 'con_'],
    ['CON.tar', 'CON_.tar'],
    ['con .x', 'con_ .x'],
    ['Com1', 'Com1_'],
    ['lpt¹', 'lpt¹_'],
    ['conin$', 'conin$_'],
    ['console', 'console'],
    ['com10', 'com10'],
    ['a. . .', 'a'],
    ['.hidden', 'hidden'],
    ['--a--', 'a'],
    ['a\u0000\u001fb', 'a-b'],
    ['a<>:"/\\|?*b', 'a-b'],
    ['a\u202Egnp.exe', 'a-gnp.exe'],
    ['a\uD800b', 'a-b'],
    ['\\/:*', ''],
  ])('%j becomes %j', (name, expected) => {
    expect(legalName(name)).toBe(expected);
  });

  it('leaves a legal name as it is', () => {
    fc.assert(
      fc.property(names, name => {
        const legal = legalName(name);
        if (legal !== '') expectLegal(legal);
        expect(legalName(legal)).toBe(legal);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('directoryFrom', () => {
  const values = { documentDirName: 'docs/en', documentBaseName: 'read me', up: '../..', none: '' };

  it.each<[string, string[] | undefined]>([
    ['assets/generated', ['assets', 'generated']],
    ['./assets//generated/', ['assets', 'generated']],
    ['assets\\generated', ['assets', 'generated']],
    ['', []],
    ['.', []],
    ['${documentDirName}/${documentBaseName}', ['docs', 'en', 'read me']],
    ['${documentDirName}/../img', ['docs', 'img']],
    ['a/${none}/b', ['a', 'b']],
    ['${nonsense}/${constructor}', ['${nonsense}', '${constructor}']],
    ['.github/-x', ['.github', '-x']],
    ['a./b /c', ['a', 'b', 'c']],
    ['a/.../ . . /b', ['a', 'b']],
    ['con/aux.d', ['con_', 'aux_.d']],
    ['ab:c|d', ['ab-c-d']],
    ['a/..', []],
    ['..', undefined],
    [' ..', undefined],
    ['a/../../b', undefined],
    ['a\\..\\..', undefined],
    ['${up}', undefined],
    ['${documentDirName}/${up}/..', undefined],
    ['/etc', undefined],
    [' /etc', undefined],
    ['\\\\server\\share', undefined],
    ['C:\\Windows', undefined],
    ['c:relative', undefined],
    ['~/x', ['~', 'x']],
    ['%2e%2e/x', ['%2e%2e', 'x']],
  ])('%j', (template, expected) => {
    expect(directoryFrom(template, values)).toEqual(expected);
  });

  it('keeps the name of a folder that exists', () => {
    const long = 'ब'.repeat(85);
    expect(directoryFrom('${documentDirName}', { documentDirName: long })).toEqual([long]);
  });

  it('never leads out, on any system', () => {
    const parts = fc.array(fc.oneof(pieces, fc.constantFrom('/', '\\', '..', '${up}')), { maxLength: 10 });
    fc.assert(
      fc.property(parts, names, (template, directory) => {
        const segments = directoryFrom(template.join(''), {
          documentDirName: directory,
          up: '../..',
          slug: '..',
        });
        if (!segments) return;
        for (const system of [posix, win32]) {
          const root = system === posix ? '/root/folder' : 'C:\\root\\folder';
          const path = system.join(root, ...segments);
          expect(path === root || path.startsWith(root + system.sep)).toBe(true);
          expect(path.slice(root.length).split(system.sep).filter(Boolean)).toEqual(segments);
        }
        for (const segment of segments) {
          expect(segment).not.toMatch(/^$|[. ]$|[/\\:]/);
          expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(256);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('candidateNames', () => {
  it('goes on for ever, with a number before the extension', () => {
    expect(candidateNames('a-cat', 'png').take(3).toArray()).toEqual([
      'a-cat.png',
      'a-cat-1.png',
      'a-cat-2.png',
    ]);
    expect(new Set(candidateNames('a', 'png').take(1000)).size).toBe(1000);
  });
});
