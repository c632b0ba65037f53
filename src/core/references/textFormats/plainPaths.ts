import { indentationOf, lineAround, trimmed } from '../../../base/lines.ts';
import { isProgram } from '../../languages/languageKinds.ts';
import { sourceTokenAt, type SourceToken } from '../../languages/sourceTokens.ts';
import { belowLine, planAt, type InsertionPoint } from '../plan/snippet.ts';
import type { ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * Plans the paths alone: in plain text on lines of their own, in a program in the comment that the anchor is
 * in.
 * @param language as `documentLanguage` names it
 * @returns undefined in code, and in a language of which it is not known how it writes comments
 */
export function planPaths(language: string, request: ReferenceRequest): ReferencePlan | undefined {
  // A line break in a path would be the end of it.
  if (request.media.some(({ path }) => /\p{Cc}/u.test(path))) return undefined;
  if (language === 'plaintext' || language === 'git-commit') return planLines(request);
  return language === 'php' || isProgram(language) ? planInComment(language, request) : undefined;
}

function planLines({ text, media, mode, eol, ...request }: ReferenceRequest): ReferencePlan {
  const anchor = trimmed(text, request.start, request.end);
  const line = lineAround(text, Math.max(anchor.end - 1, anchor.start));
  const indent = indentationOf(line.text);
  const snippets = media.map(({ path }) => ({ before: path, after: '' }));
  const isReplaced = mode === 'replace' && anchor.end > anchor.start;
  return planAt(
    isReplaced ? replacing(anchor.start, anchor.end, indent) : belowLine(text, line.start, indent),
    snippets,
    eol,
  );
}

function planInComment(
  language: string,
  { text, media, mode, eol, ...request }: ReferenceRequest,
): ReferencePlan | undefined {
  const anchor = trimmed(text, request.start, request.end);
  const offset = Math.max(anchor.end - 1, anchor.start);
  const token = sourceTokenAt(text, language, offset);
  if (!token || token.kind === 'string') return undefined;
  // Below the end of PHP's code there is none.
  if (language === 'php' && lineAround(text, token.end).text.includes('?>')) return undefined;
  const line = lineAround(text, offset);
  const isMulti = token.kind === 'blockComment' && token.start < line.start;
  const isFirst = text.slice(line.start, token.start).trim() === '';
  const parts =
    token.kind === 'lineComment' ? lineParts(text, token, line.text) : blockParts(text, token, line);
  if (!parts || media.some(({ path }) => token.close !== '' && path.includes(token.close))) return undefined;
  const [prefix, suffix] = parts;
  const snippets = media.map(({ path }) => ({ before: path, after: suffix }));
  const words = Math.max(anchor.start, wordsStart(text, token, line, isMulti));
  // The mark that ends the comment is no word of it.
  const inner = trimmed(text, token.start, token.end - token.close.length).end;
  const wordsEnd = Math.min(anchor.end, inner);
  const isLine = lineAround(text, anchor.start).start === line.start;
  if (mode === 'replace' && wordsEnd > words && isLine && (isFirst || isMulti)) {
    const only = media.length === 1 ? [{ before: media[0]?.path ?? '', after: '' }] : undefined;
    // In a comment within a line there is room for one.
    if (only || token.kind === 'lineComment')
      return planAt(replacing(words, wordsEnd, prefix), only ?? snippets, eol);
  }
  const point = belowLine(text, line.start, prefix);
  return isInString(text, language, point.start) ? undefined : planAt(point, snippets, eol);
}

/** Whether a line begins in a string, such as one that is announced in the line before. */
function isInString(text: string, language: string, start: number): boolean {
  const token = sourceTokenAt(text, language, start);
  return token?.kind === 'string' && (token.start < start || token.open === '');
}

function replacing(start: number, end: number, indent: string): InsertionPoint {
  return { start, end, prefix: '', indent, separator: '\n', suffix: '' };
}

/** What stands around a path on a line of its own below a line comment: the same mark. */
function lineParts(text: string, token: SourceToken, line: string): [string, string] {
  const mark = /^(?:([^\w\s])\1*|\S+)!?[ \t]*/.exec(text.slice(token.start, token.end))?.[0] ?? token.open;
  const own = mark.startsWith(token.open) ? mark : token.open;
  return [indentationOf(line) + (/\s$/.test(own) || own !== token.open ? own : `${own} `), ''];
}

/** In a block comment: what its lines begin with, or a comment of its own when it is all on one line. */
function blockParts(
  text: string,
  { start, end, open, close }: SourceToken,
  line: { readonly text: string; readonly start: number; readonly end: number },
): [string, string] | undefined {
  const indent = indentationOf(line.text);
  const isFirst = start >= line.start;
  const isLast = end <= line.end;
  if (isFirst && isLast) {
    const isAlone = text.slice(line.start, start).trim() === '' && text.slice(end, line.end).trim() === '';
    return isAlone ? [`${indent}${open} `, ` ${close}`] : undefined;
  }
  // Below the last line the comment has ended.
  if (isLast) return undefined;
  if (!isFirst) return [/^[ \t]*(?:\*+[ \t]+)?/.exec(line.text)?.[0] ?? indent, ''];
  const next = lineAround(text, line.end + (text.startsWith('\r\n', line.end) ? 2 : 1)).text;
  return [/^[ \t]*\*(?!\/)/.test(next) ? `${indent} * ` : `${indent}   `, ''];
}

/** Where the words of a comment begin on a line. */
function wordsStart(
  text: string,
  token: SourceToken,
  line: { readonly text: string; readonly start: number },
  isMulti: boolean,
): number {
  if (isMulti) return line.start + (/^[ \t]*(?:\*+(?!\/)[ \t]*)?/.exec(line.text)?.[0].length ?? 0);
  const source = text.slice(token.start, token.end);
  const marks = /^(?:([^\w\s])\1*[^\w\s]*|\S+)!?[ \t]*/.exec(source)?.[0] ?? token.open;
  return token.start + (marks.length < source.length ? marks.length : token.open.length);
}
