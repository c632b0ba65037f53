import { encodeUrl, freeName, wordsOf } from '../plan/escape.ts';
import { indentationOf, lineAround, trimmed } from '../../../base/lines.ts';
import {
  blockOf,
  positionAt,
  tokensOf,
  type BlockKind,
  type Position,
  type Statement,
  type StyleLanguage,
  type Token,
} from './cssTokens.ts';
import { fillSlot } from '../plan/slot.ts';
import { belowLine, planAt, type InsertionPoint, type Snippet } from '../plan/snippet.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * `url("…")` (CSS Values 4, 4.5). A path in it is a URL. `#{` and `@{` of Sass and Less cannot arise, for `#`
 * and `{` are encoded.
 */
function cssUrl({ path, expression }: Pick<ReferenceMedia, 'path' | 'expression'>): string {
  if (expression === undefined) return `url("${encodeUrl(path)}")`;
  return expression.includes('"') ? `url('${expression}')` : `url("${expression}")`;
}

/**
 * Plans a declaration in a rule, an address in a value or in an empty `url()`, and a named address where
 * there is no rule.
 */
export function planStyle(language: StyleLanguage, request: ReferenceRequest): ReferencePlan | undefined {
  return planIn(language, request, 'rules');
}

/** Plans the same in a text that is what stands in a rule. */
export function planDeclarations(request: ReferenceRequest): ReferencePlan | undefined {
  return planIn('scss', request, 'declarations');
}

function planIn(
  language: StyleLanguage,
  request: ReferenceRequest,
  outermost: BlockKind,
): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  // A style sheet shows neither video nor audio.
  if (media.some(({ kind }) => kind !== 'image')) return undefined;
  const anchor = trimmed(text, request.start, request.end);
  const tokens = tokensOf(text, language);
  // A cursor at the end of a line comment is in it.
  const isBehindComment = tokens.some(({ kind, end }) => kind === 'comment' && end === anchor.end);
  const isEmpty = anchor.end === anchor.start;
  const at = positionAt(
    text,
    tokens,
    Math.max(anchor.end - 1, isEmpty && isBehindComment ? 0 : anchor.start),
    outermost,
  );
  const { token, statement } = at;
  const urls = media.map(cssUrl).join(', ');
  const empty = at.block === 'nothing' ? undefined : emptyUrl(text, at, outermost);
  if (empty) return fillSlot(empty, urls);
  const isInValue =
    statement?.colon !== undefined && anchor.start > statement.colon && at.block === 'declarations';
  if (isInValue && token?.kind === 'comment') {
    const replacing = mode === 'replace' && coversComment(text, token, anchor);
    const point = inlinePoint(replacing ? token.start : token.end, token.end, replacing ? '' : ' ');
    return planAt(point, [{ before: urls, after: '' }], eol);
  }
  const value = isInValue && mode === 'replace' && !isEmpty ? wholeUrl(text, anchor) : undefined;
  const isCut = tokens.some(
    ({ kind, start, end }) =>
      value &&
      start < value.end &&
      value.start < end &&
      (/^[;{}]$/.test(kind) || start < value.start || value.end < end),
  );
  if (value && !isCut) {
    return planAt(inlinePoint(value.start, value.end), [{ before: urls, after: '' }], eol);
  }
  // The selector or the query that the anchor is part of: what its block may hold counts.
  const block =
    statement?.terminator === '{' ? blockOf(text.slice(statement.start, statement.end), at.block) : at.block;
  if (at.block === 'nothing' || block === 'nothing') return undefined;
  const snippets =
    block === 'declarations'
      ? [{ before: `background-image: ${urls};`, after: '' }]
      : namedUrls(language, text, media, block === 'variables' ? 'variables' : at.isRoot ? 'root' : 'rules');
  const point =
    (at.isRoot && block !== 'declarations' && language === 'css'
      ? pointBelowImports(text, tokens, anchor.end)
      : undefined) ??
    (mode === 'replace' ? pointReplacing(text, tokens, token, statement, anchor) : undefined) ??
    pointAfter(text, token, statement, anchor.end);
  return point && planAt(point, snippets, eol);
}

