import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, realpath, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { removePatiently, removePatientlySync } from '../../base/patience.ts';
import type { StoredFile } from '../../shared/task.ts';
import { syncFolder } from '../storage/syncFolder.ts';
import { FinishedFiles, NotRenamed } from './finishedFiles.ts';
import { imageDimensions, type MediaType } from './mediaType.ts';
import { wavHeader, type RawSound } from './rawSound.ts';
import { Thumbnails } from './thumbnails.ts';
import { resultType, safeExtension, storedType, type ExpectedResult } from './resultType.ts';

// What may wait in memory while the disk writes.
const writeAheadBytes = 1024 * 1024;

/**
 * The files of all jobs, in one folder of ours: whatever happens to the workspace or to the link, they are
 * here. A file appears under its name only when it is whole, checked and on disk.
 */
export class Library {
  readonly #folder: string;
  readonly #incoming: string;
  readonly #smallPictures: string;
  readonly #outgoing: string;
  readonly #finished: FinishedFiles;
  readonly thumbnails: Thumbnails;

  /** @param folder absolute path; created when first needed */
  constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, 'incoming');
    this.#outgoing = join(folder, 'outgoing');
    this.#finished = new FinishedFiles(this.#incoming, folder);
    this.#smallPictures = join(folder, 'thumbnails');
    this.thumbnails = new Thumbnails(this.#smallPictures);
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
   * Finds what `store` has left under this name. A file bears its name only when it is whole; one that could
   * not be given it then gets it now.
   * @returns undefined when there is none
   * @throws NotRenamed when it is whole and still cannot be given its name
   */
  async find(name: string): Promise<StoredFile | undefined> {
    await this.#finished.rename(name);
    const folder = join(this.#folder, folderOf(name));
    const extensionOf = (found: string): string => found.slice(name.length + 1);
    const found = (await list(folder)).find(
      each => each.startsWith(`${name}.`) && safeExtension(extensionOf(each)) === extensionOf(each),
    );
    if (found === undefined) return undefined;
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(join(folder, found)) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
    const path = join(folder, found);
    const type = await storedType(path, extensionOf(found));
    const content = { bytes, sha256: hash.digest('hex') };
    return { path: `${folderOf(name)}/${found}`, ...(await factsOf(path, content, type)) };
  }

  /**
   * Stores one result, whatever its bytes are: they were paid. Headerless sound that was asked for gets a
   * header; what nobody recognises gets an extension that nothing runs. Nothing of it stays when it fails,
   * but a whole file that could not be renamed, which `find` takes up.
   * @param name of the file without extension, unique to the result, so that a repetition replaces and never
   * doubles
   * @param holder who writes: two windows never share a temporary file
   * @param expected what its job makes, and what the server says of it
   * @throws NotRenamed; NotMedia for nothing, or a page in place of a file; whatever the source throws, or an
   * error of the file system (`ENOSPC`, `EACCES`, …)
   */
  async store(
    name: string,
    holder: string,
    source: AsyncIterable<Uint8Array>,
    expected: ExpectedResult = {},
  ): Promise<StoredFile> {
    await ensureFolder(this.#incoming);
    const received = join(this.#incoming, `${name}.${holder}`);
    const withHeader = join(this.#incoming, `${name}-wav.${holder}`);
    let temporary = received;
    try {
      let content = await write(received, source);
      const type = await resultType(received, content.bytes, expected);
      if (type.raw) {
        temporary = withHeader;
        content = await write(withHeader, wavFile(type.raw, received, content.bytes));
        await removePatiently(received);
      }
      const facts = await factsOf(temporary, content, type);
      const path = `${folderOf(name)}/${name}.${facts.extension}`;
      if (await ensureFolder(dirname(join(this.#folder, path)))) await syncFolder(this.#folder);
      await this.#finished.add(name, temporary, path);
      return { path, ...facts };
    } catch (error) {
      if (error instanceof NotRenamed) throw error;
      await discard(received);
      if (temporary !== received) await discard(temporary);
      throw error;
    }
  }

  /**
   * Removes what writers that died left behind; `isAlive` tells of each holder whether it may still write.
   * @returns the names of what was removed
   */
  async sweep(isAlive: (holder: string) => boolean): Promise<string[]> {
    const names = await list(this.#incoming);
    const kept = await this.#finished.names(names);
    const dead = names.filter(name => !kept.has(name) && !isAlive(name.slice(name.indexOf('.') + 1)));
    await Promise.all(dead.map(name => removePatiently(join(this.#incoming, name))));
    return dead;
  }

  /**
   * Bytes and number of the files, as they lie on the disk; also those that no job knows, but not the
   * thumbnails, which can be made again.
   */
  async diskUse(): Promise<{ bytes: number; files: number }> {
    const entries = await unlessMissing(readdir(this.#folder, { recursive: true, withFileTypes: true }), []);
    const sizes = await Promise.all(
      entries
        .filter(entry => entry.isFile() && entry.parentPath !== this.#smallPictures)
        .map(entry => unlessMissing(sizeOf(join(entry.parentPath, entry.name)), 0)),
    );
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), files: sizes.length };
  }

  /** At once, because it belongs into the transaction that notes it. */
  remove(file: StoredFile): void {
    removePatientlySync(this.pathOf(file));
  }

  /** Whether anything is there, be it whole or not. */
  async exists(file: StoredFile): Promise<boolean> {
    return (await unlessMissing(stat(this.pathOf(file)), undefined)) !== undefined;
  }

  /** Whether a path leads to the library's own file, through whatever links. */
  async isItself(file: StoredFile, path: string): Promise<boolean> {
    return (await realpath(path)) === (await realpath(this.pathOf(file)));
  }

  /**
   * Makes a copy that may be moved away, for files that are too large to be carried through memory. On file
   * systems that can, it shares its blocks with the original.
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
      if (changedAt < before) await removePatiently(path);
    }
  }
}

/** Spreads the files over folders. */
function folderOf(name: string): string {
  return name.slice(0, 2);
}

async function factsOf(
  path: string,
  content: { bytes: number; sha256: string },
  { mediaType, extension }: MediaType,
): Promise<Omit<StoredFile, 'path'>> {
  const dimensions = mediaType.startsWith('image/') ? await imageDimensions(path) : undefined;
  return { ...content, mediaType, extension, ...dimensions };
}

/** The samples in a file, with a header before them. */
async function* wavFile(raw: RawSound, path: string, bytes: number): AsyncGenerator<Uint8Array> {
  yield wavHeader(raw, bytes);
  yield* createReadStream(path) as AsyncIterable<Uint8Array>;
  if (bytes % 2 === 1) yield new Uint8Array(1);
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
    // When the source fails, the file may not even be open yet, and would come into being after it was
    // removed.
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

/**
 * Removes a temporary file, if the disk allows; else a later sweep does. The error that led here matters
 * more.
 */
async function discard(path: string): Promise<void> {
  await removePatiently(path).catch(() => undefined);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
