/** Finding words in the conversation: on what was said, not on what is drawn of it. */
import type { ChatMessageDto } from '../../shared/chat.ts';

/** A place where the words stand. */
export interface Found {
  readonly messageId: string;
  /** The how manieth of this message, from 0. */
  readonly index: number;
}

/** Marks of Markdown that stand between words that read as one; the drawn text is without them. */
const marks = /[*`]/g;

/** Every place of the words, from the first message to the last; upper and lower case are the same. */
export function findIn(messages: readonly ChatMessageDto[], words: string): Found[] {
  const sought = plain(words);
  if (sought === '') return [];
  return messages.flatMap(({ id, text }) =>
    placesIn(plain(text), sought).map((_place, index) => ({ messageId: id, index })),
  );
}

/** The name of the marked places, and of the one that the reader is at, in the style sheet. */
const highlight = { all: 'chat-find', current: 'chat-find-current' } as const;

/**
 * Marks the words in a message that is drawn.
 * @param index of the place that the reader is at
 * @returns that place; undefined where it is not drawn, such as in the address of a link
 */
export function markFound(message: Element, words: string, index: number): Range | undefined {
  const ranges = rangesIn(message, plain(words));
  const current = ranges[Math.min(index, ranges.length - 1)];
  CSS.highlights.set(highlight.all, new Highlight(...ranges.filter(range => range !== current)));
  CSS.highlights.set(highlight.current, new Highlight(...(current ? [current] : [])));
  return current;
}

/** Takes all marks away. */
export function unmarkFound(): void {
  for (const name of Object.values(highlight)) CSS.highlights.delete(name);
}

function rangesIn(root: Element, sought: string): Range[] {
  if (sought === '') return [];
  const nodes: { node: Node; start: number }[] = [];
  let text = '';
  for (const content of root.querySelectorAll('chat-markdown, .unrendered')) {
    const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      nodes.push({ node, start: text.length });
      text += lowered(node.nodeValue ?? '');
    }
  }
  return placesIn(text, sought).flatMap(start => {
    const from = nodes.findLast(each => each.start <= start);
    const to = nodes.findLast(each => each.start < start + sought.length);
    if (!from || !to) return [];
    const range = document.createRange();
    range.setStart(from.node, start - from.start);
    range.setEnd(to.node, start + sought.length - to.start);
    return [range];
  });
}

function plain(text: string): string {
  return lowered(text.replaceAll(marks, ''));
}

/** Lower case of the same length, so that places in it are places in the text. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length
    ? lower
    : Array.from(text, each => (each.toLowerCase().length === each.length ? each.toLowerCase() : each)).join(
        '',
      );
}

function placesIn(text: string, sought: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(sought); at !== -1; at = text.indexOf(sought, at + sought.length))
    places.push(at);
  return places;
}
