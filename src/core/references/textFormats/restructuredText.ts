import { encodeUrl, oneLine } from '../plan/escape.ts';
import { indentationOf, lineIndexAt, linesOf, trimmed, type Line } from '../../../base/lines.ts';
import { pointBelow } from './blockInsertion.ts';
import { fillSlot, isSlot, onlyMedia } from '../plan/slot.ts';
import { planAt, snippetText, type InsertionPoint, type Snippet } from '../plan/snippet.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * Plans `image` directives, and links to video and audio, after the block that the anchor is in and at its
 * indentation.
 */
export function planRestructuredText(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, eol, mode } = request;
  if (request.media.some(({ path }) => /\p{Cc}/u.test(path))) return undefined;
  const snippets = request.media.map(blockSnippet);
  const lines = linesOf(text);
  const anchor = trimmed(text, request.start, request.end);
  const own = lineIndexAt(lines, Math.max(anchor.end - 1, anchor.start));
  const filled = fillDirective(request, lines, own, anchor);
  if (filled) return filled;
  const replacing = mode === 'replace' ? pointReplacing(text, lines, anchor) : undefined;
  if (replacing) return planAt(replacing, snippets, eol);
  const { last, indent } = blockEnd(lines, own);
  const point = pointBelow(text, lines, last, ' '.repeat(indent), true);
  return point && planAt(point, snippets, eol);
}

/** A link: an image inside a line would need a definition elsewhere. */
export function inlineRestructuredText(_text: string, _offset: number, media: ReferenceMedia): string {
  return snippetText(linkSnippet(media));
}

function blockSnippet(media: ReferenceMedia): Snippet {
  if (media.kind !== 'image') return linkSnippet(media);
  const { width } = media;
  const alt = oneLine(media.alt);
  // With a height as well, a theme that makes the picture narrower squeezes it.
  const size = width === undefined ? '' : `\n   :width: ${width}`;
  const before = `.. image:: ${directivePath(media)}`;
  // An option has no markup, so nothing in it is escaped.
  return alt === ''
    ? { before: before + size, after: '' }
    : { before: `${before}\n   :alt: `, alt, after: size };
}

/**
 * The path of a file as it is, for Sphinx decodes nothing; an unescaped space would be dropped, and other
 * blanks cannot be written.
 */
export function directivePath({ path, expression }: Pick<ReferenceMedia, 'path' | 'expression'>): string {
  if (expression !== undefined) return expression;
  const written = path
    .replaceAll('\\', String.raw`\\`)
    .replace(/[^\S ]/g, encodeURIComponent)
    .replaceAll(' ', String.raw`\ `)
    .replace(/^\\ |\\ $/g, '%20');
  return /^[^/]*:/.test(written) ? `./${written}` : written;
}

/** Fills an image or a figure without a path, of which the anchor is a part. */
function fillDirective(
  request: ReferenceRequest,
  lines: readonly Line[],
  own: number,
  anchor: { start: number; end: number },
): ReferencePlan | undefined {
  const only = onlyMedia(request);
  if (only?.kind !== 'image') return undefined;
  const line = directiveAround(lines, own);
  const found = line && directive.exec(line.text);
  if (!found) return fillOption(only, lines, own);
  const [whole, before = '', argument = ''] = found;
  const start = line.start + before.length;
  if (!isSlot(request, anchor, argument, start)) return undefined;
  const space = /\s$/.test(before) ? '' : ' ';
  return fillSlot({ start, end: line.start + whole.length }, space + directivePath(only));
}

/** The option of a card that has the picture's path, if it is empty. */
function fillOption(only: ReferenceMedia, lines: readonly Line[], own: number): ReferencePlan | undefined {
  const isFirst = titled.test((lines[own]?.text ?? '').trim());
  for (let index = isFirst ? own + 1 : own; index < lines.length; index++) {
    const line = lines[index];
    const option = /^[ \t]+:([\w-]+):(.*)$/.exec(line?.text ?? '');
    if (!line || !option) return undefined;
    const [, name = '', value = ''] = option;
    if (value.trim() === '' && /^(?:img-(?:top|bottom|background)|image|cover|thumbnail)$/.test(name)) {
      const start = line.end - value.length;
      return fillSlot({ start, end: line.end }, ` ${directivePath(only)}`);
    }
  }
  return undefined;
}

