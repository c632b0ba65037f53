import fc from 'fast-check';
import type { Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { MarkdownDocument } from '../../../src/webview/chat/markdown/markdownDocument.ts';
import { lexMarkdown, noLinks } from '../../../src/webview/chat/markdown/lexer.ts';
import { everyMarkdown } from '../../webview/support/states.ts';

const whole = (text: string): Token[] => lexMarkdown(text, noLinks());

/** Lengths of the beginnings of the text that a page sees while it grows by these steps. */
function* growth(text: string, steps: readonly number[]): Generator<number> {
  let length = 0;
  for (let index = 0; length < text.length; index++) {
    length = Math.min(length + (steps[index % steps.length] ?? 1), text.length);
    yield length;
  }
}

const piece = fc.constantFrom(
  ...[
    'a',
    'b c',
    '\n',
    '\n\n',
    '- ',
    '* ',
    '1. ',
    '2. ',
    '> ',
    '# ',
    '```',
    '```js\n',
    '\n```\n',
    '|',
    '|-|-|',
    '---',
    '===',
  ],
  ...[
    '***',
    '**',
    '*',
    '`',
    '~~',
    '[x]',
    '[ ] ',
    '[x]: http://x.y\n',
    '[x](http://a.b)',
    '![i](j)',
    '<div>',
    '<!--',
    '-->',
  ],
  ...['    ', '  ', '\t', '$$', '$a$', '\\(', '\\[', '\\', '&amp;', '🦀', 'ल', '\u202E', '\r\n', '\r'],
);
const markdown = fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join(''));
const steps = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe('a Markdown text that grows', () => {
  it('has the same blocks in the end, however it grew', () => {
    fc.assert(
      fc.property(markdown, steps, (text, sizes) => {
        const growing = new MarkdownDocument();
        for (const length of growth(text, sizes)) growing.update(text.slice(0, length), false);
        growing.update(text, true);
        expect(growing.blocks).toEqual(whole(text.replace(/\r\n?/g, '\n')));
      }),
      { numRuns: 3000 },
    );
  });

  it('never changes a block before the index that it names', () => {
    fc.assert(
      fc.property(markdown, steps, (text, sizes) => {
        const growing = new MarkdownDocument();
        let before: readonly Token[] = [];
        for (const length of growth(text, sizes)) {
          const first = growing.update(text.slice(0, length), false);
          expect(growing.blocks.slice(0, first)).toEqual(before.slice(0, first));
          before = growing.blocks;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads a long answer about once, not once for every delta', () => {
    const text = everyMarkdown.repeat(20);
    const growing = new MarkdownDocument();
    let read = 0;
    for (const length of growth(text, [80])) {
      const first = growing.update(text.slice(0, length), false);
      read += growing.blocks.slice(first).reduce((sum, block) => sum + block.raw.length, 0);
    }
    expect(read).toBeLessThan(text.length * 12);
  });

  it.each([
    ['an underlined heading', '|\na```js\n-->'],
    ['a list', 'a\n2. a[x]: http://x.y\n---a'],
  ])('takes a line that looked like %s for a moment into the paragraph that it belongs to', (_, text) => {
    const growing = new MarkdownDocument();
    for (const length of growth(text, [1])) growing.update(text.slice(0, length), false);
    growing.update(text, true);
    expect(growing.blocks).toEqual(whole(text));
    expect(growing.blocks.map(block => block.type)).toEqual(['paragraph']);
  });

  it('begins anew when the text is another one', () => {
    const growing = new MarkdownDocument();
    growing.update('one\n\ntwo\n\nthree', false);
    expect(growing.update('# other', false)).toBe(0);
    expect(growing.blocks).toEqual(whole('# other'));
  });

  it('resolves links by definitions that come at the end', () => {
    const growing = new MarkdownDocument();
    growing.update('See [this][1].\n\nMore.\n\n', false);
    const { edition } = growing;
    growing.update('See [this][1].\n\nMore.\n\n[1]: https://example.com\n', true);
    expect(growing.edition).not.toBe(edition);
    expect(JSON.stringify(growing.blocks[0])).toContain('https://example.com');
  });

  it('does not keep half an address', () => {
    const growing = new MarkdownDocument();
    const text = '[1]: https://example.com/path\n\nSee [this][1].';
    for (const length of growth(text, [1])) growing.update(text.slice(0, length), false);
    expect(JSON.stringify(growing.blocks.at(-1))).toContain('"https://example.com/path"');
  });

  it('does not show a fence before it is one', () => {
    const growing = new MarkdownDocument();
    growing.update('Look:\n\n``', false);
    expect(growing.blocks.map(block => block.type)).toEqual(['paragraph', 'space']);
    growing.update('Look:\n\n```py\nprint(1)', false);
    expect(growing.blocks.at(-1)).toMatchObject({ type: 'code', lang: 'py', text: 'print(1)' });
  });
});

describe('Markdown that wants to do harm', () => {
  it.each([
    ['quotations', '>'.repeat(10_000)],
    ['quotations with spaces', '> '.repeat(10_000)],
    ['lists', '- '.repeat(10_000)],
    ['numbered lists', '1. '.repeat(10_000)],
    ['lists, set in', Array.from({ length: 400 }, (_, depth) => `${'  '.repeat(depth)}- a\n`).join('')],
    ['quotations and lists', '> - '.repeat(5_000)],
    ['emphasis', `${'*a _b '.repeat(500)}${'b_ a*'.repeat(500)}`],
    ['links', `${'['.repeat(1000)}a${'](b)'.repeat(1000)}`],
  ])('is not nested without end: %s', (_, text) => {
    expect(depthOf(whole(text))).toBeLessThan(60);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['images', '!['.repeat(50_000)],
    ['addresses', '[a]('.repeat(25_000)],
    ['stars', '*'.repeat(100_000)],
    ['underscores', '_a'.repeat(50_000)],
    ['backticks', '`a``'.repeat(25_000)],
    ['tags', '<a '.repeat(33_000)],
    ['formulas', '$a'.repeat(50_000)],
    ['formulas in brackets', '\\('.repeat(50_000)],
    ['formulas in square brackets', '\\[\n'.repeat(33_000)],
    ['comments', '<!--'.repeat(25_000)],
    ['line feeds', '\n'.repeat(100_000)],
    ['blanks', `${' '.repeat(100_000)}a`],
  ])('keeps its text, whatever there is a lot of: %s', (_, text) => {
    const blocks = whole(text);
    expect(blocks.map(block => block.raw).join('')).toBe(text);
  });

  it('makes no table of millions of cells', () => {
    const columns = 5_000;
    const blocks = whole(`${'a|'.repeat(columns)}\n${'-|'.repeat(columns)}\n${'|\n'.repeat(5_000)}`);
    expect(blocks.some(block => block.type === 'table')).toBe(false);
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('math', () => {
  it.each([
    ['$a_1 * b_1$', ['$a_1 * b_1$']],
    ['$$x * y * z$$ and \\(a_b_c\\)', ['$$x * y * z$$', '\\(a_b_c\\)']],
    ['It costs $5 and $6.', []],
    ['$5-$6', []],
    ['US$ 5 and CA$ 6', []],
  ])('is kept as it stands: %s', (text, formulas) => {
    const [paragraph] = whole(text);
    const tokens = (paragraph as { tokens?: Token[] }).tokens ?? [];
    expect(tokens.filter(token => token.type === 'math').map(token => token.raw.trim())).toEqual(formulas);
  });
});
