import { mediaPathsIn } from '../generate/mediaPath.ts';
import type { TextSpan } from './fileLinks.ts';

/** So far before and behind a path its whole reference is looked for, in characters. */
const reach = 2_000;

const attributes = String.raw`(?:[^<>"'{}]|"[^"]*"|'[^']*'|\{[^{}]*\})*`;
/** What as a whole refers to a file, by the languages that people write in; the larger ones first. */
const forms: readonly RegExp[] = [
  new RegExp(String.raw`<(video|audio|figure|picture)\b${attributes}>[\s\S]*?</\1\s*>`, 'gi'),
  new RegExp(String.raw`<(?:img|source|video|audio|embed)\b${attributes}>`, 'gi'),
  // Markdown, and the links that an image of it stands in.
  /\[!\[[^[\]\n]*\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)\]\([^()\n]*\)/g,
  /!\[[^[\]\n]*\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)(?:\{[^{}\n]*\})?/g,
  /!?\[\[[^[\]\n]*\](?:\[[^[\]\n]*\])?\]/g,
  /\[[^[\]\n]*\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)/g,
  // AsciiDoc, reStructuredText, LaTeX.
  /(?:image|video|audio)::?[^\s[\]]+\[[^[\]\n]*\]/g,
  /^([ \t]*)\.\. image::[^\n]*(?:\n\1[ \t]+:[^\n]*)*/gm,
  /\\includegraphics\*?(?:\s*\[[^[\]]*\])?\s*\{[^{}\n]*\}/g,
];

const comment = /^\s*(?:\/\/+|#+|--+|;+|%+|<!--|\/\*+|\*|::|\.\.)\s*$/;
const commentEnd = /^\s*(?:-->|\*\/|#\})?\s*$/;
const listItem = /^\s*(?:(?:[-*+>]|\d+[.)])\s*)*$/;

/**
 * What has to go from a document for a path in it to go: the whole reference, and the line when nothing else
 * stands on it.
 * @returns undefined where the document would be broken without it, or nobody can tell: in programs, data and
 * style sheets
 */
export function removalOf(text: string, path: TextSpan): TextSpan | undefined {
  const form = formAround(text, path);
  const span = form ?? path;
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const lineEnd = text.indexOf('\n', span.end);
  const end = lineEnd === -1 ? text.length : lineEnd;
  const [before, after] = [text.slice(start, span.start), text.slice(span.end, end)];
  const isComment = comment.test(before) && commentEnd.test(after);
  if (!form && !isComment) return undefined;
  const isAlone = isComment || (listItem.test(before) && after.trim() === '');
  return isAlone ? wholeLines(text, start, end) : span;
}

/** The largest form around a path that refers to nothing else. */
function formAround(text: string, { start, end }: TextSpan): TextSpan | undefined {
  const from = Math.max(0, start - reach);
  const near = text.slice(from, end + reach);
  for (const form of forms) {
    for (const { 0: source, index } of near.matchAll(form)) {
      const found = { start: from + index, end: from + index + source.length };
      if (found.start > start) break;
      if (found.end >= end && namesOneFile(source)) return found;
    }
  }
  return undefined;
}

function namesOneFile(source: string): boolean {
  return new Set([...mediaPathsIn(source)].map(({ path }) => path)).size <= 1;
}

/** The lines with their end; of two empty lines that would follow one another, one goes as well. */
function wholeLines(text: string, start: number, end: number): TextSpan {
  const next = Math.min(text.length, end + 1);
  const isBlankBefore = start === 0 || /\n[ \t\r]*\n$/.test(text.slice(Math.max(0, start - 200), start));
  const blank = /^[ \t\r]*\n/.exec(text.slice(next, next + 200));
  if (isBlankBefore && blank) return { start, end: next + blank[0].length };
  // The last line has no end of its own.
  return next === end && start > 0 ? { start: start - 1, end } : { start, end: next };
}