/** An address without anything in it, in the declaration that the anchor is in, else in its rule. */
function emptyUrl(
  text: string,
  { statement, block, blockStart, blockEnd }: Position,
  outermost: BlockKind,
): { start: number; end: number } | undefined {
  const isRule = block === 'declarations' && (blockStart > 0 || outermost === 'declarations');
  const own = statement?.colon === undefined ? undefined : { start: statement.colon, end: statement.end };
  const around = isRule ? { start: blockStart, end: blockEnd } : undefined;
  for (const range of [own, around]) {
    const found = range && /\burl\(\s*(?:""|'')?\s*\)/i.exec(text.slice(range.start, range.end));
    if (found) return { start: range.start + found.index, end: range.start + found.index + found[0].length };
  }
  return undefined;
}

/** The address alone in a value, a declaration in a rule, and otherwise the address. */
export function inlineStyle(
  language: StyleLanguage,
  text: string,
  offset: number,
  media: ReferenceMedia,
): string {
  const { token, statement, block } = positionAt(text, tokensOf(text, language), offset, 'rules', true);
  if (token?.kind === 'comment') return media.path;
  if (token?.kind === 'string' || insideUrl(text, offset)) return encodeUrl(media.path, /'/);
  const isBetween = block === 'declarations' && statement === undefined;
  return isBetween && media.kind === 'image' ? `background-image: ${cssUrl(media)};` : cssUrl(media);
}

function insideUrl(text: string, offset: number): boolean {
  return /url\(\s*[^\s)"']*$/i.test(
    lineAround(text, offset).text.slice(0, offset - lineAround(text, offset).start),
  );
}

/** An address that has a name: at the root the languages have variables, elsewhere custom properties do. */
function namedUrls(
  language: StyleLanguage,
  text: string,
  media: readonly ReferenceMedia[],
  where: 'root' | 'rules' | 'variables',
): Snippet[] {
  const taken = new Set<string>();
  const named = media.map(each => {
    const words = wordsOf(each.path).map(word => word.toLowerCase());
    const base = /^[a-z]/.test(words[0] ?? '') ? words.join('-') : ['image', ...words].join('-');
    const name = freeName(base, name => taken.has(name) || new RegExp(`[$@-]${name}(?![\\w-])`).test(text));
    taken.add(name);
    return { name, url: cssUrl(each) };
  });
  const sigil = { css: '--', scss: '$', less: '@' }[language];
  if (where === 'variables')
    return named.map(({ name, url }) => ({ before: `--${name}: ${url};`, after: '' }));
  if (where === 'root' && language !== 'css') {
    return named.map(({ name, url }) => ({ before: `${sigil}${name}: ${url};`, after: '' }));
  }
  const lines = named.map(({ name, url }) => `  --${name}: ${url};\n`).join('');
  return [{ before: `:root {\n${lines}}`, after: '' }];
}

function pointAfter(
  text: string,
  token: Token | undefined,
  statement: Statement | undefined,
  anchorEnd: number,
): InsertionPoint | undefined {
  if (statement) {
    // The selector or the query that the anchor is part of: its block is meant.
    if (statement.terminator === '{') return openedLine(text, statement.end);
    if (statement.terminator === ';') return ownLine(text, statement.start, statement.end);
    const end = trimmed(text, statement.start, statement.end).end;
    const indent = indentationOf(lineAround(text, statement.start).text);
    return { start: end, end, prefix: `;\n${indent}`, indent, separator: `\n`, suffix: '' };
  }
  if (token?.kind === 'comment') return ownLine(text, token.start, token.end);
  return ownLine(text, anchorEnd, anchorEnd);
}

/** Below the last import, which no rule may stand before; undefined where none follows. */
function pointBelowImports(text: string, tokens: readonly Token[], from: number): InsertionPoint | undefined {
  const last = [...text.slice(from).matchAll(/^[ \t]*@(?:import|namespace|charset)\b[^;{}]*;/gm)]
    .map(({ index, 0: whole }) => ({ start: from + index, end: from + index + whole.length }))
    .findLast(
      ({ start, end }) =>
        !tokens.some(token => token.kind === 'comment' && token.start < end && start < token.end),
    );
  return last && ownLine(text, last.start, last.end);
}

/** A line of its own below, or else right after. */
function ownLine(text: string, start: number, end: number): InsertionPoint {
  const first = lineAround(text, start);
  const last = lineAround(text, end);
  const isLast = text.slice(end, last.end).trim() === '';
  const indent = indentationOf(first.text);
  const before = text.slice(first.start, start).trim();
  // After a brace the indentation of the line is another block's.
  const isAfterDeclarations = before.endsWith(';') && !/[{}]/.test(before);
  if (isLast && (before === '' || isAfterDeclarations)) {
    return last.text.trim() === ''
      ? { start: end, end, prefix: '', indent, separator: '\n', suffix: '' }
      : belowLine(text, end, indent);
  }
  return { start: end, end, prefix: ' ', indent, separator: ' ', suffix: '' };
}

/** The first line inside the block that opens at `end`. */
function openedLine(text: string, end: number): InsertionPoint {
  const line = lineAround(text, end);
  const own = indentationOf(line.text);
  const next = /^[^\n]*\n([ \t]*)\S/.exec(text.slice(end))?.[1] ?? '';
  const indent = next.length > own.length ? next : `${own}  `;
  if (text.slice(end + 1, line.end).trim() === '') return belowLine(text, end, indent);
  return { start: end + 1, end: end + 1, prefix: ' ', indent, separator: ' ', suffix: '' };
}

/** The anchor when it is all of a comment or of a statement. */
function pointReplacing(
  text: string,
  tokens: readonly Token[],
  token: Token | undefined,
  statement: Statement | undefined,
  anchor: { start: number; end: number },
): InsertionPoint | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const indent = indentationOf(lineAround(text, anchor.start).text);
  const replacing = (start: number, end: number): InsertionPoint => ({
    start,
    end,
    prefix: '',
    indent,
    separator: '\n',
    suffix: '',
  });
  if (token?.kind === 'comment' && !statement) {
    const first = tokens.find(({ end }) => end > anchor.start);
    const isAll = first?.kind === 'comment' && coversComment(text, { ...token, start: first.start }, anchor);
    const between = tokens.filter(({ start }) => first && start >= first.start && start < token.start);
    if (!first || !isAll || between.some(({ kind }) => kind !== 'comment')) return undefined;
    return replacing(first.start, token.end);
  }
  const isWhole =
    statement &&
    anchor.start <= statement.start &&
    anchor.end >= trimmed(text, statement.start, statement.end).end - 1;
  return isWhole && statement.terminator === ';' ? replacing(statement.start, statement.end) : undefined;
}

function coversComment(text: string, comment: Token, anchor: { start: number; end: number }): boolean {
  const source = text.slice(comment.start, comment.end);
  const opening = /^\/(?:\/+|\*+)\s*/.exec(source)?.[0].length ?? 0;
  const closing = /\s*(?:\*+\/)?$/.exec(source)?.[0].length ?? 0;
  return anchor.start <= comment.start + opening && anchor.end >= comment.end - closing;
}

/** A value that stands in quotes or in `url()`, with them. */
function wholeUrl(text: string, anchor: { start: number; end: number }): { start: number; end: number } {
  let { start, end } = anchor;
  const quote = text[start - 1];
  if ((quote === '"' || quote === "'") && text[end] === quote) {
    start--;
    end++;
  }
  const before = /url\(\s*$/i.exec(text.slice(Math.max(0, start - 20), start));
  const after = /^\s*\)/.exec(text.slice(end));
  return before && after ? { start: start - before[0].length, end: end + after[0].length } : { start, end };
}

function inlinePoint(start: number, end = start, prefix = ''): InsertionPoint {
  return { start: prefix === '' ? start : end, end, prefix, indent: '', separator: ', ', suffix: '' };
}
