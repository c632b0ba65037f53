import { describe, expect, it } from 'vitest';
import { promptOf } from '../../../src/webview/chat/markdown/promptOf.ts';

describe('promptOf', () => {
  it.each([
    ['a sentence', 'A **red** boat on `calm` _water_.', 'A red boat on calm water.'],
    ['a heading', '## Boat\n\nA red boat.', 'Boat\n\nA red boat.'],
    ['links and pictures', 'A [boat](https://example.com) ![at sea](a.png)', 'A boat at sea'],
    ['lists', '1. **One**\n2. Two\n   - deep', 'One\nTwo\ndeep'],
    ['a task', '- [x] a boat', 'a boat'],
    ['a quotation', '> A boat\n> at sea', 'A boat\nat sea'],
    ['a table', '| a | **b** |\n|---|---|\n| 1 | 2 |', 'a, b\n1, 2'],
    ['escaped marks', String.raw`5 \* 3 & <tag>`, '5 * 3 & <tag>'],
    ['hard breaks', 'one  \ntwo', 'one\ntwo'],
    ['a rule', 'one\n\n---\n\ntwo', 'one\n\ntwo'],
    ['Windows line ends', 'one\r\n\r\n**two**', 'one\n\ntwo'],
    ['nothing', '', ''],
  ])('%s', (_name, answer, prompt) => expect(promptOf(answer)).toBe(prompt));

  it.each(['', 'prompt', 'text', 'Markdown'])('is the only block of words of an answer: "%s"', language => {
    const answer = `Here you are:\n\n\`\`\`${language}\nA red boat, **35 mm**\n\`\`\`\n\nShall I change it?`;
    expect(promptOf(answer)).toBe('A red boat, **35 mm**');
  });

  it('is all of an answer with code, or with several blocks of words', () => {
    expect(promptOf('Run\n\n```ts\nlet a;\n```')).toBe('Run\n\nlet a;');
    expect(promptOf('```\na\n```\n\n```\nb\n```')).toBe('a\n\nb');
  });

  it('takes hostile depth and length', () => {
    expect(promptOf(`${'> '.repeat(5_000)}boat`)).toContain('boat');
    expect(promptOf('*a'.repeat(25_000))).not.toBe('');
  });
});
