import { encodeUrl, freeName, wordsOf } from './escape.ts';
import { indentationOf, lineAround, trimmed } from './lines.ts';
import { belowLine, planAt, type Piece, type Place } from './piece.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

export type StyleLanguage = 'css' | 'scss' | 'less';

/** A token between which statements are counted. */
interface Token {
  readonly kind: 'comment' | 'string' | 'text' | '{' | '}' | ';';
  readonly start: number;
  readonly end: number;
}

/** Where in a style sheet an offset stands. */
interface Position {
  readonly token: Token | undefined;
  /** Of the statement that the token is part of, without comments before it; undefined between statements. */
  readonly statement: Statement | undefined;
  /** What the innermost block may hold. */
  readonly block: 'rules' | 'declarations' | 'nothing';
  /** Whether no block is around. */
  readonly isRoot: boolean;
}

interface Statement {
  readonly start: number;
  /** Of the colon that parts the property from its value; undefined in a selector or an at-rule. */
  readonly colon: number | undefined;
  readonly end: number;
  readonly closedBy: '{' | '}' | ';' | undefined;
}

/** `url("…")` (CSS Values 4, 4.5). A path in it is a URL. `#{` and `@{` of Sass and Less cannot arise, for `#` and `{` are encoded. */
function cssUrl(path: string): string {
  return `url("${encodeUrl(path)}")`;
}

/** Plans a declaration in a rule, an address in a value, and a named address where there is no rule. */
export function planStyle(language: StyleLanguage, request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  // A style sheet shows neither film nor sound.
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
  );
  const { token, statement } = at;
  const urls = media.map(({ path }) => cssUrl(path)).join(', ');
  const isInValue =
    statement?.colon !== undefined && anchor.start > statement.colon && at.block === 'declarations';
  if (isInValue && token?.kind === 'comment') {
    const instead = mode === 'replace' && coversComment(text, token, anchor);
    const place = point(instead ? token.start : token.end, token.end, instead ? '' : ' ');
    return planAt(place, [{ before: urls, after: '' }], eol);
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
    return planAt(point(value.start, value.end), [{ before: urls, after: '' }], eol);
  }
  if (at.block === 'nothing') return undefined;
  const isDeclared = at.block === 'declarations' || statement?.closedBy === '{';
  const pieces = isDeclared
    ? [{ before: `background-image: ${urls};`, after: '' }]
    : namedUrls(language, text, media, at.isRoot);
  const place =
    (mode === 'replace' ? placeInstead(text, tokens, token, statement, anchor) : undefined) ??
    placeBehind(text, token, statement, anchor.end);
  return place && planAt(place, pieces, eol);
}

