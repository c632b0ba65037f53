import { indentationOf, lineAround, linesOf, nextLineStart } from '../../../base/lines.ts';
import { fillJson } from '../data/json.ts';
import { fillToml } from '../data/toml.ts';
import { fillYaml } from '../data/yaml.ts';
import { frontMatterOf } from '../data/frontMatter.ts';
import { planFromWithin, requestWithin } from '../plan/slot.ts';
import { belowLine, type InsertionPoint, type Snippet } from '../plan/snippet.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';
import { attributePath } from './mediaTag.ts';

/** A part of a document, in UTF-16 offsets. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The front matter of a page written in tags, if the anchor is in it: nothing else than an address may stand
 * there.
 * @returns also what fills a place for an address in it
 */
export function frontMatterAround(
  request: ReferenceRequest,
): { readonly filled: ReferencePlan | undefined } | undefined {
  const { text } = request;
  if (!/^(?:---|\+\+\+)[ \t]*\r?\n/.test(text)) return undefined;
  const lines = linesOf(text);
  const [front] = frontMatterOf(lines.map(line => line.text));
  const first = lines[(front?.first ?? 0) + 1];
  const last = lines[front?.last ?? 0];
  if (!front || !first || !last || front.first !== 0 || request.end > last.end) return undefined;
  const part = { start: first.start, end: last.start };
  const fill = { yaml: fillYaml, toml: fillToml, json: fillJson }[front.format];
  return { filled: planFromWithin(fill(requestWithin(request, part)), part.start) };
}

const blockTags =
  /\{%-?\s*(?<open>block\s+(?<name>[\w.-]+))[^%]*%\}|\{%-?\s*(?<close>endblock)\b[^%]*%\}|@section\(\s*["'](?<section>[\w.-]+)["']\s*\)|(?<endsection>@(?:endsection|stop|show|append|overwrite)\b)/g;

/**
 * Where references go in a template that fills the blocks of another, outside of which nothing is shown: the
 * point itself in a block of content, or the beginning of the first such block.
 * @returns undefined where there is no such block
 */
export function pointInBlocks(text: string, point: InsertionPoint): InsertionPoint | undefined {
  if (!/\{%-?\s*extends\b|@extends\(/.test(text)) return point;
  const open: { name: string; start: number }[] = [];
  const blocks: (Range & { readonly name: string })[] = [];
  for (const { index, 0: tag, groups = {} } of text.matchAll(blockTags)) {
    const name = groups['name'] ?? groups['section'];
    if (name !== undefined) open.push({ name, start: index + tag.length });
    else {
      const block = open.pop();
      if (block) blocks.push({ ...block, end: index });
    }
  }
  const isForHead = ({ name }: { name: string }): boolean =>
    /title|meta|head(?!ing|line)|desc|css|style|script|\bjs\b|class/i.test(name);
  const around = blocks.filter(({ start, end }) => start <= point.start && point.end <= end);
  if (around.length > 0 && !around.some(isForHead)) return point;
  const content = blocks
    .filter(({ name }) => /body|content|main|page/i.test(name))
    .toSorted((a, b) => a.start - b.start)
    .find(block => !isForHead(block));
  if (!content) return undefined;
  const below = nextLineStart(text, lineAround(text, content.start));
  const isOpen = text.slice(content.start, lineAround(text, content.start).end).trim() === '';
  if (!isOpen || below === undefined || below > content.end) return undefined;
  return belowLine(text, content.start, indentationOf(lineAround(text, below).text));
}

const wordPressBlock = /<!--\s+(\/)?wp:([\w/-]+)(?:\s+\{(?:(?!-->)[^]){0,4000}\})?\s+(\/)?-->/g;

/** Whether a page is made of blocks of WordPress, whose tags stand between comments. */
export function hasWordPressBlocks(text: string): boolean {
  return /<!--\s+wp:[\w/-]+/.test(text);
}

/** Behind the innermost block of WordPress that an offset is in; undefined outside of all. */
export function pointAfterWordPressBlock(text: string, offset: number): InsertionPoint | undefined {
  const open: number[] = [];
  for (const { index, 0: comment, 1: close, 3: alone } of text.matchAll(wordPressBlock)) {
    if (alone !== undefined) continue;
    if (close === undefined) open.push(index);
    else {
      const start = open.pop();
      const end = index + comment.length;
      if (start !== undefined && start <= offset && offset < end)
        return belowLine(text, end - 1, indentationOf(lineAround(text, start).text));
    }
  }
  return undefined;
}

/** A file as a block of WordPress. */
export function wordPressSnippet({ kind, path, alt, expression }: ReferenceMedia, words: string): Snippet {
  const source = expression ?? attributePath('html', path);
  const figure = `<!-- wp:${kind} -->\n<figure class="wp-block-${kind}">`;
  const end = `</figure>\n<!-- /wp:${kind} -->`;
  if (kind !== 'image')
    return { before: `${figure}<${kind} controls src="${source}"></${kind}>${end}`, after: '' };
  return { before: `${figure}<img src="${source}" alt="`, alt: alt === '' ? '' : words, after: `"/>${end}` };
}

/** Whether a page is read as XML, in which every tag is closed. */
export function isXhtml({ text, file }: Pick<ReferenceRequest, 'text' | 'file'>): boolean {
  return /\.xhtml$/i.test(file?.at(-1) ?? '') || /^\s*<\?xml\b/.test(text);
}

/** A tag as XML has it. */
export function closedTag({ before, alt, after }: Snippet): Snippet {
  return {
    before: before.replace(' controls ', ' controls="controls" '),
    ...(alt !== undefined && { alt }),
    after: after.replace(/([^/])>$/, (end, last: string) => (before.startsWith('<img') ? `${last} />` : end)),
  };
}

const templateCode =
  /\{\{(?:(?!\}\})[^])*\}\}|\{%(?:(?!%\})[^])*%\}|<%(?:(?!%>)[^])*%>|<\?(?:(?!\?>)[^])*\?>/g;
/** In a longer value no helper is sought, which bounds the time. */
const longestCode = 2_000;
const helper =
  /\b(?:asset|static|url_for|relURL|absURL|asset_url|asset_path|image_path|image_url|image_tag|img_tag|get_theme_file_uri|theme_image|get_url|file_url|img_url|absolute_url|relative_url|static_path|vite_asset|url)\b/;

/** The string that a helper of the template language makes an address of, inside of its quotes. */
export function helperString(text: string, { start, end }: Range): Range | undefined {
  if (end - start > longestCode) return undefined;
  for (const { index, 0: code } of text.slice(start, end).matchAll(templateCode)) {
    if (!helper.test(code)) continue;
    const first = /\b(?:image_tag|img_tag)\b/.test(code);
    const strings = [...code.matchAll(/(["'])((?:(?!\1)[^\\\n])*)\1/g)];
    const string = first ? strings[0] : strings.at(-1);
    if (!string || (string[2] === 'static' && strings.length === 1 && code.includes('url_for'))) continue;
    const from = start + index + string.index + 1;
    return { start: from, end: from + (string[2] ?? '').length };
  }
  return undefined;
}

/** What a helper takes for a file: the string in the project's own call of it. */
export function helperArgument({ path, expression }: ReferenceMedia): string | undefined {
  const own = [...(expression ?? '').matchAll(/(["'])((?:(?!\1)[^\\])*)\1/g)].at(-1)?.[2];
  const argument = own ?? path.replace(/^\//, '');
  return /["'\\{}%<>]/.test(argument) ? undefined : argument;
}
