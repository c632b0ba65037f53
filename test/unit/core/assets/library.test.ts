import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Library } from '../../../../src/core/assets/library.ts';
import { NotMedia, type ExpectedResult } from '../../../../src/core/assets/resultType.ts';
import { png, smallFiles } from '../../../support/mediaBytes.ts';
import { fullDisk, refusing } from '../../../support/refusingFiles.ts';
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

  const html = Buffer.from('<!doctype html><title>Sign in</title>');
  const compressedPage = Buffer.from('1f8b0800000000000003', 'hex');
  it.each<[string, Buffer, RegExp, ExpectedResult?]>([
    ['nothing', Buffer.alloc(0), /empty/],
    ['a web page', html, /page or a text/, { contentType: 'text/html' }],
    ['a web page under another name', html, /page or a text/, { kind: 'image', contentType: 'image/png' }],
    ['a page that is compressed', compressedPage, /page or a text/, { contentType: 'text/html; charset=x' }],
    ['JSON', Buffer.from('{"error":{"code":"not_found"}}'), /page or a text/, { kind: 'audio' }],
    [
      'a page in place of headerless sound',
      html,
      /page or a text/,
      { kind: 'audio', raw: { codec: 'pcm', sampleRate: 8_000 } },
    ],
    ['a page that is called a drawing', html, /page or a text/, { contentType: 'image/svg+xml' }],
    ['a page with a drawing', Buffer.from('<html><svg></svg>'), /page or a text/],
    ['XML', Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'), /page or a text/],
  ])('refuses %s, and leaves nothing', async (_, bytes, message, expected) => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const stored = library.store('ab-0', 'me', chunks(bytes), expected);
    await expect(stored).rejects.toThrow(message);
    await expect(stored).rejects.toBeInstanceOf(NotMedia);
    expect(filesUnder(folder.path)).toEqual([]);
  });

  const program = Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(60)]);
  const archive = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(60)]);
  const noise = Buffer.from(Array.from({ length: 999 }, (_, index) => (index * 151 + 200) % 256));
  const transportStream = Buffer.alloc(188 * 10, ' ');
  for (let packet = 0; packet < 10; packet++) transportStream.write('G/* let a; */', packet * 188);
  const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
  const typedDrawing = Buffer.from(
    '\ufeff<?xml version="1.0"?>\n<!-- <html> -->\n<!DOCTYPE svg PUBLIC "a" "b" [<!ENTITY c "d">]>\n<svg width="8">',
  );
  it.each<[string, Buffer, ExpectedResult, string, string]>([
    ['bytes that nobody knows', noise, { kind: 'image' }, 'bin', 'application/octet-stream'],
    ['them under a type', noise, { kind: 'audio', contentType: 'audio/x-future' }, 'bin', 'audio/x-future'],
    ['them under a known type', noise, { kind: 'audio', contentType: 'Audio/AAC; a=b' }, 'aac', 'audio/aac'],
    [
      'them under a type of another kind',
      noise,
      { kind: 'image', contentType: 'video/mp4' },
      'bin',
      'video/mp4',
    ],
    [
      'them under a type that is no word',
      noise,
      { contentType: '../../x.js' },
      'bin',
      'application/octet-stream',
    ],
    ['binary bytes that a server calls a text', noise, { contentType: 'text/plain' }, 'bin', 'text/plain'],
    ['a program', program, { kind: 'image' }, 'bin', 'application/octet-stream'],
    ['an archive', archive, { kind: 'audio', contentType: 'application/zip' }, 'bin', 'application/zip'],
    ['a video of an image job', smallFiles['mp4']?.bytes ?? noise, { kind: 'image' }, 'bin', 'video/mp4'],
    ['the last frame of a video job', png(2, 3), { kind: 'video' }, 'png', 'image/png'],
    ['the cover of a song', png(2, 3), { kind: 'audio' }, 'png', 'image/png'],
    ['MPEG-TS, which could be TypeScript,', transportStream, { kind: 'video' }, 'm2ts', 'video/mp2t'],
    ['it as an image', transportStream, { kind: 'image' }, 'bin', 'video/mp2t'],
    [
      'a drawing that could run scripts',
      drawing,
      { kind: 'image', contentType: 'image/svg+xml' },
      'bin',
      'image/svg+xml',
    ],
    ['a drawing without a type', drawing, { kind: 'image' }, 'bin', 'image/svg+xml'],
    ['a drawing as a text', typedDrawing, { contentType: 'text/plain' }, 'bin', 'image/svg+xml'],
    ['a drawing as XML', typedDrawing, { contentType: 'application/xml' }, 'bin', 'image/svg+xml'],
    ['a drawing as bytes', drawing, { contentType: 'application/octet-stream' }, 'bin', 'image/svg+xml'],
  ])('keeps %s under an extension that nothing runs', async (_, bytes, expected, extension, mediaType) => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const file = await library.store('ab-0', 'me', chunks(bytes), expected);
    expect(file).toMatchObject({ extension, mediaType, bytes: bytes.length, path: `ab/ab-0.${extension}` });
    expect(readFileSync(library.pathOf(file))).toEqual(bytes);
    // Of a window that died before it noted the type, the name is left.
    expect(await library.find('ab-0')).toMatchObject({ extension, sha256: file.sha256, path: file.path });
  });

  it.each(['pcm', 'ulaw', 'alaw'] as const)('gives headerless sound (%s) a header', async codec => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const silence = Buffer.alloc(4_000, 'U');
    for (const samples of [noise, silence, Buffer.alloc(4_000), Buffer.from('fffb9064'.repeat(99), 'hex')]) {
      const raw = { codec, sampleRate: 16_000 };
      const expected = { kind: 'audio', contentType: 'audio/pcm', raw } as const;
      const file = await library.store('ab-0', 'me', chunks(samples), expected);
      expect(file).toMatchObject({ mediaType: 'audio/wav', extension: 'wav' });
      const bytes = readFileSync(library.pathOf(file));
      expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      const isPcm = codec === 'pcm';
      expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
      expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
      expect(bytes.readUInt16LE(20)).toBe({ pcm: 1, alaw: 6, ulaw: 7 }[codec]);
      expect(bytes.readUInt32LE(24)).toBe(16_000);
      expect(bytes.readUInt32LE(28)).toBe(isPcm ? 32_000 : 16_000);
      expect(bytes.readUInt16LE(34)).toBe(isPcm ? 16 : 8);
      const data = bytes.indexOf('data', 0, 'latin1');
      expect(bytes.readUInt32LE(data + 4)).toBe(samples.length);
      expect(bytes.subarray(data + 8, data + 8 + samples.length)).toEqual(samples);
      expect(await library.find('ab-0')).toMatchObject({ mediaType: 'audio/wav', extension: 'wav' });
      expect(filesUnder(folder.path)).toEqual([file.path]);
    }
  });

  it('takes a file that has a header although headerless sound was asked for', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const raw = { codec: 'pcm', sampleRate: 16_000 } as const;
    for (const name of ['wav', 'flac', 'mp3']) {
      const bytes = smallFiles[name]?.bytes ?? Buffer.alloc(0);
      const contentType = name === 'mp3' ? 'audio/mpeg' : 'audio/pcm';
      const file = await library.store('ab-0', 'me', chunks(bytes), { kind: 'audio', contentType, raw });
      expect(file).toMatchObject({ extension: name, bytes: bytes.length });
    }
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
    library.remove(file);
    library.remove(file);
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

/**
 * A folder that nobody may write: mounted so for root, whom permissions do not stop, and by permission for
 * others. Where neither can be had, as on Windows, the functions refuse as such a disk would.
 */
function readOnlyDisk(path: string): Disposable & { readonly path: string; readonly code: string } {
  mkdirSync(path);
  if (process.platform !== 'win32' && process.getuid?.() !== 0) {
    chmodSync(path, 0o500);
    return { path, code: 'EACCES', [Symbol.dispose]: () => chmodSync(path, 0o700) };
  }
  try {
    const unmount = mountSmall(path, 'ro,size=1m');
    return { path, code: 'EROFS', [Symbol.dispose]: unmount };
  } catch (error) {
    tellOfMount('A read-only disk', error);
    const refusal = refusing('mkdir', 'EROFS', Infinity);
    return { path, code: 'EROFS', [Symbol.dispose]: () => refusal[Symbol.dispose]() };
  }
}

function mountSmall(path: string, options: string): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'pipe' });
  return () => void execFileSync('umount', [path], { stdio: 'pipe' });
}

/**
 * A disk of one megabyte: a tmpfs where this process may mount one. Elsewhere the same is proven with a disk
 * that takes no byte.
 */
function smallDisk(
  path: string,
): Disposable & { readonly path: string; readonly code: string; readonly mounted: boolean } {
  mkdirSync(path);
  try {
    const unmount = mountSmall(path, 'size=1m');
    return { path, code: 'ENOSPC', mounted: true, [Symbol.dispose]: unmount };
  } catch (error) {
    tellOfMount('A small disk', error);
    const disk = fullDisk();
    return { path, code: 'ENOSPC', mounted: false, [Symbol.dispose]: () => disk[Symbol.dispose]() };
  }
}

function tellOfMount(what: string, error: unknown): void {
  const reason = error instanceof Error ? error.message.trim() : String(error);
  console.warn(`${what} could not be mounted (${reason}); functions that refuse stand in for it.`);
}
