export type StyleLanguage = 'css' | 'scss' | 'less';

/** A token between which statements are counted. */
export interface Token {
  readonly kind: 'comment' | 'string' | 'text' | '{' | '}' | ';';
  readonly start: number;
  readonly end: number;
}

/** Where in a style sheet an offset stands. */
export interface Position {
  readonly token: Token | undefined;
  /** Of the statement that the token is part of, without comments before it; undefined between statements. */
  readonly statement: Statement | undefined;
  /** What the innermost block may hold; `variables` of Tailwind's theme are custom properties alone. */
  readonly block: BlockKind;
  /** Between the braces of the innermost block. */
  readonly blockStart: number;
  readonly blockEnd: number;
  /** Whether no block is around. */
  readonly isRoot: boolean;
}

export type BlockKind = 'rules' | 'declarations' | 'variables' | 'nothing';

export interface Statement {
  readonly start: number;
  /** Of the colon between the property and its value; undefined in a selector or an at-rule. */
  readonly colon: number | undefined;
  readonly end: number;
  readonly terminator: '{' | '}' | ';' | undefined;
}

export function tokensOf(text: string, language: StyleLanguage): Token[] {
  const tokens: Token[] = [];
  // `url(` with no quotes may hold `//`; Sass and Less interpolate with braces.
  const comment =
    language === 'css' ? String.raw`/\*[^]*?(?:\*/|$)` : String.raw`/\*[^]*?(?:\*/|$)|//[^\r\n]*`;
  const token = new RegExp(
    String.raw`(${comment})|("(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?)|(?:url\(\s*[^\s"')][^)\n]*\)?|[#@]\{[^{}\n]*\}|\\[^]|[^\s{};"'/\\u#@]+|[^\s{};])|([{};])`,
    'gi',
  );
  for (const match of text.matchAll(token)) {
    const start = match.index;
    const end = start + match[0].length;
    const [, isComment, string, delimiter] = match;
    const kind =
      isComment !== undefined ? 'comment' : string !== undefined ? 'string' : (delimiter ?? 'text');
    tokens.push({ kind: kind as Token['kind'], start, end });
  }
  return tokens;
}

/**
 * @param outermost what the text itself may hold
 * @param isPoint the offset is between two characters, and belongs to neither
 */
export function positionAt(
  text: string,
  tokens: readonly Token[],
  offset: number,
  outermost: BlockKind = 'rules',
  isPoint = false,
): Position {
  const blocks: { kind: BlockKind; start: number }[] = [];
  const next = tokens.findIndex(({ end }) => end > offset);
  const index = next === -1 ? tokens.length : next;
  /** Where the statement begins that goes on at the offset. */
  let first: Token | undefined;
  for (const token of tokens.slice(0, index)) {
    const { kind, start, end } = token;
    if (kind === '{') {
      const outer = blocks.at(-1)?.kind ?? outermost;
      blocks.push({ kind: blockOf(text.slice((first ?? token).start, start), outer), start: end });
    }
    if (kind === '}') blocks.pop();
    if (isDelimiter(token)) first = undefined;
    else if (kind !== 'comment') first ??= token;
  }
  const found = tokens[index];
  const token = found && (isPoint ? found.start < offset : found.start <= offset) ? found : undefined;
  if (token && token.kind !== 'comment' && !isDelimiter(token)) first ??= token;
  return {
    token,
    statement: first && statementFrom(text, tokens, first, index),
    block: blocks.at(-1)?.kind ?? outermost,
    blockStart: blocks.at(-1)?.start ?? 0,
    blockEnd: blockEnd(tokens, index) ?? text.length,
    isRoot: blocks.length === 0,
  };
}

/** Where the block closes that the token of an index is in. */
function blockEnd(tokens: readonly Token[], index: number): number | undefined {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === '{') depth++;
    if (token?.kind === '}' && --depth < 0) return token.start;
  }
  return undefined;
}

/** @param index of the first token at which it may end */
function statementFrom(text: string, tokens: readonly Token[], first: Token, index: number): Statement {
  const closing = tokens.slice(index).find(isDelimiter);
  const body = tokens.filter(({ start }) => start >= first.start && start < (closing?.start ?? Infinity));
  const named = body.find(({ kind, start, end }) => kind === 'text' && text.slice(start, end).includes(':'));
  const isDeclaration = closing?.kind !== '{' && text[first.start] !== '@';
  return {
    start: first.start,
    colon: named && isDeclaration ? text.indexOf(':', named.start) : undefined,
    end: closing?.kind === ';' ? closing.end : (closing?.start ?? body.at(-1)?.end ?? first.end),
    terminator: closing && isDelimiter(closing) ? closing.kind : undefined,
  };
}

function isDelimiter(token: Token): token is Token & { readonly kind: '{' | '}' | ';' } {
  return token.kind === '{' || token.kind === '}' || token.kind === ';';
}

/** What a block may hold, by what stands before it. */
export function blockOf(prelude: string, outer: BlockKind): BlockKind {
  const name = /^@(?:-\w+-)?([\w-]+)/.exec(prelude)?.[1]?.toLowerCase();
  if (outer === 'nothing') return 'nothing';
  if (name === undefined) return 'declarations';
  if (
    /^(?:font-face|counter-style|property|font-palette-values|font-feature-values|view-transition|keyframes|page|function|color-profile|position-try|custom-variant|plugin|config|layer-order)$/.test(
      name,
    )
  )
    return 'nothing';
  if (name === 'mixin' || name === 'utility') return 'declarations';
  return name === 'theme' ? 'variables' : outer;
}
