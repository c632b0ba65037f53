import { placeBehindBlock, placeOfLines, type BlockSyntax, type Region } from './blocks.ts';
import { oneLine } from './escape.ts';
import { findLine, type Line } from './lines.ts';
import { planAt, type Piece } from './piece.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

/** Plans `file:` links in an Org document, images with the alternative text that HTML gets. */
export function planOrg(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  if (media.some(({ path }) => !isReadable(path))) return undefined;
  const instead = mode === 'replace' ? placeOfLines(text, request, syntax) : undefined;
  const place = instead ?? placeBehindBlock(text, request, syntax);
  if (!place) return undefined;
  return planAt(place, media.map(pieceOf), eol);
}

export function inlineOrg(_text: string, _offset: number, { path }: ReferenceMedia): string {
  return isReadable(path) ? link(path) : path;
}

/** A line break ends a link, and `::` begins a place to look for in the file. */
function isReadable(path: string): boolean {
  return !/[\p{Cc}]|::/u.test(path);
}

function pieceOf({ kind, path, alt, width }: ReferenceMedia): Piece {
  const words = oneLine(alt);
  if (kind !== 'image' || words === '') return { before: link(path), after: '' };
  const size = width === undefined ? '' : ` :width ${width}`;
  return { before: '#+ATTR_HTML: :alt ', alt: escapeAttribute(words), after: `${size}\n${link(path)}` };
}

/** Brackets, and the backslashes before them, are escaped (Org 9.3); nothing is encoded, for it is the path of a file. */
function link(path: string): string {
  return `[[file:${path.replace(/\\*(?:[[\]]|$)/g, run => run.replace(/[\\[\]]/g, String.raw`\$&`))}]]`;
}

/** A zero-width space is Org's own way to say that what looks like its syntax is text. */
function escapeAttribute(text: string): string {
  return text.replace(/(^|\s):(?=[\w-]+(?:\s|$))/g, '$1\u200B:');
}

const syntax: BlockSyntax = {
  isParted: true,
  comment: /^[ \t]*#(?:[ \t]+|$)/,
  item: /^(?:[ \t]*(?:[-+]|\d+[.)])[ \t]|[ \t]+\*[ \t])/,
  heading: /^\*+ /,
  isHead: line => /^[ \t]*#\+(?!begin|end)[\w-]+(?:\[.*\])?:/i.test(line),
  regions(lines: readonly Line[]): Region[] {
    const regions: Region[] = [];
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index]?.text ?? '';
      const block = /^[ \t]*#\+begin_(\S+)/i.exec(line)?.[1];
      const isDrawer = /^[ \t]*:[\w-]+:[ \t]*$/.test(line) && !/^[ \t]*:end:/i.test(line);
      const isFlow = block !== undefined && /^(?:quote|center|verse)$/i.test(block);
      if (isFlow || (block === undefined && !isDrawer)) continue;
      const close =
        block === undefined
          ? /^[ \t]*:end:[ \t]*$/i
          : new RegExp(`^[ \\t]*#\\+end_${escapePattern(block)}[ \\t]*$`, 'i');
      const last = findLine(lines, index + 1, text => close.test(text));
      // A block that is never closed is a paragraph.
      if (last === -1) continue;
      regions.push({ first: index, last });
      index = last;
    }
    return regions;
  },
};

function escapePattern(text: string): string {
  return text.replace(/[^\w]/g, String.raw`\$&`);
}
