import {
  pointAfterBlock,
  pointBelow,
  pointReplacingLines,
  type BlockSyntax,
  type DelimitedBlock,
} from './blockInsertion.ts';
import { encodeUrl, oneLine } from '../plan/escape.ts';
import {
  findLine,
  lineAround,
  lineIndexAt,
  linesOf,
  nextLineStart,
  trimmed,
  type Line,
} from '../../../base/lines.ts';
import { planAt, type InsertionPoint, type Snippet } from '../plan/snippet.ts';
import { seenFrom } from './imagesDirectory.ts';
import { fillSlot, isSlot, onlyMedia } from '../plan/slot.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * Plans block macros in an AsciiDoc document, after the block that the anchor is in; in a list item, attached
 * to it.
 */
export function planAsciidoc(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, eol, mode } = request;
  const targets = request.media.map(media => targetOf(request, media));
  if (targets.includes(undefined)) return undefined;
  const filled = fillMacro(request, targets[0] ?? '');
  if (filled) return filled;
  const snippets = request.media.map((media, index) => blockMacro(targets[index] ?? '', media));
  const lines = linesOf(text);
  const compounds = compoundBlocks(lines);
  const replacing = mode === 'replace' ? pointReplacingLines(text, request, asciidocBlocks) : undefined;
  const point =
    replacing ??
    pointAfterMetadata(request, lines, compounds) ??
    pointAfterBlock(text, request, asciidocBlocks);
  if (!point) return undefined;
  const last = lineIndexAt(lines, Math.max(point.start - 1, 0));
  const isItem = !replacing && isInItem(lines, last, compounds);
  // A macro that is indented is a literal text.
  if (!isItem) return planAt(atMargin(text, point), snippets, eol);
  // A block is part of an item when a "+" attaches it.
  const below = pointBelow(text, lines, last, '', false);
  return below && planAt({ ...below, prefix: `${below.prefix}+\n`, separator: '\n+\n' }, snippets, eol);
}

function atMargin(text: string, point: InsertionPoint): InsertionPoint {
  const { start } = lineAround(text, point.start);
  const isBlank = text.slice(start, point.start).trim() === '';
  const prefix = point.prefix.replace(/[ \t]+$/, '');
  return { ...point, start: isBlank ? start : point.start, prefix, indent: '' };
}

/** Fills a macro without a target, on the line of the anchor or below its title. */
function fillMacro(request: ReferenceRequest, target: string): ReferencePlan | undefined {
  const only = onlyMedia(request);
  const anchor = trimmed(request.text, request.start, request.end);
  const line = lineAround(request.text, anchor.start);
  if (!only || line.text.length > longestLine) return undefined;
  for (const { index, 0: whole, 1: before = '', 2: inner = '' } of line.text.matchAll(
    /\b((?:image|video|audio)::?)([^[\]:]*)\[[^\]]*\]/g,
  )) {
    const start = line.start + index;
    const isIn = start <= anchor.start && anchor.end <= start + whole.length;
    const from = start + before.length;
    if (isIn && before.startsWith(only.kind) && isSlot(request, anchor, inner, from))
      return fillSlot({ start: from, end: from + inner.length }, target);
  }
  // What stands above a macro that has no target yet speaks of it.
  let below: Line = line;
  for (let count = 0; count < 5 && (metadata.test(below.text) || /^\/\/(?!\/)/.test(below.text)); count++) {
    const next = nextLineStart(request.text, below);
    if (next === undefined) return undefined;
    below = lineAround(request.text, next);
    const macro = new RegExp(`^${only.kind}::(?=\\[)`).exec(below.text);
    if (macro) return fillSlot({ start: next + macro[0].length, end: next + macro[0].length }, target);
  }
  return undefined;
}

/** In a longer line macros are not sought, which bounds the time. */
const longestLine = 10_000;

