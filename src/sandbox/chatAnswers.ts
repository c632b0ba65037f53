import { requestRandom } from './mediaRequest.ts';
import { codePoints, shorten } from './text.ts';

const openings = [
  'Here is how I would look at it.',
  'A short answer first, then the reasons.',
  'There are three things to weigh.',
];
const points = [
  'Start from what the reader already knows, and say the new thing last.',
  'Keep the first version small enough to throw away.',
  'Write the test that would have caught it.',
  'Name the thing after what it is, not after how it works.',
  'Measure before and after on the same machine.',
  'Ask who has to undo this when it turns out wrong.',
  'Leave out every step that nobody would miss.',
  'Make the common case one key press long.',
];
const closings = [
  'Tell me which part you would like to go deeper into.',
  'If that fits, the next step is a first draft.',
];

/** An answer that depends on the message alone, with the Markdown that a chat view has to show. */
export function answerText(model: string, message: string): string {
  const random = requestRandom({ model, prompt: message, params: {}, index: 0 });
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const words = message.trim().split(/\s+/).length;
  const chosen = [...points].sort(() => random() - 0.5).slice(0, 3);
  return [
    `**Rivya sandbox** answers for \`${model}\`. ${pick(openings)}`,
    `> ${shorten(message, 200)}`,
    chosen.map((point, index) => `${index + 1}. ${point}`).join('\n'),
    ['```ts', `const words = ${words};`, 'console.log(`${words} words in your message`);', '```'].join('\n'),
    pick(closings),
  ].join('\n\n');
}

/** About four characters make a token. */
export function countTokens(text: string): number {
  return Math.max(1, Math.ceil(codePoints(text).length / 4));
}
