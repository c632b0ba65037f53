import {
  pointAfterBlock,
  pointReplacingLines,
  type BlockSyntax,
  type DelimitedBlock,
} from './blockInsertion.ts';
import { oneLine } from '../plan/escape.ts';
import { findLine, lineAround, nextLineStart, trimmed, type Line } from '../../../base/lines.ts';
import { fillSlot, isSlot, onlyMedia } from '../plan/slot.ts';
import { planAt, type Snippet } from '../plan/snippet.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** Plans `file:` links in an Org document, images with the alternative text that HTML gets. */
export function planOrg(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  if (media.some(({ path }) => !isReadable(path))) return undefined;
  const filled = fillLink(request);
  if (filled) return filled;
  const replacing = mode === 'replace' ? pointReplacingLines(text, request, orgBlocks) : undefined;
  const point = replacing ?? pointAfterBlock(text, request, orgBlocks);
  if (!point) return undefined;
  return planAt(point, media.map(blockSnippet), eol);
}

/** Fills a link without a path, on the line of the anchor or below its caption. */
function fillLink(request: ReferenceRequest): ReferencePlan | undefined {
  const only = onlyMedia(request);
  const { text } = request;
  const anchor = trimmed(text, request.start, request.end);
  const line = lineAround(text, anchor.start);
  const next = /^[ \t]*#\+/.test(line.text) ? nextLineStart(text, line) : undefined;
  if (!only || line.text.length > longestLine) return undefined;
  const end = next === undefined ? line.end : lineAround(text, next).end;
  for (const { index, 0: whole, 1: before = '', 2: inner = '' } of text
    .slice(line.start, end)
    .matchAll(/(\[\[(?:file:|\.\/)?)([^[\]]*)\]/g)) {
    const start = line.start + index;
    const isIn = start <= anchor.start && anchor.end <= start + whole.length;
    if (!isIn && (inner !== '' || start < line.end)) continue;
    if (!isSlot(request, anchor, inner, start + before.length)) continue;
    const prefix = before === '[[' ? 'file:' : '';
    const slot = { start: start + before.length, end: start + before.length + inner.length };
    return fillSlot(slot, prefix + escapePath(only.path));
  }
  return undefined;
}

/** In a longer line links are not sought, which bounds the time. */
const longestLine = 10_000;

export function inlineOrg(_text: string, _offset: number, { path }: ReferenceMedia): string {
  return isReadable(path) ? link(path) : path;
}

/** A line break ends a link, and `::` begins a place to look for in the file. */
function isReadable(path: string): boolean {
  return !/[\p{Cc}]|::/u.test(path);
}

function blockSnippet({ kind, path, alt, width }: ReferenceMedia): Snippet {
  const words = oneLine(alt);
  if (kind !== 'image' || words === '') return { before: link(path), after: '' };
  const size = width === undefined ? '' : ` :width ${width}`;
  return { before: '#+ATTR_HTML: :alt ', alt: escapeAttribute(words), after: `${size}\n${link(path)}` };
}

/**
 * Brackets, and the backslashes before them, are escaped (Org 9.3); nothing is encoded, for it is the path of
 * a file.
 */
function link(path: string): string {
  return `[[file:${escapePath(path)}]]`;
}

function escapePath(path: string): string {
  return path.replace(/\\*(?:[[\]]|$)/g, run => run.replace(/[\\[\]]/g, String.raw`\$&`));
}

/** A zero-width space is Org's own way to say that what looks like its syntax is text. */
function escapeAttribute(text: string): string {
  return text.replace(/(^|\s):(?=[\w-]+(?:\s|$))/g, '$1\u200B:');
}

export const orgBlocks: BlockSyntax = {
  separatedByBlankLines: true,
  comment: /^[ \t]*#(?:[ \t]+|$)/,
  item: /^(?:[ \t]*(?:[-+]|\d+[.)])[ \t]|[ \t]+\*[ \t])/,
  heading: /^\*+ /,
  isBlockMetadata: line => /^[ \t]*#\+(?!begin|end)[\w-]+(?:\[.*\])?:/i.test(line),
  delimitedBlocks(lines: readonly Line[]): DelimitedBlock[] {
    const delimitedBlocks: DelimitedBlock[] = [];
    const ends = lastEnds(lines);
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index]?.text ?? '';
      if (/^\*+ /.test(line)) {
        const last = headEnd(lines, index);
        if (last > index) delimitedBlocks.push({ first: index, last });
        index = last;
        continue;
      }
      const block = /^[ \t]*#\+begin_(\S+)/i.exec(line)?.[1];
      const isFlow = block !== undefined && /^(?:quote|center|verse)$/i.test(block);
      if (isFlow || (block === undefined && !isDrawer(line))) continue;
      const close =
        block === undefined
          ? /^[ \t]*:end:[ \t]*$/i
          : new RegExp(`^[ \\t]*#\\+end_${escapePattern(block)}[ \\t]*$`, 'i');
      // A block that is never closed is a paragraph.
      if ((ends.get(block?.toLowerCase() ?? ':') ?? -1) <= index) continue;
      const last = findLine(lines, index + 1, text => close.test(text));
      if (last === -1) continue;
      const end = block === undefined ? last : resultsEnd(lines, last);
      delimitedBlocks.push({ first: index, last: end });
      index = end;
    }
    return delimitedBlocks;
  },
};