const directive = /^([ \t]*\.\. (?:\|[^|]*\| )?(?:image|figure)::[ \t]*)(.*)$/;

/** The line of the image or the figure that a line is in. */
function directiveAround(lines: readonly Line[], own: number): Line | undefined {
  if (directive.test(lines[own]?.text ?? '')) return lines[own];
  let level = depthOf(lines[own]);
  for (let index = own - 1; index >= 0 && level > 0; index--) {
    const line = lines[index];
    if (!line || line.text.trim() === '' || depthOf(line) >= level) continue;
    if (directive.test(line.text)) return line;
    level = depthOf(line);
  }
  return undefined;
}

function depthOf(line: Line | undefined): number {
  return indentationOf(line?.text ?? '').length;
}

/** An anonymous link with its address in it. */
function linkSnippet({ path, expression, alt, kind }: ReferenceMedia): Snippet {
  const words = oneLine(alt) || kind;
  return {
    before: '`',
    alt: words.replace(/[\\`*_|<>]/g, String.raw`\$&`),
    after: ` <${expression ?? encodeUrl(path).replace(/_(?=$)/, String.raw`\_`)}>\`__`,
  };
}

/**
 * Explicit markup in which nothing is text of the document: comments, and directives whose content is
 * something else.
 */
export const verbatimMarkup =
  /^\.\.(?:$|\s+(?!(?:\[|_|\|)|\S+::)|\s+(?:code|code-block|sourcecode|highlight|literalinclude|raw|math|parsed-literal|image|figure|csv-table|list-table|table|graphviz|digraph|mermaid|productionlist|doctest|testcode|prompt|toctree|include|meta|contents|default-role)::)/;
const itemMark = /^(?:[-*+•]|(?:\d+|#|[A-Za-z])[.)]|\((?:\d+|#|[A-Za-z])\))[ \t]+(?=\S)/;

const admonition =
  /^\.\.\s+(?:attention|caution|danger|error|hint|important|note|tip|warning|seealso|versionadded|versionchanged|deprecated|todo)::[ \t]*\S/;
const titled =
  /^\.\.\s+(?:admonition|topic|sidebar|card|grid-item|grid-item-card|tab-item|dropdown|tab|group-tab|collapse|details|rubric-box)::[ \t]*\S/;

/** Where a block goes into a directive on whose first line the anchor is, if it takes blocks. */
function bodyOf(
  lines: readonly Line[],
  own: number,
  depths: readonly number[],
): { last: number; indent: number } | undefined {
  const line = (lines[own]?.text ?? '').trim();
  const isTitled = titled.test(line);
  if (!isTitled && !admonition.test(line)) return undefined;
  const depth = depths[own] ?? 0;
  const isIn = (index: number): boolean =>
    (lines[index]?.text ?? '').trim() !== '' && (depths[index] ?? 0) > depth;
  let last = own;
  while (isIn(last + 1) && (!isTitled || /^\s*:[\w-]+:/.test(lines[last + 1]?.text ?? ''))) last++;
  let body = own + 1;
  while (body < lines.length && (lines[body]?.text ?? '').trim() === '') body++;
  return { last, indent: isIn(body) ? (depths[body] ?? 0) : depth + 3 };
}

/**
 * The last line of the block that a line is part of, and the columns by which what follows it is indented.
 */
function blockEnd(lines: readonly Line[], own: number): { last: number; indent: number } {
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
    if (verbatimMarkup.test(line) || (line.endsWith('::') && !line.startsWith('..'))) owner = index;
  }
  const inside = owner === own ? bodyOf(lines, own, depths) : undefined;
  if (inside) return inside;
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
function pointReplacing(
  text: string,
  lines: readonly Line[],
  anchor: { start: number; end: number },
): InsertionPoint | undefined {
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
    prefix: '',
    indent,
    separator: '\n\n',
    suffix: '',
  };
}
