/**
 * What is looked at to find out what kind of project a document lies in. Paths are below the workspace
 * folder, with forward slashes; `''` is the folder itself.
 */
export interface ProjectFiles {
  /** Names of what is in a folder, those of folders with a slash behind; none when it is not there. */
  list(folder: string): Promise<readonly string[]>;
  /** The text of a small file; undefined when it is not there, not small, or not text. */
  read(file: string): Promise<string | undefined>;
}

/** Remembers what was looked at until it is told of a change, so that a second document costs nothing. */
export class CachedProjectFiles implements ProjectFiles {
  readonly #files: ProjectFiles;
  readonly #lists = new Map<string, Promise<readonly string[]>>();
  readonly #texts = new Map<string, Promise<string | undefined>>();

  constructor(files: ProjectFiles) {
    this.#files = files;
  }

  list(folder: string): Promise<readonly string[]> {
    return remembered(this.#lists, folder, () => this.#files.list(folder));
  }

  read(file: string): Promise<string | undefined> {
    return remembered(this.#texts, file, () => this.#files.read(file));
  }

  /** A file has other content. @returns whether it was remembered */
  changed(path: string): boolean {
    return this.#texts.delete(path);
  }

  /**
   * A file or folder has come or gone. It is told of often, and seldom of one that was looked at.
   * @returns whether it was remembered, or what is beside it
   */
  appeared(path: string): boolean {
    const wasKnown = [this.#texts.delete(path), this.#lists.delete(folderOf(path))].includes(true);
    if (!this.#lists.has(path)) return wasKnown;
    for (const cache of [this.#lists, this.#texts]) {
      for (const known of cache.keys())
        if (known === path || known.startsWith(`${path}/`)) cache.delete(known);
    }
    return true;
  }
}

function remembered<T>(cache: Map<string, Promise<T>>, key: string, look: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known) return known;
  const answer = look();
  cache.set(key, answer);
  // What could not be looked at now may be there the next time.
  answer.catch(() => cache.delete(key));
  return answer;
}

/** The folder that a file or folder lies in; `''` for what lies in the workspace folder itself. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A path from parts, any of which may be empty. */
export function joined(...parts: readonly string[]): string {
  return parts.filter(part => part !== '').join('/');
}

/** The rest of a path below a folder; undefined when it is not below it. */
export function below(path: string, folder: string): string | undefined {
  if (folder === '') return path;
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
