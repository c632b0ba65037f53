import { graphemes } from '../../base/text.ts';

const maximumLength = 120;

/** The alternative text of a picture from its prompt: one line, cut at a word, nothing escaped yet. */
export function altTextOf(prompt: string): string {
  const line = prompt.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const characters = graphemes(line, maximumLength + 1);
  if (characters.length <= maximumLength) return line;
  const room = maximumLength - 1;
  // A word that ends just where the room does is whole.
  const lastSpace = characters.lastIndexOf(' ', room);
  const cut = characters.slice(0, lastSpace > maximumLength / 2 ? lastSpace : room).join('');
  return `${cut.replace(/[\s,;:.–—-]+$/, '')}…`;
}
