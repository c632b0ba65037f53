import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  statSync,
  writeFileSync,
  type Dirent,
} from 'node:fs';
import path from 'node:path';
import { removePatientlySync, renamePatientlySync } from '../../base/patience.ts';

/** A file of a package by its content. */
export interface FileFact {
  /** Hexadecimal SHA-256; of a Git LFS pointer, that of the file which it stands for. */
  readonly sha256: string;
  readonly bytes: number;
  /** A pointer stands there in place of the file. */
  readonly isPointer: boolean;
}

/** Why a file of a package is not read. */
export type Unreadable = 'missing' | 'outside' | 'notFile' | 'tooLarge' | 'notText';

/** The version line of Git LFS, and all that a pointer can hold. */
const pointerPattern =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[\w.-]+ [^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n/;
const longestPointer = 1024;

/**
 * The files of one package: a folder, and all below it. Paths are relative to it, with forward slashes; none
 * leads out, through whatever links. Its calls work on the thread, which one file at a time can bear.
 */
export class PackageFolder {
  /** Absolute. */
  readonly root: string;
  readonly #realRoot: string;

  /** @throws when the folder is not there */
  constructor(root: string) {
    this.root = path.resolve(root);
    this.#realRoot = realpathSync(this.root);
  }

  /** Absolute path of a file of the package, be it there or not. */
  pathOf(file: string): string {
    return path.join(this.root, ...file.split('/'));
  }

  /**
   * Whether a file lies, or would lie, below the folder once every symbolic link on the way is followed. A
   * link that leads nowhere counts as one that leads out.
   */
  isInside(file: string): boolean {
    let existing = this.pathOf(file);
    for (;;) {
      const real = unlessMissing(() => realpathSync(existing));
      if (real !== undefined) return isBelow(real, this.#realRoot);
      const found = unlessMissing(() => lstatSync(existing));
      if (found?.isSymbolicLink() === true) return false;
      // Somebody has written it between the two looks.
      if (found) continue;
      const parent = path.dirname(existing);
      if (parent === existing) return false;
      existing = parent;
    }
  }

  exists(file: string): boolean {
    return unlessMissing(() => lstatSync(this.pathOf(file))) !== undefined;
  }

  /** The text of a file of at most so many bytes. */
  readText(file: string, maximumBytes: number): { readonly text: string } | { readonly problem: Unreadable } {
    const bytes = this.readBytes(file, maximumBytes);
    if ('problem' in bytes) return bytes;
    try {
      return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.bytes) };
    } catch {
      return { problem: 'notText' };
    }
  }

  readBytes(
    file: string,
    maximumBytes: number,
  ): { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly problem: Unreadable } {
    if (!this.isInside(file)) return { problem: this.exists(file) ? 'outside' : 'missing' };
    const found = unlessMissing(() => statSync(this.pathOf(file)));
    if (!found) return { problem: 'missing' };
    if (!found.isFile()) return { problem: 'notFile' };
    if (found.size > maximumBytes) return { problem: 'tooLarge' };
    const bytes = unlessMissing(() => readFileSync(this.pathOf(file)));
    return bytes ? { bytes: new Uint8Array(bytes) } : { problem: 'missing' };
  }

  /** @returns undefined when there is no such file, or it lies outside */
  factOf(file: string): FileFact | undefined {
    if (!this.isInside(file)) return undefined;
    const absolute = this.pathOf(file);
    const found = unlessMissing(() => statSync(absolute));
    if (!found?.isFile()) return undefined;
    if (found.size <= longestPointer) {
      const content = unlessMissing(() => readFileSync(absolute));
      if (!content) return undefined;
      const [, sha256, size] = pointerPattern.exec(content.toString('latin1')) ?? [];
      if (sha256 !== undefined) return { sha256, bytes: Number(size), isPointer: true };
    }
    const content = unlessMissing(() => contentOf(absolute));
    return content && { ...content, isPointer: false };
  }

  /** Files below a folder of the package; links are not followed. None when there is no such folder. */
  list(
    folder: string,
    enters: (folder: string) => boolean = () => true,
    limit = Number.MAX_SAFE_INTEGER,
  ): string[] {
    const found: string[] = [];
    const visit = (each: string): void => {
      const entries = unlessMissing(() => readdirSync(this.pathOf(each), { withFileTypes: true }));
      for (const entry of (entries ?? []).toSorted(byName)) {
        if (found.length >= limit) return;
        const inner = each === '' ? entry.name : `${each}/${entry.name}`;
        if (entry.isDirectory() && enters(inner)) visit(inner);
        else if (entry.isFile()) found.push(inner);
      }
    };
    if (folder === '' || this.isInside(folder)) visit(folder);
    return found;
  }

  /**
   * Removes what writers that died have left in the folders of these files.
   * @param before milliseconds since the epoch; what is younger may still be written
   */
  sweep(files: Iterable<string>, before: number): void {
    const folders = new Set([...files].map(file => path.posix.dirname(file)));
    for (const folder of folders) {
      const here = folder === '.' ? '' : folder;
      for (const file of this.list(here, () => false)) {
        if (!file.endsWith(temporarySuffix)) continue;
        const changedAt = unlessMissing(() => statSync(this.pathOf(file)))?.mtimeMs ?? Infinity;
        if (changedAt < before) removePatientlySync(this.pathOf(file));
      }
    }
  }

  /**
   * Writes a text whole or not at all, and only when it differs from what stands there.
   * @returns whether it was written
   * @throws an error of the file system, or Outside
   */
  writeText(file: string, text: string): boolean {
    this.#require(file);
    const target = this.pathOf(file);
    const before = unlessMissing(() => readFileSync(target, 'utf8'));
    if (before === text) return false;
    mkdirSync(path.dirname(target), { recursive: true });
    const temporary = temporaryBeside(target);
    try {
      writeFileSync(temporary, text, { flush: true });
      renamePatientlySync(temporary, target);
    } catch (error) {
      removePatientlySync(temporary);
      throw error;
    }
    return true;
  }

  /**
   * Copies a file from elsewhere into the package, whole or not at all.
   * @param replaces the SHA-256 of what may stand there and be replaced; undefined: nothing may
   * @returns false when something else stands there; it is left as it is
   * @throws an error of the file system, or Outside
   */
  copyIn(source: string, file: string, replaces: string | undefined): boolean {
    this.#require(file);
    const target = this.pathOf(file);
    mkdirSync(path.dirname(target), { recursive: true });
    const temporary = temporaryBeside(target);
    try {
      copyFileSync(source, temporary);
      syncFile(temporary);
      if (replaces === undefined) return placeNew(temporary, target);
      const there = this.factOf(file);
      if (there === undefined) return placeNew(temporary, target);
      if (there.sha256 !== replaces) return false;
      renamePatientlySync(temporary, target);
      return true;
    } finally {
      removePatientlySync(temporary);
    }
  }

  /** Moves a file of the package; false when something stands at the new place, or nothing at the old. */
  move(from: string, to: string): boolean {
    this.#require(from);
    this.#require(to);
    if (this.exists(to) || !this.exists(from)) return false;
    mkdirSync(path.dirname(this.pathOf(to)), { recursive: true });
    renamePatientlySync(this.pathOf(from), this.pathOf(to));
    return true;
  }

  /** Removes a file, and the folders that are empty then, up to the package. */
  remove(file: string): void {
    this.#require(file);
    removePatientlySync(this.pathOf(file));
    let folder = path.dirname(this.pathOf(file));
    while (folder !== this.root && isBelow(folder, this.root)) {
      try {
        rmdirSync(folder);
      } catch {
        return;
      }
      folder = path.dirname(folder);
    }
  }

  #require(file: string): void {
    if (!this.isInside(file)) throw new Outside(file);
  }
}

