import fc from 'fast-check';
import { marked, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import {
  insertMarkdownBlock,
  type Insertion,
} from '../../../../src/core/references/markdown/insertMarkdownBlock.ts';

const image = '![](IMAGE)';

/** Inserts behind the selection between `‹` and `›`, or at the cursor `¦`. */
function insertInto(marked: string, reference = image, eol = '\n'): string {
  const text = marked.replace(/[‹›¦]/g, '');
  const cursor = marked.indexOf('¦');
  const start = cursor === -1 ? marked.indexOf('‹') : cursor;
  const end = cursor === -1 ? marked.indexOf('›') - 1 : cursor;
  const insertion = insertMarkdownBlock(text, end, reference, eol, start);
  return text.slice(0, insertion.offset) + insertion.text + text.slice(insertion.offset);
}

/**
 * The nesting of every paragraph that is nothing but an image, as a real parser reads it: `blockquote`,
 * `list` …
 */
function imagesAlone(markdown: string): string[] {
  const found: string[] = [];
  const visit = (tokens: readonly Token[], path: readonly string[]): void => {
    for (const token of tokens) {
      const all: readonly Token[] = ('tokens' in token && token.tokens) || [];
      // The parser keeps the blanks by which a line is indented.
      const inner = all.filter(each => each.type !== 'text' || each.raw.trim() !== '');
      if (
        (token.type === 'paragraph' || token.type === 'text') &&
        inner.length === 1 &&
        inner[0]?.type === 'image'
      )
        found.push(path.join('>'));
      else visit(inner, token.type === 'blockquote' ? [...path, 'quote'] : path);
      if ('items' in token) for (const item of token.items as Token[]) visit([item], [...path, 'item']);
    }
  };
  visit(marked.lexer(markdown), []);
  return found;
}

const cases: readonly [name: string, before: string, after: string, nesting: string][] = [
  [
    'a sentence in the middle of a long line',
    'One sentence. ‹Another one.› The last.\n\nMore.\n',
    'One sentence. Another one. The last.\n\nIMG\n\nMore.\n',
    '',
  ],
  ['a hard-wrapped paragraph', 'One ‹line\nand› another\nand a third\nMORE\n', 'One line\nand another\nand a third\nMORE\n\nIMG\n', ''],
  ['the last line without a line break', '‹Only.›', 'Only.\n\nIMG\n', ''],
  ['the last line with a line break', '‹Only.›\n', 'Only.\n\nIMG\n', ''],
  ['an empty document', '¦', 'IMG\n', ''],
  ['a document of one empty line', '¦\n', '\nIMG\n', ''],
  ['a blank line between paragraphs', 'One.\n\n¦\n\nTwo.\n', 'One.\n\n\nIMG\n\nTwo.\n', ''],
  ['a blank line right before a paragraph', 'One.\n¦\nTwo.\n', 'One.\n\nIMG\n\nTwo.\n', ''],
  ['the empty line at the end', 'One.\n¦', 'One.\n\nIMG\n', ''],
  ['the empty line at the end, after a blank one', 'One.\n\n¦', 'One.\n\nIMG\n', ''],
  ['a line of blanks at the end', 'One.\n\n     ¦', 'One.\n\n     \nIMG\n', ''],
  ['a line with a no-break space', 'One.\n¦\u00A0\nTwo.\n', 'One.\n\u00A0\nTwo.\n\nIMG\n', ''],
  ['a selection that ends at the start of the next line', '‹One.\n\n›Two.\n', 'One.\n\nIMG\n\nTwo.\n', ''],
  ['a whole line of a list', '- one\n‹- two\n›\nText\n', '- one\n- two\n\n  IMG\n\nText\n', 'item'],
  ['a cursor in front of a line', 'One.\n\n¦Two.\n', 'One.\n\nIMG\n\nTwo.\n', ''],
  ['a heading', '# ‹Title›\nText\n', '# Title\n\nIMG\n\nText\n', ''],
  ['an underlined heading', '‹Title›\n=====\nText\n', 'Title\n=====\n\nIMG\n\nText\n', ''],
  ['an underlined heading of two lines', '‹Two\nlines›\n---\nText\n', 'Two\nlines\n---\n\nIMG\n\nText\n', ''],
  ['a paragraph before a heading', '‹Text›\n# Title\n', 'Text\n\nIMG\n\n# Title\n', ''],
  ['a paragraph before a thematic break', '‹Text›\n***\n', 'Text\n\nIMG\n\n***\n', ''],
  ['a table row', '| a | b |\n|---|---|\n| ‹1› | 2 |\n| 3 | 4 |\nText\n\nMore\n', '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\nText\n\nIMG\n\nMore\n', ''],
  ['a table head', '‹a› | b\n- | -\n1 | 2\n', 'a | b\n- | -\n1 | 2\n\nIMG\n', ''],
  ['a list item', '- ‹one›\n- two\n', '- one\n\n  IMG\n\n- two\n', 'item'],
  ['a list item with other bullets', '+   ‹one›\n', '+   one\n\n    IMG\n', 'item'],
  ['a numbered item', '9. nine\n10. ‹ten›\n11. eleven\n', '9. nine\n10. ten\n\n    IMG\n\n11. eleven\n', 'item'],
  ['an item behind a tab', '-\t‹one›\n', '-\tone\n\n    IMG\n', 'item'],
  ['a nested item', '- one\n  - ‹two›\n  - three\n- four\n', '- one\n  - two\n\n    IMG\n\n  - three\n- four\n', 'item>item'],
  ['an item with items below it', '- ‹one›\n  - two\n', '- one\n\n  IMG\n\n  - two\n', 'item'],
  ['a lazy continuation in a list', '- one\n‹lazy›\n- two\n', '- one\nlazy\n\n  IMG\n\n- two\n', 'item'],
  ['the second paragraph of an item', '- one\n\n  ‹two›\n\nText\n', '- one\n\n  two\n\n  IMG\n\nText\n', 'item'],
  ['an empty item', '- one\n- ¦\n', '- one\n- \n  IMG\n', 'item'],
  ['a task', '- [ ] ‹draw›\n- [x] done\n', '- [ ] draw\n\n  IMG\n\n- [x] done\n', 'item'],
  ['a blank line within a list', '- one\n\n¦\n- two\n', '- one\n\n\n  IMG\n\n- two\n', 'item'],
  ['a blank line behind a list', '- one\n\n¦\nText\n', '- one\n\n\nIMG\n\nText\n', ''],
  ['a quote', '> ‹one›\n> two\n\nText\n', '> one\n> two\n>\n> IMG\n\nText\n', 'quote'],
  ['a nested quote', '> one\n> > ‹two›\n> three\n>\n> four\n', '> one\n> > two\n> three\n> >\n> > IMG\n>\n> four\n', 'quote>quote'],
  ['a lazy continuation in a quote', '> one\n‹lazy›\n\nText\n', '> one\nlazy\n>\n> IMG\n\nText\n', 'quote'],
  ['a heading in a quote before text', '> # ‹Title›\nText\n', '> # Title\n>\n> IMG\n\nText\n', 'quote'],
  ['the blank line of a quote', '> one\n>¦\n> two\n', '> one\n>\n> IMG\n>\n> two\n', 'quote'],
  ['the blank line of a quote at the end', '> one\n> ¦', '> one\n> \n> IMG\n', 'quote'],
  ['a blank line behind a quote', '> one\n¦\nText\n', '> one\n\nIMG\n\nText\n', ''],
  ['a list in a quote', '> - ‹one›\n> - two\n', '> - one\n>\n>   IMG\n>\n> - two\n', 'quote>item'],
  ['a quote in a list', '1. > ‹one›\n2. two\n', '1. > one\n   >\n   > IMG\n\n2. two\n', 'item>quote'],
  ['fenced code', '```prompt\n‹A cat›\n\nasleep\n```\nText\n', '```prompt\nA cat\n\nasleep\n```\n\nIMG\n\nText\n', ''],
  ['code fenced with tildes', '~~~\n‹A cat›\n```\n~~~\n', '~~~\nA cat\n```\n~~~\n\nIMG\n', ''],
  ['code fenced with four', '````md\n```\n‹A cat›\n```\n````\n', '````md\n```\nA cat\n```\n````\n\nIMG\n', ''],
  ['the mark of a fence', '¦```\ncode\n```\n', '```\ncode\n```\n\nIMG\n', ''],
  ['fenced code in a list', '- one\n\n  ```\n  ‹code›\n  ```\n- two\n', '- one\n\n  ```\n  code\n  ```\n\n  IMG\n\n- two\n', 'item'],
  ['fenced code that is not closed', 'Text\n```prompt\n‹A cat›', 'Text\n\nIMG\n\n```prompt\nA cat', ''],
  ['fenced code that ends with its quote', '> ```\n> ‹code›\n\nText\n', 'IMG\n\n> ```\n> code\n\nText\n', ''],
  ['indented code', 'Text\n\n    ‹one›\n\n    two\n\nText\n', 'Text\n\n    one\n\n    two\n\nIMG\n\nText\n', ''],
  ['front matter', '---\ntitle: ‹A cat›\n---\nText\n', '---\ntitle: A cat\n---\n\nIMG\n\nText\n', ''],
  ['front matter alone', '+++\ntitle = "‹A cat›"\n+++', '+++\ntitle = "A cat"\n+++\n\nIMG\n', ''],
  ['a paragraph between thematic breaks', '***\n‹A cat›\n***\n', '***\nA cat\n\nIMG\n\n***\n', ''],
  ['an HTML block', '<div>\n‹A cat›\n- no list\n</div>\n\nText\n', '<div>\nA cat\n- no list\n</div>\n\nIMG\n\nText\n', ''],
  ['HTML that goes over blank lines', '<pre>\n‹A cat›\n\nasleep</pre>\nText\n', '<pre>\nA cat\n\nasleep</pre>\n\nIMG\n\nText\n', ''],
  ['a comment that is not closed', 'Text\n\n<!-- ‹A cat›\n\nText\n', 'Text\n\nIMG\n\n<!-- A cat\n\nText\n', ''],
  ['text inside details', '<details>\n\n‹A cat›\n\n</details>\n', '<details>\n\nA cat\n\nIMG\n\n</details>\n', ''],
]; // prettier-ignore

/** Both ends of a selection (or a cursor), each as fractions of lines and columns. */
const places = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 2 });

