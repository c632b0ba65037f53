import { scanMarkdown, type MarkdownLines } from '../../references/markdown/insertMarkdownBlock.ts';
import type { Block } from '../../references/markdown/markdownBlocks.ts';
import { frontMatterOf } from '../../references/data/frontMatter.ts';
import type { MarkdownLanguage } from '../../references/markdown/markdownSnippet.ts';
import { mdxSpans, type MdxSpan } from '../../references/markdown/mdxSpans.ts';
import { dialects } from '../../references/markup/tagLanguage.ts';
import { characterReferences } from './characterReferences.ts';
import { dataReferences } from './dataLinks.ts';
import { isAddress, isRemote, mediaKindOf, type MediaReference, type TextSpan } from './mediaReference.ts';
import { markupReferences } from './markupLinks.ts';
import { scriptReferences } from './scriptLinks.ts';

/** Images and links, by definitions as well, tags, and front matter of Markdown and MDX. */
export function markdownReferences(text: string, language: MarkdownLanguage): MediaReference[] {
  const isMdx = language === 'mdx';
  const scan = scanMarkdown(text, isMdx);
  const found: MediaReference[] = [];
  const inlines: Inline[] = [];
  const definitions = new Map<string, Definition>();
  const spans = isMdx ? mdxSpans(text) : [];
  for (const span of spans) for (const each of spanReferences(text, span)) found.push(each);
  for (const block of blocksOf(scan)) {
    const range = rangeOf(scan, block);
    if (block.holds === 'tags') for (const each of tagReferences(text, range)) found.push(each);
    if (block.holds !== 'text') continue;
    const inner = new InlineScanner(text, range, isMdx ? spans : undefined);
    inner.read();
    for (const definition of inner.definitions) {
      if (!definitions.has(definition.label)) definitions.set(definition.label, definition);
    }
    for (const inline of inner.inlines) inlines.push(inline);
    if (!isMdx) for (const tag of inner.tags) found.push(...tagReferences(text, tag));
  }
  const all = [
    ...found,
    ...frontMatterReferences(text, scan),
    ...inlineReferences(text, inlines, definitions),
  ];
  return all.sort((a, b) => a.address.start - b.address.start);
}

function* blocksOf({ scanned }: MarkdownLines): Generator<Block> {
  let last: Block | undefined;
  for (const { block } of scanned) {
    if (block && block !== last) yield block;
    last = block ?? last;
  }
}

function rangeOf({ lines }: MarkdownLines, { first, last }: Block): TextSpan {
  return { start: lines[first]?.start ?? 0, end: lines[last]?.end ?? 0 };
}

function tagReferences(text: string, { start, end }: TextSpan): MediaReference[] {
  const source = text.slice(start, end);
  if (!source.includes('<')) return [];
  return markupReferences(source, dialects.html, start).map(each => ({ ...each, isTag: true }));
}

function spanReferences(text: string, { kind, start, end }: MdxSpan): MediaReference[] {
  const source = text.slice(start, end);
  if (kind === 'module') return scriptReferences(source, 'typescript', start);
  // A tag alone is one that nothing closes; the rest of the element follows as other spans.
  if (kind === 'tag') {
    const tags = markupReferences(source, dialects.svelte, start).map(each => ({ ...each, isTag: true }));
    const required = scriptReferences(source, 'typescriptreact', start).filter(each => each.isShown);
    return [...tags, ...required];
  }
  return source.includes('<') ? markupReferences(source, dialects.jsx, start) : [];
}

function frontMatterReferences(text: string, { lines }: MarkdownLines): MediaReference[] {
  return frontMatterOf(lines.map(line => line.text)).flatMap(({ format, first, last }) => {
    const isWhole = format === 'json';
    const start = lines[isWhole ? first : first + 1]?.start ?? 0;
    const end = isWhole ? (lines[last]?.end ?? start) : (lines[last]?.start ?? start);
    return dataReferences(text.slice(start, end), format, start);
  });
}

/** An image or a link, with its address or the label of one. */
interface Inline {
  readonly isImage: boolean;
  readonly range: TextSpan;
  readonly words: TextSpan;
  readonly destination: TextSpan | undefined;
  readonly label: string | undefined;
}

interface Definition {
  readonly label: string;
  readonly range: TextSpan;
  readonly destination: TextSpan;
}

