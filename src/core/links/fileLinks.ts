import { mediaPathsIn, readablePath } from '../generate/mediaPath.ts';

/** A part of a text, in UTF-16 offsets. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** A place in a document at which a path to a file is written. */
export interface FileLink extends TextSpan {
  /** As it is written. */
  readonly path: string;
}

/**
 * The places in a document at which its text leads to a file: by a path from the document, or by one from
 * some root (`/img/a.png`, `@/img/a.png`, a name alone) that the file's own path ends with. Which root it is
 * only the program that reads the document knows.
 * @param document and `file` as segments below the same root, each with its name
 */
export function linksTo(text: string, document: readonly string[], file: readonly string[]): FileLink[] {
  const name = file.at(-1) ?? '';
  if (!mentions(text, name)) return [];
  return [...mediaPathsIn(text)]
    .filter(({ path }) => leadsTo(path, document, file))
    .map(({ path, index }) => ({ path, start: index, end: index + path.length }));
}

function leadsTo(path: string, document: readonly string[], file: readonly string[]): boolean {
  const readable = readablePath(path);
  // What lies on the web is another file.
  if (/^(?:[a-z][a-z\d+.-]+:|\/\/)/i.test(readable)) return false;
  const segments = readable.split(/[/\\]/);
  const isRelative = segments[0] === '.' || segments[0] === '..';
  const direct = resolved(document.slice(0, -1), segments);
  if (direct !== undefined && isSame(direct, file)) return true;
  if (isRelative) return false;
  const [first = ''] = segments;
  const names = first === '' || /^[@~#$][\w-]*$/.test(first) ? segments.slice(1) : segments;
  return names.length > 0 && names.length <= file.length && isSame(names, file.slice(-names.length));
}

/** Undefined where it leads out of the root. */
function resolved(folder: readonly string[], segments: readonly string[]): string[] | undefined {
  const found = [...folder];
  for (const segment of segments) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') found.push(segment);
    else if (found.pop() === undefined) return undefined;
  }
  return found;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

/** Whether a text names a file at all, with its extension or without. */
export function mentions(text: string, name: string): boolean {
  return readableText(text).includes(stemOf(name));
}

/** How often a text names a file, with its extension or without. */
export function countMentions(text: string, name: string): number {
  return readableText(text).split(stemOf(name)).length - 1;
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]+$/, '').normalize('NFC');
}

/** As a person reads it: without the escapes of addresses and markup. */
function readableText(text: string): string {
  const decoded = text.includes('%') ? text.replace(/(?:%[\da-f]{2})+/gi, readablePath) : text;
  return decoded.replaceAll('&amp;', '&').normalize('NFC');
}

/** Finds out which of many files no text names, without looking for each of them in each text. */
export class Unmentioned {
  /** By the longest word of the name. */
  readonly #rest = new Map<string, Set<string>>();

  constructor(names: Iterable<string>) {
    for (const name of names) {
      const word = longestWord(stemOf(name));
      const others = this.#rest.get(word) ?? new Set();
      this.#rest.set(word, others.add(name));
    }
  }

  /** The names of files that were in none of the texts so far. */
  get names(): string[] {
    return [...this.#rest.values()].flatMap(names => [...names]);
  }

  read(text: string): void {
    const readable = readableText(text);
    for (const word of new Set(readable.match(words) ?? [])) {
      const names = this.#rest.get(word) ?? [];
      for (const name of names) if (readable.includes(stemOf(name))) this.#forget(word, name);
    }
    // A name without a letter or a digit has no word to be found by.
    for (const name of this.#rest.get('') ?? []) if (readable.includes(stemOf(name))) this.#forget('', name);
  }

  #forget(word: string, name: string): void {
    const names = this.#rest.get(word);
    names?.delete(name);
    if (names?.size === 0) this.#rest.delete(word);
  }
}

const words = /[\p{L}\p{N}\p{M}]+/gu;

function longestWord(text: string): string {
  return (text.match(words) ?? []).reduce(
    (longest, word) => (word.length > longest.length ? word : longest),
    '',
  );
}
