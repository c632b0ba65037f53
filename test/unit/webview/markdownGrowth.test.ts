import { expect, it, vi } from 'vitest';
import { lexMarkdown, noLinks } from '../../../src/webview/chat/markdown/lexer.ts';
import { MarkdownDocument } from '../../../src/webview/chat/markdown/markdownDocument.ts';
import { growthOf, linearGrowth } from '../../support/growth.ts';

/** What a parser could take again and again: openings that nothing closes, nesting, definitions. */
const hostile = [
  ...['*', '**a ', '_a', '~~', '`', '``a', '[', '![', '[a](', '[a](<', '](', '<', '<a ', '<!--', '\\', '&'],
  ...['$', '$$ ', '\\(', '\\[a', 'http://', 'www.a', 'a@', '|', '|a|b|\n', '|a|\n|-|\n', '> ', '> > \n'],
  ...['- ', '- a\n', '  - a\n', '1. ', '1. a\n\n', '# ', 'a\n===\n', '---\n', '***\n', '    a\n', '\t'],
  ...[
    '```\n',
    '~~~a\n',
    '<div>\n',
    '<script>',
    '[a]: b\n',
    '[a]: <',
    '[^a]: b\n',
    '[a]\n',
    '[ ] ',
    '\n',
    ' \n',
  ],
  ...['a  \n', 'a', 'a b ', 'é日 ', '\u202E', 'a\n', '- [ ] a\n', '*a _b ', '![a](b "', '[a][b', '&#'],
];

/** Only ends a test that hangs: on a busy machine a second of work may take a minute. */
vi.setConfig({ testTimeout: 300_000 });

const repeated = (part: string, size: number): string => part.repeat(Math.ceil(size / part.length));

/** As a page reads an answer that comes in, which rests in between for longer than it reads. */
function streamed(text: string): void {
  const growing = new MarkdownDocument();
  for (const part of [0.25, 0.5, 0.75]) growing.update(text.slice(0, Math.ceil(text.length * part)), false);
  growing.update(text, true);
}

it.each(hostile)('the time that an answer of %j costs grows with its length', part => {
  expect(growthOf(streamed, size => repeated(part, size))).toBeLessThan(linearGrowth);
});

/** Just below the length from which on a paragraph is shown as it stands. */
const paragraphs = [1_980, 15_840] as const;

// The end of a formula is sought for 4,000 characters, so the time for those grows faster up to there.
const others = hostile.filter(part => !part.startsWith('\\(') && !part.startsWith('\\['));

it.each(others)('the time that a paragraph of %j costs grows with its length', part => {
  const make = (size: number): string => repeated(part.replaceAll('\n', ' '), size).slice(0, size);
  expect(growthOf(text => lexMarkdown(text, noLinks()), make, paragraphs)).toBeLessThan(linearGrowth);
});
