import { linesOf, type Line } from '../../../base/lines.ts';
import { isBlank, scanBlocks, type BlockLine, type Container, type LineRange } from './markdownBlocks.ts';
import { mdxSpans } from './mdxSpans.ts';
import type { ProjectManners } from '../plan/plan.ts';

/** What of a document's language decides where a block belongs. */
export interface MarkdownSyntax {
  readonly isMdx: boolean;
  /** Undefined when nothing is known of the project. */
  readonly dialect: ProjectManners['markdown'] | undefined;
}

/** The lines of a document and what they are. */
export interface MarkdownLines {
  readonly lines: readonly Line[];
  readonly scanned: readonly BlockLine[];
}

export function scanMarkdown(text: string, isMdx: boolean): MarkdownLines {
  const lines = linesOf(text);
  const together = isMdx ? linesTogether(text, lines) : undefined;
  const scanned = scanBlocks(
    lines.map(line => line.text),
    together && { together },
  );
  return { lines, scanned };
}

/** The lines that spans of MDX go over. */
function linesTogether(text: string, lines: readonly Line[]): LineRange[] {
  const ranges: LineRange[] = [];
  let line = 0;
  for (const { start, end } of mdxSpans(text)) {
    while ((lines[line + 1]?.start ?? Infinity) <= start) line++;
    const first = line;
    while ((lines[line + 1]?.start ?? Infinity) < end) line++;
    const before = ranges.at(-1);
    if (before && before.last >= first) ranges[ranges.length - 1] = { first: before.first, last: line };
    else if (line > first) ranges.push({ first, last: line });
  }
  return ranges;
}

/** A text edit: at `offset`, nothing removed. */
export interface Insertion {
  /** UTF-16 offset into the text. */
  readonly offset: number;
  readonly text: string;
}

/**
 * Where and how `reference` is inserted after a selection: as a block of its own after the block in which the
 * selection ends, in the same quote or list item, so that neither a sentence nor a hard-wrapped paragraph, a
 * table or a code block is split. A code or HTML block that is never closed has no end to write after: there
 * it goes before it. It starts at the beginning of a line wherever there is one, so that a cursor at the end
 * of the line before is not moved.
 * @param text the whole document
 * @param selectionEnd UTF-16 offset
 * @param reference one block or several, with blank lines between them
 * @param eol of the document
 * @param selectionStart UTF-16 offset; the blank end of a selection does not count, while a cursor on a blank
 *   line means that line
 * @param scan of the text, where it was read already
 */
export function insertMarkdownBlock(
  text: string,
  selectionEnd: number,
  reference: string,
  eol = '\n',
  selectionStart = selectionEnd,
  { isMdx, dialect }: MarkdownSyntax = { isMdx: false, dialect: 'commonmark' },
  scan: MarkdownLines = scanMarkdown(text, isMdx),
): Insertion {
  const { lines, scanned } = scan;
  const at = lineAt(text, lines, selectionStart, selectionEnd);
  const block = scanned[at]?.block;
  const last = block?.last ?? at;
  if (block?.unclosed) {
    const containers = block.containers.slice(
      0,
      block.containers.length - (scanned[block.first]?.opened ?? 0),
    );
    const gap = gapIn(containers) + eol;
    const isFree = scanned[block.first - 1]?.block === undefined;
    const inserted = `${isFree ? '' : gap}${within(containers, reference, eol)}${eol}${gap}`;
    return { offset: lines[block.first]?.start ?? 0, text: inserted };
  }
  const containers = block ? block.containers : containersOfBlank(scanned, at);
  const isInside = containers.length > 0 || isMdx;
  const first = scanned[block?.first ?? at];
  // The first line of an item stands where the item's text does.
  const indent = block && isInside && first?.opened === 0 ? block.indent : 0;
  const own = within(containers, reference, eol, { dialect, indent }) + eol;
  const before = block ? gapIn(containers) + eol : '';
  const line = lines[last];
  const next = lines[last + 1];
  if (!line || !next) {
    // The last line has no line break: the only case in which text is added at the end of a line.
    const isFree = isEmpty(scanned[last]) && (last === 0 || isEmpty(scanned[last - 1]));
    return { offset: text.length, text: line?.text === '' && isFree ? own : `${eol}${before}${own}` };
  }
  const shared = containers.filter(container => scanned[last + 1]?.containers.includes(container));
  const after = isEmpty(scanned[last + 1]) ? '' : gapIn(shared) + eol;
  return { offset: next.start, text: `${before}${own}${after}` };
}

/** Every line of a text with the markers and the indentation that keep it in its containers. */
function within(
  containers: readonly Container[],
  text: string,
  eol: string,
  columns: Columns = { dialect: 'commonmark', indent: 0 },
): string {
  const prefix = prefixOf(containers, columns);
  return text
    .split(/\r\n|\r|\n/)
    .map(line => (prefix + line).trimEnd())
    .join(eol);
}

function gapIn(containers: readonly Container[]): string {
  return prefixOf(containers, { dialect: 'commonmark', indent: 0 }).trimEnd();
}

interface Columns {
  readonly dialect: MarkdownSyntax['dialect'];
  /** Of the block itself, in its containers. */
  readonly indent: number;
}

/**
 * Python-Markdown wants what is in an item at multiples of four columns, which CommonMark takes as well. When
 * the dialect is unknown, only numbered items are written so: they would begin to count again.
 */
function prefixOf(containers: readonly Container[], { dialect, indent }: Columns): string {
  const lastQuote = containers.findLastIndex(({ kind }) => kind === 'quote');
  const quotes = containers
    .slice(0, lastQuote + 1)
    .map(({ kind, width }) => (kind === 'quote' ? '> ' : ' '.repeat(width)));
  const items = containers.slice(lastQuote + 1);
  const width = items.reduce((sum, item) => sum + item.width, indent);
  const isNumbered = /[.)]/.test(items.at(-1)?.marker ?? '');
  const isRounded =
    items.length > 0 && (dialect === 'pythonMarkdown' || (dialect === undefined && isNumbered));
  return quotes.join('') + ' '.repeat(isRounded ? Math.ceil(width / 4) * 4 : width);
}

/** Whether a line separates the blocks above and below it. */
function isEmpty(line: BlockLine | undefined): boolean {
  return line !== undefined && line.block === undefined && line.opened === 0;
}

/** A blank line is in the quotes and items whose markers it has, and in the lists that go on after it. */
function containersOfBlank(scanned: readonly BlockLine[], at: number): readonly Container[] {
  const { containers = [], opened = 0 } = scanned[at] ?? {};
  if (opened > 0) return containers;
  const next = scanned.slice(at).find(line => !isEmpty(line))?.containers ?? [];
  let kept = containers.findLastIndex(({ kind }) => kind === 'quote') + 1;
  for (let depth = 0; depth < containers.length; depth++) {
    if (containers[depth]?.marker !== next[depth]?.marker) break;
    kept = Math.max(kept, depth + 1);
    // The next item of the same list: this one ends, its list goes on.
    if (containers[depth] !== next[depth]) break;
  }
  return containers.slice(0, kept);
}

function lineAt(text: string, lines: readonly Line[], start: number, end: number): number {
  // A selection of whole lines ends at the start of the line below, which is not meant.
  const meant = start + text.slice(start, end).trimEnd().length;
  const index = lines.findLastIndex(line => line.start <= meant);
  const line = lines[index];
  // A cursor in front of a line means the line before it.
  const isInFront = start === end && line?.start === end && !isBlank(line.text);
  return isInFront && index > 0 ? index - 1 : Math.max(index, 0);
}
