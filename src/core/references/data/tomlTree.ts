/** A value of a TOML document, in UTF-16 offsets. */
export interface TomlValue {
  readonly kind: 'string' | 'array' | 'inlineTable' | 'other';
  readonly start: number;
  /** Exclusive. */
  end: number;
}

/** A key with its value, or an element of an array. */
export interface TomlEntry {
  /** Undefined for an element. */
  readonly key: string | undefined;
  readonly start: number;
  readonly value: TomlValue;
  /** The table that it is in, by number, or the value that holds it. */
  readonly table: number;
  readonly parent: TomlEntry | undefined;
}

export interface TomlDocument {
  /** The headers of the tables by their numbers, with their brackets; empty for the outermost. */
  readonly headers: readonly string[];
  readonly entries: readonly TomlEntry[];
  readonly comments: readonly { readonly start: number; readonly end: number; readonly table: number }[];
}

const token =
  /(?<comment>#[^\r\n]*)|(?<string>"""(?:\\[^]|(?!""")[^\\])*(?:"{3,5}|$)|'''(?:(?!''')[^])*(?:'{3,5}|$)|"(?:\\.|[^"\\\r\n])*"?|'[^'\r\n]*'?)|(?<header>^[ \t]*\[\[?[^\]\r\n]*\]\]?)|(?<mark>[[\]{},=])|(?<newline>\r?\n)|(?<bare>[^\s[\]{},=#"']+)/gm;

/** Reads a TOML document; tolerant of what is half written. */
export function parseToml(text: string): TomlDocument {
  const entries: TomlEntry[] = [];
  const comments: { start: number; end: number; table: number }[] = [];
  const open: TomlEntry[] = [];
  const headers = [''];
  let table = 0;
  /** The key that is being read, and whether its `=` was. */
  let key: { start: number; end: number; hasValue: boolean } | undefined;
  const put = (kind: TomlValue['kind'], start: number, end: number): TomlEntry | undefined => {
    const parent = open.at(-1);
    const isElement = parent?.value.kind === 'array';
    if (!isElement && !key?.hasValue) {
      key = { start: key?.start ?? start, end, hasValue: false };
      return undefined;
    }
    const entry: TomlEntry = {
      key: isElement || !key ? undefined : text.slice(key.start, key.end).trim(),
      start: isElement || !key ? start : key.start,
      value: { kind, start, end },
      table,
      parent,
    };
    entries.push(entry);
    key = undefined;
    return entry;
  };
  token.lastIndex = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found] = match;
    const { comment, string, header, mark, newline } = match.groups ?? {};
    const start = match.index;
    const end = start + found.length;
    if (comment !== undefined) comments.push({ start, end, table });
    else if (string !== undefined) put('string', start, end);
    else if (header !== undefined && open.length === 0 && !key?.hasValue) {
      table++;
      headers.push(header.trim());
      key = undefined;
    } else if (header !== undefined) {
      // An array in a value, which looks like a header at the beginning of a line.
      const inner = put('array', start + found.indexOf('['), text.length);
      if (inner) open.push(inner);
      token.lastIndex = start + found.indexOf('[') + 1;
    } else if (mark === '=') key = key && { ...key, hasValue: true };
    else if (mark === '[' || mark === '{') {
      const inner = put(mark === '[' ? 'array' : 'inlineTable', start, text.length);
      if (inner) open.push(inner);
    } else if (mark === ']' || mark === '}') {
      const closed = open.pop();
      if (closed) closed.value.end = end;
      key = undefined;
    } else if (mark === ',') key = undefined;
    else if (newline !== undefined) {
      if (open.length === 0) key = undefined;
    } else put('other', start, end);
  }
  return { headers, entries, comments };
}
