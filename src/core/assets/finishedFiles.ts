import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removePatiently, renamePatiently } from '../../base/patience.ts';
import { syncFolder } from '../storage/syncFolder.ts';

/** A result is whole and on disk, but somebody else holds it open, so that it cannot be given its name. */
export class NotRenamed extends Error {
  override readonly name = 'NotRenamed';
  readonly code: string;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    const code = codeOf(cause);
    this.code = held.includes(code) ? 'result_in_use' : code;
  }
}

const held: readonly string[] = ['EPERM', 'EACCES', 'EBUSY'];
const suffix = '.whole';
/** Nobody asks any more for a file that was noted longer ago, in milliseconds. */
const noteAgeMs = 30 * 24 * 60 * 60_000;

interface Note {
  /** In the folder of incoming files. */
  readonly from: string;
  /** In the library. */
  readonly to: string;
}

/**
 * Gives finished downloads their names. A note beside one that could not be renamed tells every window, this
 * one or a later, that it need not be fetched again.
 */
export class FinishedFiles {
  readonly #incoming: string;
  readonly #library: string;

  constructor(incoming: string, library: string) {
    this.#incoming = incoming;
    this.#library = library;
  }

  /**
   * @param to path in the library, whose folder is there
   * @throws NotRenamed, and keeps the file and a note
   */
  async add(name: string, temporary: string, to: string): Promise<void> {
    try {
      await this.#rename(temporary, to);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw error;
      const note: Note = { from: basename(temporary), to };
      await writeFile(this.#noteOf(name), JSON.stringify(note), { flush: true });
      throw new NotRenamed(error);
    }
  }

  /** Takes up what `add` could not end; nothing when there is nothing. @throws NotRenamed */
  async rename(name: string): Promise<void> {
    const note = await this.#read(this.#noteOf(name));
    if (!note) return;
    try {
      await this.#rename(join(this.#incoming, note.from), note.to);
    } catch (error) {
      // Another window was faster, or the file was deleted.
      if (codeOf(error) !== 'ENOENT') throw new NotRenamed(error);
    }
    await removePatiently(this.#noteOf(name));
  }

  /** Of these names of incoming files, those that a later `rename` needs. */
  async names(incoming: readonly string[]): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    for (const name of incoming.filter(each => each.endsWith(suffix))) {
      const path = join(this.#incoming, name);
      const note = await this.#read(path);
      if (!note || Date.now() - (await stat(path)).mtimeMs > noteAgeMs) continue;
      kept.add(name).add(note.from);
    }
    return kept;
  }

  async #rename(temporary: string, to: string): Promise<void> {
    const target = join(this.#library, to);
    await renamePatiently(temporary, target);
    await syncFolder(dirname(target));
  }

  /** Undefined when there is none, or it was cut off. */
  async #read(path: string): Promise<Note | undefined> {
    try {
      const { from, to } = JSON.parse(await readFile(path, 'utf8')) as Partial<Note>;
      return from !== undefined && to !== undefined ? { from, to } : undefined;
    } catch (error) {
      if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #noteOf(name: string): string {
    return join(this.#incoming, name + suffix);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'internal_error';
}