/** An inline macro; video and audio have none, so they are links. */
export function inlineAsciidoc(text: string, offset: number, media: ReferenceMedia): string {
  const target = (targetOf({ text, start: offset }, media) ?? media.path).replaceAll(' ', '%20');
  const alt = oneLine(media.alt);
  if (media.kind !== 'image') return `link:${target}[${attribute(alt, true)}]`;
  const { width, height } = media;
  const size = width === undefined || height === undefined ? '' : `,${width},${height}`;
  return `image:${target}[${attribute(alt, true)}${size}]`;
}

/** `image::`, `video::` and `audio::` (AsciiDoc, "Block Macros"). */
function blockMacro(target: string, media: ReferenceMedia): Snippet {
  const { kind, width, height } = media;
  const hasSize = width !== undefined && height !== undefined;
  if (kind === 'audio') return { before: `audio::${target}[]`, after: '' };
  if (kind === 'video') {
    const size = hasSize ? `width=${width},height=${height}` : '';
    return { before: `video::${target}[${size}]`, after: '' };
  }
  const alt = attribute(oneLine(media.alt), false);
  const isQuoted = alt.startsWith('"');
  return {
    before: `image::${target}[${isQuoted ? '"' : ''}`,
    alt: isQuoted ? alt.slice(1, -1) : alt,
    after: `${isQuoted ? '"' : ''}${hasSize ? `,${width},${height}` : ''}]`,
  };
}

