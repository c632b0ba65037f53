import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import { largestYaml } from '../../languages/largeDocument.ts';
import { freeName } from '../plan/escape.ts';
import { fillSlot, isListName, isSlotName, onlyMedia } from '../plan/slot.ts';
import { indentationOf, lineAround, linesOf, lineIndexAt, trimmed } from '../../../base/lines.ts';
import { atPoint, belowLine, planAt, type InsertionPoint } from '../plan/snippet.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** What an anchor stands in: an entry of a mapping or a sequence. */
interface Entry {
  /** Of the key, or of the value in a sequence. */
  readonly start: number;
  readonly value: Node | undefined;
  readonly end: number;
  readonly parent: Node;
  /** The mapping around the mapping that it is in. */
  readonly above: Node | undefined;
  readonly isFlow: boolean;
}

/**
 * Plans strings in a YAML document: the element after the one that the anchor is in, or a key beside it. The
 * values are paths of files, not URLs, because it is not known what reads them.
 */
export function planYaml(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  const documents = documentsOf(text);
  if (!isValid(documents)) return undefined;
  const { anchor, offset } = placeIn(request);
  const entry = entryAt(documents, text, offset);
  const plan =
    filled(documents, entry, request) ??
    (entry
      ? afterEntry(text, entry, media, eol)
      : afterComment(documents, request, offset, mode === 'replace' ? anchor : undefined));
  // Only an edit after which the document still parses is returned, however the insertion point was found.
  return plan && isValid(documentsOf(applied(text, plan))) ? plan : undefined;
}

/** Fills the value that the anchor is all of, or the empty one beside it; undefined when there is none. */
export function fillYaml(request: ReferenceRequest): ReferencePlan | undefined {
  const documents = documentsOf(request.text);
  if (!isValid(documents)) return undefined;
  const entry = entryAt(documents, request.text, placeIn(request).offset);
  const plan = filled(documents, entry, request);
  return plan && isValid(documentsOf(applied(request.text, plan))) ? plan : undefined;
}

function placeIn({ text, ...request }: ReferenceRequest): {
  anchor: { start: number; end: number };
  offset: number;
} {
  const anchor = trimmed(text, request.start, request.end);
  return { anchor, offset: Math.max(anchor.end - 1, anchor.start) };
}

function filled(
  documents: readonly Document.Parsed[],
  entry: Entry | undefined,
  request: ReferenceRequest,
): ReferencePlan | undefined {
  if (!entry) {
    // A cursor behind the colon of an empty key is not in its value.
    const slot = emptyOnLine(documents, request);
    const only = onlyMedia(request);
    return slot && only && fillValue(request.text, slot, only);
  }
  return (
    replacedValue(entry, request) ??
    filledBeside(entry.parent, request) ??
    (entry.above ? filledBeside(entry.above, request) : undefined)
  );
}

