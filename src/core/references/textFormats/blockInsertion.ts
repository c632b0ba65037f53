import { indentationOf, lineIndexAt, linesOf, trimmed, type Line } from '../../../base/lines.ts';
import { belowLine, type InsertionPoint } from '../plan/snippet.ts';

/** Lines that must stay together: a listing, a table, a comment of several lines. */
export interface DelimitedBlock {
  readonly first: number;
  /** Index of its last line; undefined when its end was never written. */
  readonly last: number | undefined;
}

/** The blocks of a language that is written in lines and paragraphs. */
export interface BlockSyntax {
  /** In the order of the document, not nested. */
  delimitedBlocks(lines: readonly Line[]): readonly DelimitedBlock[];
  /** What makes a line a comment, with the blanks around it. */
  readonly comment: RegExp;
  /** Whether a line belongs to the block below it, such as its title or its attributes. */
  isBlockMetadata(line: string): boolean;
  /** A line that begins a block although none ends before it, such as an item of a list. */
  readonly item: RegExp;
  /** A line that is a block of its own. */
  readonly heading: RegExp;
  /** Whether a blank line separates blocks. */
  readonly separatedByBlankLines: boolean;
}

/**
 * After the block in which an anchor ends: paragraph, comment or delimited block, on lines of its own.
 * @returns undefined when its end was never written
 */
export function pointAfterBlock(
  text: string,
  anchor: { readonly start: number; readonly end: number },
  syntax: BlockSyntax,
): InsertionPoint | undefined {
  const lines = linesOf(text);
  const { end, start } = trimmed(text, anchor.start, anchor.end);
  const own = lineIndexAt(lines, Math.max(end - 1, start));
  const last = blockEnd(lines, own, syntax);
  const line = last === undefined ? undefined : lines[last];
  if (last === undefined || !line) return undefined;
  const first = lines[own]?.text ?? '';
  const indent = syntax.item.exec(first)?.[0].replace(/\S/g, ' ') ?? indentationOf(first);
  return pointBelow(text, lines, last, indent, syntax.separatedByBlankLines);
}

/**
 * The lines that an anchor is all of, with the comment prefix before it.
 * @returns undefined when something else stands on its lines, or they are in a delimited block
 */
export function pointReplacingLines(
  text: string,
  anchor: { readonly start: number; readonly end: number },
  syntax: BlockSyntax,
): InsertionPoint | undefined {
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
  const isInDelimitedBlock = syntax
    .delimitedBlocks(lines)
    .some(delimited => delimited.first <= last && first <= (delimited.last ?? last));
  if (!isAll || isInDelimitedBlock) return undefined;
  const indent = indentationOf(top.text);
  const isBlank = (index: number): boolean => (lines[index]?.text ?? '').trim() === '';
  return {
    start: top.start + indent.length,
    end,
    prefix: !syntax.separatedByBlankLines || isBlank(first - 1) ? '' : `\n${indent}`,
    indent,
    separator: syntax.separatedByBlankLines ? '\n\n' : '\n',
    suffix: !syntax.separatedByBlankLines || isBlank(last + 1) ? '' : '\n',
  };
}

/** Below a line, with the blank lines that separate blocks. */
export function pointBelow(
  text: string,
  lines: readonly Line[],
  last: number,
  indent: string,
  separatedByBlankLines: boolean,
): InsertionPoint | undefined {
  const line = lines[last];
  if (!line) return undefined;
  const point = belowLine(text, line.start, indent);
  if (!separatedByBlankLines) return point;
  const isBlank = (index: number): boolean => (lines[index]?.text ?? '').trim() === '';
  // An empty last line is the line that is written on.
  const isOnLine = last === lines.length - 1 && line.text === '';
  const above = isBlank(isOnLine ? last - 1 : last) ? '' : '\n';
  const below = isBlank(last + 1) ? '' : '\n';
  return { ...point, prefix: above + point.prefix, separator: '\n\n', suffix: point.suffix + below };
}

function blockEnd(lines: readonly Line[], own: number, syntax: BlockSyntax): number | undefined {
  const delimitedBlocks = syntax.delimitedBlocks(lines);
  const byFirstLine = new Map(delimitedBlocks.map(each => [each.first, each]));
  const isBlank = (index: number): boolean => (lines[index]?.text ?? '').trim() === '';
  const within = delimitedBlocks.find(({ first, last = Infinity }) => first <= own && own <= last);
  if (within) return within.last;
  if (isBlank(own)) return own;
  let at = own;
  const isComment = (index: number): boolean => syntax.comment.test(lines[index]?.text ?? '');
  if (isComment(own)) return own;
  for (;;) {
    const next = at + 1;
    if (next >= lines.length || isBlank(next)) return at;
    const delimited = byFirstLine.get(next);
    const line = lines[at]?.text ?? '';
    if (delimited) return syntax.isBlockMetadata(line) ? delimited.last : at;
    const below = lines[next]?.text ?? '';
    if (syntax.heading.test(line)) return at;
    if (syntax.item.test(below) || syntax.heading.test(below)) return at;
    at = next;
  }
}
