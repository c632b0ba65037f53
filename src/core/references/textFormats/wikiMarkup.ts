import { encodeUrl, oneLine } from '../plan/escape.ts';
import { planAt, snippetText, type Snippet } from '../plan/snippet.ts';
import { pointAfterBlock, pointReplacingLines, type BlockSyntax } from './blockInsertion.ts';
import { findLine, lineAround, lineIndexAt, linesOf, trimmed, type Line } from '../../../base/lines.ts';
import { fillSlot, isSlot, isSlotName, onlyMedia } from '../plan/slot.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** Plans `!…!` in a Textile document, after the block that the anchor is in; sounds and videos are links. */
export function planTextile(request: ReferenceRequest): ReferencePlan | undefined {
  const filled = fillTextile(request);
  if (filled) return filled;
  const lines = linesOf(request.text);
  const own = lineIndexAt(lines, Math.max(request.end - 1, request.start));
  const isInLongBlock = extendedBlocks(lines).some(({ first, until }) => first <= own && own <= until);
  const snippets = request.media.map(textileSnippet);
  // Only the mark of another block ends one that goes over blank lines.
  const marked = isInLongBlock ? snippets.map(each => ({ ...each, before: `p. ${each.before}` })) : snippets;
  return planBlocks(request, textile, marked);
}

/** Fills an image without an address, on the line of the anchor. */
function fillTextile(request: ReferenceRequest): ReferencePlan | undefined {
  const only = onlyMedia(request);
  const anchor = trimmed(request.text, request.start, request.end);
  const line = lineAround(request.text, anchor.start);
  if (only?.kind !== 'image' || line.text.length > longestLine) return undefined;
  for (const { index, 0: whole, 1: inner = '', 2: words } of line.text.matchAll(
    /!([^!()\n]*)(\([^()!\n]*\))?!/g,
  )) {
    const start = line.start + index;
    if (anchor.start < start || anchor.end > start + whole.length) continue;
    const isMeant = inner.trim() === '' ? words !== undefined : request.mode === 'replace';
    if (isMeant && isSlot(request, anchor, inner, start + 1))
      return fillSlot({ start: start + 1, end: start + 1 + inner.length }, textileAddress(only));
  }
  return undefined;
}

/** In a longer line images are not sought, which bounds the time. */
const longestLine = 10_000;

export function inlineTextile(_text: string, _offset: number, media: ReferenceMedia): string {
  return snippetText(textileSnippet(media));
}

/** Plans `[[File:…]]` in a text of MediaWiki, which knows files by their names. */
export function planWikitext(request: ReferenceRequest): ReferencePlan | undefined {
  const snippets = request.media.map(wikitextSnippet);
  if (snippets.includes(undefined)) return undefined;
  const filled = fillFile(request) ?? fillParameter(request);
  if (filled) return filled;
  return planBlocks(
    request,
    wikitext,
    snippets.filter(each => each !== undefined),
  );
}

export function inlineWikitext(_text: string, _offset: number, media: ReferenceMedia): string {
  const snippet = wikitextSnippet(media);
  return snippet ? snippetText(snippet) : media.path;
}

/** Fills `[[File:]]` without a name, on the line of the anchor. */
function fillFile(request: ReferenceRequest): ReferencePlan | undefined {
  const only = onlyMedia(request);
  const anchor = trimmed(request.text, request.start, request.end);
  const line = lineAround(request.text, anchor.start);
  if (!only || line.text.length > longestLine) return undefined;
  for (const { index, 0: whole, 1: before = '', 2: inner = '' } of line.text.matchAll(
    /(\[\[[ \t]*(?:File|Image|Media)[ \t]*:)([^[\]|]*)(?:\|[^[\]]*)?\]\]/gi,
  )) {
    const start = line.start + index;
    const from = start + before.length;
    if (start <= anchor.start && anchor.end <= start + whole.length && isSlot(request, anchor, inner, from))
      return fillSlot({ start: from, end: from + inner.length }, fileName(only));
  }
  return undefined;
}

/** Fills the empty parameter for a picture of the template that the anchor is in. */
function fillParameter(request: ReferenceRequest): ReferencePlan | undefined {
  const only = onlyMedia(request);
  const anchor = trimmed(request.text, request.start, request.end);
  const lines = linesOf(request.text);
  const own = lineIndexAt(lines, anchor.start);
  const template = enclosed(lines, /^\{\{(?!.*\}\})/, /^[ \t|]*\}\}|\}\}[ \t]*$/).find(
    ({ first, last }) => first <= own && own <= last,
  );
  if (!only || !template) return undefined;
  const slots = lines.slice(template.first, template.last + 1).flatMap(({ text, start }) => {
    if (text.length > longestLine / 10) return [];
    const [whole, name = '', value = ''] =
      /^[ \t]*\|[ \t]*([\w .-]+?)[ \t]*=[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
    const at = whole === undefined ? -1 : text.indexOf('=') + 1;
    const gap = /^[ \t]*/.exec(text.slice(at))?.[0] ?? '';
    const from = start + at + gap.length;
    return whole !== undefined && isSlotName(only.kind, name) && isSlot(request, anchor, value, from)
      ? [{ start: from, end: from + value.length, space: gap === '' ? ' ' : '' }]
      : [];
  });
  const [slot] = slots;
  return slot && slots.length === 1 ? fillSlot(slot, slot.space + fileName(only)) : undefined;
}

