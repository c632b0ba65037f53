import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StoredFile } from '../../shared/task.ts';
import { imageDimensions, recognise } from './mediaType.ts';

// What may wait in memory while the disk writes.
const writeAheadBytes = 1024 * 1024;

/** The bytes came, but they are no picture, video or sound. */
export class NotMedia extends Error {
  override readonly name = 'NotMedia';
}

/**
 * The files of all jobs, in one folder of ours: whatever happens to the workspace or to the link, they are here.
 * A file appears under its name only when it is whole, checked and on disk.
 */
export class Library {
  readonly #folder: string;
  readonly #incoming: string;
  readonly #outgoing: string;

  /** @param folder absolute path; created when first needed */
  constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, 'incoming');
    this.#outgoing = join(folder, 'outgoing');
  }

  get folder(): string {
    return this.#folder;
  }

  /** Absolute path of a stored file. */
  pathOf(file: StoredFile): string {
    return join(this.#folder, ...file.path.split('/'));
  }

  /** Whether the file is there in its full length. */
  async has(file: StoredFile): Promise<boolean> {
    return (await unlessMissing(sizeOf(this.pathOf(file)), -1)) === file.bytes;
  }

  /**
   * Finds what `store` has left under this name. A file bears its name only when it is whole.
   * @returns undefined when there is none
   */
  async find(name: string): Promise<StoredFile | undefined> {
    const folder = join(this.#folder, folderOf(name));
    const found = (await list(folder)).find(each => each.startsWith(`${name}.`));
    if (found === undefined) return undefined;
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(join(folder, found)) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
    const facts = await inspect(join(folder, found), { bytes, sha256: hash.digest('hex') });
    return { path: `${folderOf(name)}/${found}`, ...facts };
  }

  /**
   * Stores one result. Nothing of it stays when it fails.
   * @param name of the file without extension, unique to the result, so that a repetition replaces and never doubles
   * @param holder who writes: two windows never share a temporary file
   * @throws NotMedia, whatever the source throws, or an error of the file system (`ENOSPC`, `EACCES`, …)
   */
  async store(name: string, holder: string, source: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    await ensureFolder(this.#incoming);
    const temporary = join(this.#incoming, `${name}.${holder}`);
    try {
      const facts = await inspect(temporary, await write(temporary, source));
      const path = `${folderOf(name)}/${name}.${facts.extension}`;
      const target = join(this.#folder, path);
      if (await ensureFolder(dirname(target))) await syncFolder(this.#folder);
      await rename(temporary, target);
      await syncFolder(dirname(target));
      return { path, ...facts };
    } catch (error) {
      await discard(temporary);
      throw error;
    }
  }

  /**
   * Removes what writers that died left behind; `isAlive` tells of each holder whether it may still write.
   * @returns the names of what was removed
   */
  async sweep(isAlive: (holder: string) => boolean): Promise<string[]> {
    const names = await list(this.#incoming);
    const dead = names.filter(name => !isAlive(name.slice(name.indexOf('.') + 1)));
    await Promise.all(dead.map(name => rm(join(this.#incoming, name), { force: true })));
    return dead;
  }

  /** Bytes and number of the files, as they lie on the disk; also those that no job knows. */
  async diskUse(): Promise<{ bytes: number; files: number }> {
    const entries = await unlessMissing(readdir(this.#folder, { recursive: true, withFileTypes: true }), []);
    const sizes = await Promise.all(
      entries
        .filter(entry => entry.isFile())
        .map(entry => unlessMissing(sizeOf(join(entry.parentPath, entry.name)), 0)),
    );
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), files: sizes.length };
  }

  async remove(file: StoredFile): Promise<void> {
    await rm(this.pathOf(file), { force: true });
  }

  /**
   * Makes a copy that may be moved away, for files that are too large to be carried through memory. On file systems that can, it
   * shares its blocks with the original.
   * @returns its absolute path
   */
  async stage(file: StoredFile): Promise<string> {
    await ensureFolder(this.#outgoing);
    const staged = join(this.#outgoing, `${randomUUID()}.${file.extension}`);
    await copyFile(this.pathOf(file), staged, constants.COPYFILE_FICLONE);
    const now = new Date();
    await utimes(staged, now, now);
    return staged;
  }

  /**
   * Removes staged copies that nobody took, or that an undo has brought back.
   * @param before milliseconds since the epoch; later ones may still be on their way, or come back by a redo
   */
  async sweepStaged(before: number): Promise<void> {
    for (const name of await list(this.#outgoing)) {
      const path = join(this.#outgoing, name);
      const changedAt = await unlessMissing(
        stat(path).then(({ mtimeMs }) => mtimeMs),
        Infinity,
      );
      if (changedAt < before) await rm(path, { force: true });
    }
  }
}

/** Spreads the files over folders. */
function folderOf(name: string): string {
  return name.slice(0, 2);
}

/** Says what the file is. @throws NotMedia */
async function inspect(
  path: string,
  content: { bytes: number; sha256: string },
): Promise<Omit<StoredFile, 'path'>> {
  if (content.bytes === 0) throw new NotMedia('The file is empty.');
  const type = await recognise(path);
  if (!type) throw new NotMedia('The file is no image, video or sound.');
  const dimensions = type.kind === 'image' ? await imageDimensions(path) : undefined;
  const { mediaType, extension } = type;
  return { ...content, mediaType, extension, ...dimensions };
}

/** Reads and hashes on while the disk writes what came before, in few large pieces. */
async function write(
  path: string,
  source: AsyncIterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* hashed(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  const file = createWriteStream(path, { flush: true, highWaterMark: writeAheadBytes });
  try {
    await pipeline(hashed(), file);
  } finally {
    // When the source fails, the file may not even be open yet, and would come into being after it was removed.
    if (!file.closed) await new Promise<void>(resolve => file.once('close', resolve));
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * One folder at a time, because `mkdir` with `recursive` reports a disk that cannot be written as ENOENT.
 * @returns whether it was made now
 */
async function ensureFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return false;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await ensureFolder(dirname(path));
    return ensureFolder(path);
  }
}

/** Makes a rename survive a power cut. Windows cannot open folders, and needs it not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The names in a folder; none when there is no such folder. */
async function list(path: string): Promise<string[]> {
  return unlessMissing(readdir(path), []);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

async function unlessMissing<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return otherwise;
    throw error;
  }
}

/** Removes a temporary file, if the disk allows; else a later sweep does. The error that led here matters more. */
async function discard(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
