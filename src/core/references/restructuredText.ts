import { encodeUrl, oneLine } from './escape.ts';
import { indentationOf, lineIndexAt, linesOf, trimmed, type Line } from './lines.ts';
import { partedBelow } from './blocks.ts';
import { pieceText, planAt, type Piece, type Place } from './piece.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

/** Plans `image` directives, and links to film and sound, behind the block that the anchor is in and at its indentation. */
export function planRestructuredText(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, eol, mode } = request;
  const pieces = request.media.map(blockOf);
  const lines = linesOf(text);
  const anchor = trimmed(text, request.start, request.end);
  const own = lineIndexAt(lines, Math.max(anchor.end - 1, anchor.start));
  const instead = mode === 'replace' ? placeInstead(text, lines, anchor) : undefined;
  if (instead) return planAt(instead, pieces, eol);
  const { last, indent } = behind(lines, own);
  const place = partedBelow(text, lines, last, ' '.repeat(indent), true);
  return place && planAt(place, pieces, eol);
}

/** A link: an image inside a line would need a definition elsewhere. */
export function inlineRestructuredText(_text: string, _offset: number, media: ReferenceMedia): string {
  return pieceText(link(media));
}

function blockOf(media: ReferenceMedia): Piece {
  if (media.kind !== 'image') return link(media);
  const { path, width, height } = media;
  const alt = oneLine(media.alt);
  const size =
    width === undefined || height === undefined ? '' : `\n   :width: ${width}\n   :height: ${height}`;
  const before = `.. image:: ${directivePath(path)}`;
  // An option has no markup, so nothing in it is escaped.
  return alt === ''
    ? { before: before + size, after: '' }
    : { before: `${before}\n   :alt: `, alt, after: size };
}

/** An address (docutils, "image"): an unescaped space would be dropped. */
function directivePath(path: string): string {
  return encodeUrl(path)
    .replaceAll('%20', String.raw`\ `)
    .replace(/^\\ |\\ $/g, '%20');
}

/** An anonymous link with its address in it. */
function link({ path, alt, kind }: ReferenceMedia): Piece {
  const words = oneLine(alt) || kind;
  return {
    before: '`',
    alt: words.replace(/[\\`*_|<>]/g, String.raw`\$&`),
    after: ` <${encodeUrl(path).replace(/_(?=$)/, String.raw`\_`)}>\`__`,
  };
}

/** Explicit markup in which nothing is text of the document: comments, and directives whose content is something else. */
const verbatim =
  /^\.\.(?:$|\s+(?!(?:\[|_|\|)|\S+::)|\s+(?:code|code-block|sourcecode|highlight|literalinclude|raw|math|parsed-literal|image|figure|csv-table|list-table|table|graphviz|digraph|mermaid|productionlist|doctest|testcode|prompt|toctree|include|meta|contents|default-role)::)/;
const itemMark = /^(?:[-*+•]|(?:\d+|#|[A-Za-z])[.)]|\((?:\d+|#|[A-Za-z])\))[ \t]+(?=\S)/;

/** The last line of the block that a line is part of, and the columns by which what follows it is indented. */
function behind(lines: readonly Line[], own: number): { last: number; indent: number } {
  const content = lines.map(({ text }) => text.trim());
  const depths = lines.map(({ text }) => indentationOf(text).replaceAll('\t', '        ').length);
  const depth = (index: number): number => depths[index] ?? 0;
  const isBlank = (index: number): boolean => (content[index] ?? '') === '';
  /** Through what is indented further than `than`, blank lines and all. */
  const indentedEnd = (from: number, than: number): number => {
    let last = from;
    for (let index = from + 1; index < lines.length; index++) {
      if (isBlank(index)) continue;
      if (depth(index) <= than) break;
      last = index;
    }
    return last;
  };
  if (isBlank(own)) return { last: own, indent: depth(own) };

  let owner = /^\.\.(?:\s|$)/.test(content[own] ?? '') ? own : undefined;
  let level = depth(own);
  for (let index = own - 1; index >= 0 && level > 0; index--) {
    if (isBlank(index) || depth(index) >= level) continue;
    level = depth(index);
    const line = content[index] ?? '';
    if (verbatim.test(line) || (line.endsWith('::') && !line.startsWith('..'))) owner = index;
  }
  if (owner !== undefined) return { last: indentedEnd(owner, depth(owner)), indent: depth(owner) };

  const mark = itemMark.exec(content[own] ?? '')?.[0].length ?? 0;
  const indent = depth(own) + mark;
  let last = own;
  while (last + 1 < lines.length && !isBlank(last + 1) && depth(last + 1) >= depth(own)) {
    const isNextItem = depth(last + 1) < indent || itemMark.test(content[last + 1] ?? '');
    if (mark > 0 && isNextItem) break;
    last++;
  }
  const opensLiteral = (content[last] ?? '').endsWith('::');
  return { last: opensLiteral ? indentedEnd(last, depth(last)) : last, indent };
}

/** A comment or a paragraph that the anchor is all of. */
function placeInstead(
  text: string,
  lines: readonly Line[],
  anchor: { start: number; end: number },
): Place | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const first = lineIndexAt(lines, anchor.start);
  const last = lineIndexAt(lines, anchor.end - 1);
  const top = lines[first];
  const bottom = lines[last];
  if (!top || !bottom) return undefined;
  const before = text.slice(top.start, anchor.start);
  const isAll = /^\s*(?:\.\. +)?$/.test(before) && text.slice(anchor.end, bottom.end).trim() === '';
  const blank = (index: number): boolean => (lines[index]?.text ?? '').trim() === '';
  if (!isAll || !blank(first - 1) || !blank(last + 1)) return undefined;
  const indent = indentationOf(top.text);
  if (indent !== '' && !/\.\. +$/.test(before)) return undefined;
  return {
    start: top.start + indent.length,
    end: anchor.end,
    lead: '',
    indent,
    separator: '\n\n',
    trail: '',
  };
}
