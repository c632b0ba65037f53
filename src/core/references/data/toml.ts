import { freeName } from '../plan/escape.ts';
import { indentationOf, lineAround, trimmed } from '../../../base/lines.ts';
import { fillSlot, isListName, isSlotName, onlyMedia } from '../plan/slot.ts';
import { atPoint, belowLine, planAt } from '../plan/snippet.ts';
import { parseToml, type TomlDocument, type TomlEntry } from './tomlTree.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/**
 * Plans strings in a TOML document: an empty one that waits for a path, the element after the one that the
 * anchor is in, or a key below it in the same table. The values are paths of files, not URLs.
 */
export function planToml(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol } = request;
  const document = parseToml(text);
  const { entry, comment } = placeIn(document, request);
  const below =
    comment && document.entries.find(({ start, table }) => start > comment.end && table === comment.table);
  const filled = fill(document, entry ?? below, entry ? request : { ...request, mode: 'after' });
  if (filled) return filled;
  if (comment) {
    // In an array or an inline table there is no key.
    if (innermost(document, comment.start)) return undefined;
    return planAt(belowLine(text, comment.end), keysFor(document, comment.table, media), eol);
  }
  if (!entry) return undefined;
  const { parent } = entry;
  if (!parent) {
    const point = belowLine(text, entry.value.end, indentationOf(lineAround(text, entry.start).text));
    return planAt(point, keysFor(document, entry.table, media), eol);
  }
  if (parent.value.kind === 'inlineTable') {
    const keys = inlineKeys(document, parent, media);
    return planAt(atPoint(entry.value.end, ', ', ', '), keys, eol);
  }
  const line = lineAround(text, entry.start);
  const isOwnLine = isAlone(text, entry.start);
  const indent = isOwnLine ? indentationOf(line.text) : '';
  const separator = isOwnLine ? `,\n${indent}` : ', ';
  const strings = media.map(({ path }) => ({ before: quoted(path), after: '' }));
  const at = entry.value.end;
  return planAt({ start: at, end: at, prefix: separator, indent: '', separator, suffix: '' }, strings, eol);
}

/** Fills the value that the anchor is all of, or the empty one beside it; undefined when there is none. */
export function fillToml(request: ReferenceRequest): ReferencePlan | undefined {
  const document = parseToml(request.text);
  const { entry } = placeIn(document, request);
  return fill(document, entry, request);
}

/** A path as a string, or as what stands inside one. */
export function inlineToml(text: string, offset: number, { path }: ReferenceMedia): string {
  const entry = innermost(parseToml(text), offset);
  const isInside = entry?.value.kind === 'string' && entry.value.start < offset && offset < entry.value.end;
  return isInside ? quoted(path).slice(1, -1) : quoted(path);
}

/** A string as one that stands in its place was written: literal in single quotes. */
function quoted(path: string, like = ''): string {
  if (/^'(?!'')/.test(like) && !/['\p{Cc}]/u.test(path)) return `'${path}'`;
  return JSON.stringify(path).replace(
    /[\p{Cc}]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function placeIn(
  document: TomlDocument,
  { text, ...request }: ReferenceRequest,
): { entry: TomlEntry | undefined; comment: TomlDocument['comments'][number] | undefined } {
  const anchor = trimmed(text, request.start, request.end);
  const end = anchor.start + text.slice(anchor.start, anchor.end).replace(/[\s,]+$/, '').length;
  const offset = Math.max(end - 1, anchor.start);
  const comment = document.comments.find(({ start, end }) => start <= offset && offset <= end);
  return { entry: comment ? undefined : innermost(document, offset), comment };
}

function innermost({ entries }: TomlDocument, offset: number): TomlEntry | undefined {
  return entries.findLast(({ start, value }) => start <= offset && offset < value.end);
}

function fill(
  { entries, headers }: TomlDocument,
  entry: TomlEntry | undefined,
  request: ReferenceRequest,
): ReferencePlan | undefined {
  const { text, mode } = request;
  const only = onlyMedia(request);
  if (!entry || !only) return undefined;
  const { value, parent, table } = entry;
  const source = text.slice(value.start, value.end);
  if (mode === 'replace' && value.kind === 'string') {
    const marks = /^(?:"""|'''|["'])/.exec(source)?.[0].length ?? 1;
    const anchor = trimmed(text, request.start, request.end);
    const inner = trimmed(text, value.start + marks, value.end - marks);
    const isAll = anchor.end > anchor.start && anchor.start <= inner.start && anchor.end >= inner.end;
    if (isAll && anchor.start >= value.start) return fillSlot(value, quoted(only.path, source));
  }
  const isEmpty = (each: TomlEntry): boolean =>
    /^(?:""|'')$/.test(text.slice(each.value.start, each.value.end));
  if (isEmpty(entry)) return fillSlot(value, quoted(only.path, source));
  const isList = ({ key, value }: TomlEntry): boolean =>
    value.kind === 'array' &&
    isListName(only.kind, key ?? '') &&
    /^\[\s*\]$/.test(text.slice(value.start, value.end));
  const isFree = (each: TomlEntry): boolean =>
    each.key !== undefined && ((isEmpty(each) && isSlotName(only.kind, each.key)) || isList(each));
  // The tables below the one of the anchor are parts of what it tells about; of several nobody knows which.
  const own = /^\[([^[\]]*)\]$/.exec(headers[table] ?? '')?.[1]?.trim();
  const start = table === 0 ? '[' : own === undefined ? undefined : `[${own}.`;
  const inner = entries.filter(each => {
    const header = headers[each.table] ?? '';
    const isBelow =
      start !== undefined && each.table !== table && header.startsWith(start) && !header.startsWith('[[');
    return isBelow && each.parent === undefined && isFree(each);
  });
  const slot =
    entries.find(each => each.table === table && each.parent === parent && isFree(each)) ??
    (parent === undefined && inner.length === 1 ? inner[0] : undefined);
  if (slot?.value.kind === 'array') return fillSlot(slot.value, `[${quoted(only.path)}]`);
  return slot && fillSlot(slot.value, quoted(only.path, text.slice(slot.value.start, slot.value.end)));
}

function isAlone(text: string, start: number): boolean {
  return text.slice(lineAround(text, start).start, start).trim() === '';
}

function keysFor(
  { entries }: TomlDocument,
  table: number,
  media: readonly ReferenceMedia[],
): { before: string; after: string }[] {
  const own = entries.filter(each => each.table === table && each.parent === undefined);
  return assignments(own, media);
}

function inlineKeys(
  { entries }: TomlDocument,
  parent: TomlEntry,
  media: readonly ReferenceMedia[],
): { before: string; after: string }[] {
  return assignments(
    entries.filter(each => each.parent === parent),
    media,
  );
}

function assignments(
  beside: readonly TomlEntry[],
  media: readonly ReferenceMedia[],
): { before: string; after: string }[] {
  const taken = new Set(
    beside.map(({ key }) =>
      key
        ?.replace(/^["']|["']$/g, '')
        .split('.')[0]
        ?.trim(),
    ),
  );
  return media.map(({ kind, path }) => {
    const name = freeName(kind, each => taken.has(each));
    taken.add(name);
    return { before: `${name} = ${quoted(path)}`, after: '' };
  });
}
