import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  parseAllDocuments,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import { freeName } from './escape.ts';
import { indentationOf, lineAround, linesOf, lineIndexAt, trimmed } from './lines.ts';
import { atPoint, belowLine, planAt, type Place } from './piece.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

/** What an anchor stands in: an entry of a mapping or a sequence. */
interface Entry {
  /** Of the key, or of the value in a sequence. */
  readonly start: number;
  readonly value: Node | undefined;
  readonly end: number;
  readonly parent: Node;
  readonly isFlow: boolean;
}

/**
 * Plans strings in a YAML document: the element behind the one that the anchor is in, or a key beside it. The values are paths of
 * files, not URLs, for nobody knows what reads them.
 */
export function planYaml(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol, mode } = request;
  const documents = documentsOf(text);
  if (!isValid(documents)) return undefined;
  const anchor = trimmed(text, request.start, request.end);
  const offset = Math.max(anchor.end - 1, anchor.start);
  const entry = entryAt(documents, text, offset);
  const value = entry?.value;
  const isInValue = value?.range && value.range[0] <= offset && offset < value.range[1];
  let plan: ReferencePlan | undefined;
  if (mode === 'replace' && entry && isInValue && isScalar(value) && value.range) {
    const [start, end] = value.range;
    const source = text.slice(start, end);
    const inner = /^[|>]/.test(source) ? source.indexOf('\n') : /^["']/.test(source) ? 1 : 0;
    const isWhole =
      anchor.start <= trimmed(text, start + inner, end).start &&
      anchor.end >= start + source.trimEnd().length - Math.min(inner, 1);
    if (isWhole) {
      const paths = media.map(({ path }) => scalar(path, entry.isFlow || media.length > 1));
      const plain = paths.length === 1 ? paths.join('') : `[${paths.join(', ')}]`;
      const isBlock = /^[|>]/.test(source);
      const place = { start, end: isBlock ? start + source.trimEnd().length : end };
      plan = planAt(
        { ...place, lead: '', indent: '', separator: '', trail: '' },
        [{ before: plain, after: '' }],
        eol,
      );
    }
  }
  plan ??= entry
    ? behindEntry(text, entry, media, eol)
    : behindComment(documents, text, offset, media, eol, mode === 'replace' ? anchor : undefined);
  // Whatever this module believed about the place, a document that was read must be read again.
  return plan && isValid(documentsOf(applied(text, plan))) ? plan : undefined;
}

/** A path as a scalar, or as what stands inside a quoted one. */
export function inlineYaml(text: string, offset: number, { path }: ReferenceMedia): string {
  const value = entryAt(documentsOf(text), text, offset)?.value;
  const isInside = isScalar(value) && value.range && value.range[0] < offset && offset < value.range[1];
  if (!isInside) return scalar(path, true);
  if (value.type === 'QUOTE_DOUBLE') return JSON.stringify(path).slice(1, -1);
  return value.type === 'QUOTE_SINGLE' ? path.replaceAll("'", "''") : path;
}

/** Plain where no reader can take it for anything else. */
function scalar(path: string, isQuoted: boolean): string {
  const isPlain = /^(?:\.{0,2}\/)?[\p{L}_][\p{L}\p{M}\p{N}_./-]*$/u.test(path) && /[./]/.test(path);
  if (isPlain && !isQuoted) return path;
  return JSON.stringify(path).replace(/[\p{Cc}\p{Zl}\p{Zp}\uFEFF]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function documentsOf(text: string): Document.Parsed[] {
  const parsed = parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: true });
  return Array.isArray(parsed) ? parsed : [];
}

function isValid(documents: readonly Document.Parsed[]): boolean {
  return documents.every(({ errors }) => errors.length === 0);
}

function entryAt(documents: readonly Document.Parsed[], text: string, offset: number): Entry | undefined {
  let found: Entry | undefined;
  const visit = (parent: Node): void => {
    if (!isCollection(parent)) return;
    for (const item of parent.items) {
      const { key, value }: { key: Node | undefined; value: Node | null } = isPair(item)
        ? (item as Pair<Node, Node | null>)
        : { key: undefined, value: item as Node | null };
      const start = (key ?? value)?.range?.[0];
      const end = (value ?? key)?.range?.[1];
      if (start === undefined || end === undefined || offset < start || offset >= end) continue;
      found = { start, end, value: value ?? undefined, parent, isFlow: parent.flow === true };
      if (value) visit(value);
    }
  };
  for (const { contents } of documents) if (contents) visit(contents);
  if (found) return isCollection(found.value) && isComment(text, offset) ? undefined : found;
  // A comment at the end of a line belongs to the entry on it.
  const line = lineAround(text, offset);
  const content = /\s#/.exec(line.text);
  const first = line.start + indentationOf(line.text).length;
  if (!content || line.text.trimStart().startsWith('#') || first >= offset) return undefined;
  return entryAt(documents, text, line.start + line.text.slice(0, content.index).trimEnd().length - 1);
}

function isComment(text: string, offset: number): boolean {
  return lineAround(text, offset).text.trimStart().startsWith('#');
}

function behindEntry(
  text: string,
  { start, end, parent, isFlow }: Entry,
  media: readonly ReferenceMedia[],
  eol: string,
): ReferencePlan {
  const entries = entriesFor(parent, media, isFlow);
  if (isFlow) {
    const place = atPoint(end, ', ', ', ');
    return planAt(
      place,
      entries.map(before => ({ before, after: '' })),
      eol,
    );
  }
  const line = lineAround(text, start);
  const own = text.slice(line.start, start);
  // Behind "- " a mapping goes on below its first key, a sequence below its mark.
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
function behindComment(
  documents: readonly Document.Parsed[],
  text: string,
  offset: number,
  media: readonly ReferenceMedia[],
  eol: string,
  instead: { start: number; end: number } | undefined,
): ReferencePlan | undefined {
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
  const entries = entriesFor(owner, media, false).map(before => ({ before, after: '' }));
  const first = instead && lineAround(text, instead.start);
  const isWhole = first && /^\s*#\s*$/.test(text.slice(first.start, instead.start));
  const place: Place = isWhole
    ? { start: first.start + indent.length, end: instead.end, lead: '', indent, separator: '\n', trail: '' }
    : belowLine(text, offset, indent);
  return planAt(place, entries, eol);
}

function sequenceAround(documents: readonly Document.Parsed[], mark: number): Node | undefined {
  let found: Node | undefined;
  const visit = (node: Node): void => {
    if (!isCollection(node) || !node.range || node.range[0] > mark || mark >= node.range[2]) return;
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
