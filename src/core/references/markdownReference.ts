import { oneLine } from './escape.ts';
import { lineIndexAt, linesOf, trimmed } from './lines.ts';
import { encodeDestination, escapeText, insertMarkdownBlock, type Insertion } from './markdown.ts';
import { scanBlocks } from './markdownBlocks.ts';
import { mediaTag } from './markupTag.ts';
import { pieceText, type Piece } from './piece.ts';
import { skipScript } from './script.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

export type MarkdownLanguage = 'markdown' | 'mdx';

/** An opening or closing tag of MDX, or what there is of one. */
const mdxTag = /<[A-Za-z/>](?:"[^"]*"|'[^']*'|[^<>"'])*>?/g;

/** Plans images, and tags for film and sound, as blocks of their own behind the block that the anchor is in. */
export function planMarkdown(
  language: MarkdownLanguage,
  request: ReferenceRequest,
): ReferencePlan | undefined {
  const { text, start, eol, media } = request;
  const pieces = media.map(each => markdownPiece(language, each));
  const instead =
    request.mode === 'replace' ? rangeInstead(text, trimmed(text, start, request.end)) : undefined;
  const isBlock = !instead || isWholeLines(text, instead);
  const reference = pieces.map(pieceText).join(isBlock ? eol + eol : ' ');
  const own =
    instead && !cutsExpression(language, text, instead)
      ? { ...instead, text: reference }
      : insertion(language, request, reference);
  const [first] = pieces;
  const at = first ? own.text.indexOf(pieceText(first)) + first.before.length : 0;
  const alt = first?.alt === undefined ? undefined : { start: at, end: at + first.alt.length };
  return { edits: [own], main: 0, alt };
}

export function inlineMarkdown(language: MarkdownLanguage, media: ReferenceMedia): string {
  return pieceText(markdownPiece(language, media));
}

function markdownPiece(language: MarkdownLanguage, media: ReferenceMedia): Piece {
  if (media.kind !== 'image') return mediaTag(language === 'mdx' ? 'jsx' : 'html', media);
  const alt = escapeText(oneLine(media.alt));
  return {
    before: '![',
    alt: language === 'mdx' ? alt.replace(/[{}]/g, String.raw`\$&`) : alt,
    after: `](${encodeDestination(media.path)})`,
  };
}

function insertion(
  language: MarkdownLanguage,
  { text, start, end, eol }: ReferenceRequest,
  reference: string,
): { start: number; end: number; text: string } {
  let found: Insertion = insertMarkdownBlock(text, end, reference, eol, start);
  if (language === 'mdx') {
    for (const span of expressionsOf(text)) {
      if (span.start < found.offset && found.offset < span.end)
        found = insertMarkdownBlock(text, span.end, reference, eol, span.start);
    }
  }
  return { start: found.offset, end: found.offset, text: found.text };
}

/** The anchor, widened to the comment or the fenced code of which it is all; undefined where it is only a part of that. */
function rangeInstead(
  text: string,
  anchor: { start: number; end: number },
): { start: number; end: number } | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const before = text.slice(0, anchor.start);
  const after = text.slice(anchor.end);
  const lead = /(?:<!--|\{\/\*)\s*$/.exec(before);
  const tail = /^\s*(?:-->|\*\/\})/.exec(after);
  if (lead && tail) return { start: lead.index, end: anchor.end + tail[0].length };
  const lines = linesOf(text);
  const scanned = scanBlocks(lines.map(line => line.text));
  const block = scanned[lineIndexAt(lines, anchor.start)]?.block;
  const other = scanned[lineIndexAt(lines, anchor.end - 1)]?.block;
  if (block !== other) {
    // Of several blocks only whole ones, or code would lose one of its ends.
    const starts =
      block === undefined || anchor.start <= trimmed(text, lines[block.first]?.start ?? 0, text.length).start;
    const ends = other === undefined || anchor.end >= (lines[other.last]?.end ?? 0);
    return starts && ends ? anchor : undefined;
  }
  const first = lines[block?.first ?? -1];
  const last = lines[block?.last ?? -1];
  if (!first || !last) return anchor;
  const opening = text.slice(first.start, first.end);
  const fence = /(?:`{3,}|~{3,}).*$/.exec(opening);
  if (!fence) {
    const isOther = /^\s*(?:<|---\s*$|\+\+\+\s*$| {4}|\t)/.test(opening) && block?.containers.length === 0;
    return isOther && anchor.start > first.start ? undefined : anchor;
  }
  const isAll =
    text.slice(first.end, anchor.start).trim() === '' && text.slice(anchor.end, last.start).trim() === '';
  return isAll && !block?.unclosed ? { start: first.start + fence.index, end: last.end } : undefined;
}

function isWholeLines(text: string, { start, end }: { start: number; end: number }): boolean {
  return /(?:^|[\r\n])$/.test(text.slice(0, start)) && /^(?:[\r\n]|$)/.test(text.slice(end));
}

/** Whether a range takes only a part of a comment, or in MDX of an expression. */
function cutsExpression(
  language: MarkdownLanguage,
  text: string,
  { start, end }: { start: number; end: number },
): boolean {
  const touches = (span: { start: number; end: number }): boolean => span.start < end && start < span.end;
  // Of an element only a part may be in the range.
  if (language === 'mdx' && spansOf(text, mdxTag).some(touches)) return true;
  const spans = language === 'mdx' ? expressionsOf(text) : spansOf(text, /<!--[^]*?-->/g);
  return spans.some(span => touches(span) && (span.start < start || end < span.end));
}

function spansOf(text: string, pattern: RegExp): { start: number; end: number }[] {
  return [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
  }));
}

/** Expressions, and the imports and exports that end with a blank line; in code neither is anything. */
function expressionsOf(text: string): { start: number; end: number }[] {
  const source = text.replace(
    /^([ \t>]*)(`{3,}|~{3,})[^]*?(?:\n[ \t>]*\2[`~]*[ \t]*$|(?![^]))|(`+)[^`\n]+\3|\\[{}]/gm,
    whole => whole.replace(/[^\r\n]/g, ' '),
  );
  const spans = spansOf(source, /^(?:import|export)\s[^]*?(?=\n[ \t]*\r?\n|(?![^]))/gm);
  // Where several are never closed, nobody can say what is inside of what.
  for (let at = source.indexOf('{'), failures = 0; at !== -1 && failures < 20;) {
    const end = skipScript(source, at + 1, '}', () => undefined);
    const isClosed = source[end - 1] === '}';
    if (isClosed) spans.push({ start: at, end });
    else failures++;
    at = source.indexOf('{', isClosed ? end : at + 1);
  }
  return spans.sort((a, b) => a.start - b.start);
}
