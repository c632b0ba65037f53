import { lineIndexAt, trimmed } from '../../../base/lines.ts';
import { insertMarkdownBlock, scanMarkdown, type MarkdownLines } from './insertMarkdownBlock.ts';
import { fillMarkdown, isInImage } from './markdownSlots.ts';
import { markdownSnippet, type MarkdownLanguage } from './markdownSnippet.ts';
import { mdxSpans } from './mdxSpans.ts';
import { snippetText } from '../plan/snippet.ts';
import type { ReferenceEdit, ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * Plans images, and tags for video and audio, as blocks of their own after the block that the anchor is in,
 * or fills the place that is there for them.
 */
export function planMarkdown(
  language: MarkdownLanguage,
  request: ReferenceRequest,
): ReferencePlan | undefined {
  const { text, start, eol, media } = request;
  const scan = scanMarkdown(text, language === 'mdx');
  const filled = fillMarkdown(language, request, scan);
  if (filled) return filled;
  const snippets = media.map(each => markdownSnippet(language, request, each));
  const replacing =
    request.mode === 'replace' ? replaceableRange(text, scan, trimmed(text, start, request.end)) : undefined;
  const isBlock = !replacing || isWholeLines(text, replacing);
  const reference = snippets.map(snippetText).join(isBlock ? eol + eol : ' ');
  const own =
    replacing && !cutsExpression(language, text, replacing)
      ? { ...replacing, text: reference }
      : insertion(language, request, reference, scan);
  const [first] = snippets;
  const at = first ? own.text.indexOf(snippetText(first)) + first.before.length : 0;
  const alt = first?.alt === undefined ? undefined : { start: at, end: at + first.alt.length };
  return { edits: [own], main: 0, alt };
}

export function inlineMarkdown(language: MarkdownLanguage, media: ReferenceMedia): string {
  return snippetText(markdownSnippet(language, {}, media));
}

function insertion(
  language: MarkdownLanguage,
  { text, start, end, eol, manners }: ReferenceRequest,
  reference: string,
  scan: MarkdownLines,
): ReferenceEdit {
  const syntax = { isMdx: language === 'mdx', dialect: manners?.markdown };
  const found = insertMarkdownBlock(text, end, reference, eol, start, syntax, scan);
  return { start: found.offset, end: found.offset, text: found.text };
}

/** Blanks and marks around an anchor are not sought farther. */
const farthest = 1_000;

/**
 * The anchor, widened to the comment or the fenced code of which it is all; undefined where it is only a part
 * of that.
 */
function replaceableRange(
  text: string,
  { lines, scanned }: MarkdownLines,
  anchor: { start: number; end: number },
): { start: number; end: number } | undefined {
  if (anchor.end <= anchor.start || isInImage(text, anchor)) return undefined;
  const before = text.slice(Math.max(0, anchor.start - farthest), anchor.start);
  const after = text.slice(anchor.end, anchor.end + farthest);
  const commentStart = /(?:<!--|\{\{-?\s*\/\*|\{\/\*|%%|\{%-?\s*comment\s*-?%\})\s*$/.exec(before);
  const commentEnd = /^\s*(?:-->|\*\/\s*-?\}\}|\*\/\}|%%|\{%-?\s*endcomment\s*-?%\})/.exec(after);
  if (commentStart && commentEnd)
    return { start: anchor.start - commentStart[0].length, end: anchor.end + commentEnd[0].length };
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
    const isOther =
      /^\s*(?:<|---\s*$|\+\+\+\s*$| {4}|\t|\{\s*$|\{[{%]|\$\$)/.test(opening) &&
      block?.containers.length === 0;
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
  const spans = language === 'mdx' ? mdxSpans(text) : commentsOf(text);
  // Of an element only a part may be in the range.
  if (spans.some(span => span.kind === 'tag' && touches(span))) return true;
  return spans.some(span => touches(span) && (span.start < start || end < span.end));
}

function commentsOf(text: string): { kind: 'comment'; start: number; end: number }[] {
  const comments: { kind: 'comment'; start: number; end: number }[] = [];
  for (let start = text.indexOf('<!--'); start !== -1;) {
    const close = text.indexOf('-->', start + 4);
    if (close === -1) break;
    comments.push({ kind: 'comment', start, end: close + 3 });
    start = text.indexOf('<!--', close);
  }
  return comments;
}