/** The target as an address, seen from `imagesdir`; undefined where nobody can tell from where that is. */
function targetOf(
  request: Pick<ReferenceRequest, 'text' | 'start' | 'file'>,
  { path, expression, isPublic }: ReferenceMedia,
): string | undefined {
  if (expression !== undefined) return expression;
  const seen = isPublic ? path : seenFrom(request, path);
  if (seen === undefined) return undefined;
  // Asciidoctor encodes spaces itself, also for output in which the target is a file.
  const target = encodeUrl(seen, /[[\]_*'+&~^$()]/)
    .replaceAll('%20', ' ')
    .replace(/^ | $/g, '%20');
  // What is addressed as it is may name a module before a colon.
  return isPublic ? target.replace(/^\.\/(?=[^/]*:)/, '') : target;
}

/**
 * The value of a positional attribute. What Asciidoctor would replace in it is written as a character
 * reference, which it leaves to the reader; only the apostrophe may become a typographic one.
 * @param isInline whether a bracket would end the macro
 */
function attribute(value: string, isInline: boolean): string {
  const literal = value
    .replace(
      /&(?=#?\w+;)|\{(?=\w[\w-]*\}|(?:set|counter2?):)|(?<=\((?:T|R|C)?)[CRM](?=\))|(?<=-)-|(?<=-|=)>|<(?=-|=)|(?<=\.\.)\.|(?<=`)'/g,
      reference,
    )
    .replace(/\\(?=["\]]|$)/g, reference);
  const text = isInline ? literal.replaceAll(']', '&#93;') : literal;
  return /[",='\\[\]{}#%.]|^\s|^$/.test(text) ? `"${text.replaceAll('"', String.raw`\"`)}"` : text;
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

const delimiter = /^(?:(\/{4,}|-{4,}|\.{4,}|\+{4,}|={4,}|\*{4,}|_{4,})|(--)|(```).*|([|,:!]===))[ \t]*$/;
/** Blocks in which other blocks may stand. */
const compound = /^[=*_]|^--$/;

const item = /^[ \t]*(?:(?:\*{1,5}|-|\.{1,5}|\d+\.)[ \t]+\S|[^\s/:|].*?(?::{2,4}|;;)(?:[ \t]+\S|[ \t]*$))/;

/** The title or the attributes of the block below. */
const metadata = /^(?:\.[^\s.].*|\[.*\])[ \t]*$/;

export const asciidocBlocks: BlockSyntax = {
  separatedByBlankLines: true,
  comment: /^\/\/(?!\/)[ \t]*/,
  item,
  // What opens or closes a block in which blocks stand is a line of its own, too.
  heading: /^(?:={1,6} \S|(?:={4,}|\*{4,}|_{4,}|--|\+)[ \t]*$)/,
  isBlockMetadata: line => metadata.test(line),
  delimitedBlocks(lines: readonly Line[]): DelimitedBlock[] {
    const delimitedBlocks: DelimitedBlock[] = [];
    let index = 0;
    const header = lines.findIndex(({ text }) => text.trim() !== '' && !text.startsWith('//'));
    if (/^= \S|^:[\w-]+!?:/.test(lines[header]?.text ?? '')) {
      const blank = findLine(lines, header + 1, text => text.trim() === '');
      const last = blank === -1 ? lines.length - 1 : blank - 1;
      delimitedBlocks.push({ first: 0, last });
      index = last + 1;
    }
    for (; index < lines.length; index++) {
      const found = delimiter.exec(lines[index]?.text ?? '');
      if (!found) continue;
      const fence = found[3] ?? (lines[index]?.text ?? '').trimEnd();
      if (compound.test(fence)) continue;
      const last = findLine(lines, index + 1, text => text.trimEnd() === fence);
      delimitedBlocks.push({ first: index, last: last === -1 ? undefined : last });
      if (last === -1) break;
      index = last;
    }
    return delimitedBlocks;
  },
};

/** The blocks in which blocks may stand, from the outside in. */
function compoundBlocks(lines: readonly Line[]): DelimitedBlock[] {
  const found: { first: number; last: number | undefined }[] = [];
  const open: { first: number; last: number | undefined; fence: string }[] = [];
  const verbatim = asciidocBlocks.delimitedBlocks(lines);
  let next = 0;
  for (let index = 0; index < lines.length; index++) {
    while ((verbatim[next]?.first ?? Infinity) < index) next++;
    const skipped = verbatim[next];
    if (skipped?.first === index) {
      if (skipped.last === undefined) break;
      index = skipped.last;
      continue;
    }
    const fence = (lines[index]?.text ?? '').trimEnd();
    if (!compound.test(fence) || !delimiter.test(fence)) continue;
    const at = open.findLastIndex(each => each.fence === fence);
    const block = open[at];
    if (block) {
      block.last = index;
      open.length = at;
    } else {
      const opened = { first: index, last: undefined, fence };
      open.push(opened);
      found.push(opened);
    }
  }
  return found;
}

/** After the block that the line of the anchor, its title or its attributes, belongs to. */
function pointAfterMetadata(
  request: ReferenceRequest,
  lines: readonly Line[],
  compounds: readonly DelimitedBlock[],
): InsertionPoint | undefined {
  const anchor = trimmed(request.text, request.start, request.end);
  let index = lineIndexAt(lines, Math.max(anchor.end - 1, anchor.start));
  if (!metadata.test(lines[index]?.text ?? '')) return undefined;
  while (metadata.test(lines[index]?.text ?? '')) index++;
  const block = compounds.find(({ first }) => first === index);
  return block?.last === undefined ? undefined : pointBelow(request.text, lines, block.last, '', true);
}

/** Whether what ends on a line belongs to an item of a list, and not to a block within it. */
function isInItem(lines: readonly Line[], last: number, compounds: readonly DelimitedBlock[]): boolean {
  const around = compounds.findLast(each => each.first < last && last < (each.last ?? Infinity));
  const blocks = [...asciidocBlocks.delimitedBlocks(lines), ...compounds];
  const byLastLine = new Map(blocks.map(each => [each.last, each]));
  for (let index = last; index > (around?.first ?? -1); index--) {
    const closed = byLastLine.get(index);
    if (closed) {
      index = closed.first;
      continue;
    }
    const line = lines[index]?.text ?? '';
    if (line.trim() === '') return false;
    if (item.test(line)) return true;
  }
  return false;
}
