import { describe, expect, it } from 'vitest';
import { countMentions, linksTo, Unmentioned } from '../../../../src/core/links/fileLinks.ts';
import { removalOf } from '../../../../src/core/links/removeLink.ts';
import { repointed } from '../../../../src/core/links/repointLink.ts';

const file = ['assets', 'generated', 'red-fox-1a2b3c4d.png'];
const name = 'red-fox-1a2b3c4d.png';

describe('links to a file', () => {
  it.each([
    ['![A fox](../assets/generated/red-fox-1a2b3c4d.png)', '../assets/generated/red-fox-1a2b3c4d.png'],
    ['<img src="/generated/red-fox-1a2b3c4d.png" alt="">', '/generated/red-fox-1a2b3c4d.png'],
    ["import fox from '@/generated/red-fox-1a2b3c4d.png';", '@/generated/red-fox-1a2b3c4d.png'],
    ['![[red-fox-1a2b3c4d.png|300]]', name],
    ['image::generated/red-fox-1a2b3c4d.png[A fox]', 'generated/red-fox-1a2b3c4d.png'],
    ['[[file:../assets/generated/red-fox-1a2b3c4d.png]]', '../assets/generated/red-fox-1a2b3c4d.png'],
    ['![A fox](../assets/generated/red%2Dfox-1a2b3c4d.png)', '../assets/generated/red%2Dfox-1a2b3c4d.png'],
    ['url(/assets/generated/red-fox-1a2b3c4d.png?v=2)', '/assets/generated/red-fox-1a2b3c4d.png'],
  ])('are found in %s', (text, path) => {
    const found = linksTo(text, ['docs', 'guide.md'], file);
    expect(found.map(each => each.path)).toEqual([path]);
    for (const { start, end } of found) expect(text.slice(start, end)).toBe(path);
  });

  it.each([
    '![A fox](other/red-fox-1a2b3c4d.png)',
    '![A fox](./red-fox-1a2b3c4d.png)',
    '![A fox](https://example.com/generated/red-fox-1a2b3c4d.png)',
    '![A fox](../assets/generated/red-fox-1a2b3c4d.webp)',
    'red-fox-1a2b3c4d',
  ])('are none in %s', text => {
    expect(linksTo(text, ['docs', 'guide.md'], file)).toEqual([]);
  });

  it('are beside mentions of the name', () => {
    expect(countMentions('\\includegraphics{red-fox-1a2b3c4d} red%2dfox-1a2b3c4d.png', name)).toBe(2);
  });
});

describe('files that nothing names', () => {
  it('are those that are in no text, with or without extension, encoded or not', () => {
    const rest = new Unmentioned([
      'a b-11.png',
      'c-22.png',
      'd&e-33.webp',
      'बिल्ली-44.png',
      '§.png',
      'g-55.mp4',
    ]);
    rest.read('![](a%20b-11.png) and \\includegraphics{c-22}');
    rest.read('<img src="d&amp;e-33.webp"> बिल्ली-44.png');
    expect(rest.names).toEqual(['§.png', 'g-55.mp4']);
    rest.read('§');
    expect(rest.names).toEqual(['g-55.mp4']);
  });
});

function without(text: string, path = 'fox.png'): string | undefined {
  const start = text.indexOf(path);
  const span = removalOf(text, { start, end: start + path.length });
  return span && text.slice(0, span.start) + text.slice(span.end);
}

describe('a reference is removed', () => {
  it.each([
    ['Before.\n\n![A (red) fox](fox.png "Fox")\n\nAfter.\n', 'Before.\n\nAfter.\n'],
    ['![A](fox.png)\n', ''],
    ['Text ![A](fox.png) goes on.\n', 'Text  goes on.\n'],
    ['- one\n- ![A](fox.png)\n- two\n', '- one\n- two\n'],
    ['| a | b |\n| - | - |\n| ![A](fox.png) | x |\n', '| a | b |\n| - | - |\n|  | x |\n'],
    ['[![A](fox.png)](fox.png)\n', ''],
    ['A\n\n![[fox.png|300]]\n', 'A\n\n'],
    ['<p>\n  <img alt="a > b"\n    src="fox.png" />\n</p>\n', '<p>\n</p>\n'],
    ['<figure>\n<img src="fox.png">\n<figcaption>A</figcaption>\n</figure>\n<p>B</p>', '<p>B</p>'],
    ['<video controls><source src="fox.png"></video>', ''],
    [
      '<picture><source srcset="wolf.webp"><img src="fox.png"></picture>',
      '<picture><source srcset="wolf.webp"></picture>',
    ],
    ['image::fox.png[A fox]\n', ''],
    ['A\n\n.. image:: fox.png\n   :alt: A fox\n\nB\n', 'A\n\nB\n'],
    [
      '\\begin{center}\n\\includegraphics[width=5cm]{fox.png}\n\\end{center}',
      '\\begin{center}\n\\end{center}',
    ],
    ['[[file:fox.png]]\n', ''],
    ['// A red fox.\n// fox.png\nrun();\n', '// A red fox.\nrun();\n'],
    ['<!-- fox.png -->\nA', 'A'],
    ['A\n\n![A](fox.png)', 'A\n'],
  ])('from %j', (text, expected) => {
    expect(without(text)).toBe(expected);
  });

  it.each([
    "import fox from './fox.png';",
    '{ "image": "fox.png" }',
    'a { background: url(fox.png); }',
    'image: fox.png',
  ])('but not from %s, which would be broken', text => {
    expect(without(text)).toBeUndefined();
  });
});

describe('a path leads to another file', () => {
  const to = ['assets', 'generated', 'blue-fox.png'];
  it.each([
    ['../assets/generated/red-fox-1a2b3c4d.png', '../assets/generated/blue-fox.png'],
    ['/generated/red-fox-1a2b3c4d.png?v=1', '/generated/blue-fox.png?v=1'],
    [name, 'blue-fox.png'],
    ['@/generated/red-fox-1a2b3c4d.png', '@/generated/blue-fox.png'],
  ])('from %s', (path, expected) => {
    expect(repointed(path, file, to)).toBe(expected);
  });

  it('where the root is known', () => {
    expect(repointed('/generated/red-fox-1a2b3c4d.png', file, ['media', 'a.png'])).toBeUndefined();
    expect(repointed('/assets/generated/red-fox-1a2b3c4d.png', file, ['assets', 'a b.png'])).toBe(
      '/assets/a%20b.png',
    );
    expect(repointed('other.png', file, to)).toBeUndefined();
  });
});