function inlineReferences(
  text: string,
  inlines: readonly Inline[],
  definitions: ReadonlyMap<string, Definition>,
): MediaReference[] {
  const found: MediaReference[] = [];
  /** A definition is one reference, however often it is used; the first image of it describes it. */
  const used = new Map<Definition, Inline>();
  for (const inline of inlines) {
    const definition = inline.label === undefined ? undefined : definitions.get(inline.label);
    const known = definition && used.get(definition);
    if (definition && (!known || (inline.isImage && !known.isImage))) used.set(definition, inline);
    if (inline.destination) found.push(...referenceTo(text, inline.destination, inline.range, inline));
  }
  for (const definition of definitions.values()) {
    const use = used.get(definition);
    found.push(...referenceTo(text, definition.destination, use?.range ?? definition.range, use));
  }
  return found;
}

function referenceTo(
  text: string,
  destination: TextSpan,
  range: TextSpan,
  inline: Inline | undefined,
): MediaReference[] {
  const source = text.slice(destination.start, destination.end);
  const isInAngles = source.startsWith('<');
  const address = isInAngles ? { start: destination.start + 1, end: destination.end - 1 } : destination;
  const target = unescaped(text.slice(address.start, address.end));
  const isImage = inline?.isImage ?? false;
  const kind = mediaKindOf(target) ?? (isImage && isRemote(target) ? 'image' : undefined);
  if (kind === undefined || !isAddress(target)) return [];
  const alt =
    isImage && inline
      ? { ...inline.words, value: unescaped(text.slice(inline.words.start, inline.words.end)) }
      : undefined;
  return [
    {
      kind,
      range,
      address,
      target,
      form: 'url',
      writing: 'markdown',
      ...(alt && { alt }),
      isShown: isImage,
    },
  ];
}