/** The last line of what a block of code has printed, which must follow it; without any, of the block. */
function resultsEnd(lines: readonly Line[], block: number): number {
  const textAt = (index: number): string => lines[index]?.text ?? '';
  let at = block + 1;
  while (at < lines.length && textAt(at).trim() === '') at++;
  if (!/^[ \t]*#\+results(?:\[[^\]]*\])?:/i.test(textAt(at))) return block;
  const first = textAt(at + 1);
  const [, name] = /^[ \t]*#\+begin_(\S+)/i.exec(first) ?? [];
  const close =
    name === undefined ? undefined : new RegExp(`^[ \\t]*#\\+end_${escapePattern(name)}[ \\t]*$`, 'i');
  const end = close ?? (isDrawer(first) ? /^[ \t]*:end:[ \t]*$/i : undefined);
  const closed = end ? findLine(lines, at + 2, text => end.test(text)) : -1;
  if (closed !== -1) return closed;
  while (at + 1 < lines.length && textAt(at + 1).trim() !== '' && !/^\*+ /.test(textAt(at + 1))) at++;
  return at;
}

/** By the name of a block, or `:` for drawers, the last line that ends one. */
function lastEnds(lines: readonly Line[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const [index, { text }] of lines.entries()) {
    const [, name, drawer] = /^[ \t]*(?:#\+end_(\S+)|(:)end:)[ \t]*$/i.exec(text) ?? [];
    const end = name?.toLowerCase() ?? drawer;
    if (end !== undefined) ends.set(end, index);
  }
  return ends;
}

/** The last line of a heading's dates and drawers, which must follow it. */
function headEnd(lines: readonly Line[], heading: number): number {
  let last = heading;
  const textAt = (index: number): string => lines[index]?.text ?? '';
  if (/^[ \t]*(?:SCHEDULED|DEADLINE|CLOSED):/.test(textAt(last + 1))) last++;
  while (isDrawer(textAt(last + 1))) {
    const end = findLine(lines, last + 2, text => /^[ \t]*:end:[ \t]*$|^\*+ /i.test(text));
    if (end === -1 || textAt(end).startsWith('*')) break;
    last = end;
  }
  return last;
}

function isDrawer(line: string): boolean {
  return /^[ \t]*:[\w-]+:[ \t]*$/.test(line) && !/^[ \t]*:end:/i.test(line);
}

function escapePattern(text: string): string {
  return text.replace(/[^\w]/g, String.raw`\$&`);
}
