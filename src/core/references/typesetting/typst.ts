import { oneLine } from '../plan/escape.ts';
import { indentationOf, lineAround, nextLineStart, trimmed, type Line } from '../../../base/lines.ts';
import { fillSlot, isSlot, onlyMedia } from '../plan/slot.ts';
import { belowLine, planAt, snippetText, type InsertionPoint, type Snippet } from '../plan/snippet.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * Plans `image(…)` calls after the paragraph or comment that the anchor is in; as a figure where the document
 * has figures.
 */
export function planTypst(request: ReferenceRequest): ReferencePlan {
  const { text, media, eol, mode } = request;
  const anchor = trimmed(text, request.start, request.end);
  const spans = typstSpans(text);
  const offset = Math.max(anchor.end - 1, anchor.start);
  const filled = fillCall(request, spans, anchor);
  if (filled) return filled;
  const isFigure = /#figure\s*\(/.test(text);
  const snippets = media.map(each =>
    each.kind === 'image' ? imageSnippet(each, isFigure) : linkSnippet(each),
  );
  const point =
    (mode === 'replace' ? pointReplacing(text, spans, anchor) : undefined) ?? pointAfter(text, spans, offset);
  return planAt(point, snippets, eol);
}

/** Fills `image("")` in the call that the anchor is in. */
function fillCall(
  request: ReferenceRequest,
  spans: readonly TypstSpan[],
  anchor: { start: number; end: number },
): ReferencePlan | undefined {
  const only = onlyMedia(request);
  if (only?.kind !== 'image') return undefined;
  const call = spans.find(
    ({ kind, start, end }) => kind === 'code' && start <= anchor.start && anchor.end <= end,
  );
  if (!call) return undefined;
  for (const { index, 0: whole, 1: before = '', 2: inner = '' } of request.text
    .slice(call.start, call.end)
    .matchAll(/(\bimage\s*\(\s*")((?:\\.|[^"\\\r\n])*)"/g)) {
    const start = call.start + index + before.length;
    const isIn = start <= anchor.start && anchor.end <= call.start + index + whole.length;
    if ((isIn || inner === '') && isSlot(request, anchor, inner, start))
      return fillSlot({ start, end: start + inner.length }, escapeTypstString(only.path));
  }
  return undefined;
}

export function inlineTypst(text: string, offset: number, media: ReferenceMedia): string {
  const around = typstSpans(text).filter(({ start, end }) => start < offset && offset < end);
  if (around.at(-1)?.kind === 'string') return escapeTypstString(media.path);
  const call = snippetText(media.kind === 'image' ? imageSnippet(media, false) : linkSnippet(media));
  return around.at(-1)?.kind === 'code' ? call.slice(1) : call;
}

/** The path is a file's, in a string. */
function imageSnippet({ path, alt }: ReferenceMedia, isFigure: boolean): Snippet {
  const words = escapeTypstString(oneLine(alt));
  const file = `image("${escapeTypstString(path)}", alt: "`;
  if (!isFigure) return { before: `#${file}`, alt: words, after: '")' };
  return { before: `#figure(\n  ${file}`, alt: words, after: `"),\n  caption: "${words}",\n)` };
}

function linkSnippet({ path, alt, kind }: ReferenceMedia): Snippet {
  return {
    before: `#link("${escapeTypstString(path)}", "`,
    alt: escapeTypstString(oneLine(alt) || kind),
    after: '")',
  };
}

