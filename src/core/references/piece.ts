import { indentationOf, lineAround, nextLineStart } from './lines.ts';
import type { ReferenceEdit, ReferencePlan } from './reference.ts';

/** A reference as its language writes it, in parts, so that the alternative text can be found in it. Its line breaks are `\n`. */
export interface Piece {
  readonly before: string;
  /** Already escaped; undefined when the reference has none. */
  readonly alt?: string;
  readonly after: string;
}

export function pieceText({ before, alt = '', after }: Piece): string {
  return before + alt + after;
}

/** Where references go, and what goes around them. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly lead: string;
  /** Of every line but the first. */
  readonly indent: string;
  /** Between two references. Its line breaks, as those of `lead` and `trail`, are `\n`, and it is indented as they are. */
  readonly separator: string;
  readonly trail: string;
}

/** @param others edits elsewhere that the reference needs, such as an import */
export function planAt(
  place: Place,
  pieces: readonly Piece[],
  eol: string,
  others: readonly ReferenceEdit[] = [],
): ReferencePlan {
  const breaks = (text: string): string => text.replaceAll('\n', eol);
  const indented = (text: string): string =>
    text.replaceAll(/\n(?!\n|$)/g, `\n${place.indent}`).replaceAll('\n', eol);
  const [first] = pieces;
  const head = breaks(place.lead) + indented(first?.before ?? '');
  const rest = pieces
    .map(pieceText)
    .join(place.separator)
    .slice(first?.before.length ?? 0);
  const main = { start: place.start, end: place.end, text: head + indented(rest) + breaks(place.trail) };
  const edits = [...others, main].sort((a, b) => a.start - b.start || a.end - b.end);
  const alt =
    first?.alt === undefined ? undefined : { start: head.length, end: head.length + first.alt.length };
  return { edits, main: edits.indexOf(main), alt };
}

/** Lines of their own below the line that an offset stands on, so that a cursor at the end of that line stays where it is. */
export function belowLine(text: string, offset: number, indent?: string): Place {
  const line = lineAround(text, offset);
  const own = indent ?? indentationOf(line.text);
  const next = nextLineStart(text, line);
  const at = next ?? text.length;
  const isLast = next === undefined;
  // An empty last line is the line itself.
  const lead = isLast && line.text !== '' ? `\n${own}` : own;
  return { start: at, end: at, lead, indent: own, separator: '\n', trail: '\n' };
}

/** In the middle of a line, in UTF-16 offsets. */
export function atPoint(offset: number, lead = '', separator = ''): Place {
  return { start: offset, end: offset, lead, indent: '', separator, trail: '' };
}
