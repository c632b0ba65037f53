/**
 * What keeps the time short that a document of any size costs: pictures that are inlined in it are left out
 * before it is read, and what is then still larger than anybody writes by hand is not read.
 */

/**
 * In a document with more UTF-16 units, those of inlined data apart, neither comments nor blocks are looked
 * for, and nothing is inserted: the scanners of most languages take a thousand nanoseconds for a character at
 * the worst, so this is half a second.
 */
const largest = 500_000;

/** The same for data in YAML, which a library reads before and after, in a microsecond for a character. */
export const largestYaml = 75_000;

/** So many letters and digits in a row are no text; a picture of 3 KB has more. */
const shortestData = 4_096;

/** What is kept at both ends of a run, so that its neighbours are as they were. */
const kept = 64;

/** A document without the data that is inlined in it. */
export interface Condensed {
  readonly text: string;
  /** Where an offset of the document is in `text`. */
  within(offset: number): number;
  /** Where an offset of `text` is in the document. */
  original(offset: number): number;
}

/** @returns undefined for a document that is too large to be read */
export function condensed(text: string): Condensed | undefined {
  const cuts = text.length < shortestData ? [] : dataIn(text);
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of cuts) {
    parts.push(text.slice(from, start));
    from = end;
  }
  const short = cuts.length === 0 ? text : parts.join('') + text.slice(from);
  if (short.length > largest) return undefined;
  return {
    text: short,
    within: offset =>
      cuts.reduce((at, { start, end }) => at - Math.max(Math.min(offset, end) - start, 0), offset),
    original: offset => {
      let at = offset;
      for (const { start, end } of cuts) if (at > start) at += end - start;
      return at;
    },
  };
}

/** What of the runs of letters and digits is left out, in the order of the text. */
function dataIn(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let from = 0;
  // A run that is long enough covers one of these offsets, so that little else is looked at.
  for (let probe = shortestData - 1; probe < text.length; probe += shortestData) {
    if (probe < from || !isData(text, probe)) continue;
    let start = probe;
    while (start > from && isData(text, start - 1)) start--;
    let end = probe + 1;
    while (end < text.length && isData(text, end)) end++;
    if (end - start >= shortestData) found.push({ start: start + kept, end: end - kept });
    from = end;
  }
  return found;
}

/** Base64 in both alphabets. */
function isData(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f ||
    code === 0x3d ||
    code === 0x5f ||
    code === 0x2d
  );
}