/** A text between the quotes of a string. */
export function escapeTypstString(text: string): string {
  return text
    .replace(/[\\"]/g, String.raw`\$&`)
    .replace(/\p{Cc}/gu, character => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** A range that is not markup: a comment, a raw text, a formula, code. Offsets in UTF-16. */
export interface TypstSpan {
  readonly kind: 'comment' | 'raw' | 'string' | 'formula' | 'code' | 'content';
  readonly start: number;
  readonly end: number;
}

/** Deeper nesting is not read, which bounds the recursion. */
const deepest = 200;

/** Reads Typst's three modes: markup, code after `#`, and formulas. */
export function typstSpans(text: string): TypstSpan[] {
  const spans: TypstSpan[] = [];
  const add = (kind: TypstSpan['kind'], start: number, end: number): number => {
    spans.push({ kind, start, end });
    return end;
  };
  const until = (delimiter: string, from: number): number => {
    const found = text.indexOf(delimiter, from);
    return found === -1 ? text.length : found + delimiter.length;
  };
  /**
   * Comments, strings and raw text are the same in every mode.
   * @returns the end, or undefined when there is none here
   */
  const common = (at: number, isMarkup: boolean): number | undefined => {
    if (text.startsWith('//', at) && !(isMarkup && text[at - 1] === ':')) {
      return add('comment', at, lineAround(text, at).end);
    }
    if (text.startsWith('/*', at)) return add('comment', at, commentEnd(text, at));
    const ticks = /^`+/.exec(text.slice(at, at + 40))?.[0];
    if (ticks !== undefined && ticks.length !== 2) return add('raw', at, until(ticks, at + ticks.length));
    if (text[at] === '"' && !isMarkup) {
      const string = /^"(?:\\[^]|[^"\\])*"?/.exec(text.slice(at))?.[0] ?? '"';
      return add('string', at, at + string.length);
    }
    return undefined;
  };
  let depth = 0;
  const nested = (read: () => number, at: number): number => {
    if (depth >= deepest) return at + 1;
    depth++;
    const end = read();
    depth--;
    return end;
  };
  const markup = (from: number, close: ']' | undefined): number => {
    for (let at = from; at < text.length;) {
      const character = text[at];
      if (character === '\\') at += 2;
      else if (character === close) return at + 1;
      else if (character === '[') at = inBrackets(at);
      else if (character === '#') at = expression(at);
      else if (character === '$') at = formula(at);
      else at = common(at, true) ?? at + (text[at] === '`' && text[at + 1] === '`' ? 2 : 1);
    }
    return text.length;
  };
  const formula = (from: number): number => {
    let at = from + 1;
    while (at < text.length && text[at] !== '$')
      at = text[at] === '\\' ? at + 2 : (common(at, false) ?? at + 1);
    return add('formula', from, Math.min(at + 1, text.length));
  };
  /** `#name(…)[…].field(…)`, `#{…}`, `#let … = …` to the end of the line. */
  const expression = (from: number): number => {
    const keyword = /^#(?:let|set|show|import|include|if|for|while|return|context)\b/.exec(
      text.slice(from, from + 12),
    );
    const head = /^#(?:[\p{L}_][\p{L}\p{N}_-]*)?/u.exec(text.slice(from, from + 200))?.[0] ?? '#';
    let at = from + (keyword?.[0].length ?? head.length);
    for (; at < text.length;) {
      const character = text[at];
      if (character === '(' || character === '{') at = inCode(at);
      else if (character === '[') {
        at = add('content', at, inBrackets(at));
      } else if (keyword) {
        if (character === '\n') break;
        if (character === ';') return add('code', from, at + 1);
        if (character === ']') break;
        at = common(at, false) ?? at + 1;
      } else {
        const field = /^\.[\p{L}_][\p{L}\p{N}_-]*/u.exec(text.slice(at, at + 200));
        if (!field) break;
        at += field[0].length;
      }
    }
    return add('code', from, at);
  };
  const brackets = (from: number): number => {
    const close = text[from] === '(' ? ')' : '}';
    for (let at = from + 1; at < text.length;) {
      const character = text[at];
      if (character === close) return at + 1;
      if (character === '(' || character === '{') at = inCode(at);
      else if (character === '[') {
        at = add('content', at, inBrackets(at));
      } else if (character === '$') at = formula(at);
      else at = common(at, false) ?? at + 1;
    }
    return text.length;
  };
  const inBrackets = (at: number): number => nested(() => markup(at + 1, ']'), at);
  const inCode = (at: number): number => nested(() => brackets(at), at);
  markup(0, undefined);
  return spans.sort((a, b) => a.start - b.start || b.end - a.end);
}

function commentEnd(text: string, from: number): number {
  let depth = 0;
  for (const delimiter of text.slice(from).matchAll(/\/\*|\*\//g)) {
    depth += delimiter[0] === '/*' ? 1 : -1;
    if (depth === 0) return from + delimiter.index + 2;
  }
  return text.length;
}

/**
 * After the outermost span, and then after the paragraph; a comment does not count as one. Content in
 * brackets that goes over lines is markup like the rest.
 */
function pointAfter(text: string, spans: readonly TypstSpan[], offset: number): InsertionPoint {
  const around = spans.filter(({ start, end }) => start <= offset && offset < end);
  const block = around.findLastIndex(
    ({ kind, start, end }) => kind === 'content' && text.slice(start, end).includes('\n'),
  );
  const content = around[block];
  const outer = around[block + 1];
  const inner = content ? spans.filter(({ start }) => start > content.start) : spans;
  const indent = indentationOf(lineAround(text, outer?.start ?? offset).text);
  if (outer?.kind === 'comment' && isAlone(text, outer)) return belowLine(text, outer.end, indent);
  const line = paragraphEnd(text, inner, outer?.end ?? offset);
  // The content ends in this line: what is below is outside of it.
  if (content && content.end <= line.end)
    return pointAfter(
      text,
      spans.filter(span => span !== content),
      offset,
    );
  if (line.text.trim() === '') return belowLine(text, line.start);
  // What belongs to an item is indented as its text is.
  const mark = /^[ \t]*(?:[-+/]|\d+\.)[ \t]+/.exec(lineAround(text, outer?.start ?? offset).text)?.[0];
  const isTerm = mark?.trimStart().startsWith('/');
  const own = mark === undefined ? indent : isTerm ? `${indent}  ` : mark.replace(/\S/g, ' ');
  const point = belowLine(text, line.start, own);
  const below = text.slice(point.start, lineAround(text, point.start).end);
  const isSeparated = /^\s*\]?[^\S\n]*$/.test(below) || nextLineStart(text, line) === undefined;
  return { ...point, prefix: `\n${point.prefix}`, separator: '\n\n', suffix: isSeparated ? '\n' : '\n\n' };
}

function isAlone(text: string, { start, end }: TypstSpan): boolean {
  const before = text.slice(lineAround(text, start).start, start);
  return before.trim() === '' && text.slice(end, lineAround(text, end).end).trim() === '';
}

/** The last line of the paragraph; what begins in it and ends further down is not split. */
function paragraphEnd(text: string, spans: readonly TypstSpan[], from: number): Line {
  let line = lineAround(text, from);
  for (;;) {
    const { end } = line;
    const open = spans.find(span => span.kind !== 'content' && span.start <= end && end < span.end);
    const start = open?.end ?? nextLineStart(text, line);
    if (start === undefined) return line;
    const next = lineAround(text, start);
    if (!open && (next.text.trim() === '' || line.text.trim() === '')) return line;
    if (!open && /^\s*(?:=+\s|[-+]\s|\d+\.\s|\/\s|\/\/|\/\*|#|\])/.test(next.text)) return line;
    line = next;
  }
}

/** A comment, or a range of markup with nothing open in it. */
function pointReplacing(
  text: string,
  spans: readonly TypstSpan[],
  anchor: { start: number; end: number },
): InsertionPoint | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const indent = indentationOf(lineAround(text, anchor.start).text);
  const comment = spans.find(
    ({ kind, start, end }) => kind === 'comment' && start <= anchor.start && anchor.end <= end,
  );
  const outer = spans.find(({ start, end }) => start <= anchor.start && anchor.end <= end);
  const point = (start: number, end: number): InsertionPoint => ({
    start,
    end,
    prefix: '',
    indent,
    separator: '\n',
    suffix: '',
  });
  if (comment) {
    const isAll =
      /^\/[/*]+\s*$/.test(text.slice(comment.start, anchor.start) || '//') &&
      /^\s*(?:\*+\/)?$/.test(text.slice(anchor.end, comment.end));
    return isAll && comment === outer ? point(comment.start, comment.end) : undefined;
  }
  const isCut = spans.some(
    ({ start, end }) =>
      start < anchor.end && anchor.start < end && !(anchor.start <= start && end <= anchor.end),
  );
  return isCut ? undefined : point(anchor.start, anchor.end);
}
