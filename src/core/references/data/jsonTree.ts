/** A value of a JSON document. Offsets in UTF-16. */
export interface JsonValue {
  readonly kind: 'object' | 'array' | 'string' | 'other';
  readonly start: number;
  /** Exclusive. */
  end: number;
  /** Of an object or an array. */
  readonly entries: JsonEntry[];
}

/** An element of an array or a property of an object. */
export interface JsonEntry {
  readonly start: number;
  end: number;
  /** Of a property. */
  readonly key: string | undefined;
  value: JsonValue | undefined;
}

export interface JsonComment {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads JSON, JSON with comments and JSON lines; tolerant of what is half written, so that only the brackets
 * around a place count.
 */
export function parseJson(text: string): { root: JsonValue; comments: readonly JsonComment[] } {
  const root: JsonValue = { kind: 'array', start: 0, end: text.length, entries: [] };
  const comments: JsonComment[] = [];
  const open: JsonValue[] = [root];
  let key: { start: number; text: string } | undefined;
  const token =
    /(\/\/[^\r\n]*|\/\*[^]*?(?:\*\/|$))|("(?:\\[^]|[^"\\\r\n])*"?|'(?:\\[^]|[^'\\\r\n])*'?)|([[{])|([\]}])|([,:])|[^\s[\]{},:"'/]+|\//g;
  const put = (value: JsonValue): void => {
    const parent = open.at(-1) ?? root;
    parent.entries.push({ start: key?.start ?? value.start, end: value.end, key: key?.text, value });
    key = undefined;
  };
  for (const match of text.matchAll(token)) {
    const [source, comment, string, opening, closing] = match;
    const start = match.index;
    const end = start + source.length;
    if (comment !== undefined) comments.push({ start, end });
    else if (opening !== undefined) {
      const value: JsonValue = {
        kind: opening === '{' ? 'object' : 'array',
        start,
        end: text.length,
        entries: [],
      };
      put(value);
      open.push(value);
    } else if (closing !== undefined) {
      if (open.length === 1) continue;
      const value = open.pop();
      const entry = open.at(-1)?.entries.at(-1);
      if (value) value.end = end;
      if (entry) entry.end = end;
    } else if (source === ',') key = undefined;
    else if (source !== ':') {
      const isKey =
        open.at(-1)?.kind === 'object' && key === undefined && /^\s*:/.test(text.slice(end, end + 100));
      if (isKey) key = { start, text: string === undefined ? source : source.slice(1, -1) };
      else put({ kind: string === undefined ? 'other' : 'string', start, end, entries: [] });
    }
  }
  return { root, comments };
}

/** The containers and entries around an offset, from the outside in. */
export function pathTo(root: JsonValue, offset: number): { parent: JsonValue; entry: JsonEntry }[] {
  const path: { parent: JsonValue; entry: JsonEntry }[] = [];
  for (let parent: JsonValue | undefined = root; parent;) {
    const container: JsonValue = parent;
    const entry = container.entries.find(({ start, end }) => start <= offset && offset < end);
    if (!entry) break;
    path.push({ parent: container, entry });
    parent = entry.value && entry.value.start <= offset ? entry.value : undefined;
  }
  return path;
}
