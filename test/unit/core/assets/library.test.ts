import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Library, NotMedia } from '../../../../src/core/assets/library.ts';
import { png, smallFiles } from '../../../support/mediaBytes.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

async function* chunks(...parts: (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield await Promise.resolve(part);
  }
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(path.length + 1));
}

describe('storing', () => {
  it.each(Object.entries(smallFiles))(
    'recognises %s by its bytes',
    async (_, { bytes, mediaType, extension }) => {
      using folder = temporaryFolder();
      const library = new Library(folder.path);
      const file = await library.store('ab-0', 'me', chunks(bytes.subarray(0, 7), bytes.subarray(7)));
      expect(file).toMatchObject({
        path: `ab/ab-0.${extension}`,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        mediaType,
        extension,
      });
      expect(readFileSync(library.pathOf(file))).toEqual(bytes);
      expect(filesUnder(folder.path)).toEqual([file.path]);
      expect(await library.has(file)).toBe(true);
    },
  );

  it('knows the size of a picture, and takes one whose size cannot be read', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    expect(await library.store('a-0', 'me', chunks(png(20, 30)))).toMatchObject({ width: 20, height: 30 });
    expect(
      await library.store('a-1', 'me', chunks(smallFiles['jpeg']?.bytes ?? Buffer.alloc(0))),
    ).toMatchObject({
      width: 7,
      height: 5,
    });
    const cutShort = await library.store('a-2', 'me', chunks(png(20, 30).subarray(0, 20)));
    expect(cutShort.mediaType).toBe('image/png');
    expect(cutShort.width).toBeUndefined();
  });

  it.each([
    ['nothing', Buffer.alloc(0), /empty/],
    ['a web page', Buffer.from('<!doctype html><title>Sign in</title>'), /no image, video or sound/],
    ['a program', Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(60)]), /no image/],
    ['an archive', Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(60)]), /no image/],
    ['JSON', Buffer.from('{"error":{"code":"not_found"}}'), /no image/],
  ])('refuses %s, and leaves nothing', async (_, bytes, message) => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const stored = library.store('ab-0', 'me', chunks(bytes));
    await expect(stored).rejects.toThrow(message);
    await expect(stored).rejects.toBeInstanceOf(NotMedia);
    expect(filesUnder(folder.path)).toEqual([]);
  });

  it.each([
    ['at once', []],
    ['after a piece', [png(2, 2)]],
    ['after many pieces', Array.from({ length: 64 }, () => Buffer.alloc(65_536, 1))],
  ])('leaves nothing when the source breaks %s, and passes its error on', async (_, pieces) => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const broken = library.store('ab-0', 'me', chunks(...pieces, new Error('The connection broke.')));
    await expect(broken).rejects.toThrow('The connection broke.');
    expect(filesUnder(folder.path)).toEqual([]);
  });

  it('replaces when it is repeated, and keeps several results of a job apart', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    await library.store('ab-0', 'me', chunks(png(2, 2)));
    const again = await library.store('ab-0', 'other', chunks(png(4, 4)));
    await library.store('ab-1', 'me', chunks(png(2, 2)));
    expect(filesUnder(folder.path).sort()).toEqual(['ab/ab-0.png', 'ab/ab-1.png']);
    expect(readFileSync(library.pathOf(again))).toEqual(png(4, 4));
  });

  it('is not disturbed by another window that stores the same', async () => {
    using folder = temporaryFolder();
    const [a, b] = [new Library(folder.path), new Library(folder.path)];
    const [one, two] = await Promise.all([
      a.store('ab-0', 'a', chunks(png(9, 9))),
      b.store('ab-0', 'b', chunks(png(9, 9))),
    ]);
    expect(one).toEqual(two);
    expect(filesUnder(folder.path)).toEqual(['ab/ab-0.png']);
  });
});

describe('finding', () => {
  it('gives the same facts as storing did', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const stored = await library.store('ab-1', 'me', chunks(png(5, 6)));
    await library.store('ab-10', 'me', chunks(png(7, 7)));
    expect(await library.find('ab-1')).toEqual(stored);
  });

  it('finds nothing where nothing is', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.file('not-made-yet'));
    expect(await library.find('ab-1')).toBeUndefined();
    expect(await library.diskUse()).toEqual({ bytes: 0, files: 0 });
  });

  it('tells a file that was cut short or removed from a whole one', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const file = await library.store('ab-1', 'me', chunks(png(5, 6)));
    expect(await library.diskUse()).toEqual({ bytes: file.bytes, files: 1 });
    writeFileSync(library.pathOf(file), 'x');
    expect(await library.has(file)).toBe(false);
    await library.remove(file);
    await library.remove(file);
    expect(await library.has(file)).toBe(false);
  });
});

