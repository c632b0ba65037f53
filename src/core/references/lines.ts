/** One line of a text, in UTF-16 offsets. */
export interface Line {
  readonly text: string;
  readonly start: number;
  /** Before the line break. */
  readonly end: number;
}

export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const match of text.matchAll(/\r\n|\r|\n/g)) {
    lines.push({ text: text.slice(start, match.index), start, end: match.index });
    start = match.index + match[0].length;
  }
  lines.push({ text: text.slice(start), start, end: text.length });
  return lines;
}

/** Index of the line that an offset stands on. */
export function lineIndexAt(lines: readonly Line[], offset: number): number {
  return Math.max(
    lines.findLastIndex(line => line.start <= offset),
    0,
  );
}

/** The line around an offset. */
export function lineAround(text: string, offset: number): Line {
  const before = text.slice(0, offset);
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  const rest = /[\r\n]/.exec(text.slice(offset));
  const end = rest ? offset + rest.index : text.length;
  return { text: text.slice(start, end), start, end };
}

/** Start of the line below; undefined on the last line. */
export function nextLineStart(text: string, line: Line): number | undefined {
  if (line.end >= text.length) return undefined;
  return line.end + (text.startsWith('\r\n', line.end) ? 2 : 1);
}

export function indentationOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** A range without the blanks at its ends; a range of blanks keeps its start. */
export function trimmed(text: string, start: number, end: number): { start: number; end: number } {
  const inner = text.slice(start, end);
  const lead = inner.length - inner.trimStart().length;
  return lead === inner.length
    ? { start, end: start }
    : { start: start + lead, end: start + inner.trimEnd().length };
}
