/** A block quote or a list item: something that other blocks stand in. */
export interface Container {
  readonly kind: 'quote' | 'item';
  /** Columns by which the lines of an item are indented. */
  readonly width: number;
  /** What tells one list from the next: its bullet, or the delimiter behind its number. */
  readonly marker: string;
}

/** A block without blocks inside: a paragraph, a heading, a table, a code block, HTML, front matter. */
export interface Block {
  readonly containers: readonly Container[];
  /** Index of its first line. */
  readonly first: number;
  /** Index of its last line. */
  readonly last: number;
  /** Whether its end was never written, so that whatever follows would belong to it. */
  readonly unclosed: boolean;
}

/** What one line is. */
export interface BlockLine {
  /** From the outside in. On a blank line, the items that may still go on are among them. */
  readonly containers: readonly Container[];
  /** How many of them begin on this line. */
  readonly opened: number;
  /** Undefined when there is nothing on the line, or nothing behind the marks of its containers. */
  readonly block: Block | undefined;
}

/** Finds the blocks by the line, after the first phase of CommonMark 0.31's parsing strategy; a table counts as a paragraph. */
export function scanBlocks(lines: readonly string[]): BlockLine[] {
  const front = frontMatterEnd(lines);
  const block: Block = { containers: [], first: 0, last: front, unclosed: false };
  const scanner = new Scanner(lines.slice(0, front + 1).map(() => ({ containers: [], opened: 0, block })));
  for (const line of lines.slice(front + 1)) scanner.read(line);
  return scanner.lines;
}

/** Blank in the sense of CommonMark: a no-break space is text. */
export function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}

/** Index of the last line of YAML or TOML front matter, -1 when there is none. */
function frontMatterEnd(lines: readonly string[]): number {
  const mark = lines[0]?.trimEnd();
  if (mark !== '---' && mark !== '+++') return -1;
  return lines.findIndex((line, index) => index > 0 && line.trimEnd() === mark);
}

interface OpenBlock extends Block {
  last: number;
  unclosed: boolean;
  readonly kind: 'paragraph' | 'indented' | 'verbatim' | 'line';
  /** The line that ends a verbatim block; undefined when a blank line does. */
  readonly until: RegExp | undefined;
}

interface OpenContainer extends Container {
  /** An item may begin with one blank line, not with two. */
  empty: boolean;
}

type Start = Pick<OpenBlock, 'kind' | 'until'>;

class Scanner {
  readonly lines: BlockLine[];
  #open: readonly OpenContainer[] = [];
  #leaf: OpenBlock | undefined;
  /** The line before this one, without the marks of its containers. */
  #previous = '';

  constructor(lines: BlockLine[]) {
    this.lines = lines;
  }

  read(line: string): void {
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
      const quote = /^ {0,3}> ?/.exec(rest);
      if (quote) {
        opened.push({ kind: 'quote', width: 0, marker: '>', empty: false });
        rest = rest.slice(quote[0].length);
        continue;
      }
      if (inParagraph && setextUnderline.test(rest)) {
        this.#goOn(paragraph, rest);
        this.#leaf = undefined;
        return;
      }
      // Before list items, for "- | -" under "a | b" is no list.
      if (inParagraph && this.#previous.includes('|') && tableDelimiter.test(rest)) {
        this.#goOn(paragraph, rest);
        return;
      }
      start = startOf(rest, paragraph !== undefined && opened.length === 0);
      const item = start ? undefined : itemOf(rest, inParagraph);
      if (!item) break;
      opened.push(item.container);
      rest = item.rest;
    }

    const blank = isBlank(rest);
    // Also where the marks of the containers are missing ("lazy continuation").
    if (paragraph && opened.length === 0 && !start && !blank) {
      this.#goOn(paragraph, rest);
      return;
    }
    const isSame = isWhole && opened.length === 0;
    this.#open = [...this.#open.slice(0, matched), ...opened];
    if (blank) {
      // An indented code block may go on behind blank lines.
      if (!isSame || this.#leaf?.kind !== 'indented') this.#leaf = undefined;
      this.lines.push({ containers: this.#open, opened: opened.length, block: undefined });
    } else if (isSame && this.#leaf?.kind === 'indented' && isIndented(rest)) {
      this.#goOn(this.#leaf, rest);
    } else {
      this.#begin(
        start ?? { kind: isIndented(rest) ? 'indented' : 'paragraph', until: undefined },
        opened,
        rest,
      );
    }
  }

  #begin({ kind, until }: Start, opened: readonly OpenContainer[], rest: string): void {
    const index = this.lines.length;
    // The mark that opens a fence is not the one that closes it; HTML may end on its first line.
    const isDone = kind === 'line' || (until !== undefined && !isFence(rest) && until.test(rest));
    const unclosed = until !== undefined && !isDone;
    const block: OpenBlock = { kind, until, containers: this.#open, first: index, last: index, unclosed };
    this.#leaf = isDone ? undefined : block;
    this.#previous = rest;
    this.lines.push({ containers: this.#open, opened: opened.length, block });
  }

  #goOn(block: OpenBlock, rest: string): void {
    block.last = this.lines.length;
    this.#previous = rest;
    this.lines.push({ containers: block.containers, opened: 0, block });
  }

  /** @returns whether the line belongs to the verbatim block that is open */
  #goOnVerbatim(rest: string): boolean {
    const leaf = this.#leaf;
    if (leaf?.kind !== 'verbatim' || (leaf.until === undefined && isBlank(rest))) return false;
    this.#goOn(leaf, rest);
    if (leaf.until?.test(rest)) {
      leaf.unclosed = false;
      this.#leaf = undefined;
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

// The seven kinds of HTML block (CommonMark 4.6): how it begins, and the line that ends it if not a blank one.
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

/** The block, other than a paragraph or indented code, that begins here. */
function startOf(rest: string, interruptsParagraph: boolean): Start | undefined {
  if (atxHeading.test(rest)) return { kind: 'line', until: undefined };
  const fence = fenceOf(rest);
  if (fence) {
    return { kind: 'verbatim', until: new RegExp(`^ {0,3}${fence.charAt(0)}{${fence.length},} *$`) };
  }
  for (const [begin, until] of html) if (begin.test(rest)) return { kind: 'verbatim', until };
  if (!interruptsParagraph && wholeTag.test(rest)) return { kind: 'verbatim', until: undefined };
  return thematicBreak.test(rest) ? { kind: 'line', until: undefined } : undefined;
}

function fenceOf(rest: string): string | undefined {
  const match = /^ {0,3}(?:(`{3,})[^`]*$|(~{3,}))/.exec(rest);
  return match?.[1] ?? match?.[2];
}

function isFence(rest: string): boolean {
  return fenceOf(rest) !== undefined;
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

/** Tab stops are four columns apart. */
function withoutTabs(line: string): string {
  let added = 0;
  return line.replaceAll('\t', (_tab, offset: number) => {
    const columns = 4 - ((offset + added) % 4);
    added += columns - 1;
    return ' '.repeat(columns);
  });
}
