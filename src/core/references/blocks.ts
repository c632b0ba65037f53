import { indentationOf, lineIndexAt, linesOf, trimmed, type Line } from './lines.ts';
import { belowLine, type Place } from './piece.ts';

/** Lines that belong together and that nothing may part: a listing, a table, a comment of several lines. */
export interface Region {
  readonly first: number;
  /** Index of its last line; undefined when its end was never written. */
  readonly last: number | undefined;
}

/** What a language that is written in lines and paragraphs makes of its lines. */
export interface BlockSyntax {
  /** The regions that are not to be parted, in their order, not nested in each other. */
  regions(lines: readonly Line[]): readonly Region[];
  /** The mark that makes a line a comment, with the blanks around it. */
  readonly comment: RegExp;
  /** Whether a line belongs to the block below it, such as its title or its attributes. */
  isHead(line: string): boolean;
  /** A line that begins a block although none ends before it, such as an item of a list. */
  readonly item: RegExp;
  /** A line that is a block of its own. */
  readonly heading: RegExp;
  /** Whether blocks are parted by blank lines. */
  readonly isParted: boolean;
}

/**
 * Behind the block in which an anchor ends: paragraph, comment or region, on lines of its own.
 * @returns undefined when its end was never written
 */
export function placeBehindBlock(
  text: string,
  anchor: { readonly start: number; readonly end: number },
  syntax: BlockSyntax,
): Place | undefined {
  const lines = linesOf(text);
  const { end, start } = trimmed(text, anchor.start, anchor.end);
  const own = lineIndexAt(lines, Math.max(end - 1, start));
  const last = blockEnd(lines, own, syntax);
  const line = last === undefined ? undefined : lines[last];
  if (last === undefined || !line) return undefined;
  const first = lines[own]?.text ?? '';
  const indent = syntax.item.exec(first)?.[0].replace(/\S/g, ' ') ?? indentationOf(first);
  return partedBelow(text, lines, last, indent, syntax.isParted);
}

/**
 * The lines that an anchor is all of, with the comment marks before it.
 * @returns undefined when something else stands on its lines, or they are in a region
 */
export function placeOfLines(
  text: string,
  anchor: { readonly start: number; readonly end: number },
  syntax: BlockSyntax,
): Place | undefined {
  const { start, end } = trimmed(text, anchor.start, anchor.end);
  if (end <= start) return undefined;
  const lines = linesOf(text);
  const first = lineIndexAt(lines, start);
  const last = lineIndexAt(lines, end - 1);
  const top = lines[first];
  const bottom = lines[last];
  if (!top || !bottom) return undefined;
  const before = text.slice(top.start, start);
  const isCommented = before.trim() !== '' && syntax.comment.exec(`${before}x`)?.[0] === before;
  const isAll = (before.trim() === '' || isCommented) && text.slice(end, bottom.end).trim() === '';
  const isInRegion = syntax
    .regions(lines)
    .some(region => region.first <= last && first <= (region.last ?? last));
  if (!isAll || isInRegion) return undefined;
  const indent = indentationOf(top.text);
  const isBlank = (index: number): boolean => (lines[index]?.text ?? '').trim() === '';
  return {
    start: top.start + indent.length,
    end,
    lead: !syntax.isParted || isBlank(first - 1) ? '' : `\n${indent}`,
    indent,
    separator: syntax.isParted ? '\n\n' : '\n',
    trail: !syntax.isParted || isBlank(last + 1) ? '' : '\n',
  };
}

/** Below a line, with the blank lines that part blocks. */
export function partedBelow(
  text: string,
  lines: readonly Line[],
  last: number,
  indent: string,
  isParted: boolean,
): Place | undefined {
  const line = lines[last];
  if (!line) return undefined;
  const place = belowLine(text, line.start, indent);
  if (!isParted) return place;
  const isBlank = (index: number): boolean => (lines[index]?.text ?? '').trim() === '';
  // An empty last line is the line that is written on.
  const isOnLine = last === lines.length - 1 && line.text === '';
  const above = isBlank(isOnLine ? last - 1 : last) ? '' : '\n';
  const below = isBlank(last + 1) ? '' : '\n';
  return { ...place, lead: above + place.lead, separator: '\n\n', trail: place.trail + below };
}

function blockEnd(lines: readonly Line[], own: number, syntax: BlockSyntax): number | undefined {
  const regions = syntax.regions(lines);
  const regionAt = (index: number): Region | undefined =>
    regions.find(({ first, last = Infinity }) => first <= index && index <= last);
  const isBlank = (index: number): boolean => (lines[index]?.text ?? '').trim() === '';
  const within = regionAt(own);
  if (within) return within.last;
  if (isBlank(own)) return own;
  let at = own;
  const isComment = (index: number): boolean => syntax.comment.test(lines[index]?.text ?? '');
  if (isComment(own)) return own;
  for (;;) {
    const next = at + 1;
    if (next >= lines.length || isBlank(next)) return at;
    const region = regionAt(next);
    const line = lines[at]?.text ?? '';
    if (region) return syntax.isHead(line) || syntax.heading.test(line) ? region.last : at;
    if (syntax.heading.test(line)) return at;
    const below = lines[next]?.text ?? '';
    if (syntax.item.test(below) || syntax.heading.test(below)) return at;
    at = next;
  }
}
