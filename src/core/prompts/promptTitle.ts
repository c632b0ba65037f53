import { graphemes } from '../../base/text.ts';

const maximumLength = 120;

/**
 * A prompt as a title, in lists and as the alternative text of its image: one line of at most 120 characters,
 * cut at a word, nothing escaped.
 */
export function promptTitle(prompt: string): string {
  const line = prompt.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const characters = graphemes(line, maximumLength + 1);
  if (characters.length <= maximumLength) return line;
  const room = maximumLength - 1;
  // A word that ends just where the room does is whole.
  const lastSpace = characters.lastIndexOf(' ', room);
  const cut = characters.slice(0, lastSpace > maximumLength / 2 ? lastSpace : room).join('');
  return `${cut.replace(/[\s,;:.–—-]+$/, '')}…`;
}
