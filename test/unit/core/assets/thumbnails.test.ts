import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Library } from '../../../../src/core/assets/library.ts';
import { Thumbnails } from '../../../../src/core/assets/thumbnails.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

const file = { sha256: 'ab'.repeat(32) };

function webp(size = 40, chunk = 'VP8 '): Buffer {
  return Buffer.concat([Buffer.from('RIFF....WEBP'), Buffer.from(chunk), Buffer.alloc(size - 16, 1)]);
}

it('keeps a picture under the hash of its file, and finds it again', async () => {
  using folder = temporaryFolder();
  const thumbnails = new Thumbnails(folder.file('thumbnails'));
  expect(thumbnails.find(file)).toBeUndefined();
  const path = await thumbnails.store(file, webp());
  expect(path).toBe(folder.file(`thumbnails/${file.sha256}.webp`));
  expect(new Thumbnails(folder.file('thumbnails')).find(file)).toBe(path);
  expect(readdirSync(folder.file('thumbnails'))).toEqual([`${file.sha256}.webp`]);
  await thumbnails.remove(file);
  expect(thumbnails.find(file)).toBeUndefined();
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['a page', Buffer.from('<!DOCTYPE html><script>alert(1)</script>')],
  ['a PNG picture', Buffer.from('\x89PNG\r\n\x1a\n0000000000', 'latin1')],
  ['a sound', Buffer.from('RIFF....WAVEfmt 0000')],
  ['a WebP of an unknown kind', webp(40, 'EVIL')],
  ['what is too large', webp(65_537)],
])('refuses %s', async (_, bytes) => {
  using folder = temporaryFolder();
  const thumbnails = new Thumbnails(folder.file('thumbnails'));
  expect(await thumbnails.store(file, bytes)).toBeUndefined();
  expect(thumbnails.find(file)).toBeUndefined();
});

it.each(['', '..', '../../evil', 'ab', `${'ab'.repeat(32)}/x`, 'AB'.repeat(32)])(
  'writes nothing for a hash that is none: %s',
  async sha256 => {
    using folder = temporaryFolder();
    const thumbnails = new Thumbnails(folder.file('thumbnails'));
    expect(await thumbnails.store({ sha256 }, webp())).toBeUndefined();
    expect(readdirSync(folder.path)).toEqual([]);
  },
);

it('stays within its limit, and lets the oldest go', async () => {
  using folder = temporaryFolder();
  const path = folder.file('thumbnails');
  mkdirSync(path);
  const shaOf = (index: number): string => index.toString(16).padStart(64, '0');
  for (let index = 0; index < 10; index++) {
    writeFileSync(`${path}/${shaOf(index)}.webp`, webp(1_000));
    utimesSync(`${path}/${shaOf(index)}.webp`, index, index);
  }
  const thumbnails = new Thumbnails(path, 8_000);
  await thumbnails.store(file, webp(1_000));
  expect(readdirSync(path)).toHaveLength(7);
  expect(thumbnails.find({ sha256: shaOf(3) })).toBeUndefined();
  expect(thumbnails.find({ sha256: shaOf(4) })).toBeDefined();
  expect(thumbnails.find(file)).toBeDefined();
});

it('counts for nothing in what the library holds', async () => {
  using folder = temporaryFolder();
  const library = new Library(folder.file('library'));
  await library.thumbnails.store(file, webp());
  expect(await library.diskUse()).toEqual({ bytes: 0, files: 0 });
});
