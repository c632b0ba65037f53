import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { asItIs, wording, type Wording, type WordingValue } from '../../../base/wording.ts';
import type { WishValue } from '../../recipes/identity.ts';
import type { ManifestProblem, ManifestProblemCode, SourceRange } from './problem.ts';

/** A text of the manifest, with its place. */
export interface SourceText {
  readonly value: string;
  readonly range: SourceRange;
}

/** An entry of a mapping. */
export interface SourceEntry {
  readonly key: SourceText;
  readonly node: Node | undefined;
}

/** Largest manifest, in bytes. */
export const maximumManifestBytes = 1_000_000;
/** How deep a manifest may be nested; what is asked for needs 5. */
const maximumDepth = 20;

/**
 * The text of a manifest with the place of each of its parts. What is wrong is noted, never thrown, so that a
 * person sees all of it at once.
 */
export class ManifestSource {
  readonly problems: ManifestProblem[] = [];
  readonly root: Node | undefined;
  readonly #lines = new LineCounter();
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    if (Buffer.byteLength(text) > maximumManifestBytes) {
      this.root = undefined;
      this.note('asset-bounds', wording('A manifest can be up to 1 MB.'), undefined);
      return;
    }
    this.root = this.#parse(text);
  }

  #parse(text: string): Node | undefined {
    // The parser calls itself for each level, and the stack has an end.
    if (deepestBrackets(text) > maximumDepth) {
      this.note(
        'asset-bounds',
        wording('A manifest can be nested up to {0} levels deep.', maximumDepth),
        undefined,
      );
      return undefined;
    }
    let document: ReturnType<typeof parseDocument>;
    try {
      document = parseDocument(text, {
        lineCounter: this.#lines,
        version: '1.2',
        uniqueKeys: true,
        merge: false,
        prettyErrors: false,
      });
    } catch (error) {
      this.note('asset-syntax', wording("This isn't valid YAML: {0}", messageOf(error)), undefined);
      return undefined;
    }
    for (const { message, pos } of document.errors)
      this.note('asset-syntax', asItIs(sentence(message)), {
        start: pos[0],
        end: Math.max(pos[1], pos[0] + 1),
      });
    if (this.problems.length > 0) return undefined;
    const root = document.contents ?? undefined;
    if (root) this.#refuse(root, 0);
    return this.problems.length > 0 ? undefined : root;
  }

  /** What makes one place mean another, or a value something else than it says. */
  #refuse(node: Node, depth: number): void {
    if (depth > maximumDepth) {
      this.note(
        'asset-bounds',
        wording('A manifest can be nested up to {0} levels deep.', maximumDepth),
        node,
      );
      return;
    }
    if (isAlias(node)) this.note('asset-yaml', wording("A manifest can't contain aliases (*name)."), node);
    if ('anchor' in node && typeof node.anchor === 'string')
      this.note('asset-yaml', wording("A manifest can't contain anchors (&name)."), node);
    if (node.tag !== undefined && !/^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/.test(node.tag))
      this.note('asset-yaml', wording("A manifest can't contain tags ({0}).", '!name'), node);
    if (isMap(node)) {
      for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
        this.#refuse(key, depth + 1);
        if (value) this.#refuse(value, depth + 1);
      }
    }
    if (isSeq(node))
      for (const item of node.items as (Node | null)[]) if (item) this.#refuse(item, depth + 1);
  }

  note(
    code: ManifestProblemCode,
    message: Wording,
    where: Node | SourceText | SourceRange | { readonly start: number; readonly end: number } | undefined,
    severity: ManifestProblem['severity'] = 'error',
  ): void {
    this.problems.push({ code, message, severity, range: this.rangeOf(where) });
  }

  rangeOf(
    where: Node | SourceText | SourceRange | { readonly start: number; readonly end: number } | undefined,
  ): SourceRange {
    const [start, end] = offsetsOf(where, this.#length);
    const { line, col } = start === 0 ? { line: 1, col: 1 } : this.#lines.linePos(start);
    return { start, end, line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** The entries of a mapping; notes anything else, and keys that are not plain words. */
  entries(node: Node | undefined, what: WordingValue): SourceEntry[] | undefined {
    if (!isMap(node)) {
      this.note('asset-shape', wording('{0} must be a mapping of names to values.', what), node);
      return undefined;
    }
    return (node as YAMLMap<Node, Node | null>).items.flatMap(({ key, value }): SourceEntry[] => {
      if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
        this.note('asset-shape', wording('Each name in {0} must be text.', what), key);
        return [];
      }
      const name = { value: scalarText(key.value, key.source).normalize('NFC'), range: this.rangeOf(key) };
      return [{ key: name, node: value ?? undefined }];
    });
  }

  /** A text; a number or a boolean counts as it is written. */
  text(node: Node | undefined, what: WordingValue): SourceText | undefined {
    if (isScalar(node) && node.value !== null && typeof node.value !== 'object')
      return { value: scalarText(node.value, node.source), range: this.rangeOf(node) };
    this.note('asset-shape', wording('{0} must be text.', what), node);
    return undefined;
  }

  wholeNumber(node: Node | undefined, what: WordingValue, least: number, most: number): number | undefined {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    this.note('asset-shape', wording('{0} must be a whole number from {1} to {2}.', what, least, most), node);
    return undefined;
  }

  truth(node: Node | undefined, what: WordingValue): boolean | undefined {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'boolean') return value;
    this.note('asset-shape', wording('{0} must be true or false.', what), node);
    return undefined;
  }

  items(node: Node | undefined, what: WordingValue): Node[] | undefined {
    if (isSeq(node) && node.items.every(item => item !== null)) return node.items as Node[];
    this.note('asset-shape', wording('{0} must be a list.', what), node);
    return undefined;
  }

  texts(node: Node | undefined, what: WordingValue): SourceText[] | undefined {
    return this.items(node, what)?.flatMap(item => this.text(item, wording('Each of {0}', what)) ?? []);
  }

  /** A value of a parameter; undefined for null, which drops a default. */
  value(node: Node | undefined, what: WordingValue): WishValue | undefined {
    if (isScalar(node)) {
      const { value } = node;
      if (typeof value === 'string' || typeof value === 'boolean') return value;
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      if (value === null) return undefined;
    }
    if (isSeq(node))
      return (node.items as (Node | null)[]).flatMap(item => this.value(item ?? undefined, what) ?? []);
    if (isMap(node)) {
      const entries = this.entries(node, what) ?? [];
      return Object.fromEntries(
        entries.flatMap(({ key, node: inner }) => {
          const value = this.value(inner, what);
          return value === undefined ? [] : [[key.value, value] as const];
        }),
      );
    }
    if (node)
      this.note('asset-shape', wording('{0} must be text, a number, true, false, or a list.', what), node);
    return undefined;
  }
}

/** `1.0` and `007` are texts where a text is meant, as they stand there. */
function scalarText(value: unknown, source: string | undefined): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

function offsetsOf(
  where: Node | SourceText | SourceRange | { readonly start: number; readonly end: number } | undefined,
  length: number,
): readonly [number, number] {
  if (where === undefined) return [0, Math.min(1, length)];
  if ('start' in where) return [where.start, where.end];
  if ('value' in where && 'range' in where && where.range && 'start' in where.range)
    return [where.range.start, where.range.end];
  const { range } = where as Node;
  return range ? [range[0], Math.max(range[1], range[0] + 1)] : [0, Math.min(1, length)];
}

/** How deep brackets are nested at most; those within texts count too, which only makes it careful. */
function deepestBrackets(text: string): number {
  let depth = 0;
  let deepest = 0;
  // Brackets in prose hardly nest, and close again.
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
