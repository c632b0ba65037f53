import { lineAround, type Line } from '../../base/lines.ts';
import { isMarkupLanguage, isProgram } from '../languages/languageKinds.ts';
import { longestLine, type TextRange } from './textRange.ts';

/**
 * What stands in the quotes around an offset, in the value of an attribute, an address, or behind a key; the
 * only string of a line also when the offset is beside it.
 */
export function valueAt(text: string, language: string, offset: number): TextRange | undefined {
  const line = lineAround(text, offset);
  if (line.text.length > longestLine) return undefined;
  const at = offset - line.start;
  const inFrontMatter = language === 'markdown' && isInFrontMatter(text, line);
  // A tag in Markdown has attributes like any.
  const isTag = (language === 'mdx' || language === 'markdown') && /^\s*<[A-Za-z]/.test(line.text);
  const isMarkup = isMarkupLanguage(language) || isTag;
  if (!isProgram(language) && !isMarkup && !inFrontMatter) return undefined;
  const pattern = isMarkup ? attribute : quoted;
  const around = stringsOf(line, pattern).find(({ start, end }) => start <= at && at <= end);
  const own = around ?? (isMarkup ? undefined : (urlAround(line, at) ?? onlyString(line)));
  const found = own ?? (language === 'yaml' || inFrontMatter ? plainValue(line) : undefined);
  if (!found || line.text.slice(found.start, found.end).trim() === '') return undefined;
  return { start: line.start + found.start, end: line.start + found.end };
}

const quoted = /\\.|(?<open>"""|'''|["'`])(?<inner>(?:\\.|(?!\k<open>)[^\\])*)\k<open>/g;
const attribute = /[\w:@.-]\s*=\s*\{?\s*(?<open>["'`])(?<inner>(?:(?!\k<open>).)*)\k<open>/g;

function stringsOf({ text }: Line, pattern: RegExp): TextRange[] {
  return [...text.matchAll(pattern)].flatMap(({ index, 0: whole, groups }) => {
    const { open, inner } = groups ?? {};
    if (open === undefined || inner === undefined) return [];
    const end = index + whole.length - open.length;
    return [{ start: end - inner.length, end }];
  });
}

/** A string that is all of a line but for the name that it gets and the sign behind it. */
function onlyString(line: Line): TextRange | undefined {
  const [only, ...others] = stringsOf(line, quoted);
  if (!only) return undefined;
  const last = others.at(-1) ?? only;
  // `"key": "value"`
  const isKey =
    others.length === 1 && /^["']\s*(?::|=>?)\s*["'`]$/.test(line.text.slice(only.end, last.start));
  if (others.length > 0 && !isKey) return undefined;
  const before = line.text.slice(0, only.start - 1);
  const isAlone = isKey
    ? /^[\s{,]*$/.test(before)
    : /^[^()"'`]*(?:[=:]>?\s*|\breturn\s+|^\s*)[A-Za-z@$]{0,2}$/.test(before);
  return isAlone && /^["'`]+\s*[,;}]*\s*$/.test(line.text.slice(last.end)) ? last : undefined;
}

/** What stands in `url(…)` without quotes. */
function urlAround({ text }: Line, at: number): TextRange | undefined {
  for (const { index, 0: whole } of text.matchAll(/url\([^()"']*\)/gi)) {
    if (index < at && at < index + whole.length) return { start: index + 4, end: index + whole.length - 1 };
  }
  return undefined;
}

/** The value behind a key of YAML, or behind the dash of an item. */
function plainValue({ text }: Line): TextRange | undefined {
  const found = /^\s*(?:-\s+)*(?:[\w.$/-]+:\s+)?(?=[^\s"'&*|>{}[\]#!%@`:-])/.exec(text);
  if (!found || found[0].trim() === '') return undefined;
  const end = /\s+#|\s*$/.exec(text.slice(found[0].length))?.index ?? 0;
  return { start: found[0].length, end: found[0].length + end };
}

function isInFrontMatter(text: string, line: Line): boolean {
  const first = lineAround(text, 0).text.trimEnd();
  if (first !== '---' && first !== '+++') return false;
  const end = /\n(?:---|\+\+\+)[ \t]*(?=\r?\n|$)/.exec(text)?.index ?? -1;
  return 0 < line.start && line.end <= end;
}
