import { indentationOf, lineIndexAt, linesOf, type Line } from '../../base/lines.ts';
import { commentSyntax } from '../languages/commentSyntax.ts';
import { isProgram } from '../languages/languageKinds.ts';
import { rstComment } from './promptWords.ts';
import { longestLine, type TextRange } from './textRange.ts';

/** The comment around an offset, with its marks: a block comment, or all lines of a line comment. */
export function commentAt(text: string, language: string, offset: number): TextRange | undefined {
  const { block, line } = commentSyntax(language);
  const inBlock = block
    .map(([open, close]) =>
      open === close ? evenBlockAt(text, open, offset) : blockCommentAt(text, open, close, offset),
    )
    .filter(found => found !== undefined)
    // Of `{{!--` and `{{!` the one that begins first has the longer marks.
    .toSorted((a, b) => a.start - b.start || b.end - a.end)[0];
  if (inBlock) return inBlock;
  const lines = linesOf(text);
  const index = lineIndexAt(lines, offset);
  if (language === 'restructuredtext') return rstCommentAt(lines, index);
  for (const prefix of line) {
    const found = lineCommentAt(lines, index, prefix, offset, language);
    if (found) return found;
  }
  return undefined;
}

function blockCommentAt(text: string, open: string, close: string, offset: number): TextRange | undefined {
  const start = text.lastIndexOf(open, offset);
  if (start === -1) return undefined;
  const inner = text.indexOf(close, start + open.length);
  return inner !== -1 && offset <= inner + close.length ? { start, end: inner + close.length } : undefined;
}

/** A block whose first and last lines are the same mark. */
function evenBlockAt(text: string, mark: string, offset: number): TextRange | undefined {
  let start: number | undefined;
  for (const line of linesOf(text)) {
    if (line.text.trimEnd() !== mark) continue;
    if (start !== undefined && start <= offset && offset <= line.end) return { start, end: line.end };
    if (start === undefined && line.start > offset) return undefined;
    start = start === undefined ? line.start : undefined;
  }
  return undefined;
}

function lineCommentAt(
  lines: readonly Line[],
  index: number,
  prefix: string,
  offset: number,
  language: string,
): TextRange | undefined {
  const own = lines[index];
  if (!own) return undefined;
  // A mark of letters is a word.
  const begins = (text: string): boolean =>
    text.startsWith(prefix) && (!/\w$/.test(prefix) || /^(?:\s|$)/.test(text.slice(prefix.length)));
  const isComment = (at: number): boolean => begins(lines[at]?.text.trimStart() ?? '');
  if (isComment(index)) {
    let [first, last] = [index, index];
    while (isComment(first - 1)) first--;
    while (isComment(last + 1)) last++;
    const begin = lines[first];
    const end = lines[last];
    if (!begin || !end) return undefined;
    return { start: begin.end - begin.text.trimStart().length, end: end.end };
  }
  if (/\w$/.test(prefix)) return undefined;
  // After code on the same line. A blank before it tells it from the slashes of an address.
  const source = isProgram(language) && own.text.length <= longestLine ? withoutStrings(own.text) : own.text;
  for (let at = source.indexOf(prefix, 1); at !== -1; at = source.indexOf(prefix, at + 1)) {
    if (!/\s/.test(source.charAt(at - 1))) continue;
    return own.start + at <= offset ? { start: own.start + at, end: own.end } : undefined;
  }
  return undefined;
}

/** A line of a program in which nothing but code is left, at the same offsets. */
function withoutStrings(line: string): string {
  // What is escaped outside of a string opens none, or each such quote would be sought to the end.
  return line.replace(/\\.|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g, found =>
    '_'.repeat(found.length),
  );
}

/** A comment of reStructuredText goes on through all that is indented below it. */
function rstCommentAt(lines: readonly Line[], index: number): TextRange | undefined {
  const textOf = (at: number): string => lines[at]?.text ?? '';
  const depth = (at: number): number => indentationOf(textOf(at)).length;
  const isBlank = (at: number): boolean => textOf(at).trim() === '';
  if (isBlank(index)) return undefined;
  let owner = rstComment.test(textOf(index)) ? index : undefined;
  let level = depth(index);
  for (let at = index - 1; owner === undefined && at >= 0 && level > 0; at--) {
    if (isBlank(at) || depth(at) >= level) continue;
    level = depth(at);
    if (rstComment.test(textOf(at))) owner = at;
  }
  if (owner === undefined) return undefined;
  const isEmpty = /^\s*\.\.\s*$/.test(textOf(owner)) && isBlank(owner + 1);
  if (isEmpty) return undefined;
  let last = owner;
  for (let at = owner + 1; at < lines.length; at++) {
    if (isBlank(at)) continue;
    if (depth(at) <= depth(owner)) break;
    last = at;
  }
  const begin = lines[owner];
  const end = lines[last];
  if (!begin || !end) return undefined;
  return { start: begin.start + depth(owner), end: end.end };
}
