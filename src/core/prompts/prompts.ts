import { commentMarks } from './commentMarks.ts';

/** UTF-16 offsets into a text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A prompt, and the place in the document that it was read from, behind which its result belongs. */
export interface FoundPrompt extends TextRange {
  readonly prompt: string;
}

/**
 * The prompts that a person points at: each selection; for a cursor the fenced block marked `prompt` around it, else the
 * comment, else the line. Blank ones are left out, and two cursors at the same place are one.
 * @param languageId VS Code's
 */
export function promptsAt(text: string, languageId: string, selections: readonly TextRange[]): FoundPrompt[] {
  const found = selections.map(selection =>
    selection.start === selection.end
      ? (fencedPrompt(text, selection.start) ??
        commentAt(text, languageId, selection.start) ??
        lineAt(text, selection.start))
      : selection,
  );
  const distinct = new Map(found.map(range => [`${range.start}-${range.end}`, range]));
  return [...distinct.values()].flatMap(({ start, end }) => {
    const prompt = promptIn(text.slice(start, end), languageId);
    return prompt === '' ? [] : [{ prompt, start, end }];
  });
}

/** What a piece of a document says when its marks are taken away: those of a fence, of comments, of a heading or an item. */
export function promptIn(piece: string, languageId: string): string {
  const text = piece.trim();
  const fenced = /^(`{3,}|~{3,})[^\n]*\n(?<content>[^]*?)\n?[\s>]*\1[`~]*$/.exec(withoutQuote(text));
  if (fenced && isPromptFence(text)) return (fenced.groups?.['content'] ?? '').trim();
  return withoutComment(text, languageId) ?? withoutBlockMarks(text, languageId);
}

const fencePattern = /^[ \t>]*(`{3,}|~{3,})[ \t]*[{.]*([\w-]*)/;

function isPromptFence(line: string): boolean {
  return fencePattern.exec(line)?.[2]?.toLowerCase() === 'prompt';
}

/** The fenced block around an offset, with its fences, when it is marked `prompt`. */
function fencedPrompt(text: string, offset: number): TextRange | undefined {
  let open: { start: number; fence: string; isPrompt: boolean } | undefined;
  for (const line of linesOf(text)) {
    if (!open && line.start > offset) return undefined;
    const fence = fencePattern.exec(line.text)?.[1];
    if (fence === undefined) continue;
    if (!open) {
      open = { start: line.start + line.text.indexOf(fence), fence, isPrompt: isPromptFence(line.text) };
    } else if (fence.startsWith(open.fence) && line.text.trim().endsWith(fence)) {
      if (open.isPrompt && startOfLine(text, open.start) <= offset && offset <= line.end)
        return { start: open.start, end: line.end };
      open = undefined;
    }
  }
  return undefined;
}

/** The comment around an offset: a block comment, or all lines of a line comment. */
function commentAt(text: string, languageId: string, offset: number): TextRange | undefined {
  const marks = commentMarks(languageId);
  for (const [open, close] of marks.block) {
    const start = text.lastIndexOf(open, offset);
    if (start === -1) continue;
    const inner = text.indexOf(close, start + open.length);
    if (inner !== -1 && offset <= inner + close.length) return { start, end: inner + close.length };
  }
  const lines = linesOf(text);
  const at = lines.findIndex(line => line.start <= offset && offset <= line.end);
  const line = lines[at];
  if (!line) return undefined;
  for (const mark of marks.line) {
    const isComment = (index: number): boolean => lines[index]?.text.trimStart().startsWith(mark) ?? false;
    if (isComment(at)) {
      let [first, last] = [at, at];
      while (isComment(first - 1)) first--;
      while (isComment(last + 1)) last++;
      const begin = lines[first];
      const end = lines[last];
      if (!begin || !end) return undefined;
      return { start: begin.end - begin.text.trimStart().length, end: end.end };
    }
    // Behind code on the same line. A blank before it tells it from the slashes of an address.
    const behind = line.text.search(new RegExp(`\\s${escaped(mark)}`));
    if (behind !== -1 && line.start + behind < offset)
      return { start: line.start + behind + 1, end: line.end };
  }
  return undefined;
}

function lineAt(text: string, offset: number): TextRange {
  const start = startOfLine(text, offset);
  const rest = /\r\n|\r|\n/.exec(text.slice(offset));
  return { start, end: rest ? offset + rest.index : text.length };
}

function startOfLine(text: string, offset: number): number {
  const before = text.slice(0, offset);
  return Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
}

/** The words of a comment, unwrapped; undefined when the text is not a comment as a whole. */
function withoutComment(text: string, languageId: string): string | undefined {
  const marks = commentMarks(languageId);
  for (const [open, close] of marks.block) {
    if (!text.startsWith(open) || !text.endsWith(close) || text.length < open.length + close.length) continue;
    const inner = text.slice(open.length, text.length - close.length);
    return unwrapped(inner.split(/\r\n|\r|\n/).map(line => line.replace(/^\s*[*!]+(?=\s|$)/, '')));
  }
  const lines = text.split(/\r\n|\r|\n/);
  for (const mark of marks.line) {
    // "///", "//!" and "##" are marks, too.
    const pattern = new RegExp(`^\\s*${escaped(mark)}${escaped(mark.slice(-1))}*!?`);
    const filled = lines.filter(line => line.trim() !== '');
    if (filled.length === 0 || !filled.every(line => pattern.test(line))) continue;
    return unwrapped(lines.map(line => line.replace(pattern, '')));
  }
  return undefined;
}

/** Where a comment was wrapped is no part of what it says; a blank line is. */
function unwrapped(lines: readonly string[]): string {
  return lines
    .map(line => line.trim())
    .join('\n')
    .trim()
    .replace(/([^\n])\n(?=[^\n])/g, '$1 ')
    .replace(/\n{2,}/g, '\n\n');
}

const prose = new Set(['markdown', 'mdx', 'plaintext', 'git-commit']);

/** A single line of prose without the marks of its heading, quote or list item. */
function withoutBlockMarks(text: string, languageId: string): string {
  if (!prose.has(languageId) || /[\r\n]/.test(text)) return text;
  return text
    .replace(/^(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,9}[.)]\s+)?/, '')
    .replace(/\s+#+$/, '');
}

function withoutQuote(text: string): string {
  return text.replace(/^[ \t>]+/gm, '');
}

interface Line extends TextRange {
  readonly text: string;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const match of text.matchAll(/\r\n|\r|\n/g)) {
    lines.push({ text: text.slice(start, match.index), start, end: match.index });
    start = match.index + match[0].length;
  }
  lines.push({ text: text.slice(start), start, end: text.length });
  return lines;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
