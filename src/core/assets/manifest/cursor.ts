import { parse } from 'yaml';
import { isRecord } from '../../../base/json.ts';

/** Where a cursor stands in a manifest that is being written, and so may be no YAML yet. */
export interface ManifestPlace {
  /** The keys around it, from the outside; of a value, its own key last. */
  readonly path: readonly string[];
  /** Whether a value is written there, and not a key. */
  readonly isValue: boolean;
  /** Whether it is an item of a list. */
  readonly isItem: boolean;
  /** What is written of it before the cursor. */
  readonly written: string;
  /** Where that begins, as an offset. */
  readonly start: number;
  /** What is written of a variable, when a brace is open: `{na`. */
  readonly variable: string | undefined;
}

const keyPattern = /^(\s*)(?:- +)?(?:"([^"]*)"|'([^']*)'|([^\s#:,[\]{}"'][^:#]*?))\s*:(?:\s|$)/;

/** Looks at the lines up to the cursor alone, by their indentation. */
export function placeAt(text: string, offset: number): ManifestPlace {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.slice(lineStart);
  const open = lastOpenBrace(line);
  const variable = /(?<!\{)\{([^{}\s,:]*)$/.exec(line)?.[1];
  const outer = keysAbove(before.slice(0, lineStart), indentOf(line));
  const own = keyPattern.exec(line);
  const isItem = /^\s*- /.test(line) || /^\s*-$/.test(line);
  const at = (path: readonly string[], isValue: boolean, from: number, isListed = false): ManifestPlace => ({
    path,
    isValue,
    isItem: isListed,
    written: line.slice(from),
    start: lineStart + from,
    variable,
  });
  if (open !== undefined && own) {
    // `params: { resolution: 1K, se|`
    const path = [...outer, nameOf(own)];
    const piece = line.slice(open + 1);
    const last = piece.lastIndexOf(',') + 1;
    const inner = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s:,{}]+))\s*:\s*/.exec(piece.slice(last));
    if (inner) {
      const from = open + 1 + last + inner[0].length;
      return at([...path, inner[1] ?? inner[2] ?? inner[3] ?? ''], true, from);
    }
    return at(path, false, open + 1 + last + blanks(piece.slice(last)));
  }
  const list = own && /\[[^\]]*$/.exec(line.slice(own[0].length));
  if (own && list) {
    // `references: [a.png, b|`
    const from = own[0].length + list.index + 1;
    const piece = line.slice(from);
    const last = piece.lastIndexOf(',') + 1;
    return at([...outer, nameOf(own)], true, from + last + blanks(piece.slice(last)), true);
  }
  if (own && !isItem) return at([...outer, nameOf(own)], true, own[0].length);
  if (isItem) {
    const from = /^\s*-\s*/.exec(line)?.[0].length ?? line.length;
    return at(outer, true, from, true);
  }
  return at(outer, false, blanks(line));
}

function nameOf(match: RegExpExecArray): string {
  return (match[2] ?? match[3] ?? match[4] ?? '').trim();
}

function blanks(text: string): number {
  return /^\s*/.exec(text)?.[0].length ?? 0;
}

function indentOf(line: string): number {
  const blank = blanks(line);
  // An item of a list belongs to the key above it, also when it is not indented further.
  return /^\s*-(?:\s|$)/.test(line) ? blank + 1 : blank;
}

/** The keys whose blocks are open above a line with this indentation. */
function keysAbove(text: string, indentation: number): string[] {
  const path: string[] = [];
  let limit = indentation;
  let end = text.length;
  while (limit > 0 && end > 0) {
    const start = text.lastIndexOf('\n', end - 2) + 1;
    const line = text.slice(start, end);
    end = start;
    const match = keyPattern.exec(line);
    const blank = match?.[1]?.length ?? Infinity;
    if (!match || blank >= limit) continue;
    path.unshift(nameOf(match));
    limit = blank;
  }
  return path;
}

/** Where a `{` is open on the line that begins a mapping, and not a variable within a text. */
function lastOpenBrace(line: string): number | undefined {
  const open = /:\s*\{(?=[^}]*$)/.exec(line);
  return open ? open.index + open[0].length - 1 : undefined;
}

/** What of an entry decides about what can be written in it. */
export interface EntrySketch {
  readonly model: string | undefined;
  /** The table that has a row for each asset. */
  readonly each: string | undefined;
  /** The names of its variables, but for those of the table. */
  readonly variables: readonly string[];
}

/** Reads one entry and the defaults, whatever else of the manifest is no YAML just then. */
export function sketchEntry(text: string, name: string): EntrySketch {
  const defaults = blockOf(text, ['defaults']);
  const entry = blockOf(text, ['assets', name]);
  const textIn = (block: Readonly<Record<string, unknown>>, key: string): string | undefined => {
    const { [key]: value } = block;
    return typeof value === 'string' ? value.trim() : undefined;
  };
  const { matrix, values } = entry;
  const further = isRecord(values) ? Object.values(values).filter(isRecord).flatMap(Object.keys) : [];
  return {
    model: textIn(entry, 'model') ?? textIn(defaults, 'model'),
    each: textIn(entry, 'each'),
    variables: [...new Set([...(isRecord(matrix) ? Object.keys(matrix) : []), ...further])],
  };
}

/** The block below a key, as data; what of it is no YAML yet is left out, line by line from the end. */
function blockOf(text: string, path: readonly string[]): Readonly<Record<string, unknown>> {
  const lines = text.split('\n');
  let from = 0;
  let indentation = -1;
  for (const name of path) {
    const found = lines.findIndex((line, index) => {
      const match = index >= from ? keyPattern.exec(line) : null;
      return match !== null && nameOf(match) === name && (match[1]?.length ?? 0) > indentation;
    });
    if (found === -1) return {};
    indentation = blanks(lines[found] ?? '');
    from = found + 1;
  }
  const head = lines[from - 1] ?? '';
  const end = lines.findIndex(
    (line, index) =>
      index >= from && line.trim() !== '' && blanks(line) <= indentation && !line.trimStart().startsWith('#'),
  );
  const body = lines.slice(from, end === -1 ? lines.length : end);
  const inline = /:\s*(\{.*\})\s*$/.exec(head)?.[1];
  const read = parsed(inline ?? body.join('\n'));
  if (isRecord(read)) return read;
  // A line that is being written makes no YAML of all: each key of the block is read alone.
  const own = Math.min(...body.filter(line => line.trim() !== '').map(blanks));
  const pieces: string[][] = [];
  for (const line of body) {
    if (line.trim() !== '' && blanks(line) === own) pieces.push([line]);
    else pieces.at(-1)?.push(line);
  }
  return Object.assign({}, ...pieces.map(piece => parsed(piece.join('\n'))).filter(isRecord)) as Record<
    string,
    unknown
  >;
}

/** @returns undefined for what is no YAML */
function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent', maxAliasCount: 0 }) as unknown;
  } catch {
    // Somebody is writing it just now.
    return undefined;
  }
}
