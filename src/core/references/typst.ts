import { oneLine } from './escape.ts';
import { indentationOf, lineAround, nextLineStart, trimmed, type Line } from './lines.ts';
import { belowLine, pieceText, planAt, type Piece, type Place } from './piece.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

/** Plans `image(…)` calls behind the paragraph or comment that the anchor is in; as a figure where the document has figures. */
export function planTypst(request: ReferenceRequest): ReferencePlan {
  const { text, media, eol, mode } = request;
  const anchor = trimmed(text, request.start, request.end);
  const spans = spansOf(text);
  const offset = Math.max(anchor.end - 1, anchor.start);
  const isFigure = /#figure\s*\(/.test(text);
  const pieces = media.map(each => (each.kind === 'image' ? picture(each, isFigure) : link(each)));
  const place =
    (mode === 'replace' ? placeInstead(text, spans, anchor) : undefined) ?? placeBehind(text, spans, offset);
  return planAt(place, pieces, eol);
}

export function inlineTypst(text: string, offset: number, media: ReferenceMedia): string {
  const around = spansOf(text).filter(({ start, end }) => start < offset && offset < end);
  if (around.at(-1)?.kind === 'string') return escapeString(media.path);
  const call = pieceText(media.kind === 'image' ? picture(media, false) : link(media));
  return around.at(-1)?.kind === 'code' ? call.slice(1) : call;
}

/** The path is a file's, in a string. */
function picture({ path, alt }: ReferenceMedia, isFigure: boolean): Piece {
  const words = escapeString(oneLine(alt));
  const file = `image("${escapeString(path)}", alt: "`;
  if (!isFigure) return { before: `#${file}`, alt: words, after: '")' };
  return { before: `#figure(\n  ${file}`, alt: words, after: `"),\n  caption: "${words}",\n)` };
}

function link({ path, alt, kind }: ReferenceMedia): Piece {
  return { before: `#link("${escapeString(path)}", "`, alt: escapeString(oneLine(alt) || kind), after: '")' };
}

function escapeString(text: string): string {
  return text
    .replace(/[\\"]/g, String.raw`\$&`)
    .replace(/\p{Cc}/gu, character => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** What is no markup: a comment, a raw text, a formula, code. Offsets in UTF-16. */
interface Span {
  readonly kind: 'comment' | 'raw' | 'string' | 'formula' | 'code' | 'content';
  readonly start: number;
  readonly end: number;
}

/** Deeper nesting is not looked into; nobody writes it. */
const deepest = 200;

/** Reads Typst's three modes: markup, code behind `#`, and formulas. */
function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  const add = (kind: Span['kind'], start: number, end: number): number => {
    spans.push({ kind, start, end });
    return end;
  };
  const until = (mark: string, from: number): number => {
    const found = text.indexOf(mark, from);
    return found === -1 ? text.length : found + mark.length;
  };
  /** Comments, strings and raw text are the same in every mode. @returns the end, or undefined when there is none here */
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
  for (const mark of text.slice(from).matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return from + mark.index + 2;
  }
  return text.length;
}

/**
 * Behind the outermost thing that is no markup, and then behind the paragraph; a comment is no paragraph. Content in brackets that goes
 * over lines is markup like the rest.
 */
function placeBehind(text: string, spans: readonly Span[], offset: number): Place {
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
    return placeBehind(
      text,
      spans.filter(span => span !== content),
      offset,
    );
  if (line.text.trim() === '') return belowLine(text, line.start);
  const place = belowLine(text, line.start, indent);
  const below = text.slice(place.start, lineAround(text, place.start).end);
  const isParted = /^\s*\]?[^\S\n]*$/.test(below) || nextLineStart(text, line) === undefined;
  return { ...place, lead: `\n${place.lead}`, separator: '\n\n', trail: isParted ? '\n' : '\n\n' };
}

function isAlone(text: string, { start, end }: Span): boolean {
  const before = text.slice(lineAround(text, start).start, start);
  return before.trim() === '' && text.slice(end, lineAround(text, end).end).trim() === '';
}

/** The last line of the paragraph; what begins in it and ends further down is not parted. */
function paragraphEnd(text: string, spans: readonly Span[], from: number): Line {
  let line = lineAround(text, from);
  for (;;) {
    const { end } = line;
    const open = spans.find(span => span.kind !== 'content' && span.start <= end && end < span.end);
    const start = open?.end ?? nextLineStart(text, line);
    if (start === undefined) return line;
    const next = lineAround(text, start);
    if (!open && (next.text.trim() === '' || line.text.trim() === '')) return line;
    if (!open && /^\s*(?:=+\s|[-+]\s|\/\s|\/\/|\/\*|#|\])/.test(next.text)) return line;
    line = next;
  }
}

/** A comment, or a range of markup with nothing open in it. */
function placeInstead(
  text: string,
  spans: readonly Span[],
  anchor: { start: number; end: number },
): Place | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const indent = indentationOf(lineAround(text, anchor.start).text);
  const comment = spans.find(
    ({ kind, start, end }) => kind === 'comment' && start <= anchor.start && anchor.end <= end,
  );
  const outer = spans.find(({ start, end }) => start <= anchor.start && anchor.end <= end);
  const place = (start: number, end: number): Place => ({
    start,
    end,
    lead: '',
    indent,
    separator: '\n',
    trail: '',
  });
  if (comment) {
    const isAll =
      /^\/[/*]+\s*$/.test(text.slice(comment.start, anchor.start) || '//') &&
      /^\s*(?:\*+\/)?$/.test(text.slice(anchor.end, comment.end));
    return isAll && comment === outer ? place(comment.start, comment.end) : undefined;
  }
  const isCut = spans.some(
    ({ start, end }) =>
      start < anchor.end && anchor.start < end && !(anchor.start <= start && end <= anchor.end),
  );
  return isCut ? undefined : place(anchor.start, anchor.end);
}
