import { wording, type Wording } from '../../../base/wording.ts';

/** A table whose first row names the columns (RFC 4180). */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface TableProblem {
  /** From 1, in the file. */
  readonly line: number;
  readonly message: Wording;
}

/** Reads comma-separated values; a field in quotes may hold commas, line breaks and doubled quotes. */
export function parseTable(text: string, maximumRows: number): Table | TableProblem {
  const rows: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let line = 1;
  let rowLine = 1;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const endRow = (): void => {
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: rowLine, fields });
    fields = [];
    rowLine = line;
  };
  while (at <= text.length) {
    let value = '';
    if (text[at] === '"') {
      const opened = line;
      at++;
      for (;;) {
        const quote = text.indexOf('"', at);
        if (quote === -1) return { line: opened, message: wording("A quote isn't closed.") };
        const piece = text.slice(at, quote);
        value += piece;
        line += piece.split('\n').length - 1;
        at = quote + 1;
        if (text[at] !== '"') break;
        value += '"';
        at++;
      }
      if (at < text.length && !/[,\r\n]/.test(text[at] ?? ''))
        return {
          line,
          message: wording('A closing quote must be followed by a comma or the end of the line.'),
        };
    } else {
      const rest = /[,\r\n]/g;
      rest.lastIndex = at;
      const end = rest.exec(text)?.index ?? text.length;
      value = text.slice(at, end);
      if (value.includes('"'))
        return { line, message: wording('A field that contains a quote must be quoted.') };
      value = value.trim();
      at = end;
    }
    fields.push(value);
    if (text[at] === ',') {
      at++;
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    if (at < text.length) line++;
    at++;
    endRow();
    if (rows.length > maximumRows + 1)
      return { line, message: wording('A table can have up to {0} rows.', maximumRows) };
  }
  const [header, ...body] = rows;
  if (!header) return { line: 1, message: wording('The first row must contain the column names.') };
  const wrong = body.find(row => row.fields.length !== header.fields.length);
  if (wrong) {
    const message = wording(
      'The row has {0} fields, but the first row has {1}.',
      wrong.fields.length,
      header.fields.length,
    );
    return { line: wrong.line, message };
  }
  const columns = header.fields.map(name => name.trim().normalize('NFC'));
  const doubled = columns.find((name, index) => columns.indexOf(name) !== index);
  if (doubled !== undefined)
    return { line: header.line, message: wording('The column "{0}" is listed twice.', doubled) };
  return { columns, rows: body.map(row => row.fields) };
}
