import { commentSyntax } from './commentSyntax.ts';

/** A comment or a string of a program, in UTF-16 offsets. */
export interface SourceToken {
  readonly kind: 'lineComment' | 'blockComment' | 'string';
  readonly start: number;
  readonly end: number;
  /** What opens it; of a block comment also what closes it. */
  readonly open: string;
  readonly close: string;
}

/** Languages in which a string in backticks may go over lines. */
const backticks = /^(?:javascript|typescript|go|shellscript|d|kotlin|dart|groovy)/;

/** The comment or string of a program that an offset is in or at the end of; undefined in its code. */
export function sourceTokenAt(text: string, language: string, offset: number): SourceToken | undefined {
  for (const token of sourceTokens(text, language)) {
    if (token.start > offset) return undefined;
    if (offset < token.end || (token.kind !== 'string' && offset === token.end)) return token;
  }
  return undefined;
}

/** The comments and strings of a program, in its order. */
export function* sourceTokens(text: string, language: string): Generator<SourceToken> {
  const { line, block } = commentSyntax(language);
  const marks = [...line.map(open => [open, ''] as const), ...block].toSorted(
    (a, b) => b[0].length - a[0].length,
  );
  const firsts = new Set([...marks.map(([open]) => open.charAt(0)), '"', "'", '`']);
  /** In this line no string in such quotes ends any more. */
  const openUntil = { '"': 0, "'": 0, '`': 0 };
  for (let at = 0; at < text.length;) {
    const character = text[at] ?? '';
    if (!firsts.has(character)) {
      at++;
      continue;
    }
    const mark = marks.find(([open]) => text.startsWith(open, at) && isMark(text, at, open));
    let token: SourceToken | undefined;
    if (mark) {
      const [open, close] = mark;
      const isLine = close === '';
      const found = isLine ? lineEnd(text, at) : text.indexOf(close, at + open.length);
      const end = isLine ? found : found === -1 ? text.length : found + close.length;
      token = { kind: isLine ? 'lineComment' : 'blockComment', start: at, end, open, close };
    } else if (character === '"' || character === "'" || character === '`') {
      if (at >= openUntil[character]) {
        token = stringAt(text, at, language);
        if (!token) openUntil[character] = lineEnd(text, at);
      }
    }
    if (token) yield token;
    at = token ? Math.max(token.end, at + 1) : at + 1;
  }
}

/** A mark of letters is a word of its own; one that a word or another sign runs into is none in a shell. */
function isMark(text: string, at: number, open: string): boolean {
  const before = text.charAt(at - 1);
  if (/\w$/.test(open)) return !/\S/.test(before) && !/\S/.test(text.charAt(at + open.length));
  return open !== '#' || !/[\w$\\&{(]/.test(before);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  if (end === -1) return text.length;
  return text.charAt(end - 1) === '\r' ? end - 1 : end;
}

/** Undefined where a quote begins no string, such as an apostrophe. */
function stringAt(text: string, at: number, language: string): SourceToken | undefined {
  const quote = text.charAt(at);
  const triple = quote.repeat(3);
  const isLong = quote !== '`' && text.startsWith(triple, at);
  const close = isLong ? triple : quote;
  const mayGoOn = isLong || (quote === '`' && backticks.test(language));
  for (let position = at + close.length; position < text.length; position++) {
    const character = text[position];
    if (character === '\\') position++;
    else if (character === '\n' && !mayGoOn) return undefined;
    else if (character === quote && text.startsWith(close, position)) {
      return { kind: 'string', start: at, end: position + close.length, open: close, close };
    }
  }
  return mayGoOn ? { kind: 'string', start: at, end: text.length, open: close, close } : undefined;
}
