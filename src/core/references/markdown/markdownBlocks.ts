import { frontMatterOf } from '../data/frontMatter.ts';
import { soleTagOf, templateBlockAt, type TemplateBlock } from './templateBlocks.ts';

/** A block quote or a list item: something that other blocks stand in. */
export interface Container {
  readonly kind: 'quote' | 'item';
  /** Columns by which the lines of an item are indented. */
  readonly width: number;
  /** What tells one list from the next: its bullet, or the delimiter after its number. */
  readonly marker: string;
}

/** A block without blocks inside: a paragraph, a heading, a table, a code block, HTML, front matter. */
export interface Block {
  readonly containers: readonly Container[];
  /** Index of its first line. */
  readonly first: number;
  /** Index of its last line. */
  readonly last: number;
  /** Columns by which its first line is indented in its containers. */
  readonly indent: number;
  /** Whether its end was never written, so that whatever follows would belong to it. */
  readonly unclosed: boolean;
  /** What its lines are: text with marks in it, tags, data of front matter, or none of them. */
  readonly holds: 'text' | 'tags' | 'data' | 'code';
}

/** What one line is. */
export interface BlockLine {
  /** From the outside in. On a blank line, the items that may still go on are among them. */
  readonly containers: readonly Container[];
  /** How many of them begin on this line. */
  readonly opened: number;
  /** Undefined when there is nothing on the line, or nothing after the markers of its containers. */
  readonly block: Block | undefined;
}

/** Lines that stay together, as indices. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** What MDX has else than Markdown: its expressions and tags, in the order of the document. */
export interface MdxLines {
  readonly together: readonly LineRange[];
}

/**
 * Finds the blocks by the line, after the first phase of CommonMark 0.31's parsing strategy; a table counts
 * as a paragraph. Blocks of Liquid and Hugo, divisions, and the admonitions and tabs of Python-Markdown are
 * read, too.
 * @param mdx of a document in MDX, which has neither indented code nor HTML
 */
export function scanBlocks(lines: readonly string[], mdx?: MdxLines): BlockLine[] {
  const scanner = new Scanner(lines, mdx !== undefined);
  const fronts = frontMatterOf(lines).map(range => ({ ...range, isFront: true }));
  const others = (mdx?.together ?? []).map(range => ({ ...range, isFront: false }));
  const ranges = [...fronts, ...others].sort((a, b) => a.first - b.first);
  let next = 0;
  for (let index = 0; index < lines.length; index = scanner.lines.length) {
    while ((ranges[next]?.first ?? Infinity) < index) next++;
    const range = ranges[next];
    if (range?.first !== index) scanner.read(lines[index] ?? '');
    else if (range.isFront) scanner.readFrontMatter(range.last);
    else scanner.readTogether(range.last);
  }
  return scanner.lines;
}

/** Blank in the sense of CommonMark: a no-break space is text. */
export function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}

interface OpenBlock extends Block {
  last: number;
  unclosed: boolean;
  readonly kind: 'paragraph' | 'indented' | 'verbatim' | 'line';
  /** The line that ends a verbatim block; undefined when a blank line does. */
  readonly until: RegExp | undefined;
  /** In a tag of MDX a block of code may have blank lines. */
  fence: string | undefined;
}

interface OpenContainer extends Container {
  /** An item may begin with one blank line, not with two. */
  empty: boolean;
}

interface Start extends Pick<OpenBlock, 'kind' | 'until' | 'holds'> {
  /** Whether the first line can be the last as well. */
  readonly mayEndAtOnce: boolean;
}

class Scanner {
  readonly lines: BlockLine[] = [];
  readonly #source: readonly string[];
  readonly #isMdx: boolean;
  /** By the name of a template block, where the last line stands that ends one. */
  readonly #ends = new Map<string, number>();
  /** Names of tags that end on a line of their own. */
  #paired: ReadonlySet<string> | undefined;
  #open: readonly OpenContainer[] = [];
  #leaf: OpenBlock | undefined;
  /** The block of the line before this one. */
  #last: OpenBlock | undefined;
  /** The line before this one, without the markers of its containers. */
  #previous = '';

  constructor(source: readonly string[], isMdx: boolean) {
    this.#source = source;
    this.#isMdx = isMdx;
  }

  /** Lines that are a block outside of everything. */
  readFrontMatter(last: number): void {
    this.#open = [];
    this.#begin({ kind: 'line', until: undefined, mayEndAtOnce: false, holds: 'data' }, [], '');
    const block = this.#last;
    while (block && this.lines.length <= last) this.#goOn(block, '');
  }

