import { lineAround, linesOf, type Line } from '../../base/lines.ts';
import { documentLanguage } from '../languages/documentLanguage.ts';
import { condensed } from '../languages/largeDocument.ts';
import { commentAt } from './commentAround.ts';
import { valueAt } from './valueAround.ts';
import { isProgram } from '../languages/languageKinds.ts';
import {
  linesOf as wordLines,
  unwrapped,
  withoutComment,
  withoutLineSyntax,
  withoutMarksOfOtherLines,
} from './promptWords.ts';
import { longestPrompt, type TextRange } from './textRange.ts';

/** A prompt and the range of the document that it was read from, after which its result is inserted. */
export interface FoundPrompt extends TextRange {
  readonly prompt: string;
}

/**
 * The prompts that a person points at: each selection; for a cursor the fenced block marked `prompt` around
 * it, else the comment, else the string or value, else the line. In a document that is too large to be read
 * it is the line. Blank ones are left out, and two cursors at the same place are one.
 * @param languageId VS Code's
 * @param file the document's, as segments or its name alone
 */
export function promptsAt(
  text: string,
  languageId: string,
  selections: readonly TextRange[],
  file?: readonly string[],
): FoundPrompt[] {
  const language = documentLanguage({ languageId, file });
  const isCursor = ({ start, end }: TextRange): boolean => start === end;
  const isRead = selections.some(isCursor) && condensed(text) !== undefined;
  const found = selections.map(selection => {
    const { start } = selection;
    if (!isCursor(selection)) return { ...selection, isString: false };
    const around = isRead ? (fencedPrompt(text, start) ?? commentAt(text, language, start)) : undefined;
    const value = around === undefined && isRead ? valueAt(text, language, start) : undefined;
    return { ...(around ?? value ?? lineAround(text, start)), isString: value !== undefined };
  });
  const distinct = new Map(found.map(range => [`${range.start}-${range.end}`, range]));
  return [...distinct.values()].flatMap(({ start, end, isString }) => {
    const own = promptIn(text.slice(start, end), languageId, file);
    const prompt = isString ? decoded(own, language) : withoutWrap(text, language, { start, end }, own);
    return prompt === '' ? [] : [{ prompt, start, end }];
  });
}

/** A string of data as it is read, and one of a program without the marks before its quotes. */
function decoded(words: string, language: string): string {
  if (!words.includes('\\')) return words;
  if (!language.startsWith('json')) return isProgram(language) ? words.replace(/\\(["'`])/g, '$1') : words;
  try {
    return String(JSON.parse(`"${words}"`));
  } catch (error) {
    // Half written, it is taken as it stands.
    if (error instanceof SyntaxError) return words;
    throw error;
  }
}

/** A part of a comment whose other lines have no marks of their own, without its line breaks. */
function withoutWrap(text: string, language: string, { start, end }: TextRange, words: string): string {
  const isWrapped = /[^\n]\r?\n[^\r\n]/.test(words);
  if (!isWrapped || condensed(text) === undefined) return words;
  const comment = commentAt(text, language, start);
  const isPart = comment && comment.start < start && end < comment.end + 1;
  return isPart ? unwrapped(wordLines(words)) : words;
}

/** What a prompt is taken from where a cursor stands. */
export type PromptSource = 'block' | 'comment' | 'text' | 'line';

/**
 * What `promptsAt` takes for a cursor: a block marked `prompt`, a comment, a string or value (`text`), or the
 * line; undefined where it would find nothing.
 */
export function promptSourceAt(
  text: string,
  languageId: string,
  offset: number,
  file?: readonly string[],
): PromptSource | undefined {
  const cursor = { start: offset, end: offset };
  if (promptsAt(text, languageId, [cursor], file).length === 0) return undefined;
  if (condensed(text) === undefined) return 'line';
  const language = documentLanguage({ languageId, file });
  if (fencedPrompt(text, offset)) return 'block';
  if (commentAt(text, language, offset)) return 'comment';
  return valueAt(text, language, offset) ? 'text' : 'line';
}

/**
 * The prompt in a part of a document, without the syntax of a fence, a comment, a heading, an item, tags or
 * a string.
 */
export function promptIn(part: string, languageId: string, file?: readonly string[]): string {
  const language = documentLanguage({ languageId, file });
  const text = part.trim();
  if (text.length > longestPrompt) return text;
  const fenced = isPromptFence(text) ? fencedContent(withoutQuote(text)) : undefined;
  if (fenced !== undefined) return fenced;
  return (
    withoutComment(text, language) ??
    withoutMarksOfOtherLines(text, language) ??
    withoutLineSyntax(text, language)
  );
}

/** What stands between the fences of a block; undefined when its last line does not close it. */
function fencedContent(block: string): string | undefined {
  const fence = /^(?:`{3,}|~{3,})/.exec(block)?.[0];
  const body = block.indexOf('\n') + 1;
  if (fence === undefined || body === 0) return undefined;
  let marks = block.length;
  while (marks > body && '`~'.includes(block.charAt(marks - 1))) marks--;
  let end = block.indexOf(fence, marks);
  if (end === -1) return undefined;
  while (end > body && /[\s>]/.test(block.charAt(end - 1))) end--;
  return block.slice(body, end).trim();
}

const fencePattern = /^[ \t>]*(`{3,}|~{3,})[ \t]*[{.]*([\w-]*)/;

function isPromptFence(line: string): boolean {
  return fencePattern.exec(line)?.[2]?.toLowerCase() === 'prompt';
}

/** The fenced block around an offset, with its fences, when it is marked `prompt`. */
function fencedPrompt(text: string, offset: number): TextRange | undefined {
  let open: { line: Line; start: number; fence: string; isPrompt: boolean } | undefined;
  for (const line of linesOf(text)) {
    if (!open && line.start > offset) return undefined;
    const fence = fencePattern.exec(line.text)?.[1];
    if (fence === undefined) continue;
    if (!open) {
      const start = line.start + line.text.indexOf(fence);
      open = { line, start, fence, isPrompt: isPromptFence(line.text) };
    } else if (fence.startsWith(open.fence) && line.text.trim().endsWith(fence)) {
      if (open.isPrompt && open.line.start <= offset && offset <= line.end)
        return { start: open.start, end: line.end };
      open = undefined;
    }
  }
  return undefined;
}

function withoutQuote(text: string): string {
  return text.replace(/^[ \t>]+/gm, '');
}
