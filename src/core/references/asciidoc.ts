import { partedBelow, placeBehindBlock, placeOfLines, type BlockSyntax, type Region } from './blocks.ts';
import { encodeUrl, oneLine } from './escape.ts';
import { findLine, lineIndexAt, linesOf, type Line } from './lines.ts';
import { planAt, type Piece } from './piece.ts';
import { relativePath } from './relativePath.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

/** Plans block macros in an AsciiDoc document, behind the block that the anchor is in; in a list item, attached to it. */
export function planAsciidoc(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, eol, mode } = request;
  const pieces = request.media.map(media => blockMacro(text, media));
  const instead = mode === 'replace' ? placeOfLines(text, request, syntax) : undefined;
  const place = instead ?? placeBehindBlock(text, request, syntax);
  if (!place) return undefined;
  const lines = linesOf(text);
  const last = lineIndexAt(lines, Math.max(place.start - 1, 0));
  const isItem = !instead && isInItem(lines, last);
  if (!isItem) return planAt(place, pieces, eol);
  // A block is part of an item when a "+" attaches it.
  const below = partedBelow(text, lines, last, '', false);
  return below && planAt({ ...below, lead: `${below.lead}+\n`, separator: '\n+\n' }, pieces, eol);
}

/** An inline macro; film and sound have none, so they are links. */
export function inlineAsciidoc(text: string, _offset: number, media: ReferenceMedia): string {
  const target = targetOf(text, media).replaceAll(' ', '%20');
  const alt = oneLine(media.alt);
  if (media.kind !== 'image') return `link:${target}[${attribute(alt, true)}]`;
  const { width, height } = media;
  const size = width === undefined || height === undefined ? '' : `,${width},${height}`;
  return `image:${target}[${attribute(alt, true)}${size}]`;
}

/** `image::`, `video::` and `audio::` (AsciiDoc, "Block Macros"). */
function blockMacro(text: string, media: ReferenceMedia): Piece {
  const { kind, width, height } = media;
  const hasSize = width !== undefined && height !== undefined;
  const target = targetOf(text, media);
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

/** The target as an address, seen from `imagesdir` where the document sets one. */
function targetOf(text: string, { path }: ReferenceMedia): string {
  const directory = /^:imagesdir:[ \t]+(\S.*?)[ \t]*$/m.exec(text)?.[1];
  const isRelative = directory !== undefined && !/^\/|:|\{/.test(directory) && !path.startsWith('/');
  const seen = isRelative
    ? relativePath(normalized(directory.split('/')), normalized(path.split('/')))
    : path;
  // Asciidoctor encodes spaces itself, also for output in which the target is a file.
  return encodeUrl(seen, /[[\]_*'+&~^$()]/)
    .replaceAll('%20', ' ')
    .replace(/^ | $/g, '%20');
}

function normalized(segments: readonly string[]): string[] {
  return segments.filter(segment => segment !== '' && segment !== '.');
}

/**
 * The value of a positional attribute. What Asciidoctor would replace in it is written as a character reference, which it leaves to the
 * reader; only the apostrophe may become a typographic one.
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

const item = /^[ \t]*(?:\*{1,5}|-|\.{1,5}|\d+\.)[ \t]+\S/;

const syntax: BlockSyntax = {
  isParted: true,
  comment: /^\/\/(?!\/)[ \t]*/,
  item,
  heading: /^={1,6} \S/,
  isHead: line => /^(?:\.[^\s.].*|\[.*\])[ \t]*$/.test(line),
  regions(lines: readonly Line[]): Region[] {
    const regions: Region[] = [];
    let index = 0;
    const header = lines.findIndex(({ text }) => text.trim() !== '' && !text.startsWith('//'));
    if (/^= \S|^:[\w-]+!?:/.test(lines[header]?.text ?? '')) {
      const blank = findLine(lines, header + 1, text => text.trim() === '');
      const last = blank === -1 ? lines.length - 1 : blank - 1;
      regions.push({ first: 0, last });
      index = last + 1;
    }
    for (; index < lines.length; index++) {
      const mark = delimiter.exec(lines[index]?.text ?? '');
      if (!mark) continue;
      const fence = mark[3] ?? (lines[index]?.text ?? '').trimEnd();
      if (compound.test(fence)) continue;
      const last = findLine(lines, index + 1, text => text.trimEnd() === fence);
      regions.push({ first: index, last: last === -1 ? undefined : last });
      if (last === -1) break;
      index = last;
    }
    return regions;
  },
};

function isInItem(lines: readonly Line[], last: number): boolean {
  for (let index = last; index >= 0; index--) {
    const line = lines[index]?.text ?? '';
    if (line.trim() === '') return false;
    if (item.test(line)) return true;
  }
  return false;
}
