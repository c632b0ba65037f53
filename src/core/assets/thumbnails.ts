import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { StoredFile } from '../../shared/task.ts';

/** The most that all thumbnails take, in bytes, and what is left when they were too many. */
const defaultLimit = 200 * 1024 ** 2;
const leftOfLimit = 0.9;
/** So many are stored before their sum is looked at again. */
const trimEvery = 50;
/** The most that one takes. */
const largest = 65_536;

/**
 * Small pictures of library files, by the hash of the file. Each can be made again, so they are no part of
 * what must not be lost.
 */
export class Thumbnails {
  readonly #folder: string;
  readonly #limit: number;
  #stored = 0;

  /** @param folder absolute path; created when first needed @param limit in bytes */
  constructor(folder: string, limit = defaultLimit) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /** Absolute path of the thumbnail of a file; undefined while there is none. */
  find(file: Pick<StoredFile, 'sha256'>): string | undefined {
    const path = this.#pathOf(file);
    return path !== undefined && existsSync(path) ? path : undefined;
  }

  /**
   * Keeps a thumbnail. What is no WebP picture, or is too large, is refused.
   * @returns its absolute path; undefined when it was refused
   * @throws an error of the file system
   */
  async store(file: Pick<StoredFile, 'sha256'>, bytes: Uint8Array): Promise<string | undefined> {
    const path = this.#pathOf(file);
    if (path === undefined || bytes.length > largest || !isWebp(bytes)) return undefined;
    await mkdir(this.#folder, { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, bytes);
    await rename(temporary, path);
    if (this.#stored++ % trimEvery === 0) await this.#trim();
    return path;
  }

  /** Removes the thumbnail of a file that is gone. */
  async remove(file: Pick<StoredFile, 'sha256'>): Promise<void> {
    const path = this.#pathOf(file);
    if (path !== undefined) await rm(path, { force: true });
  }

  /** The oldest go first. */
  async #trim(): Promise<void> {
    const names = await readdir(this.#folder);
    const found = await Promise.all(
      names.map(async name => {
        const path = join(this.#folder, name);
        // Another window may have removed it.
        const facts = await stat(path).catch(() => undefined);
        return { path, bytes: facts?.size ?? 0, time: facts?.mtimeMs ?? 0 };
      }),
    );
    let sum = found.reduce((total, { bytes }) => total + bytes, 0);
    if (sum <= this.#limit) return;
    for (const { path, bytes } of found.toSorted((a, b) => a.time - b.time)) {
      if (sum <= this.#limit * leftOfLimit) return;
      await rm(path, { force: true });
      sum -= bytes;
    }
  }

  #pathOf({ sha256 }: Pick<StoredFile, 'sha256'>): string | undefined {
    return /^[0-9a-f]{64}$/.test(sha256) ? join(this.#folder, `${sha256}.webp`) : undefined;
  }
}

function isWebp(bytes: Uint8Array): boolean {
  const text = (from: number): string => String.fromCharCode(...bytes.subarray(from, from + 4));
  return bytes.length >= 16 && text(0) === 'RIFF' && text(8) === 'WEBP' && /^VP8[ LX]$/.test(text(12));
}
