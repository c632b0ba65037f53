/** One line of a text, in UTF-16 offsets. */
export interface Line {
  readonly text: string;
  readonly start: number;
  /** Before the line break. */
  readonly end: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let end = 0; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code !== lineFeed && code !== carriageReturn) continue;
    lines.push({ text: text.slice(start, end), start, end });
    if (code === carriageReturn && text.charCodeAt(end + 1) === lineFeed) end++;
    start = end + 1;
  }
  lines.push({ text: text.slice(start), start, end: text.length });
  return lines;
}

/** Index of the first line from `from` on that is like that, -1 when there is none. */
export function findLine(lines: readonly Line[], from: number, isSought: (text: string) => boolean): number {
  for (let index = from; index < lines.length; index++) if (isSought(lines[index]?.text ?? '')) return index;
  return -1;
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
  const isBreak = (at: number): boolean => text[at] === '\n' || text[at] === '\r';
  let start = offset;
  while (start > 0 && !isBreak(start - 1)) start--;
  let end = offset;
  while (end < text.length && !isBreak(end)) end++;
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
