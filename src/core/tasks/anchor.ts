import type { Anchor } from './placement.ts';

/**
 * One replacement in a text, in UTF-16 units of the text before it (VS Code's
 * `TextDocumentContentChangeEvent`).
 */
export interface TextChange {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

const lineBreak = /\r\n|\r|\n/;

/** Anchors a range, or the whole line when the range is empty, so that the place can be found by its text. */
export function anchorAt(text: string, start: number, end: number): Anchor {
  if (start !== end) return { start, end, text: text.slice(start, end) };
  const before = text.slice(0, start);
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  const rest = lineBreak.exec(text.slice(start));
  const lineEnd = rest ? start + rest.index : text.length;
  return { start: lineStart, end: lineEnd, text: text.slice(lineStart, lineEnd) };
}

/**
 * Moves an anchor with one edit. Text typed at its edges stays outside, text typed inside belongs to it; when
 * its text is deleted it shrinks, at last to a point, and remains a place. When one edit replaces more than
 * the anchor (a formatter, a revert, an undo) and brings the anchor's text back, the anchor is there again.
 */
export function moveAnchor(anchor: Anchor, change: TextChange): Anchor {
  const { rangeOffset, rangeLength, text } = change;
  const changeEnd = rangeOffset + rangeLength;
  const textEnd = rangeOffset + text.length;
  const delta = text.length - rangeLength;
  const { start, end } = anchor;
  if (rangeOffset <= start && end <= changeEnd) {
    const again = findText(text, anchor.text, start - rangeOffset);
    if (again) return { start: rangeOffset + again.start, end: rangeOffset + again.end, text: again.text };
    // Exactly its text was replaced: what stands there now is the anchor's. Otherwise the place is after the
    // new text.
    const isExact = rangeOffset === start && end === changeEnd && rangeLength > 0;
    return { ...anchor, start: isExact ? start : textEnd, end: textEnd };
  }
  if (changeEnd <= start) return { ...anchor, start: start + delta, end: end + delta };
  if (end <= rangeOffset) return anchor;
  // The edit lies inside, or takes one of the ends with it.
  return {
    ...anchor,
    start: rangeOffset < start ? textEnd : start,
    end: end < changeEnd ? rangeOffset : end + delta,
  };
}

/** The anchor with the text that now stands there, to find it by later. */
export function refreshAnchor(anchor: Anchor, text: string): Anchor {
  return anchorAt(text, anchor.start, anchor.end);
}

/**
 * Finds an anchor in a text that may have changed while it was not followed: at its offset when its text
 * still stands there, else at the nearest occurrence of that text.
 * @returns undefined when the place cannot be known
 */
export function findAnchor(text: string, anchor: Anchor): Anchor | undefined {
  return findText(text, anchor.text, anchor.start);
}

/** The occurrence of `sought` nearest to an offset; a blank text cannot identify a place. */
function findText(text: string, sought: string, near: number): Anchor | undefined {
  if (sought.trim() === '') return undefined;
  // A document has one kind of line break, and it may have become another one.
  const eol = lineBreak.exec(text)?.[0];
  const own = eol === undefined ? sought : sought.replaceAll(/\r\n|\r|\n/g, eol);
  const before = text.lastIndexOf(own, near);
  const after = text.indexOf(own, near);
  const isBefore = before !== -1 && (after === -1 || near - before <= after - near);
  const start = isBefore ? before : after;
  return start === -1 ? undefined : { start, end: start + own.length, text: own };
}