  /** Lines that belong to the block that the first of them is in. */
  readTogether(last: number): void {
    this.#last = undefined;
    this.read(this.#source[this.lines.length] ?? '');
    const block = this.#last as OpenBlock | undefined;
    while (block && this.lines.length <= last) this.#goOn(block, '');
  }

  read(line: string): void {
    if (this.#readOrdinary(line)) return;
    let rest = withoutTabs(line);
    let matched = 0;
    for (const container of this.#open) {
      const after = continued(container, rest);
      if (after === undefined) break;
      rest = after;
      matched++;
    }
    const isWhole = matched === this.#open.length;
    if (isWhole && this.#goOnVerbatim(rest)) return;

    const paragraph = this.#leaf?.kind === 'paragraph' ? this.#leaf : undefined;
    const opened: OpenContainer[] = [];
    let start: Start | undefined;
    for (;;) {
      const inParagraph = paragraph !== undefined && isWhole && opened.length === 0;
      // In MDX what is indented is no code.
      const indent = this.#isMdx && !isBlank(rest) ? indentOf(rest) : 0;
      const own = rest.slice(indent);
      const quote = /^ {0,3}> ?/.exec(own);
      if (quote) {
        opened.push({ kind: 'quote', width: 0, marker: '>', empty: false });
        rest = own.slice(quote[0].length);
        continue;
      }
      if (inParagraph && setextUnderline.test(own)) {
        this.#goOn(paragraph, own);
        this.#leaf = undefined;
        return;
      }
      // Before list items, for "- | -" under "a | b" is no list.
      if (inParagraph && this.#previous.includes('|') && tableDelimiter.test(own)) {
        this.#goOn(paragraph, own);
        return;
      }
      start = this.#startOf(own, paragraph !== undefined && opened.length === 0);
      const item = start
        ? undefined
        : ((this.#isMdx ? undefined : (admonitionOf(own) ?? this.#noteOf(own))) ?? itemOf(own, inParagraph));
      if (!item) break;
      opened.push({ ...item.container, width: item.container.width + indent });
      rest = item.rest;
    }

    const blank = isBlank(rest);
    // Also where the markers of the containers are missing ("lazy continuation").
    if (paragraph && opened.length === 0 && !start && !blank) {
      this.#goOn(paragraph, rest);
      return;
    }
    const isSame = isWhole && opened.length === 0;
    this.#open = [...this.#open.slice(0, matched), ...opened];
    if (blank) {
      // An indented code block may go on after blank lines.
      if (!isSame || this.#leaf?.kind !== 'indented') this.#leaf = undefined;
      this.lines.push({ containers: this.#open, opened: opened.length, block: undefined });
    } else if (isSame && this.#leaf?.kind === 'indented' && isIndented(rest)) {
      this.#goOn(this.#leaf, rest);
    } else {
      const isCode = isIndented(rest) && !this.#isMdx;
      const kind = isCode ? 'indented' : 'paragraph';
      const holds = isCode ? 'code' : 'text';
      this.#begin(start ?? { kind, until: undefined, mayEndAtOnce: false, holds }, opened, rest);
    }
  }

  /** Nearly all lines are nothing but text or nothing at all, outside of everything. */
  #readOrdinary(line: string): boolean {
    if (this.#open.length > 0 || this.#leaf?.kind === 'verbatim') return false;
    const leaf = this.#leaf;
    if (line === '') {
      if (leaf?.kind !== 'indented') this.#leaf = undefined;
      this.lines.push({ containers: this.#open, opened: 0, block: undefined });
      return true;
    }
    // Whatever begins something else begins with another character.
    if (!isAsciiLetter(line.charCodeAt(0))) return false;
    if (leaf?.kind === 'paragraph') this.#goOn(leaf, line);
    else this.#begin({ kind: 'paragraph', until: undefined, mayEndAtOnce: false, holds: 'text' }, [], line);
    return true;
  }

  /** The block, other than a paragraph or indented code, that begins here. */
  #startOf(rest: string, interruptsParagraph: boolean): Start | undefined {
    const template = this.#isMdx ? undefined : templateBlockAt(rest);
    if (template && this.#endOf(template) > this.lines.length)
      return { kind: 'verbatim', until: template.until, mayEndAtOnce: false, holds: 'code' };
    if (this.#isMdx && /^<[A-Za-z_$/>]/.test(rest))
      return interruptsParagraph
        ? undefined
        : { kind: 'verbatim', until: undefined, mayEndAtOnce: false, holds: 'text' };
    if (this.#isDivision(rest) || (!this.#isMdx && this.#isBlockTag(rest)))
      return { kind: 'line', until: undefined, mayEndAtOnce: true, holds: 'text' };
    return startOf(rest, interruptsParagraph, this.#isMdx);
  }

  /**
   * The first or last line of an admonition or a division of Pandoc, Docusaurus, VitePress or MyST. With
   * indented lines below, mkdocstrings puts something in its place.
   */
  #isDivision(rest: string): boolean {
    return /^ {0,3}:{3,}/.test(rest) && !/^(?: {4}|\t)/.test(this.#source[this.lines.length + 1] ?? '');
  }

  /** A footnote may begin on the line below its mark. */
  #noteOf(rest: string): { container: OpenContainer; rest: string } | undefined {
    const isAbove =
      /^\[\^[^\]\s]+\]: *$/.test(rest) && /^(?: {4}|\t)\s*\S/.test(this.#source[this.lines.length + 1] ?? '');
    return isAbove ? { container: noteContainer(), rest: '' } : noteOf(rest);
  }

  /** The first or last tag of a block of Liquid, Markdoc or Hugo, in which there is text of the document. */
  #isBlockTag(rest: string): boolean {
    const name = soleTagOf(rest);
    if (name === undefined) return false;
    this.#paired ??= new Set(
      this.#source.flatMap(line => soleTagOf(line.trimStart())?.match(/^\/(.*)/)?.[1] ?? []),
    );
    return name.startsWith('/') || /^(?:else|elsif|when)$/.test(name) || this.#paired.has(name);
  }

  /** Where the last line stands that ends a template block like this. */
  #endOf({ name, until }: TemplateBlock): number {
    const known = this.#ends.get(name) ?? this.#source.findLastIndex(line => until.test(line));
    this.#ends.set(name, known);
    return known;
  }

  #begin({ kind, until, mayEndAtOnce, holds }: Start, opened: readonly OpenContainer[], rest: string): void {
    const index = this.lines.length;
    const isDone = kind === 'line' || (mayEndAtOnce && until?.test(rest) === true);
    const block: OpenBlock = {
      kind,
      until,
      fence: undefined,
      containers: this.#open,
      first: index,
      last: index,
      indent: kind === 'indented' ? 0 : indentOf(rest),
      unclosed: until !== undefined && !isDone,
      holds,
    };
    this.#leaf = isDone ? undefined : block;
    this.#last = block;
    this.#previous = rest;
    this.lines.push({ containers: this.#open, opened: opened.length, block });
  }

  #goOn(block: OpenBlock, rest: string): void {
    block.last = this.lines.length;
    this.#last = block;
    this.#previous = rest;
    this.lines.push({ containers: block.containers, opened: 0, block });
  }

  /** @returns whether the line belongs to the verbatim block that is open */
  #goOnVerbatim(rest: string): boolean {
    const leaf = this.#leaf;
    if (leaf?.kind !== 'verbatim') return false;
    if (leaf.until === undefined && isBlank(rest) && leaf.fence === undefined) return false;
    this.#goOn(leaf, rest);
    if (leaf.until?.test(rest)) {
      leaf.unclosed = false;
      this.#leaf = undefined;
    } else if (this.#isMdx && leaf.until === undefined) {
      const fence = fenceOf(rest.trimStart());
      if (leaf.fence === undefined) leaf.fence = fence;
      else if (fenceEnd(leaf.fence).test(rest.trim())) leaf.fence = undefined;
      leaf.unclosed = leaf.fence !== undefined;
    }
    return true;
  }
}

/** What is left of the line inside the container; undefined when the line is not in it. */
function continued(container: OpenContainer, rest: string): string | undefined {
  if (container.kind === 'quote') {
    const mark = /^ {0,3}> ?/.exec(rest);
    return mark ? rest.slice(mark[0].length) : undefined;
  }
  if (isBlank(rest)) return container.empty ? undefined : rest;
  if (indentOf(rest) < container.width) return undefined;
  container.empty = false;
  return rest.slice(container.width);
}

const setextUnderline = /^ {0,3}(?:=+|-+) *$/;
const tableDelimiter = /^ {0,3}(?=.*\|)\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$/;
const atxHeading = /^ {0,3}#{1,6}(?: |$)/;
const thematicBreak = /^ {0,3}(?:(?:\* *){3,}|(?:_ *){3,}|(?:- *){3,})$/;

// The seven kinds of HTML block (CommonMark 4.6): how it begins, and the line that ends it if that is not a
// blank one.
const blockTags =
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|' +
  'fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|' +
  'menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul';
const html: readonly (readonly [begin: RegExp, until: RegExp | undefined])[] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?:[ >]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<![A-Za-z]/, />/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [new RegExp(`^ {0,3}</?(?:${blockTags})(?: |/?>|$)`, 'i'), undefined],
];
const attribute = String.raw` +[A-Za-z_:][\w.:-]*(?: *= *(?:[^ "'=<>\x60]+|'[^']*'|"[^"]*"))?`;
const wholeTag = new RegExp(
  String.raw`^ {0,3}<(?:[A-Za-z][A-Za-z0-9-]*(?:${attribute})* */?|/[A-Za-z][A-Za-z0-9-]* *)> *$`,
);

function startOf(rest: string, interruptsParagraph: boolean, isMdx: boolean): Start | undefined {
  // By far most lines begin with a letter, and none of these does.
  if (!/^ {0,3}[#`~<*_-]/.test(rest)) return undefined;
  const line: Start = { kind: 'line', until: undefined, mayEndAtOnce: true, holds: 'text' };
  if (atxHeading.test(rest)) return line;
  const fence = fenceOf(rest);
  if (fence) return { kind: 'verbatim', until: fenceEnd(fence), mayEndAtOnce: false, holds: 'code' };
  if (!isMdx && /^ *</.test(rest)) {
    for (const [begin, until] of html) {
      if (begin.test(rest)) return { kind: 'verbatim', until, mayEndAtOnce: true, holds: 'tags' };
    }
    if (!interruptsParagraph && wholeTag.test(rest))
      return { kind: 'verbatim', until: undefined, mayEndAtOnce: false, holds: 'tags' };
  }
  return thematicBreak.test(rest) ? line : undefined;
}

function fenceEnd(fence: string): RegExp {
  return new RegExp(`^ {0,3}${fence.charAt(0)}{${fence.length},} *$`);
}

function fenceOf(rest: string): string | undefined {
  const match = /^ {0,3}(?:(`{3,})[^`]*$|(~{3,}))/.exec(rest);
  return match?.[1] ?? match?.[2];
}

/** An admonition or a tab of Python-Markdown: what is in it is indented by four columns. */
function admonitionOf(rest: string): { container: OpenContainer; rest: string } | undefined {
  const mark = /^( {0,3})(?:!!!|\?\?\?\+?|===[!+]{0,2}) +(?=\S)/.exec(rest);
  if (!mark) return undefined;
  const width = (mark[1] ?? '').length + 4;
  return { container: { kind: 'item', width, marker: '!', empty: false }, rest: '' };
}

/** A footnote or a definition of Markdown Extra: what else belongs to it is indented by four columns. */
function noteOf(rest: string): { container: OpenContainer; rest: string } | undefined {
  const mark = /^(?:\[\^[^\]\s]+\]:|: ) +(?=\S)/.exec(rest);
  if (!mark) return undefined;
  return { container: noteContainer(), rest: rest.slice(mark[0].length) };
}

function noteContainer(): OpenContainer {
  return { kind: 'item', width: 4, marker: '^', empty: false };
}

function itemOf(rest: string, inParagraph: boolean): { container: OpenContainer; rest: string } | undefined {
  const match = /^( {0,3}(?:(\d{1,9})[.)]|[-+*]))( +|$)/.exec(rest);
  if (!match) return undefined;
  const [whole, mark = '', number, spaces = ''] = match;
  const empty = isBlank(rest.slice(whole.length));
  if (inParagraph && (empty || (number !== undefined && Number(number) !== 1))) return undefined;
  // More than four spaces are one and an indented code block.
  const width = empty || spaces.length > 4 ? mark.length + 1 : whole.length;
  return { container: { kind: 'item', width, marker: mark.slice(-1), empty }, rest: rest.slice(width) };
}

function indentOf(text: string): number {
  return /^ */.exec(text)?.[0].length ?? 0;
}

function isIndented(rest: string): boolean {
  return rest.startsWith('    ');
}

function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

/** Tab stops are four columns apart. */
function withoutTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let added = 0;
  return line.replaceAll('\t', (_tab, offset: number) => {
    const columns = 4 - ((offset + added) % 4);
    added += columns - 1;
    return ' '.repeat(columns);
  });
}
