import { freeName } from './escape.ts';
import { parseJson, pathTo, type JsonComment, type JsonEntry, type JsonValue } from './jsonTree.ts';
import { indentationOf, lineAround, trimmed } from './lines.ts';
import { atPoint, belowLine, planAt, type Piece, type Place } from './piece.ts';
import type { ReferenceEdit, ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

/**
 * Plans strings in a JSON document: the element behind the one that the anchor is in, or a property beside it. The values are
 * paths of files, not URLs, for nobody knows what reads them.
 * @returns undefined beside the outermost value
 */
export function planJson(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  const anchor = trimmed(text, request.start, request.end);
  // A comma belongs to what is before it.
  const end = anchor.start + text.slice(anchor.start, anchor.end).replace(/[\s,]+$/, '').length;
  const offset = Math.max(end - 1, anchor.start);
  const { root, comments } = parseJson(text);
  const comment = comments.find(({ start, end }) => start <= offset && offset < end);
  const path = pathTo(root, comment?.start ?? offset);
  const { parent, entry } = path.at(-1) ?? {};
  if (comment) {
    const container = entry?.value ?? (path.length === 0 ? undefined : parent);
    return container && planAtComment(text, comment, container, media, eol);
  }
  if (!parent || !entry) return undefined;
  const value = entry.value;
  if (mode === 'replace' && value && isAllOf(text, anchor, value)) {
    const strings = media.map(each => JSON.stringify(each.path));
    const isElement = parent.kind === 'array' && parent !== root;
    const before = strings.length === 1 || isElement ? strings.join(', ') : `[${strings.join(', ')}]`;
    const place = { start: value.start, end: value.end, lead: '', indent: '', separator: '', trail: '' };
    return planAt(place, [{ before, after: '' }], eol);
  }
  if (parent === root) return undefined;
  return planAt(behind(text, entry, parent), entriesFor(parent, media), eol);
}

/** A path as a string, or as what stands inside one. */
export function inlineJson(text: string, offset: number, { path }: ReferenceMedia): string {
  const { root } = parseJson(text);
  const { entry } = pathTo(root, offset).at(-1) ?? {};
  const isKey = entry?.key !== undefined && offset < (entry.value?.start ?? entry.end);
  const isInside = entry !== undefined && (isKey || entry.value?.kind === 'string') && entry.start < offset;
  const quoted = JSON.stringify(path);
  return isInside ? quoted.slice(1, -1) : quoted;
}

function isAllOf(
  text: string,
  anchor: { start: number; end: number },
  { kind, start, end }: JsonValue,
): boolean {
  if (kind !== 'string') return false;
  const inner = trimmed(text, start + 1, end - 1);
  return (
    anchor.end > anchor.start &&
    anchor.start >= start &&
    anchor.start <= inner.start &&
    anchor.end >= inner.end
  );
}

function entriesFor(parent: JsonValue, media: readonly ReferenceMedia[]): Piece[] {
  const taken = new Set(parent.entries.map(({ key }) => key));
  return media.map(({ kind, path }) => {
    const value = JSON.stringify(path);
    if (parent.kind === 'array') return { before: value, after: '' };
    const name = freeName(kind, each => taken.has(each));
    taken.add(name);
    return { before: `${JSON.stringify(name)}: ${value}`, after: '' };
  });
}

/** Behind an entry: the comma that parts them comes first, so it does not matter what follows. */
function behind(text: string, entry: JsonEntry, parent: JsonValue): Place {
  const line = lineAround(text, entry.start);
  const isOwnLine = text.slice(line.start, entry.start).trim() === '' && parent.start < line.start;
  const indent = indentationOf(line.text);
  const separator = isOwnLine ? ',\n' : ', ';
  const lead = isOwnLine ? `,\n${indent}` : ', ';
  return { start: entry.end, end: entry.end, lead, indent, separator, trail: '' };
}

/** Below a comment, with the commas that its neighbours need. */
function planAtComment(
  text: string,
  comment: JsonComment,
  container: JsonValue,
  media: readonly ReferenceMedia[],
  eol: string,
): ReferencePlan | undefined {
  const previous = container.entries.findLast(({ end }) => end <= comment.start);
  const next = container.entries.find(({ start }) => start >= comment.end);
  const gap = previous
    ? text.slice(previous.end, comment.start).replace(/\/\/[^\r\n]*|\/\*[^]*?\*\//g, '')
    : '';
  const hasComma = gap.includes(',');
  // The comma behind the comment belongs to what is before it.
  if (previous && next && !hasComma) return undefined;
  const others: ReferenceEdit[] =
    previous && !hasComma ? [{ start: previous.end, end: previous.end, text: ',' }] : [];
  const ends = next !== undefined || hasComma ? ',' : '';
  const isAlone = text.slice(comment.end, lineAround(text, comment.end).end).trim() === '';
  const place = isAlone
    ? belowLine(text, comment.end, indentationOf(lineAround(text, comment.start).text))
    : atPoint(comment.end, ' ', ' ');
  const pieces = entriesFor(container, media);
  const parted = pieces.map((piece, index) => ({
    ...piece,
    after: index < pieces.length - 1 ? ',' : ends,
  }));
  return planAt(place, parted, eol, others);
}