function insertAt(
  text: string,
  lines: readonly string[],
  place: readonly (readonly [number, number])[],
  eol: string,
): Insertion {
  const offsets = place.map(([row, column]) => {
    const index = Math.floor((row / 1001) * lines.length);
    const start = lines.slice(0, index).reduce((sum, line) => sum + line.length + eol.length, 0);
    return start + Math.round((column / 1000) * (lines[index]?.length ?? 0));
  });
  return insertMarkdownBlock(text, Math.max(...offsets), image, eol, Math.min(...offsets));
}

/**
 * Documents as people write them: blocks with blank lines between them, in quotes and lists and lists in
 * lists.
 */
const { blocks: documents } = fc.letrec<{ blocks: string[]; block: string[] }>(tie => ({
  blocks: fc
    .array(tie('block'), { minLength: 1, maxLength: 3 })
    .map(all => all.flatMap((block, index) => (index === 0 ? block : ['', ...block]))),
  block: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.array(fc.constantFrom<string[]>('foo', 'bar baz', 'one. Two!'), { minLength: 1, maxLength: 3 }),
    fc.constantFrom<string[][]>(
      ['# Heading'],
      ['Heading', '---'],
      ['***'],
      ['| a | b |', '|---|---|', '| 1 | 2 |'],
      ['```prompt', 'a cat', '', '- asleep', '```'],
      ['~~~', 'code'],
      ['    indented', '', '    code'],
      ['<div>', '- text', '</div>'],
      ['<!-- a', '', 'comment -->'],
    ),
    tie('blocks').map(lines => lines.map(line => (line === '' ? '>' : `> ${line}`))),
    fc
      .array(tie('blocks'), { minLength: 1, maxLength: 3 })
      .map(items =>
        items.flatMap(lines =>
          lines.map((line, at) => (line === '' ? '' : `${at === 0 ? '- ' : '  '}${line}`)),
        ),
      ),
  ),
}));

