import { indentationOf, lineAround, nextLineStart } from '../../../base/lines.ts';
import type { ReferenceEdit, ReferencePlan } from './plan.ts';

/**
 * A reference as its language writes it, in parts, so that the alternative text can be found in it. Its line
 * breaks are `\n`.
 */
export interface Snippet {
  readonly before: string;
  /** Already escaped; undefined when the reference has none. */
  readonly alt?: string;
  readonly after: string;
}

export function snippetText({ before, alt = '', after }: Snippet): string {
  return before + alt + after;
}

/** Where references go, and what goes around them. */
export interface InsertionPoint {
  readonly start: number;
  readonly end: number;
  readonly prefix: string;
  /** Of every line but the first. */
  readonly indent: string;
  /**
   * Between two references. Its line breaks, as those of `prefix` and `suffix`, are `\n`, and it is indented
   * as they are.
   */
  readonly separator: string;
  readonly suffix: string;
}

/** @param others edits elsewhere that the reference needs, such as an import */
export function planAt(
  point: InsertionPoint,
  snippets: readonly Snippet[],
  eol: string,
  others: readonly ReferenceEdit[] = [],
): ReferencePlan {
  const breaks = (text: string): string => text.replaceAll('\n', eol);
  const indented = (text: string): string =>
    text.replaceAll(/\n(?!\n|$)/g, `\n${point.indent}`).replaceAll('\n', eol);
  const [first] = snippets;
  const head = breaks(point.prefix) + indented(first?.before ?? '');
  const rest = snippets
    .map(snippetText)
    .join(point.separator)
    .slice(first?.before.length ?? 0);
  const main = { start: point.start, end: point.end, text: head + indented(rest) + breaks(point.suffix) };
  const edits = [...others, main].sort((a, b) => a.start - b.start || a.end - b.end);
  const alt =
    first?.alt === undefined ? undefined : { start: head.length, end: head.length + first.alt.length };
  return { edits, main: edits.indexOf(main), alt };
}

/**
 * Lines of their own below the line that an offset stands on, so that a cursor at the end of that line stays
 * where it is.
 */
export function belowLine(text: string, offset: number, indent?: string): InsertionPoint {
  const line = lineAround(text, offset);
  const own = indent ?? indentationOf(line.text);
  const next = nextLineStart(text, line);
  const at = next ?? text.length;
  const isLast = next === undefined;
  // An empty last line is the line itself.
  const prefix = isLast && line.text !== '' ? `\n${own}` : own;
  return { start: at, end: at, prefix, indent: own, separator: '\n', suffix: '\n' };
}

/** In the middle of a line, in UTF-16 offsets. */
export function atPoint(offset: number, prefix = '', separator = ''): InsertionPoint {
  return { start: offset, end: offset, prefix, indent: '', separator, suffix: '' };
}
