import { commentSyntax } from '../languages/commentSyntax.ts';
import { isMarkupLanguage, isProgram } from '../languages/languageKinds.ts';
import { longestLine } from './textRange.ts';

/** The words of a comment, unwrapped; undefined when the text is not a comment as a whole. */
export function withoutComment(text: string, language: string): string | undefined {
  const syntax = commentSyntax(language);
  for (const [open, close] of syntax.block) {
    if (!text.startsWith(open) || !text.endsWith(close) || text.length < open.length + close.length) continue;
    const inner = text.slice(open.length, text.length - close.length);
    return ownWords(unwrapped(linesOf(withoutTrim(inner, open)).map(withoutStar)), language);
  }
  if (language === 'restructuredtext') return withoutRstMark(text);
  const lines = linesOf(text);
  for (const prefix of syntax.line) {
    const pattern = linePrefix(prefix);
    const filled = lines.filter(line => line.trim() !== '');
    if (filled.length === 0 || !filled.every(line => pattern.test(line))) continue;
    return ownWords(unwrapped(lines.map(line => line.replace(pattern, ''))), language);
  }
  return undefined;
}

/** A comment of a template language without the marks that take blanks away. */
function withoutTrim(inner: string, open: string): string {
  if (!/^(?:\{[#%{]|<%)/.test(open)) return inner;
  return inner.replace(/^[-~+](?=\s)/, '').replace(/(?<=\s)[-~+]$/, '');
}

/** The words of a comment from which documentation is made, without what only its tool reads. */
function ownWords(words: string, language: string): string {
  if (/^(?:haskell|elm|purescript)$/.test(language)) return words.replace(/^[|^]\s+/, '');
  if (!/^(?:csharp|vb|fsharp)$/.test(language)) return words;
  return /^<(\w+)(?:\s[^<>]*)?>\s*([^]*?)\s*<\/\1>$/.exec(words)?.[2] ?? words;
}

/**
 * The words of a part of a comment that begins or ends in the middle of it; undefined when the text is none.
 * Only the first line may be without marks.
 */
export function withoutMarksOfOtherLines(text: string, language: string): string | undefined {
  const { block, line } = commentSyntax(language);
  const [open, close] = block.find(([open]) => text.startsWith(open)) ?? ['', ''];
  const isOpened = open !== '' && !text.includes(close);
  const [, end = ''] = block.find(([begin, end]) => text.endsWith(end) && !text.includes(begin)) ?? [];
  const inner = text.slice(isOpened ? open.length : 0, text.length - end.length);
  const [first = '', ...others] = linesOf(inner);
  const filled = others.filter(each => each.trim() !== '');
  if (filled.length > 0) {
    for (const prefix of line) {
      const pattern = linePrefix(prefix);
      if (filled.every(each => pattern.test(each)))
        return unwrapped([first, ...others].map(each => each.replace(pattern, '')));
    }
    const hasStars =
      block.some(([begin]) => begin.endsWith('/*')) && filled.every(each => /^\s*\*/.test(each));
    if (hasStars) return unwrapped([first, ...others].map(withoutStar));
    if (language === 'markdown' && filled.every(each => /^\s*>/.test(each)))
      return [first, ...others.map(each => each.replace(/^(?:\s*>)+ ?/, ''))].join('\n');
  }
  return isOpened || end !== '' ? unwrapped(linesOf(inner).map(withoutStar)) : undefined;
}

export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

function withoutStar(line: string): string {
  return line.replace(/^\s*[*!]+(?=\s|$)/, '');
}

/** "///", "//!" and "##" are prefixes, too. */
function linePrefix(prefix: string): RegExp {
  const repeated = /\w$/.test(prefix) ? String.raw`(?!\S)` : `${escaped(prefix.slice(-1))}*!?`;
  return new RegExp(String.raw`^\s*${escaped(prefix)}${repeated}`);
}

/** How a comment of reStructuredText begins: with what is no directive, target, footnote or substitution. */
export const rstComment = /^\s*\.\.(?:$|[ \t]+(?![_|[]|[^\s:][^:]*::(?:\s|$)))/;

function withoutRstMark(text: string): string | undefined {
  if (!rstComment.test(linesOf(text)[0] ?? '')) return undefined;
  const [, ...others] = linesOf(text);
  // What is not indented is no part of it.
  if (others.some(line => /^\S/.test(line) && !rstComment.test(line))) return undefined;
  return unwrapped(linesOf(text).map(line => line.replace(/^\s*\.\.(?=\s|$)/, '')));
}

/** Where a comment was wrapped is no part of what it says; a blank line is. */
export function unwrapped(lines: readonly string[]): string {
  return lines
    .map(line => line.trim())
    .join('\n')
    .trim()
    .replace(/([^\n])\n(?=[^\n])/g, '$1 ')
    .replace(/\n{2,}/g, '\n\n');
}

/** A single line without the syntax around its words: a heading's, an item's, tags, quotes. */
export function withoutLineSyntax(text: string, language: string): string {
  if (text.length > longestLine || /[\r\n]/.test(text)) return text;
  const own = lineSyntax[language];
  if (own) return own(text) || text;
  const isTags = language === 'javascript' && text.startsWith('<') && text.endsWith('>');
  if (isTags || isMarkupLanguage(language)) return withoutTags(text) || text;
  return isProgram(language) ? withoutQuotes(text) : text;
}

type Strip = (line: string) => string;

const markdownImage = /^!\[([^\]]*)\]\(\s*<?([^()<>]*)>?\s*\)(?:\{[^{}]*\})?$/;

const markdown: Strip = line => {
  if (/^<[a-z][^]*>$/i.test(line)) return withoutTags(line);
  const image = markdownImage.exec(line);
  if (image) return (image[1] ?? '') || (image[2] ?? '').trim();
  const titled =
    /^\[(?:\/\/|comment)\]:\s*(?:#|<>)\s*[("'](.+)[)"']$/.exec(line) ??
    /^(?:!!!|\?\?\?\+?|===[!+]{0,2})\s+(?:[\w -]+\s)?"([^"]+)"$/.exec(line) ??
    /^:{3,}\s*[\w-]+\[([^\]]+)\]$/.exec(line) ??
    /^:{3,}\s*\{[\w-]+\}\s+(\S.*)$/.exec(line);
  if (titled) return titled[1] ?? line;
  const option = /^#\|\s*[\w-]+:\s+(\S.*)$/.exec(line);
  if (option) return withoutQuotes(option[1] ?? line);
  const words = line
    .replace(/^(?:>\s*)*\[![\w-]+\][+-]?\s+/, '')
    .replace(/^(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,9}[.)]\s+)?/, '')
    .replace(/(?<!\s)\s+#+$/, '');
  return line.startsWith('#') ? words.replace(/(?<!\s)\s+\{[#.:][^{}]*\}$/, '') : words;
};

const todo =
  'TODO|DONE|NEXT|WAITING|WAIT|HOLD|CANCELLED|CANCELED|STARTED|PROJ|SOMEDAY|MAYBE|IDEA|DOING|IN-PROGRESS|' +
  'INPROGRESS|KILL|LOOP|STRT|BLOCKED|REVIEW|FIXME|LATER|NOW|DELEGATED|DEFERRED|COMMENT';
const orgHeading = new RegExp(String.raw`^\*+\s+(?:(?:${todo})\s+)*(?:\[#\w\]\s+)?(?:COMMENT\s+)?`);

const org: Strip = line => {
  if (/^\*+\s/.test(line)) {
    return line
      .replace(orgHeading, '')
      .replace(/(?<!\s)\s+:[\p{L}\p{N}_@#%:]+:$/u, '')
      .replace(/(?<!\s)\s+\[\d*(?:\/\d*|%)\]$/, '');
  }
  return line
    .replace(/^#\+(?:title|subtitle|caption|description)(?:\[[^\]]*\])?:\s*/i, '')
    .replace(
      /^(?:[-+]|\d+[.)]|[A-Za-z][.)])\s+(?:\[@\d+\]\s*)?(?:\[[ xX-]\]\s+)?(?:\S(?:[^:]|:(?!:))* ::\s+)?/,
      '',
    );
};

const asciidoc: Strip = line => {
  const macro = /^(?:image|video|audio)::?[^[\s]*\[([^\]]*)\]$/.exec(line);
  if (macro?.[1]) return macro[1].replace(/^"([^"]*)".*$/, '$1').replace(/,.*$/, '');
  if (/^(?:=|#){1,6}\s/.test(line)) return line.replace(/^[=#]+\s+/, '').replace(/(?<!\s)\s+=+$/, '');
  return line
    .replace(/^\.(?=[^\s.])/, '')
    .replace(/^(?:\*{1,5}|-|\.{1,5}|\d+\.|<\d+>|<\.>)\s+(?:\[[ x*]\]\s+)?/, '')
    .replace(/^(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+/, '');
};

const restructuredText: Strip = line =>
  line.replace(/^(?:[-*+•]|(?:\d+|#|[A-Za-z])[.)]|\((?:\d+|#)\)|:[\w-]+:)\s+/, '');

const typst: Strip = line =>
  line
    .replace(/^(?:=+|[-+]|\d+\.)\s+/, '')
    .replace(/^\/\s+[^:]*:\s*/, '')
    .replace(/(?<!\s)\s*<[\w:.-]+>$/, '');

const latexCommand =
  /^\\(?:part|chapter|(?:sub){0,2}section|(?:sub)?paragraph|caption|captionof\{\w+\}|title|subtitle|frametitle|framesubtitle|textbf|textit|emph|includegraphics|addchap|addsec|minisec|begin\{[\w*]+\})\*?\s*(?:\[[^\]]*\])?\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/;

const latex: Strip = line => {
  const command = latexCommand.exec(line);
  const isAll = command && /^\s*(?:\\label\{[^{}]*\})?\s*(?:%.*)?$/.test(line.slice(command[0].length));
  return isAll ? (command[1] ?? '') : line.replace(/^\\item\b\s*(?:\[[^\]]*\])?\s*/, '');
};

const textile: Strip = line =>
  line
    .replace(/^(?:h[1-6]|p|bq|pre|fn\d+)(?:\([^)]*\)|\{[^}]*\}|\[[^\]]*\]|[<>=]+)*\.{1,2}\s+/, '')
    .replace(/^[*#]+\s+/, '');

const wikitext: Strip = line =>
  (/^(={1,6})\s*([^=].*?)\s*\1$/.exec(line)?.[2] ?? line).replace(/^[*#:;]+\s*/, '');

const yaml: Strip = line => withoutQuotes(line.replace(/^(?:-\s+)+/, ''));

const lineSyntax: Readonly<Record<string, Strip>> = {
  markdown,
  mdx: line => withoutTags(markdown(line)),
  plaintext: markdown,
  'git-commit': markdown,
  org,
  asciidoc,
  restructuredtext: restructuredText,
  typst,
  latex,
  tex: latex,
  textile,
  wikitext,
  yaml,
};

/** The text between tags, its commonest references read. */
function withoutTags(line: string): string {
  if (!line.includes('<')) return withoutQuotes(line);
  return line
    .replace(
      /<\/?(?:[A-Za-z][^\s<>]*|[.:][a-z][^\s<>]*)?(?:\s(?:"[^"]*"|'[^']*'|\{[^{}]*\}|[^<>"'{}])*)?>/g,
      ' ',
    )
    .replace(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (_all, name: string) => references[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}

const references: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
};

/** A line that is nothing but a string, with the comma or the semicolon behind it. */
function withoutQuotes(line: string): string {
  const found = /^(?:[A-Za-z@$]{0,2})("""|'''|["'`])([^]*)\1\s*[,;]?$/.exec(line);
  const [, quote = '', inner = ''] = found ?? [];
  if (!found || hasUnescaped(inner, quote)) return line;
  return inner.replace(/\\(["'`\\])/g, '$1').trim();
}

function hasUnescaped(text: string, quote: string): boolean {
  return text.replace(/\\[^]/g, '').includes(quote);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