/** The texts of all blocks, in their order, as a real parser reads them. */
function wordsOf(markdown: string): string[] {
  const words: string[] = [];
  const visit = (token: Token): void => {
    const inner = [
      ...(('tokens' in token && token.tokens) || []),
      ...('items' in token ? (token.items as Token[]) : []),
    ];
    if (inner.length > 0) inner.forEach(visit);
    else if (token.type !== 'space') words.push(...token.raw.split(/\s+/).filter(word => /\w/.test(word)));
  };
  marked.lexer(markdown).forEach(visit);
  return words;
}

describe('insertMarkdownBlock', () => {
  it.each(cases)('goes behind %s', (_name, before, after, nesting) => {
    const result = insertInto(before);
    expect(result).toBe(after.replace('IMG', image));
    expect(imagesAlone(result)).toEqual([nesting]);
  });

  it.each(cases)('uses the line breaks of the document: %s', (_name, before, after) => {
    const result = insertInto(before.replaceAll('\n', '\r\n'), image, '\r\n');
    expect(result).toBe(after.replace('IMG', image).replaceAll('\n', '\r\n'));
  });

  it.each([
    ['Text¦\n', 'Text\n\n![1](a)\n\n![2](b)\n'],
    ['> - ‹one›\n> - two\n', '> - one\n>\n>   ![1](a)\n>\n>   ![2](b)\n>\n> - two\n'],
    ['- ```\n  ‹code›\n', '![1](a)\n\n![2](b)\n\n- ```\n  code\n'],
  ])('keeps several blocks together in %j', (before, after) => {
    expect(insertInto(before, '![1](a)\n\n![2](b)')).toBe(after);
  });

  it('takes the end of a selection when that is all it is told', () => {
    expect(insertMarkdownBlock('One.\n\nTwo.\n', 4, image)).toEqual({ offset: 5, text: `\n${image}\n` });
    expect(insertMarkdownBlock('One.\nTwo.\n', 5, image)).toEqual({ offset: 10, text: `\n${image}\n` });
  });

  it('touches nothing else and tears no line, anywhere in any text', () => {
    const marks = fc.constantFrom('', '', '', '> ', '- ', '1. ', '   ', '\t', '    ', '>');
    const contents = fc.constantFrom('foo', 'bar baz', '', '', '# H', '```', '~~~', '***', '===', '---', '<div>', '<!--', '-->', '| a | b |', '|---|---|', '```prompt', 'x`y'); // prettier-ignore
    const line = fc
      .tuple(fc.array(marks, { maxLength: 3 }), contents)
      .map(([before, content]) => before.join('') + content);
    const soup = fc.array(line, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(soup, fc.constantFrom('\n', '\r\n'), places, (lines, eol, place) => {
        const text = lines.join(eol);
        const { offset, text: inserted } = insertAt(text, lines, place, eol);
        expect(offset === 0 || offset === text.length || text.slice(0, offset).endsWith(eol)).toBe(true);
        expect(inserted.replaceAll(eol, '')).not.toMatch(/[\r\n]/);
        expect(inserted.split(eol).filter(each => each.includes(image))).toHaveLength(1);
        expect(inserted.replace(image, '')).toMatch(/^[\s>]*$/);
      }),
      { numRuns: 3000 },
    );
  });

  it('makes a block of its own, anywhere in any document', () => {
    fc.assert(
      fc.property(documents, places, (lines, place) => {
        const text = lines.join('\n');
        const { offset, text: inserted } = insertAt(text, lines, place, '\n');
        const result = text.slice(0, offset) + inserted + text.slice(offset);
        expect(imagesAlone(result)).toHaveLength(1);
        // Whatever else the parser finds, it found it before.
        expect(wordsOf(result).filter(word => !word.includes('IMAGE'))).toEqual(wordsOf(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads a long document line by line, however hostile', () => {
    const hostile = ['a\t'.repeat(20_000), `<a ${'b '.repeat(20_000)}`, `- ${' '.repeat(40_000)}x`, '> '.repeat(500), `|${'-|'.repeat(20_000)}x`, '* '.repeat(500) + 'x']; // prettier-ignore
    const text = hostile.flatMap(each => [each, each, '']).join('\n');
    expect(insertMarkdownBlock(text, text.length, image).offset).toBe(text.length);
  });
});
