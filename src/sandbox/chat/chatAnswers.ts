import { codePoints, shorten } from '../../base/text.ts';
import { requestRandom } from '../media/mediaRequest.ts';

/** What an answer is about. */
export interface ChatQuestion {
  model: string;
  message: string;
  /** Number of attached images. */
  attachments: number;
  webSearch: boolean;
  reasoningEffort: string;
}

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

const mostWords = 100_000;
const sectionsOfLongAnswer = 12;
const wordsOfParagraph = 60;

/**
 * An answer that depends on the question alone, with the Markdown that a chat view has to show. A message
 * with "long" in it gets a long one; one with "5000 words", exactly so many words.
 */
export function answerText(question: ChatQuestion): string {
  const { model, message } = question;
  const random = requestRandom({ model, prompt: message, params: {}, index: 0 });
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const wanted = /\b(\d{1,6}) words\b/i.exec(message)?.[1];
  if (wanted !== undefined) return manyWords(Math.min(Number(wanted), mostWords), pick);
  const intro = [
    `**Rivya sandbox** answers for \`${model}\`. ${pick(openings)}`,
    `> ${shorten(message, 200)}`,
  ];
  const sections = /\blong\b/i.test(message) ? longSections(pick) : [];
  return [...intro, ...samples(question, pick), ...sections, pick(closings)].join('\n\n');
}

function samples(question: ChatQuestion, pick: (list: readonly string[]) => string): string[] {
  const words = question.message.trim().split(/\s+/).length;
  return [
    '## In short',
    `1. ${pick(points)}\n2. ${pick(points)}\n   - as a rule, not as a law\n   - and only where it *helps*`,
    '## What I was given',
    [
      '| What | Value |',
      '| --- | ---: |',
      `| Words | ${words} |`,
      `| Images | ${question.attachments} |`,
      `| Web search | ${question.webSearch ? 'on' : 'off'} |`,
      `| Reasoning effort | ${question.reasoningEffort} |`,
    ].join('\n'),
    '## To do',
    `- [x] Read the question\n- [ ] ${pick(points)}\n- [ ] Look at the [documentation](https://rivya.ai/docs/api-chat)`,
    '## As code',
    ['```ts', `const words = ${words};`, 'console.log(`${words} words in your message`);', '```'].join('\n'),
    ['```python', `words = ${words}`, 'print(f"{words} words in your message")', '```'].join('\n'),
    `About ${words} × 1.3 ≈ ${Math.round(words * 1.3)} tokens, or as a formula: \`t ≈ 1.3 · w\`.`,
  ];
}

function longSections(pick: (list: readonly string[]) => string): string[] {
  return Array.from({ length: sectionsOfLongAnswer }, (_, index) => [
    `## Part ${index + 1}`,
    Array.from({ length: 8 }, () => pick(points)).join(' '),
    `- ${pick(points)}\n- ${pick(points)}`,
  ]).flat();
}

function manyWords(count: number, pick: (list: readonly string[]) => string): string {
  const words: string[] = [];
  while (words.length < count) words.push(...pick(points).split(' '));
  words.length = count;
  const paragraphs: string[] = [];
  for (let start = 0; start < count; start += wordsOfParagraph) {
    paragraphs.push(words.slice(start, start + wordsOfParagraph).join(' '));
  }
  return paragraphs.join('\n\n');
}

/** About four characters make a token. */
export function countTokens(text: string): number {
  return Math.max(1, Math.ceil(codePoints(text).length / 4));
}