/** The address alone in a value, a declaration in a rule, and otherwise the address. */
export function inlineStyle(
  language: StyleLanguage,
  text: string,
  offset: number,
  media: ReferenceMedia,
): string {
  const { token, statement, block } = positionAt(text, tokensOf(text, language), offset, true);
  if (token?.kind === 'comment') return media.path;
  if (token?.kind === 'string' || insideUrl(text, offset)) return encodeUrl(media.path, /'/);
  const isBetween = block === 'declarations' && statement === undefined;
  return isBetween && media.kind === 'image'
    ? `background-image: ${cssUrl(media.path)};`
    : cssUrl(media.path);
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
  isRoot: boolean,
): Piece[] {
  const taken = new Set<string>();
  const named = media.map(({ path }) => {
    const words = wordsOf(path).map(word => word.toLowerCase());
    const base = /^[a-z]/.test(words[0] ?? '') ? words.join('-') : ['image', ...words].join('-');
    const name = freeName(base, each => taken.has(each) || new RegExp(`[$@-]${each}(?![\\w-])`).test(text));
    taken.add(name);
    return { name, url: cssUrl(path) };
  });
  const mark = { css: '--', scss: '$', less: '@' }[language];
  if (isRoot && language !== 'css') {
    return named.map(({ name, url }) => ({ before: `${mark}${name}: ${url};`, after: '' }));
  }
  const lines = named.map(({ name, url }) => `  --${name}: ${url};\n`).join('');
  return [{ before: `:root {\n${lines}}`, after: '' }];
}

function placeBehind(
  text: string,
  token: Token | undefined,
  statement: Statement | undefined,
  anchorEnd: number,
): Place | undefined {
  if (statement) {
    // The selector or the query that the anchor is part of: its block is meant.
    if (statement.closedBy === '{') return openedLine(text, statement.end);
    if (statement.closedBy === ';') return ownLine(text, statement.start, statement.end);
    const end = trimmed(text, statement.start, statement.end).end;
    const indent = indentationOf(lineAround(text, statement.start).text);
    return { start: end, end, lead: `;\n${indent}`, indent, separator: `\n`, trail: '' };
  }
  if (token?.kind === 'comment') return ownLine(text, token.start, token.end);
  return ownLine(text, anchorEnd, anchorEnd);
}

/** A line of its own below, or else right behind. */
function ownLine(text: string, start: number, end: number): Place {
  const first = lineAround(text, start);
  const last = lineAround(text, end);
  const isLast = text.slice(end, last.end).trim() === '';
  const indent = indentationOf(first.text);
  const before = text.slice(first.start, start).trim();
  // Behind a brace the indentation of the line is another block's.
  const isAfterDeclarations = before.endsWith(';') && !/[{}]/.test(before);
  if (isLast && (before === '' || isAfterDeclarations)) {
    return last.text.trim() === ''
      ? { start: end, end, lead: '', indent, separator: '\n', trail: '' }
      : belowLine(text, end, indent);
  }
  return { start: end, end, lead: ' ', indent, separator: ' ', trail: '' };
}

/** The first line inside the block that opens at `end`. */
function openedLine(text: string, end: number): Place {
  const line = lineAround(text, end);
  const own = indentationOf(line.text);
  const next = /^[^\n]*\n([ \t]*)\S/.exec(text.slice(end))?.[1] ?? '';
  const indent = next.length > own.length ? next : `${own}  `;
  if (text.slice(end + 1, line.end).trim() === '') return belowLine(text, end, indent);
  return { start: end + 1, end: end + 1, lead: ' ', indent, separator: ' ', trail: '' };
}

/** The anchor when it is all of a comment or of a statement. */
function placeInstead(
  text: string,
  tokens: readonly Token[],
  token: Token | undefined,
  statement: Statement | undefined,
  anchor: { start: number; end: number },
): Place | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const indent = indentationOf(lineAround(text, anchor.start).text);
  const instead = (start: number, end: number): Place => ({
    start,
    end,
    lead: '',
    indent,
    separator: '\n',
    trail: '',
  });
  if (token?.kind === 'comment' && !statement) {
    const first = tokens.find(({ end }) => end > anchor.start);
    const isAll = first?.kind === 'comment' && coversComment(text, { ...token, start: first.start }, anchor);
    const between = tokens.filter(({ start }) => first && start >= first.start && start < token.start);
    if (!first || !isAll || between.some(({ kind }) => kind !== 'comment')) return undefined;
    return instead(first.start, token.end);
  }
  const isWhole =
    statement &&
    anchor.start <= statement.start &&
    anchor.end >= trimmed(text, statement.start, statement.end).end - 1;
  return isWhole && statement.closedBy === ';' ? instead(statement.start, statement.end) : undefined;
}