function replacedValue({ value, isFlow }: Entry, request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  const { anchor, offset } = placeIn(request);
  if (mode !== 'replace' || !isScalar(value) || !value.range) return undefined;
  const [start, end] = value.range;
  if (offset < start || offset >= end) return undefined;
  const source = text.slice(start, end);
  const inner = /^[|>]/.test(source) ? source.indexOf('\n') : /^["']/.test(source) ? 1 : 0;
  const isWhole =
    anchor.start <= trimmed(text, start + inner, end).start &&
    anchor.end >= start + source.trimEnd().length - Math.min(inner, 1);
  if (!isWhole) return undefined;
  const paths = media.map(({ path }) => scalar(path, isFlow || media.length > 1, source));
  const plain = paths.length === 1 ? paths.join('') : `[${paths.join(', ')}]`;
  const isBlock = /^[|>]/.test(source);
  const point = { start, end: isBlock ? start + source.trimEnd().length : end };
  return planAt(
    { ...point, prefix: '', indent: '', separator: '', suffix: '' },
    [{ before: plain, after: '' }],
    eol,
  );
}

/** The empty value that waits for such a path, in the same mapping or in one that is named so. */
function filledBeside(parent: Node, request: ReferenceRequest): ReferencePlan | undefined {
  const only = onlyMedia(request);
  if (!only) return undefined;
  const slotIn = (map: Node | null | undefined): EmptyPair | undefined =>
    isMap(map)
      ? (map.items.map(emptyPair).find(pair => pair !== undefined && isSlotName(only.kind, pair.name)) ??
        map.items.map(emptyList).find(pair => pair !== undefined && isListName(only.kind, pair.name)))
      : undefined;
  const inner = isMap(parent) ? parent.items.flatMap(({ value }) => slotIn(value as Node | null) ?? []) : [];
  // Of several it is not known which is meant.
  const slot = slotIn(parent) ?? (inner.length === 1 ? inner[0] : undefined);
  return slot && fillValue(request.text, slot, only);
}

/** A key without a value, or with an empty string. */
interface EmptyPair {
  readonly name: string;
  readonly keyEnd: number;
  /** Of the quotes; undefined where there is nothing. */
  readonly value: { readonly start: number; readonly end: number } | undefined;
  /** Whether the value is a list that the address becomes the first of. */
  readonly isList?: boolean;
}

function emptyPair(item: unknown): EmptyPair | undefined {
  if (!isPair(item) || !isScalar(item.key) || !item.key.range) return undefined;
  const { key, value } = item;
  if (value !== null && !(isScalar(value) && (value.value === null || value.value === ''))) return undefined;
  const range = isScalar(value) ? value.range : undefined;
  const isQuoted = range && range[1] > range[0];
  return {
    name: String(key.value),
    keyEnd: item.key.range[1],
    value: isQuoted ? { start: range[0], end: range[1] } : undefined,
  };
}

/** A key with an empty list, or with one that holds nothing but an empty string. */
function emptyList(item: unknown): EmptyPair | undefined {
  if (!isPair(item) || !isScalar(item.key) || !item.key.range || !isSeq(item.value)) return undefined;
  const [first, ...others] = item.value.items;
  const isEmpty = isScalar(first) && first.value === '';
  const range = first === undefined && item.value.flow ? item.value.range : isEmpty ? first.range : undefined;
  if (!range || range[1] === range[0] || others.length > 0) return undefined;
  return {
    name: String(item.key.value),
    keyEnd: item.key.range[1],
    value: { start: range[0], end: range[1] },
    isList: first === undefined,
  };
}

function fillValue(
  text: string,
  { keyEnd, value, isList }: EmptyPair,
  { path }: ReferenceMedia,
): ReferencePlan {
  if (value && isList === true) return fillSlot(value, `[${scalar(path, true)}]`);
  if (value) return fillSlot(value, scalar(path, true, text.slice(value.start, value.end)));
  const colon = text.indexOf(':', keyEnd) + 1;
  const blanks = /^[ \t]*/.exec(text.slice(colon, colon + 100))?.[0] ?? '';
  const rest = text.charAt(colon + blanks.length);
  // A comment behind the colon stays behind the value.
  const isEnd = rest === '' || rest === '\n' || rest === '\r';
  const isFlow = rest === ',' || rest === '}';
  return fillSlot({ start: colon, end: isEnd ? colon + blanks.length : colon }, ` ${scalar(path, isFlow)}`);
}

/** The empty value on the line of the anchor. */
function emptyOnLine(
  documents: readonly Document.Parsed[],
  { text, ...request }: ReferenceRequest,
): EmptyPair | undefined {
  const line = lineAround(text, request.start);
  const key = /^[ \t]*(?:- +)*[^\s:#]+/.exec(line.text)?.[0];
  if (key === undefined || !/^[^#]*:[ \t]*(?:""|'')?[ \t]*$/.test(line.text)) return undefined;
  const parent = entryAt(documents, text, line.start + key.length - 1)?.parent;
  return isMap(parent)
    ? parent.items.map(emptyPair).find(pair => pair && line.start <= pair.keyEnd && pair.keyEnd <= line.end)
    : undefined;
}

/** A path as a scalar, or as what stands inside a quoted one. */
export function inlineYaml(text: string, offset: number, { path }: ReferenceMedia): string {
  const value = entryAt(documentsOf(text), text, offset)?.value;
  const isInside = isScalar(value) && value.range && value.range[0] < offset && offset < value.range[1];
  if (!isInside) return scalar(path, true);
  if (value.type === 'QUOTE_DOUBLE') return JSON.stringify(path).slice(1, -1);
  return value.type === 'QUOTE_SINGLE' ? path.replaceAll("'", "''") : path;
}

/**
 * Plain where no reader can take it for anything else.
 * @param like the scalar in whose place it stands, whose quotes it gets
 */
function scalar(path: string, isQuoted: boolean, like = ''): string {
  const isPlain = /^(?:\.{0,2}\/)?[\p{L}_][\p{L}\p{M}\p{N}_./-]*$/u.test(path) && /[./]/.test(path);
  if (like.startsWith("'") && !/\p{Cc}/u.test(path)) return `'${path.replaceAll("'", "''")}'`;
  if (isPlain && !isQuoted && !like.startsWith('"')) return path;
  return JSON.stringify(path).replace(/[\p{Cc}\p{Zl}\p{Zp}\uFEFF]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Nothing of a text that is too large to be read. */
function documentsOf(text: string): Document.Parsed[] {
  if (text.length > largestYaml) return [];
  // The parser would compare each key with all before it, and quote the line of each of many errors.
  const options = { logLevel: 'silent', uniqueKeys: false, prettyErrors: false } as const;
  // A text of nothing but errors has thousands, and most of the time would go into where each came from.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const parsed = parseAllDocuments(text, options);
    return Array.isArray(parsed) ? parsed : [];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function isValid(documents: readonly Document.Parsed[]): boolean {
  return documents.every(document => document.errors.length === 0 && hasUniqueKeys(document));
}

function hasUniqueKeys(document: Document.Parsed): boolean {
  let areUnique = true;
  visit(document, {
    Map(_key, { items }) {
      const names = items.flatMap(({ key }) => (isScalar(key) && key.value !== '<<' ? [key.value] : []));
      if (new Set(names).size === names.length) return undefined;
      areUnique = false;
      return visit.BREAK;
    },
  });
  return areUnique;
}

function entryAt(documents: readonly Document.Parsed[], text: string, offset: number): Entry | undefined {
  let found: Entry | undefined;
  const visit = (parent: Node, around?: Node): void => {
    if (!isCollection(parent)) return;
    for (const item of parent.items) {
      const { key, value }: { key: Node | undefined; value: Node | null } = isPair(item)
        ? (item as Pair<Node, Node | null>)
        : { key: undefined, value: item as Node | null };
      const start = (key ?? value)?.range?.[0];
      const end = (value ?? key)?.range?.[1];
      if (start === undefined || end === undefined || offset < start || offset >= end) continue;
      const above = isMap(parent) && isMap(around) ? around : undefined;
      found = { start, end, value: value ?? undefined, parent, above, isFlow: parent.flow === true };
      if (value) visit(value, parent);
    }
  };
  for (const { contents } of documents) if (contents) visit(contents);
  if (found) return isCollection(found.value) && isComment(text, offset) ? undefined : found;
  // A comment at the end of a line belongs to the entry on it.
  const line = lineAround(text, offset);
  const content = /\s#/.exec(line.text);
  const first = line.start + indentationOf(line.text).length;
  if (!content || line.text.trimStart().startsWith('#') || first >= offset) return undefined;
  const last = line.start + line.text.slice(0, content.index).trimEnd().length - 1;
  return last < offset ? entryAt(documents, text, last) : undefined;
}

function isComment(text: string, offset: number): boolean {
  return lineAround(text, offset).text.trimStart().startsWith('#');
}

function afterEntry(
  text: string,
  { start, end, parent, isFlow }: Entry,
  media: readonly ReferenceMedia[],
  eol: string,
): ReferencePlan {
  const entries = entriesFor(parent, media, isFlow);
  if (isFlow) {
    const point = atPoint(end, ', ', ', ');
    return planAt(
      point,
      entries.map(before => ({ before, after: '' })),
      eol,
    );
  }
  const line = lineAround(text, start);
  const own = text.slice(line.start, start);
  // After "- " a mapping goes on below its first key, a sequence below its dash.
  const indent = isMap(parent)
    ? ' '.repeat(own.length)
    : indentationOf(line.text).padEnd(own.lastIndexOf('-'));
  const last = text.slice(start, end).trimEnd().length;
  return planAt(
    belowLine(text, start + last, indent),
    entries.map(before => ({ before, after: '' })),
    eol,
  );
}

/** Below a comment that stands among the entries of a mapping or a sequence, as one more of them. */
function afterComment(
  documents: readonly Document.Parsed[],
  request: ReferenceRequest,
  offset: number,
  replacing: { start: number; end: number } | undefined,
): ReferencePlan | undefined {
  const { text, media, eol } = request;
  const lines = linesOf(text);
  const at = lineIndexAt(lines, offset);
  const own = lines[at]?.text ?? '';
  if (!own.trimStart().startsWith('#')) return undefined;
  const indent = indentationOf(own);
  const isEntry = (line: string): boolean => line.trim() !== '' && !line.trimStart().startsWith('#');
  const neighbours = [
    lines.slice(at + 1).find(line => isEntry(line.text)),
    lines
      .slice(0, at)
      .findLast(line => isEntry(line.text) && indentationOf(line.text).length <= indent.length),
  ];
  const neighbour = neighbours.find(line => line && indentationOf(line.text) === indent);
  if (!neighbour) return undefined;
  const parent = entryAt(
    documents,
    text,
    neighbour.start + indent.length + (/^\s*-/.test(neighbour.text) ? 2 : 0),
  );
  const owner = /^\s*- /.test(neighbour.text)
    ? sequenceAround(documents, neighbour.start + indent.length)
    : parent?.parent;
  if (!owner) return undefined;
  const filled = filledBeside(owner, request);
  if (filled) return filled;
  const entries = entriesFor(owner, media, false).map(before => ({ before, after: '' }));
  const first = replacing && lineAround(text, replacing.start);
  const isWhole = first && /^\s*#\s*$/.test(text.slice(first.start, replacing.start));
  const point: InsertionPoint = isWhole
    ? {
        start: first.start + indent.length,
        end: replacing.end,
        prefix: '',
        indent,
        separator: '\n',
        suffix: '',
      }
    : belowLine(text, offset, indent);
  return planAt(point, entries, eol);
}

function sequenceAround(documents: readonly Document.Parsed[], offset: number): Node | undefined {
  let found: Node | undefined;
  const visit = (node: Node): void => {
    if (!isCollection(node) || !node.range || node.range[0] > offset || offset >= node.range[2]) return;
    if (!isMap(node) && node.flow !== true) found = node;
    for (const item of node.items) {
      const inner = isPair(item) ? (item.value as Node | null) : (item as Node | null);
      if (inner) visit(inner);
    }
  };
  for (const { contents } of documents) if (contents) visit(contents);
  return found;
}

function entriesFor(parent: Node, media: readonly ReferenceMedia[], isFlow: boolean): string[] {
  if (!isMap(parent)) return media.map(({ path }) => (isFlow ? '' : '- ') + scalar(path, isFlow));
  const taken = new Set(parent.items.map(({ key }) => String(isScalar(key) ? key.value : key)));
  return media.map(({ kind, path }) => {
    const name = freeName(kind, each => taken.has(each));
    taken.add(name);
    return `${name}: ${scalar(path, isFlow)}`;
  });
}

function applied(text: string, { edits }: ReferencePlan): string {
  return edits.reduceRight(
    (result, { start, end, text: added }) => result.slice(0, start) + added + result.slice(end),
    text,
  );
}
