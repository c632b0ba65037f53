import { skipScript } from '../markup/skipScript.ts';

/** A part of MDX that no block may be put into: an expression, a tag, an import or export. UTF-16 offsets. */
export interface MdxSpan {
  readonly kind: 'expression' | 'tag' | 'module';
  readonly start: number;
  readonly end: number;
}

/** After so many that never end it is unknown what is inside of what. */
const mostFailures = 3;

/** The end of what was sought to the end of the text. */
const endless = -1;

/** The spans of a document in its order, none inside another; code is skipped. */
export function mdxSpans(text: string): MdxSpan[] {
  const spans: MdxSpan[] = [];
  let failures = 0;
  const add = (kind: MdxSpan['kind'], start: number, end: number | undefined): number => {
    if (end === undefined || end === endless) {
      if (end === endless) failures++;
      return start + 1;
    }
    spans.push({ kind, start, end });
    return end;
  };
  // What begins something, or is skipped as a whole.
  const token = /^[ \t>]*(`{3,}|~{3,})|^(?=(?:import|export)[ \t{*])|(`+)|\\[^]|\{|<(?=[A-Za-z/>_$])/gm;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole, fence, ticks] = match;
    const at = match.index;
    if (fence !== undefined) token.lastIndex = fenceEnd(text, at + whole.length, fence);
    else if (ticks !== undefined) token.lastIndex = inlineCodeEnd(text, at, ticks.length);
    else if (whole === '') token.lastIndex = Math.max(add('module', at, moduleEnd(text, at)), at + 1);
    else if (whole === '{' && failures < mostFailures)
      token.lastIndex = add('expression', at, braceEnd(text, at));
    else if (whole === '<' && failures < mostFailures) token.lastIndex = add('tag', at, tagEnd(text, at));
  }
  return spans;
}

function fenceEnd(text: string, from: number, fence: string): number {
  const close = new RegExp(String.raw`^[ \t>]*${fence.charAt(0)}{${fence.length},}[ \t]*\r?$`, 'gm');
  close.lastIndex = from;
  return close.exec(text) ? close.lastIndex : text.length;
}

/** Backticks without their like before a blank line are text. */
function inlineCodeEnd(text: string, at: number, length: number): number {
  const from = at + length;
  const run = /`+|\n[ \t]*\r?\n/g;
  run.lastIndex = from;
  for (let match = run.exec(text); match?.[0].startsWith('`') === true; match = run.exec(text)) {
    if (match[0].length === length) return run.lastIndex;
  }
  return from;
}

function braceEnd(text: string, at: number): number {
  const end = skipScript(text, at + 1, '}', () => undefined);
  return text[end - 1] === '}' && end > at + 1 ? end : endless;
}

/** After the `>` of a tag; undefined when another tag or a blank line comes first outside of its values. */
function tagEnd(text: string, at: number): number | undefined {
  for (let position = at + 1; position < text.length;) {
    const character = text[position] ?? '';
    if (character === '>') return position + 1;
    if (character === '<') return undefined;
    if (character === '\n' && /^\n[ \t]*\r?\n/.test(text.slice(position, position + 200))) return undefined;
    if (character === '"' || character === "'") {
      const close = text.indexOf(character, position + 1);
      if (close === -1) return endless;
      position = close + 1;
    } else if (character === '{') {
      const end = braceEnd(text, position);
      if (end === endless) return endless;
      position = end;
    } else position++;
  }
  return endless;
}

/** Before the blank line that ends imports and exports; one inside of brackets does not. */
function moduleEnd(text: string, at: number): number {
  const token =
    /(["'])(?:\\.|(?!\1)[^\\\r\n])*\1|`|\{|[([]|[)\]]|\/\*[^]*?\*\/|\/\/[^\r\n]*|\n(?=[ \t]*(?:\r?\n|$))/g;
  let depth = 0;
  token.lastIndex = at;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found] = match;
    if (found === '{' || found === '`') {
      // A template is skipped as a script in which it is the first thing.
      const end =
        found === '{'
          ? skipScript(text, match.index + 1, '}', () => undefined)
          : templateEnd(text, match.index);
      token.lastIndex = Math.max(end, match.index + 1);
    } else if (found === '(' || found === '[') depth++;
    else if (found === ')' || found === ']') depth--;
    else if (found.startsWith('\n') && depth <= 0) return match.index;
  }
  return text.length;
}

function templateEnd(text: string, at: number): number {
  const close = /\\[^]|\$\{|`/g;
  close.lastIndex = at + 1;
  for (let match = close.exec(text); match; match = close.exec(text)) {
    if (match[0] === '`') return close.lastIndex;
    if (match[0] === '${') close.lastIndex = skipScript(text, close.lastIndex, '}', () => undefined);
  }
  return text.length;
}