function coversComment(text: string, comment: Token, anchor: { start: number; end: number }): boolean {
  const source = text.slice(comment.start, comment.end);
  const lead = /^\/(?:\/+|\*+)\s*/.exec(source)?.[0].length ?? 0;
  const tail = /\s*(?:\*+\/)?$/.exec(source)?.[0].length ?? 0;
  return anchor.start <= comment.start + lead && anchor.end >= comment.end - tail;
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

function point(start: number, end = start, lead = ''): Place {
  return { start: lead === '' ? start : end, end, lead, indent: '', separator: ', ', trail: '' };
}

function tokensOf(text: string, language: StyleLanguage): Token[] {
  const tokens: Token[] = [];
  // `url(` with no quotes may hold `//`; Sass and Less interpolate with braces.
  const comment =
    language === 'css' ? String.raw`/\*[^]*?(?:\*/|$)` : String.raw`/\*[^]*?(?:\*/|$)|//[^\r\n]*`;
  const token = new RegExp(
    String.raw`(?<comment>${comment})|(?<string>"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?)|(?<text>url\(\s*[^\s"')][^)\n]*\)?|[#@]\{[^}\n]*\}|\\[^]|[^\s{};"'/\\u#@]+|[^\s{};])|(?<mark>[{};])`,
    'gi',
  );
  for (const match of text.matchAll(token)) {
    const start = match.index;
    const end = start + match[0].length;
    const { comment: isComment, string, mark } = match.groups ?? {};
    const kind = isComment !== undefined ? 'comment' : string !== undefined ? 'string' : (mark ?? 'text');
    tokens.push({ kind: kind as Token['kind'], start, end });
  }
  return tokens;
}

/** @param isPoint the offset is between two characters, and belongs to neither */
function positionAt(text: string, tokens: readonly Token[], offset: number, isPoint = false): Position {
  const blocks: Position['block'][] = [];
  const next = tokens.findIndex(({ end }) => end > offset);
  const index = next === -1 ? tokens.length : next;
  /** Where the statement begins that goes on at the offset. */
  let first: Token | undefined;
  for (const token of tokens.slice(0, index)) {
    const { kind, start } = token;
    if (kind === '{')
      blocks.push(blockOf(text.slice((first ?? token).start, start), blocks.at(-1) ?? 'rules'));
    if (kind === '}') blocks.pop();
    if (isMark(token)) first = undefined;
    else if (kind !== 'comment') first ??= token;
  }
  const found = tokens[index];
  const token = found && (isPoint ? found.start < offset : found.start <= offset) ? found : undefined;
  if (token && token.kind !== 'comment' && !isMark(token)) first ??= token;
  return {
    token,
    statement: first && statementFrom(text, tokens, first, index),
    block: blocks.at(-1) ?? 'rules',
    isRoot: blocks.length === 0,
  };
}

/** @param index of the first token at which it may end */
function statementFrom(text: string, tokens: readonly Token[], first: Token, index: number): Statement {
  const closing = tokens.slice(index).find(isMark);
  const body = tokens.filter(({ start }) => start >= first.start && start < (closing?.start ?? Infinity));
  const named = body.find(({ kind, start, end }) => kind === 'text' && text.slice(start, end).includes(':'));
  const isDeclaration = closing?.kind !== '{' && text[first.start] !== '@';
  return {
    start: first.start,
    colon: named && isDeclaration ? text.indexOf(':', named.start) : undefined,
    end: closing?.kind === ';' ? closing.end : (closing?.start ?? body.at(-1)?.end ?? first.end),
    closedBy: closing && isMark(closing) ? closing.kind : undefined,
  };
}

function isMark(token: Token): token is Token & { readonly kind: '{' | '}' | ';' } {
  return token.kind === '{' || token.kind === '}' || token.kind === ';';
}

/** What a block may hold, by what stands before it. */
function blockOf(prelude: string, outer: Position['block']): Position['block'] {
  const name = /^@(?:-\w+-)?([\w-]+)/.exec(prelude)?.[1]?.toLowerCase();
  if (outer === 'nothing') return 'nothing';
  if (name === undefined) return 'declarations';
  if (
    /^(?:font-face|counter-style|property|font-palette-values|font-feature-values|view-transition|keyframes|page|function|color-profile)$/.test(
      name,
    )
  )
    return 'nothing';
  if (name === 'mixin') return 'declarations';
  return outer;
}
