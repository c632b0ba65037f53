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

/** Languages in which a string in these quotes may go over lines. */
const overLines: Readonly<Record<string, RegExp>> = {
  '`': /^(?:javascript|typescript|go|shellscript|d$|kotlin|dart|groovy)/,
  '"': /^(?:shellscript|fish|powershell|rust|r|julia|elixir|nix|ocaml|sql|clojure|lisp|commonlisp|scheme|racket)$/,
  "'": /^(?:shellscript|fish|powershell|r|sql)$/,
};

/** Strings with other marks than quotes alone, in which nothing is escaped. */
const rawStrings: readonly (readonly [
  languages: RegExp,
  first: string,
  open: RegExp,
  close: (name: string) => string,
])[] = [
  [/^rust$/, 'r', /(?<!\w)r(#*)"/y, hashes => `"${hashes}`],
  [/^(?:c|cpp|cuda-cpp|objective-cpp)$/, 'R', /(?<!\w)R"([^()\\\s]{0,16})\(/y, name => `)${name}"`],
  [/^csharp$/, '@', /@\$?"/y, () => '"'],
  [/^lua$/, '[', /\[(=*)\[/y, signs => `]${signs}]`],
  [/^nix$/, "'", /''/y, () => "''"],
];

/** What announces a text that begins on the next line and ends with a line of its name. */
const hereDocuments: readonly (readonly [languages: RegExp, open: RegExp])[] = [
  [/^shellscript$/, /(?<![<\d])<<-?[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([A-Za-z_]\w*))/y],
  [/^(?:ruby|crystal)$/, /<<[~-]?(?:'([^'\n]+)'|"([^"\n]+)"|([A-Z_]\w*))/y],
  [/^(?:perl|raku)$/, /<<~?[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|([A-Za-z_]\w*))/y],
  [/^php$/, /<<<[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|([A-Za-z_]\w*))/y],
];

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
  const raws = rawStrings.filter(([languages]) => languages.test(language));
  const hereDocument = hereDocuments.find(([languages]) => languages.test(language))?.[1];
  const firsts = new Set([...marks.map(([open]) => open.charAt(0)), '"', "'", '`']);
  for (const [, first] of raws) firsts.add(first);
  if (hereDocument) firsts.add('<');
  if (language === 'shellscript') firsts.add('\\');
  /** Where the text that was announced in this line begins and ends. */
  let announced: SourceToken | undefined;
  const unended = new Set<string>();
  /** In this line no string in such quotes ends any more. */
  const openUntil = { '"': 0, "'": 0, '`': 0 };
  for (let at = 0; at < text.length;) {
    if (announced && announced.start <= at) {
      yield announced;
      at = announced.end;
      announced = undefined;
      continue;
    }
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
    } else if (character === '\\') {
      at += 2;
      continue;
    } else if (character === '<' && hereDocument) {
      announced ??= hereDocumentAt(text, at, hereDocument, unended);
    } else if (raws.some(([, first]) => first === character) && rawStringAt(text, at, raws)) {
      token = rawStringAt(text, at, raws);
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

function rawStringAt(text: string, at: number, raws: typeof rawStrings): SourceToken | undefined {
  for (const [, , pattern, closing] of raws) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) continue;
    const [open, name = ''] = found;
    const close = closing(name);
    const end = text.indexOf(close, at + open.length);
    return { kind: 'string', start: at, end: end === -1 ? text.length : end + close.length, open, close };
  }
  return undefined;
}

/**
 * Undefined where no line has the name that it would end with.
 * @param unended names of which that is known, so that it is not sought again
 */
function hereDocumentAt(
  text: string,
  at: number,
  pattern: RegExp,
  unended: Set<string>,
): SourceToken | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  const name = found?.slice(1).find(Boolean);
  const start = text.indexOf('\n', at) + 1;
  if (name === undefined || start === 0 || unended.has(name)) return undefined;
  const last = new RegExp(`^[ \\t]*${name.replace(/\W/g, String.raw`\$&`)}(?!\\w)`, 'gm');
  last.lastIndex = start;
  const end = last.exec(text);
  if (!end) unended.add(name);
  return end ? { kind: 'string', start, end: end.index + end[0].length, open: '', close: '' } : undefined;
}

/** Undefined where a quote begins no string, such as an apostrophe. */
function stringAt(text: string, at: number, language: string): SourceToken | undefined {
  const quote = text.charAt(at);
  const triple = quote.repeat(3);
  const isLong = quote !== '`' && text.startsWith(triple, at);
  const close = isLong ? triple : quote;
  const mayGoOn = isLong || overLines[quote]?.test(language) === true;
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
