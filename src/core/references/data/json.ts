import { freeName } from '../plan/escape.ts';
import { fillSlot, isListName, isSlotName, onlyMedia } from '../plan/slot.ts';
import { parseJson, pathTo, type JsonComment, type JsonEntry, type JsonValue } from './jsonTree.ts';
import { indentationOf, lineAround, trimmed } from '../../../base/lines.ts';
import { atPoint, belowLine, planAt, type InsertionPoint, type Snippet } from '../plan/snippet.ts';
import type { ReferenceEdit, ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * Plans strings in a JSON document: an empty one that waits for a path, the element after the one that the
 * anchor is in, or a property beside it. The values are paths of files, not URLs, because it is not known
 * what reads them.
 * @returns undefined beside the outermost value
 */
export function planJson(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol } = request;
  const { root, comments, anchor, offset } = placeIn(request);
  const comment = comments.find(({ start, end }) => start <= offset && offset < end);
  const path = pathTo(root, comment?.start ?? offset);
  const { parent, entry } = path.at(-1) ?? {};
  if (comment) {
    const container = entry?.value ?? (path.length === 0 ? undefined : parent);
    if (!container) return undefined;
    return fillBeside(request, container) ?? planAtComment(text, comment, container, media, eol);
  }
  if (!parent || !entry) return undefined;
  const value = entry.value;
  if (request.mode === 'replace' && value && isAllOf(text, anchor, value)) {
    const strings = media.map(each => quoted(each.path, text.charAt(value.start)));
    const isElement = parent.kind === 'array' && parent !== root;
    const before = strings.length === 1 || isElement ? strings.join(', ') : `[${strings.join(', ')}]`;
    const point = { start: value.start, end: value.end, prefix: '', indent: '', separator: '', suffix: '' };
    return planAt(point, [{ before, after: '' }], eol);
  }
  const filled = fillBeside(request, parent) ?? fillAbove(request, path);
  if (filled || parent === root) return filled;
  return planAt(pointAfter(text, entry, parent), entriesFor(text, parent, media), eol);
}

/** Fills the value that the anchor is all of, or the empty one beside it; undefined when there is none. */
export function fillJson(request: ReferenceRequest): ReferencePlan | undefined {
  const { root, anchor, offset } = placeIn(request);
  const path = pathTo(root, offset);
  const { parent, entry } = path.at(-1) ?? {};
  const value = entry?.value;
  const only = onlyMedia(request);
  if (!parent || !only) return undefined;
  if (request.mode === 'replace' && value && isAllOf(request.text, anchor, value))
    return fillSlot(value, quoted(only.path, request.text.charAt(value.start)));
  return fillBeside(request, parent) ?? fillAbove(request, path);
}

/** As `fillBeside`, in the object around the one that the anchor is in. */
function fillAbove(request: ReferenceRequest, path: ReturnType<typeof pathTo>): ReferencePlan | undefined {
  const [above, own] = path.slice(-2);
  return above && own?.parent.kind === 'object' && above.parent.kind === 'object'
    ? fillBeside(request, above.parent)
    : undefined;
}

/** A string as the one in whose place it stands: JSON5 has single quotes, too. */
function quoted(path: string, quote: string): string {
  const string = JSON.stringify(path);
  if (quote !== "'") return string;
  return `'${string
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", String.raw`\'`)}'`;
}

function placeIn({ text, ...request }: ReferenceRequest): {
  root: JsonValue;
  comments: readonly JsonComment[];
  anchor: { start: number; end: number };
  offset: number;
} {
  const anchor = trimmed(text, request.start, request.end);
  // A comma belongs to what is before it.
  const end = anchor.start + text.slice(anchor.start, anchor.end).replace(/[\s,]+$/, '').length;
  return { ...parseJson(text), anchor, offset: Math.max(end - 1, anchor.start) };
}

/** The empty string or `null` that waits for such a path, in the same object or in one that is named so. */
function fillBeside(request: ReferenceRequest, parent: JsonValue): ReferencePlan | undefined {
  const only = onlyMedia(request);
  if (!only || parent.kind !== 'object') return undefined;
  const isEmpty = ({ start, end }: JsonValue): boolean =>
    /^(?:(["'])\s*\1|null)$/.test(request.text.slice(start, end));
  /** A list without anything, or the empty string that is all of it. */
  const listIn = (entries: readonly JsonEntry[]): JsonValue | undefined => {
    const list = entries.find(
      ({ key = '', value }) => value?.kind === 'array' && isListName(only.kind, key),
    )?.value;
    const [first, ...others] = list?.entries ?? [];
    if (list && !first) return /^\[\s*\]$/.test(request.text.slice(list.start, list.end)) ? list : undefined;
    return first?.value && others.length === 0 && isEmpty(first.value) ? first.value : undefined;
  };
  const slotIn = ({ entries }: JsonValue): JsonValue | undefined =>
    entries.find(({ key = '', value }) => value && isEmpty(value) && isSlotName(only.kind, key))?.value ??
    listIn(entries);
  const inner = parent.entries.flatMap(({ value }) =>
    value?.kind === 'object' ? (slotIn(value) ?? []) : [],
  );
  // Of several it is not known which is meant.
  const slot = slotIn(parent) ?? (inner.length === 1 ? inner[0] : undefined);
  if (slot?.kind === 'array') return fillSlot(slot, `[${JSON.stringify(only.path)}]`);
  return slot && fillSlot(slot, quoted(only.path, request.text.charAt(slot.start)));
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

function entriesFor(text: string, parent: JsonValue, media: readonly ReferenceMedia[]): Snippet[] {
  const taken = new Set(parent.entries.map(({ key }) => key));
  const isBare = parent.entries.some(
    ({ key, start }) => key !== undefined && !/["']/.test(text.charAt(start)),
  );
  const quote = parent.entries.find(each => each.value?.kind === 'string')?.value?.start ?? 0;
  return media.map(({ kind, path }) => {
    const value = quoted(path, text.charAt(quote));
    if (parent.kind === 'array') return { before: value, after: '' };
    const name = freeName(kind, each => taken.has(each));
    taken.add(name);
    return { before: `${isBare ? name : JSON.stringify(name)}: ${value}`, after: '' };
  });
}

/** After an entry: the comma between them comes first, so it does not matter what follows. */
function pointAfter(text: string, entry: JsonEntry, parent: JsonValue): InsertionPoint {
  const line = lineAround(text, entry.start);
  const isOwnLine = text.slice(line.start, entry.start).trim() === '' && parent.start < line.start;
  const indent = indentationOf(line.text);
  const separator = isOwnLine ? ',\n' : ', ';
  const prefix = isOwnLine ? `,\n${indent}` : ', ';
  return { start: entry.end, end: entry.end, prefix, indent, separator, suffix: '' };
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
  // The comma after the comment belongs to what is before it.
  if (previous && next && !hasComma) return undefined;
  const others: ReferenceEdit[] =
    previous && !hasComma ? [{ start: previous.end, end: previous.end, text: ',' }] : [];
  const ends = next !== undefined || hasComma ? ',' : '';
  const isAlone = text.slice(comment.end, lineAround(text, comment.end).end).trim() === '';
  const point = isAlone
    ? belowLine(text, comment.end, indentationOf(lineAround(text, comment.start).text))
    : atPoint(comment.end, ' ', ' ');
  const snippets = entriesFor(text, container, media);
  const separated = snippets.map((snippet, index) => ({
    ...snippet,
    after: index < snippets.length - 1 ? ',' : ends,
  }));
  return planAt(point, separated, eol, others);
}
