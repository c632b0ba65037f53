import { encodeUrl, oneLine } from '../plan/escape.ts';
import { indentationOf, lineAround, nextLineStart, trimmed } from '../../../base/lines.ts';
import { pointAfterBlock, type BlockSyntax } from '../textFormats/blockInsertion.ts';
import { fillSlot, isSlot, onlyMedia } from '../plan/slot.ts';
import { belowLine, planAt, snippetText, type InsertionPoint, type Snippet } from '../plan/snippet.ts';
import type { ReferenceEdit, ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * Plans `\includegraphics` after the paragraph, comment or environment that the anchor is in; as a figure
 * where the document has figures. A preamble that loads no package for it gets one.
 * @returns undefined outside the body, and for a path that TeX cannot read
 */
export function planLatex(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  if (media.some(({ path }) => !isReadable(path))) return undefined;
  const other = otherTex(text);
  if (other) return other === 'context' || other === 'plain' ? planOtherTex(request, other) : undefined;
  const anchor = trimmed(text, request.start, request.end);
  const spans = latexSpans(text);
  const offset = Math.max(anchor.end - 1, anchor.start);
  const body = spans.find(({ name }) => name === 'document');
  if (body ? offset < body.innerStart || offset >= body.innerEnd : /\\documentclass\b/.test(text))
    return undefined;
  const around = spans.filter(span => span.start <= offset && offset < span.end && span !== body);
  const filled = fillArgument(request, anchor, around);
  if (filled) return filled;
  const isInFigure = around.some(({ name }) => /^(?:sub|wrap|SC|margin)?figure\*?$/.test(name));
  const mayFloat = !isInFigure && !around.some(({ name }) => withoutFloats.test(name));
  const asFigure = mayFloat && /\\begin\{figure\*?\}/.test(withoutComments(text));
  const snippets = media.map(each =>
    each.kind === 'image' ? imageSnippet(each, asFigure) : linkSnippet(each),
  );
  const point =
    (mode === 'replace' ? pointReplacing(text, spans, anchor) : undefined) ??
    pointAfter(text, around, anchor.end);
  if (!point) return undefined;
  const packages = [
    ...(media.some(({ kind }) => kind === 'image') ? ['graphicx'] : []),
    ...(media.some(({ kind }) => kind !== 'image') ? ['hyperref'] : []),
  ];
  const missing = body ? missingPackages(text.slice(0, body.start), packages, eol) : undefined;
  return planAt(point, snippets, eol, missing ? [missing] : []);
}

/** A document of TeX that is none of LaTeX; `bare` is one that has nothing to show pictures with. */
function otherTex(text: string): 'context' | 'plain' | 'bare' | undefined {
  if (/\\documentclass\b|\\begin[ \t]*\{|\\usepackage\b|%\s*!\s*TEX root/i.test(text)) return undefined;
  if (/^[ \t]*\\start(?:text|component|product|environment|chapter|section|document)\b/m.test(text))
    return 'context';
  if (!/^[ \t]*\\bye\b/m.test(text)) return undefined;
  return /\\input[ \t]+(?:graphicx|eplain|miniltx)\b/.test(text) ? 'plain' : 'bare';
}

const otherTexBlocks: BlockSyntax = {
  separatedByBlankLines: true,
  comment: /^%[ \t]*/,
  item: /^[ \t]*\\(?:item|sym|stop[a-z]*|bye|end)\b/,
  heading:
    /^[ \t]*\\(?:start[a-z]*|stop[a-z]*|input|title|chapter|(?:sub)*section|(?:sub)*subject|bye|end)\b/,
  isBlockMetadata: () => false,
  delimitedBlocks: () => [],
};

function planOtherTex(request: ReferenceRequest, kind: 'context' | 'plain'): ReferencePlan | undefined {
  const point = pointAfterBlock(request.text, request, otherTexBlocks);
  if (!point || request.media.some(each => each.kind !== 'image')) return undefined;
  const snippets = request.media.map(({ path }) => ({
    before:
      kind === 'context'
        ? `\\externalfigure[${texPath(path)}][width=\\textwidth]`
        : `\\includegraphics[width=\\hsize]{${texPath(path)}}`,
    after: '',
  }));
  return planAt(point, snippets, request.eol);
}

/** Fills `\includegraphics{}`: where the anchor is in it, or an empty one in its figure or line. */
function fillArgument(
  request: ReferenceRequest,
  anchor: { start: number; end: number },
  around: readonly LatexSpan[],
): ReferencePlan | undefined {
  const only = onlyMedia(request);
  if (only?.kind !== 'image') return undefined;
  const { text } = request;
  const line = lineAround(text, anchor.start);
  // The line below a comment is what it speaks of.
  const next = /^[ \t]*%/.test(line.text) ? nextLineStart(text, line) : undefined;
  const lines = next === undefined ? line : { start: line.start, end: lineAround(text, next).end };
  const figure = around.findLast(({ name }) => /figure\*?$/.test(name)) ?? lines;
  for (const { index, 0: whole, 1: before = '', 2: inner = '' } of text
    .slice(figure.start, figure.end)
    .matchAll(/(\\includegraphics\*?\s*(?:\[[^\]]*\]\s*)?\{)([^{}]*)\}/g)) {
    const start = figure.start + index + before.length;
    const isIn = figure.start + index <= anchor.start && anchor.end <= figure.start + index + whole.length;
    if ((isIn || inner.trim() === '') && isSlot(request, anchor, inner, start))
      return fillSlot({ start, end: start + inner.length }, texPath(only.path));
  }
  return undefined;
}

export function inlineLatex(_text: string, _offset: number, media: ReferenceMedia): string {
  if (!isReadable(media.path)) return media.path;
  return snippetText(media.kind === 'image' ? imageSnippet(media, false) : linkSnippet(media));
}

/** A backslash or a brace cannot be part of a file's name for TeX, and of several spaces it sees one. */
function isReadable(path: string): boolean {
  return !/[\\{}\p{Cc}]|^ | $| {2}/u.test(path);
}

/** `alt` is a key of graphicx since 2021. The path is a file's; TeX (2020) takes all but three
 * characters as they are. */
function imageSnippet({ path, alt }: ReferenceMedia, isFigure: boolean): Snippet {
  const words = escapeText(oneLine(alt));
  const file = texPath(path);
  if (!isFigure) {
    return {
      before: String.raw`\includegraphics[width=\linewidth, alt={`,
      alt: words,
      after: `}]{${file}}`,
    };
  }
  return {
    before:
      String.raw`\begin{figure}[htbp]` +
      `\n  \\centering\n  \\includegraphics[width=\\linewidth]{${file}}\n  \\caption{`,
    alt: words,
    after: `}\n\\end{figure}`,
  };
}

export function texPath(path: string): string {
  return path.replace(/[%#]/g, String.raw`\string\$&`).replaceAll('~', String.raw`\string~`);
}

function linkSnippet({ path, alt, kind }: ReferenceMedia): Snippet {
  const address = encodeUrl(path).replace(/[%#]/g, String.raw`\$&`);
  return { before: `\\href{${address}}{`, alt: escapeText(oneLine(alt) || kind), after: '}' };
}

/** Text in which nothing is a command. */
function escapeText(text: string): string {
  return text.replace(/[\\{}$&#_%~^]/g, character => named[character] ?? `\\${character}`);
}

const named: Readonly<Record<string, string>> = {
  '\\': String.raw`\textbackslash{}`,
  '~': String.raw`\textasciitilde{}`,
  '^': String.raw`\textasciicircum{}`,
};

/** An environment, a group or a formula; offsets in UTF-16. */
export interface LatexSpan {
  readonly name: string;
  readonly start: number;
  readonly innerStart: number;
  readonly innerEnd: number;
  readonly end: number;
}

export const verbatimNames = /^(?:verbatim|Verbatim|lstlisting|minted|comment|filecontents|alltt)\*?$/;
/** Environments in which an image may stand on a line of its own. */
const textEnvironments =
  /^(?:document|(?:sub|wrap|SC|margin)?figure\*?|center|flushleft|flushright|minipage|quote|quotation|abstract|frame|columns?|block|itemize|enumerate|description|multicols\*?|landscape|titlepage|appendices|theorem|proof|definition|remark|example|tcolorbox|letter|spacing|adjustwidth|framed|mdframed|shaded|varwidth|questions|(?:sub){0,2}parts|solution|lemma|corollary|proposition|note|exercise|solution|frontmatter|mainmatter)$/;

/** Environments in which a figure stops TeX or vanishes. */
const withoutFloats =
  /^(?:multicols\*?|minipage|tcolorbox|framed|mdframed|shaded|adjustbox|varwidth|letter|columns?|block)$/;

/** Environments, formulas and groups, however they are nested. */
export function latexSpans(text: string): LatexSpan[] {
  const spans: LatexSpan[] = [];
  const open: { name: string; start: number; innerStart: number }[] = [];
  const close = (name: string, at: number, end: number): void => {
    const index = open.findLastIndex(each => each.name === name);
    if (index === -1) return;
    const found = open[index];
    open.length = index;
    if (found) spans.push({ ...found, innerEnd: at, end });
  };
  const token =
    /^<<[^\r\n]*>>=|%[^\r\n]*|\\verb\*?([^\s\w*])[^\r\n]*?\1|\\(begin|end)[ \t]*\{([^{}]*)\}|\\[[\]()]|\\[^]|\$\$?|[{}]/gm;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole, , beginEnd, name = ''] = match;
    const end = match.index + whole.length;
    const opens = (kind: string): void => void open.push({ name: kind, start: match.index, innerStart: end });
    if (whole.startsWith('<<')) {
      // Code of R between the text, which a line with `@` ends.
      const close = /^@/m.exec(text.slice(end));
      const innerEnd = close ? end + close.index : text.length;
      spans.push({
        name: 'chunk',
        start: match.index,
        innerStart: end,
        innerEnd,
        end: innerEnd + (close ? 1 : 0),
      });
      token.lastIndex = innerEnd;
    } else if (beginEnd === 'begin' && verbatimNames.test(name)) {
      const found = text.indexOf(`\\end{${name}}`, end);
      const innerEnd = found === -1 ? text.length : found;
      const last = found === -1 ? text.length : found + name.length + 6;
      spans.push({ name, start: match.index, innerStart: end, innerEnd, end: last });
      token.lastIndex = last;
    } else if (beginEnd === 'begin') opens(name);
    else if (beginEnd === 'end') close(name, match.index, end);
    else if (whole === '{') opens('{');
    else if (whole === '}') close('{', match.index, end);
    else if (whole === '\\[' || whole === '\\(') opens(whole);
    else if (whole === '\\]' || whole === '\\)') close(whole === '\\]' ? '\\[' : '\\(', match.index, end);
    else if (whole.startsWith('$')) {
      if (open.at(-1)?.name === whole) close(whole, match.index, end);
      else opens(whole);
    }
  }
  for (const each of open) {
    const isBraces = !/^\w/.test(each.name);
    if (!isBraces) spans.push({ ...each, innerEnd: text.length, end: text.length });
  }
  return spans.sort((a, b) => a.start - b.start);
}

function withoutComments(text: string): string {
  return text.replace(/(?<!\\)%[^\r\n]*/g, '');
}

/**
 * After the outermost span that is no text environment, and then after the paragraph; a comment does not
 * count as one.
 */
function pointAfter(
  text: string,
  around: readonly LatexSpan[],
  anchorEnd: number,
): InsertionPoint | undefined {
  const line = lineAround(text, anchorEnd);
  const isComment = /^[ \t]*%/.test(line.text);
  const closing = around.find(({ name }) => !textEnvironments.test(name));
  const tag = around.findLast(
    ({ start, innerStart, innerEnd, end }) =>
      (start < anchorEnd && anchorEnd <= innerStart) || (innerEnd < anchorEnd && anchorEnd <= end),
  );
  const outer = closing ?? tag;
  if (!outer) {
    return isComment || line.text.trim() === ''
      ? belowLine(text, anchorEnd)
      : afterParagraph(text, anchorEnd);
  }
  if (outer.end >= text.length && !/[}\])$]$/.test(text.trimEnd())) return undefined;
  const isEnvironment = /^\w/.test(outer.name);
  return isEnvironment ? alone(text, outer.start, outer.end) : afterParagraph(text, outer.end);
}

function alone(text: string, start: number, end: number): InsertionPoint {
  const line = lineAround(text, end);
  const point = belowLine(text, end, indentationOf(lineAround(text, start).text));
  // A blank line keeps the image a paragraph of its own.
  const next = text.slice(point.start, lineAround(text, point.start).end);
  const hasNext = next.trim() !== '' && nextLineStart(text, line) !== undefined;
  return { ...point, prefix: `\n${point.prefix}`, separator: '\n\n', suffix: hasNext ? '\n\n' : '\n' };
}

/**
 * After the lines that make a paragraph, with blank lines around; commands that stand on lines of their own
 * end it.
 */
function afterParagraph(text: string, from: number): InsertionPoint {
  let line = lineAround(text, from);
  for (;;) {
    const start = nextLineStart(text, line);
    if (start === undefined) break;
    const next = lineAround(text, start);
    if (
      next.text.trim() === '' ||
      /^\s*(?:%|\\(?:begin|end|item|question|(?:sub){0,2}part|choice|(?:sub)*section|chapter|part|paragraph|par)\b|\\\[|\$\$)/.test(
        next.text,
      )
    )
      break;
    line = next;
  }
  return alone(text, line.start, line.end);
}

/** A comment, or a range of text with nothing open in it. */
function pointReplacing(
  text: string,
  spans: readonly LatexSpan[],
  anchor: { start: number; end: number },
): InsertionPoint | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const line = lineAround(text, anchor.start);
  const before = text.slice(line.start, anchor.start);
  const indent = indentationOf(line.text);
  const isCommented = /^[ \t]*%+[ \t]*$/.test(before);
  const isAll = text.slice(anchor.end, lineAround(text, anchor.end).end).trim() === '';
  if (/(?<!\\)%/.test(before) && !(isCommented && isAll)) return undefined;
  const last = lineAround(text, anchor.end);
  if (!isAll && /(?<!\\)%/.test(text.slice(last.start, anchor.end))) return undefined;
  const isInCommand = (at: number): boolean =>
    /\\(?:[A-Za-z@]*)$/.test(text.slice(line.start, at)) && /^[^\s{}[\]]/.test(text.slice(at));
  if (isInCommand(anchor.start) || isInCommand(anchor.end)) return undefined;
  const start = isCommented ? line.start + indent.length : anchor.start;
  const isCut = spans.some(span => {
    const isAround = span.start < start && anchor.end < span.end;
    const isInside = start <= span.start && span.end <= anchor.end;
    const isApart = span.end <= start || anchor.end <= span.start;
    return (
      !isInside && !isApart && (!isAround || !textEnvironments.test(span.name) || start < span.innerStart)
    );
  });
  return isCut ? undefined : { start, end: anchor.end, prefix: '', indent, separator: '\n', suffix: '' };
}

/** The packages that the preamble does not load, after the last one that it does. */
function missingPackages(
  preamble: string,
  wanted: readonly string[],
  eol: string,
): ReferenceEdit | undefined {
  const source = withoutComments(preamble);
  // A part of the preamble in another file may load the package, with options that clash.
  if (/\\(?:input|include|import|subimport)\b/.test(source)) return undefined;
  const isLoaded = (name: string): boolean =>
    new RegExp(
      `\\\\(?:usepackage|RequirePackage)\\s*(?:\\[[^\\]]*\\])?\\s*\\{[^}]*\\b${name}\\b[^}]*\\}`,
    ).test(source);
  const isBeamer = /\\documentclass\s*(?:\[[^\]]*\])?\s*\{beamer\}/.test(source);
  const missing = isBeamer ? [] : wanted.filter(name => !isLoaded(name));
  const last = [
    ...preamble.matchAll(/^[ \t]*\\(?:documentclass|usepackage)\b[^%\r\n]*\}[ \t]*(?:%[^\r\n]*)?$/gm),
  ].at(-1);
  if (missing.length === 0 || !last) return undefined;
  const at = nextLineStart(preamble, lineAround(preamble, last.index));
  if (at === undefined) return undefined;
  return { start: at, end: at, text: missing.map(name => `\\usepackage{${name}}${eol}`).join('') };
}