/** A text without the backslashes and character references of CommonMark (2.4, 2.5). */
function unescaped(source: string): string {
  return characterReferences(source.replace(/\\([!-/:-@[-`{-~])/g, '$1'));
}

/** CommonMark 6: what begins something else than text. */
const token = /\\[^]|`+|!?\[|\]|<(?:[A-Za-z/!?])|\n/g;
const openTag =
  /<\/?[A-Za-z][\w:.-]*(?:\s+[A-Za-z_:@#][\w:.@-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?>/y;
const autolink = /<(?:[A-Za-z][A-Za-z\d+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>/y;
// A label with a caret is that of a footnote, whose text may hold an image (GitHub).
const definitionStart = /(?:^|\n)(?:[ \t]*>)*[ \t]{0,3}\[(?!\^)((?:\\.|[^[\]\\])+)\]:\s*/y;
const bareDestination =
  /(?:\\[!-/:-@[-`{-~]|\((?:\\[!-/:-@[-`{-~]|\([^()\s]*\)|[^()\s\\])*\)|[^\s()\\]|\\)*/y;
const angleDestination = /<(?:\\.|[^<>\\\n])*>/y;
const linkEnd =
  /[ \t]*(?:\n[ \t]*)?(?:(?<=\s)(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\((?:\\[^]|[^()\\])*\)))?[ \t]*(?:\n[ \t]*)?\)/y;
const definitionEnd =
  /[ \t]*(?:\n?[ \t]*(?<=\s)(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\((?:\\[^]|[^()\\])*\)))?[ \t]*\r?(?=\n|$)|[ \t]*\r?(?=\n|$)/y;

/** A longer destination or title is none, which bounds the time. */
const longest = 4_000;
/** Of characters (CommonMark 4.7). */
const longestLabel = 999;
/** More brackets are not open at a time. */
const mostOpen = 200;

/** Reads the inlines of one block, in time that grows with its length. */
class InlineScanner {
  readonly inlines: Inline[] = [];
  readonly definitions: Definition[] = [];
  readonly tags: TextSpan[] = [];
  readonly #text: string;
  readonly #start: number;
  readonly #end: number;
  readonly #spans: readonly MdxSpan[] | undefined;
  /** By length, where runs of backticks stand. */
  #ticks: Map<number, { readonly starts: number[]; next: number }> | undefined;

  /** @param spans of MDX, in which no Markdown stands */
  constructor(text: string, { start, end }: TextSpan, spans: readonly MdxSpan[] | undefined) {
    this.#text = text.slice(start, end);
    this.#start = start;
    this.#end = end;
    this.#spans = spans?.filter(span => span.start < end && start < span.end);
  }

  read(): void {
    const text = this.#text;
    const open: { start: number; inner: number; isImage: boolean; isActive: boolean }[] = [];
    let from = this.#readDefinitions();
    let span = 0;
    token.lastIndex = from;
    for (let match = token.exec(text); match; match = token.exec(text)) {
      const [found] = match;
      const at = match.index;
      from = at + found.length;
      const spans = this.#spans;
      while (spans && (spans[span]?.end ?? Infinity) <= this.#start + at) span++;
      const inSpan = spans?.[span];
      if (inSpan && inSpan.start <= this.#start + at) from = inSpan.end - this.#start;
      else if (found.startsWith('`')) from = this.#codeEnd(at, found.length) ?? from;
      else if (found.startsWith('<')) from = this.#tagEnd(at) ?? at + 1;
      else if (found === '[' || found === '![') {
        if (open.length === mostOpen) open.shift();
        open.push({ start: at, inner: from, isImage: found === '![', isActive: true });
      } else if (found === ']') {
        const opening = open.pop();
        if (opening?.isActive === true) {
          const end = this.#close(opening, at);
          if (end !== undefined) {
            from = end;
            // No link stands in a link.
            if (!opening.isImage) for (const each of open) each.isActive &&= each.isImage;
          }
        }
      }
      token.lastIndex = from;
    }
  }

  #readDefinitions(): number {
    const text = this.#text;
    let from = 0;
    for (;;) {
      const start = this.#sticky(definitionStart, from);
      if (!start) return from;
      const destination = this.#destination(from + start[0].length);
      if (!destination || destination.end === destination.start) return from;
      const end = this.#sticky(definitionEnd, destination.end);
      if (!end) return from;
      const last = destination.end + end[0].length;
      const first = from + (start[0].startsWith('\n') ? 1 : 0);
      this.definitions.push({
        label: labelOf(start[1] ?? ''),
        range: this.#span(first, last),
        destination: this.#span(destination.start, destination.end),
      });
      from = last;
      if (from >= text.length) return from;
    }
  }

  /** What the closing bracket makes of an opening one. @returns where it ends */
  #close(opening: { start: number; inner: number; isImage: boolean }, at: number): number | undefined {
    const text = this.#text;
    const inline = { isImage: opening.isImage, words: this.#span(opening.inner, at) };
    if (text[at + 1] === '(') {
      const blank = /^[ \t]*(?:\r?\n[ \t]*)?/.exec(text.slice(at + 2, at + 2 + 200))?.[0].length ?? 0;
      const destination = this.#destination(at + 2 + blank);
      const end = destination && this.#sticky(linkEnd, destination.end);
      if (destination && end) {
        const last = destination.end + end[0].length;
        const span = this.#span(destination.start, destination.end);
        this.inlines.push({
          ...inline,
          range: this.#span(opening.start, last),
          destination: span,
          label: undefined,
        });
        return last;
      }
    }
    const reference = /^\[((?:\\.|[^[\]\\])*)\]/.exec(text.slice(at + 1, at + 3 + longestLabel));
    const named = reference?.[1] ?? '';
    if (named === '' && at - opening.inner > longestLabel) return undefined;
    const label = labelOf(named === '' ? text.slice(opening.inner, at) : named);
    const last = at + 1 + (reference?.[0].length ?? 0);
    this.inlines.push({ ...inline, range: this.#span(opening.start, last), destination: undefined, label });
    return reference ? last : undefined;
  }

  #destination(from: number): TextSpan | undefined {
    const isAngle = this.#text[from] === '<';
    const found = this.#sticky(isAngle ? angleDestination : bareDestination, from);
    if (!found || found[0].length > longest) return undefined;
    return { start: from, end: from + found[0].length };
  }

  #codeEnd(at: number, length: number): number | undefined {
    if (!this.#ticks) {
      this.#ticks = new Map();
      for (const { 0: run, index } of this.#text.matchAll(/`+/g)) {
        const known = this.#ticks.get(run.length);
        if (known) known.starts.push(index);
        else this.#ticks.set(run.length, { starts: [index], next: 0 });
      }
    }
    const runs = this.#ticks.get(length);
    if (!runs) return undefined;
    while ((runs.starts[runs.next] ?? Infinity) <= at) runs.next++;
    const close = runs.starts[runs.next];
    return close === undefined ? undefined : close + length;
  }

  #tagEnd(at: number): number | undefined {
    const text = this.#text;
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4);
      return end === -1 ? undefined : end + 3;
    }
    const link = this.#sticky(autolink, at);
    if (link) return at + link[0].length;
    const tag = this.#sticky(openTag, at);
    if (!tag) return undefined;
    const end = at + tag[0].length;
    this.tags.push(this.#span(at, end));
    return end;
  }

  #sticky(pattern: RegExp, from: number): RegExpExecArray | null {
    pattern.lastIndex = from;
    return pattern.exec(this.#text);
  }

  #span(start: number, end: number): TextSpan {
    return { start: this.#start + start, end: this.#start + Math.min(end, this.#end - this.#start) };
  }
}

/** Labels are the same whatever their case and blanks (CommonMark 4.7). */
function labelOf(source: string): string {
  return source.replace(/\s+/g, ' ').trim().toLowerCase().toUpperCase();
}