/** A path leads out of its package; nothing was written. */
export class Outside extends Error {
  override readonly name = 'Outside';

  constructor(file: string) {
    super(`${file} leads out of the package.`);
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

function isBelow(target: string, folder: string): boolean {
  const way = path.relative(folder, target);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

const pieceBytes = 1024 * 1024;

function contentOf(file: string): { sha256: string; bytes: number } {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'r');
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    let bytes = 0;
    for (;;) {
      const read = readSync(descriptor, piece, 0, pieceBytes, null);
      if (read === 0) return { sha256: hash.digest('hex'), bytes };
      hash.update(piece.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(descriptor);
  }
}

const temporarySuffix = '.rivya-tmp';

/** Git ignores nothing of ours by itself, so a crash leaves a name that says what it is. */
function temporaryBeside(target: string): string {
  return path.join(path.dirname(target), `.${randomUUID().slice(0, 8)}${temporarySuffix}`);
}

/** Gives a file its name only where nothing bears it. */
function placeNew(temporary: string, target: string): boolean {
  try {
    linkSync(temporary, target);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
  }
  // A file system without hard links: a moment remains in which somebody else may write the same name.
  if (unlessMissing(() => lstatSync(target)) !== undefined) return false;
  renamePatientlySync(temporary, target);
  return true;
}

function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
