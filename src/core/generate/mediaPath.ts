import { lineAround } from '../../base/lines.ts';
import { inputExtensions } from './inputRules.ts';

const extensions = Object.values(inputExtensions).flat().join('|');
const extension = new RegExp(`\\.(?:${extensions})`, 'gi');
const lastExtension = new RegExp(`\\.(?:${extensions})\\b`, 'gi');

/** AsciiDoc writes its macro before the path, Textile its mark, Org the kind of link. */
const macroBefore = /^\s*(?:(?:image|video|audio)::?|!|file:(?!\/\/))?\s*/;

/** No path is longer, and none is sought farther away. */
const farthest = 8_192;

/** A media file's address in a text, whatever the language around it. */
export interface MediaAddress {
  /** As it is written, with `%20` and the like decoded. */
  readonly path: string;
  /** Where it stands, as UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

/**
 * The path of the image, video or audio file that the text refers to at an offset, whatever its language: the
 * one under the cursor, else the nearest on the line. As it is written, with `%20` and the like decoded. Of a
 * line as long as an inlined picture only what is near the cursor is read.
 */
export function mediaPathAt(text: string, offset: number): string | undefined {
  return mediaAddressAt(text, offset)?.path;
}

/** The address of that file; see `mediaPathAt`. */
export function mediaAddressAt(text: string, offset: number): MediaAddress | undefined {
  const from = Math.max(0, offset - farthest);
  const near = text.slice(from, offset + farthest);
  const { text: line, start, end } = lineAround(near, offset - from);
  const at = offset - from - start;
  // What goes on beyond the part that is read is not known as a whole.
  const first = start === 0 && from > 0 ? 1 : 0;
  const last = end === near.length && from + end < text.length ? line.length - 1 : line.length;
  let nearest: { readonly found: FoundPath; readonly distance: number } | undefined;
  for (const found of pathsIn(line)) {
    const { path, index } = found;
    if (index < first || index + path.length > last) continue;
    const distance = Math.max(index - at, at - index - path.length, 0);
    if (!nearest || distance < nearest.distance) nearest = { found, distance };
  }
  return nearest && addressOf(nearest.found, from + start);
}

/** All addresses whose file has this name. */
export function mediaAddressesOf(text: string, name: string): MediaAddress[] {
  const found = new Map<number, MediaAddress>();
  for (const needle of new Set([name, encodeURI(name), encodeURIComponent(name)])) {
    let at = text.indexOf(needle);
    while (at >= 0) {
      const { text: line, start, end } = lineAround(text, at);
      for (const path of pathsIn(line)) {
        const address = addressOf(path, start);
        if (fileNameOf(address.path) === name) found.set(address.start, address);
      }
      at = text.indexOf(needle, Math.max(end, at + 1));
    }
  }
  return [...found.values()].toSorted((a, b) => a.start - b.start);
}

/** The last segment of a path; before it may stand folders, or a module (`module:a.png`). */
export function fileNameOf(path: string): string {
  return path.slice(path.search(/[^/:\\]*$/));
}

/** @param start of the line */
function addressOf({ path, index }: FoundPath, start: number): MediaAddress {
  const written = path.trimEnd();
  const before = macroBefore.exec(written)?.[0].length ?? 0;
  const end = start + index + written.length;
  return { path: decoded(written.slice(before)), start: start + index + before, end };
}

/** All paths of image, video and audio files in a text, as they are written. */
export function* mediaPathsIn(text: string): Generator<FoundPath> {
  let start = 0;
  for (const line of text.split('\n')) {
    for (const { path, index } of pathsIn(line)) {
      const macro = macroBefore.exec(path)?.[0].length ?? 0;
      yield { path: path.slice(macro).trimEnd(), index: start + index + macro };
    }
    start += line.length + 1;
  }
}

/** A path as people read it, with `%20` and the like decoded. */
export function readablePath(path: string): string {
  return decoded(path.trim().replace(macroBefore, ''));
}

/** A path in a text, and where it begins. */
export interface FoundPath {
  readonly path: string;
  readonly index: number;
}

/**
 * Between quotes, brackets or angles a path may have blanks; a bare one ends at the first. Takes a time that
 * grows with the line and no faster: a picture in base64 is one line of megabytes.
 */
function* pathsIn(line: string): Generator<FoundPath> {
  for (const { 0: run, index } of line.matchAll(/[^"'()<>]+/g)) {
    const before = line[index - 1] ?? '';
    const after = line[index + run.length] ?? '';
    const length = before !== '' && '"\'(<'.includes(before) ? quotedLength(run, after) : 0;
    if (length > 0) yield { path: run.slice(0, length), index };
    for (const bare of run.slice(length).matchAll(/[^\s[\]{}|,;=]+/g)) {
      const end = endOfLastExtension(bare[0]);
      if (end > 0) yield { path: bare[0].slice(0, end), index: index + length + bare.index };
    }
  }
}

/** How much of what stands behind an opening quote is a path; 0 for nothing. */
function quotedLength(run: string, after: string): number {
  if (after === '') return 0;
  const words = run.trimEnd().length;
  const lastBlank = lastBlankIn(run);
  for (const { 0: found, index } of run.matchAll(extension)) {
    const end = index + found.length;
    const isWhole = end === run.length && `"')>`.includes(after);
    const hasQuery = '?#'.includes(run[end] ?? ' ') && lastBlank < end && `"')>`.includes(after);
    const hasTitle = end === words && words < run.length && `"'(`.includes(after);
    if (index > 0 && (isWhole || hasQuery || hasTitle)) return end;
  }
  return 0;
}

function lastBlankIn(run: string): number {
  for (let at = run.length - 1; at >= 0; at--) if (/\s/.test(run[at] ?? '')) return at;
  return -1;
}

function endOfLastExtension(word: string): number {
  let end = 0;
  for (const { 0: found, index } of word.matchAll(lastExtension)) if (index > 0) end = index + found.length;
  return end;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    // "100%.png" is a name, not an escape.
    if (error instanceof URIError) return path;
    throw error;
  }
}
