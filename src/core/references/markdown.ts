import { encodeUrl } from './escape.ts';
import { linesOf, type Line } from './lines.ts';
import { isBlank, scanBlocks, type BlockLine, type Container } from './markdownBlocks.ts';

/** Text in which nothing is markup, on one line. */
export function escapeText(text: string): string {
  return (
    text
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .replace(/[\\`*_[\]<>&$~|]/g, String.raw`\$&`)
      // Addresses that would become links by themselves, in which a backslash is no escape.
      .replace(/:(?=\/\/)|@|(?<=www)\./gi, String.raw`\$&`)
  );
}

/** A link's destination (CommonMark 6.3). */
export function encodeDestination(path: string): string {
  return encodeUrl(path, /[()'[\]*&$]/);
}

/** A text edit: at `offset`, nothing removed. */
export interface Insertion {
  /** UTF-16 offset into the text. */
  readonly offset: number;
  readonly text: string;
}

/**
 * Where and how `reference` is inserted after a selection: as a block of its own behind the block in which the selection ends, in the
 * same quote or list item, so that neither a sentence nor a hard-wrapped paragraph, a table or a code block is torn apart. A code or
 * HTML block that is never closed has no end to write behind: there it goes before it. It starts at the beginning of a line wherever
 * there is one, so that a cursor at the end of the line before is not moved.
 * @param text the whole document
 * @param selectionEnd UTF-16 offset
 * @param reference one block or several, with blank lines between them
 * @param eol of the document
 * @param selectionStart UTF-16 offset; the blank end of a selection does not count, while a cursor on a blank line means that line
 */
export function insertMarkdownBlock(
  text: string,
  selectionEnd: number,
  reference: string,
  eol = '\n',
  selectionStart = selectionEnd,
): Insertion {
  const lines = linesOf(text);
  const scanned = scanBlocks(lines.map(line => line.text));
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
  const own = within(containers, reference, eol) + eol;
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

/** Every line of a text with the marks and the indentation that keep it in its containers. */
function within(containers: readonly Container[], text: string, eol: string): string {
  const prefix = prefixOf(containers);
  return text
    .split(/\r\n|\r|\n/)
    .map(line => (prefix + line).trimEnd())
    .join(eol);
}

function gapIn(containers: readonly Container[]): string {
  return prefixOf(containers).trimEnd();
}

function prefixOf(containers: readonly Container[]): string {
  return containers.map(({ kind, width }) => (kind === 'quote' ? '> ' : ' '.repeat(width))).join('');
}

/** Whether a line parts the blocks above and below it. */
function isEmpty(line: BlockLine | undefined): boolean {
  return line !== undefined && line.block === undefined && line.opened === 0;
}

/** A blank line is in the quotes and items whose marks it has, and in the lists that go on behind it. */
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
  // A cursor in front of a line wants something before it.
  const isInFront = start === end && line?.start === end && !isBlank(line.text);
  return isInFront && index > 0 ? index - 1 : Math.max(index, 0);
}