function fileName({ path }: Pick<ReferenceMedia, 'path'>): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function planBlocks(
  request: ReferenceRequest,
  syntax: BlockSyntax,
  snippets: readonly Snippet[],
): ReferencePlan | undefined {
  const { text, eol, mode } = request;
  const replacing = mode === 'replace' ? pointReplacingLines(text, request, syntax) : undefined;
  const point = replacing ?? pointAfterBlock(text, request, syntax);
  return (
    point && planAt({ ...point, indent: '', prefix: point.prefix.replace(/[ \t]+$/, '') }, snippets, eol)
  );
}

function textileSnippet({ kind, path, alt, expression }: ReferenceMedia): Snippet {
  const address = textileAddress({ path, expression });
  const words = oneLine(alt)
    .replace(/[()!"[\]]/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  if (kind !== 'image') return { before: '"', alt: words || kind, after: `":${address}` };
  return words === ''
    ? { before: `!${address}!`, after: '' }
    : { before: `!${address}(`, alt: words, after: ')!' };
}

function textileAddress({ path, expression }: { path: string; expression?: string | undefined }): string {
  return expression ?? encodeUrl(path, /[!()[\]]/);
}

/** Undefined for a name that brackets cannot hold. */
function wikitextSnippet({ path, alt }: ReferenceMedia): Snippet | undefined {
  const name = fileName({ path });
  if (/[[\]|{}#<>\p{Cc}]/u.test(name)) return undefined;
  const words = oneLine(alt)
    .replace(/\[\[|\]\]|\{\{|\}\}|[|<>]/g, ' ')
    .trim();
  return words === ''
    ? { before: `[[File:${name}|thumb]]`, after: '' }
    : { before: `[[File:${name}|thumb|`, alt: words, after: ']]' };
}

const textile: BlockSyntax = {
  separatedByBlankLines: true,
  comment: /^###\.{1,2}[ \t]*/,
  // A list goes on to the next blank line: a picture in it would end it.
  item: /(?!)/,
  heading: /^h[1-6](?:\([^)]*\)|\{[^}]*\}|[<>=])*\.\s/,
  isBlockMetadata: () => false,
  delimitedBlocks: lines =>
    [
      ...extendedBlocks(lines),
      ...enclosed(lines, /^(?:<pre\b|<notextile>)/i, /<\/(?:pre|notextile)>/i),
    ].toSorted((a, b) => a.first - b.first),
};

const blockMark =
  /^(?:h[1-6]|p|bq|bc|pre|notextile|table|fn\d+|###)(?:\([^)]*\)|\{[^}]*\}|\[[^\]]*\]|[<>=~^-])*\.{1,2}[: ]/;

/** Blocks with two dots, which go on over blank lines to the next block with a mark. */
function extendedBlocks(lines: readonly Line[]): { first: number; last: number; until: number }[] {
  const found: { first: number; last: number; until: number }[] = [];
  for (let first = 0; first < lines.length; first++) {
    const line = lines[first]?.text ?? '';
    if (!/^(?:bq|bc|pre|notextile|###)(?:\([^)]*\)|\{[^}]*\}|\[[^\]]*\])*\.\. /.test(line)) continue;
    const next = findLine(lines, first + 1, text => blockMark.test(text));
    const until = (next === -1 ? lines.length : next) - 1;
    let last = until;
    while (last > first && (lines[last]?.text ?? '').trim() === '') last--;
    found.push({ first, last, until });
    first = last;
  }
  return found;
}

const wikitext: BlockSyntax = {
  separatedByBlankLines: true,
  comment: /^<!--[ \t]*/,
  item: /(?!)/,
  heading: /^={1,6}[^=].*=[ \t]*$/,
  isBlockMetadata: () => false,
  delimitedBlocks: lines =>
    [
      ...enclosed(lines, /^[ \t:]*\{\|/, /^[ \t]*\|\}/),
      ...enclosed(lines, /<!--(?!.*-->)/, /-->/),
      ...enclosed(
        lines,
        /<(?:pre|nowiki|syntaxhighlight|gallery|math)\b(?!.*<\/)/i,
        /<\/(?:pre|nowiki|syntaxhighlight|gallery|math)>/i,
      ),
      ...enclosed(lines, /^\{\{(?!.*\}\})/, /\}\}[ \t]*$/),
    ].toSorted((a, b) => a.first - b.first),
};

/** The lines from one that opens something to the one that closes it. */
function enclosed(lines: readonly Line[], open: RegExp, close: RegExp): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (let first = findLine(lines, 0, text => open.test(text)); first !== -1;) {
    const last = findLine(lines, first, text => close.test(text));
    if (last === -1) break;
    found.push({ first, last });
    first = findLine(lines, last + 1, text => open.test(text));
  }
  return found;
}