describe('sweeping', () => {
  it('removes what dead writers left, and nothing else', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const file = await library.store('ab-0', 'dead', chunks(png(2, 2)));
    writeFileSync(folder.file('incoming/ab-1.dead'), 'half');
    writeFileSync(folder.file('incoming/ab-2.alive'), 'half');
    expect(await library.sweep(holder => holder === 'alive')).toEqual(['ab-1.dead']);
    expect(filesUnder(folder.path).sort()).toEqual([file.path, 'incoming/ab-2.alive']);
  });

  it('has nothing to do before anything was stored', async () => {
    using folder = temporaryFolder();
    expect(await new Library(folder.file('not-made-yet')).sweep(() => false)).toEqual([]);
  });
});

describe('staging', () => {
  it('makes a copy that can be moved away, and removes those that nobody took', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const file = await library.store('ab-0', 'me', chunks(png(2, 2)));
    const taken = await library.stage(file);
    const left = await library.stage(file);
    expect(readFileSync(taken)).toEqual(readFileSync(library.pathOf(file)));
    expect(taken.endsWith('.png')).toBe(true);
    renameSync(taken, folder.file('moved.png'));

    await library.sweepStaged(statSync(left).mtimeMs);
    expect(existsSync(left)).toBe(true);
    await library.sweepStaged(statSync(left).mtimeMs + 1);
    expect(existsSync(left)).toBe(false);
    expect(await library.has(file)).toBe(true);
    await library.sweepStaged(Infinity);
  });
});

describe('a disk that refuses', () => {
  it('passes on that it is full, and leaves nothing half', async () => {
    using folder = temporaryFolder();
    using disk = smallDisk(folder.file('disk'));
    const library = new Library(disk.path);
    const large = Array.from({ length: 64 }, () => Buffer.alloc(65_536, 1));
    await expect(library.store('ab-0', 'me', chunks(png(2, 2), ...large))).rejects.toMatchObject({
      code: disk.code,
    });
    expect(filesUnder(disk.path)).toEqual([]);
    // Small files still fit: the failed one has given its room back.
    if (disk.mounted)
      expect(await library.store('ab-1', 'me', chunks(png(2, 2)))).toMatchObject({ width: 2 });
  });

  it('passes on that it cannot be written', async () => {
    using folder = temporaryFolder();
    // Not even root can make a folder where a file is; permissions would not stop it.
    writeFileSync(folder.file('library'), 'a file');
    const library = new Library(folder.file('library'));
    await expect(library.store('ab-0', 'me', chunks(png(2, 2)))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ENOTDIR|EEXIST)$/) as string,
    });
  });

  it('passes on that it is read-only', async () => {
    using folder = temporaryFolder();
    using disk = readOnlyDisk(folder.file('disk'));
    await expect(new Library(disk.path).store('ab-0', 'me', chunks(png(2, 2)))).rejects.toMatchObject({
      code: disk.code,
    });
  });
});

/** A folder that nobody may write: mounted so for root, whom permissions do not stop, and by permission for others. */
function readOnlyDisk(path: string): Disposable & { readonly path: string; readonly code: string } {
  mkdirSync(path);
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0o500);
    return { path, code: 'EACCES', [Symbol.dispose]: () => chmodSync(path, 0o700) };
  }
  try {
    const unmount = mountSmall(path, 'ro,size=1m');
    return { path, code: 'EROFS', [Symbol.dispose]: unmount };
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    console.warn(`A read-only disk could not be mounted (${reason}); the kernel's own stands in for it.`);
    // No user, and not even root, can make a folder in there.
    return { path: '/proc/self/fdinfo', code: 'ENOENT', [Symbol.dispose]: () => undefined };
  }
}

function mountSmall(path: string, options: string): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'pipe' });
  return () => void execFileSync('umount', [path], { stdio: 'pipe' });
}

/**
 * A disk of one megabyte: a tmpfs where this process may mount one. Elsewhere the same is proven with a disk that
 * refuses every byte, `/dev/full`, in place of the temporary file.
 */
function smallDisk(
  path: string,
): Disposable & { readonly path: string; readonly code: string; readonly mounted: boolean } {
  mkdirSync(path);
  try {
    const unmount = mountSmall(path, 'size=1m');
    return { path, code: 'ENOSPC', mounted: true, [Symbol.dispose]: unmount };
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    console.warn(`A small disk could not be mounted (${reason}); a full device stands in for it.`);
    return fullDevice(path);
  }
}

function fullDevice(path: string): ReturnType<typeof smallDisk> {
  if (!existsSync('/dev/full'))
    throw new Error('This system has neither a mount for this user nor /dev/full.');
  mkdirSync(join(path, 'incoming'));
  symlinkSync('/dev/full', join(path, 'incoming', 'ab-0.me'));
  return {
    path,
    code: 'ENOSPC',
    mounted: false,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
