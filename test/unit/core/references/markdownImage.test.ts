import fc from 'fast-check';
import { marked, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { inlineReference } from '../../../../src/core/references/planReference.ts';

function markdownImage(alt: string, path: string): string {
  const media = { kind: 'image', path, isPublic: false, mediaType: 'image/png', alt } as const;
  return inlineReference('markdown', '', 0, media);
}

/** Alt text and destination of the one image that a Markdown text is, as a real parser reads them. */
function imageOf(markdown: string): { alt: string | undefined; path: string } | undefined {
  const [paragraph, ...others] = marked.lexer(markdown);
  const [image, ...texts] = paragraph?.type === 'paragraph' ? (paragraph as Tokens.Paragraph).tokens : [];
  if (others.length > 0 || texts.length > 0 || image?.type !== 'image') return undefined;
  const alt = image.raw.slice(2, image.raw.lastIndexOf(']('));
  return { alt: plainTextOf(alt), path: decodeURIComponent((image as Tokens.Image).href) };
}

/** The text that a Markdown text is when nothing in it is markup, else undefined. */
function plainTextOf(markdown: string): string | undefined {
  const tokens = marked.Lexer.lexInline(markdown);
  if (!tokens.every(token => token.type === 'text' || token.type === 'escape')) return undefined;
  return tokens.map(token => (token as Tokens.Text).text).join('');
}

const awkward = [
  '"quoted" and \'quoted\'',
  '[a] ![b](c) ]]> [',
  '(a) )(',
  'back\\slash \\\\ \\[ \\` \\',
  '*a* **b** _c_ __d__ ~e~ ~~f~~ `g` ``h``',
  '<b>html</b> <!-- c --> <https://example.org>',
  '&amp; &#35; & &copy',
  '$x$ and $$y$$ | a | b |',
  '😀 👩‍🚀 🏳️‍🌈',
  'एक बिल्ली पेड़ पर, क्‍षमा',
  'קטעי טקסט, نص من اليمين',
  'https://example.org/a_b_c and www.example.org/a_b, a_b@example.org',
  '100%20 #1 what? a:b; c!',
  '# heading',
  '- item',
  '!',
];

describe('an image in Markdown', () => {
  it('is plain for plain words', () => {
    expect(markdownImage('A cat, asleep.', '../assets/a_cat-1~2.png')).toBe(
      '![A cat, asleep.](../assets/a_cat-1~2.png)',
    );
  });

  it('leaves names in any script readable', () => {
    expect(markdownImage('बिल्ली', 'चित्र/बिल्ली.png')).toBe('![बिल्ली](चित्र/बिल्ली.png)');
  });

  it.each(awkward)('keeps the alternative text %j', alt => {
    expect(imageOf(markdownImage(alt, 'a.png'))).toEqual({ alt, path: 'a.png' });
  });

  it('puts the alternative text on one line', () => {
    expect(markdownImage('one\r\ntwo\n\nthree\u0000\u2028four', 'a.png')).toBe(
      '![one two three four](a.png)',
    );
  });

  it.each([
    ['with space.png', 'with%20space.png'],
    ['a(1).png', 'a%281%29.png'],
    ['a)(.png', 'a%29%28.png'],
    ['100%20.png', '100%2520.png'],
    ['c#.png', 'c%23.png'],
    ['what?.png', 'what%3F.png'],
    ['a"b\'c.png', 'a%22b%27c.png'],
    ['<a>.png', '%3Ca%3E.png'],
    ['a[1]`b`*c*.png', 'a%5B1%5D%60b%60%2Ac%2A.png'],
    [String.raw`a\b.png`, 'a%5Cb.png'],
    ['a&amp;b.png', 'a%26amp;b.png'],
    ['no\u00A0break\u3000.png', 'no%C2%A0break%E3%80%80.png'],
    ['a:b/c.png', './a:b/c.png'],
    ['a/b:c.png', 'a/b:c.png'],
    ['/c:/a.png', '/c:/a.png'],
    ['../../a.png', '../../a.png'],
  ])('encodes the path %j as %j', (path, encoded) => {
    expect(markdownImage('', path)).toBe(`![](${encoded})`);
    expect(imageOf(markdownImage('x', path))?.path.replace(/^\.\/(?=a:)/, '')).toBe(path);
  });

  it('comes back from a parser exactly, whatever it is', () => {
    const bits = ['"', "'", '[', ']', '(', ')', '\\', '\n', ']]>', '😀', 'कि', 'שלום', ' ', '%20', '%', '#', '?', ':', 'a', '_', '*', '**', '~~', '`', '``', '$', '|', '<', '>', '&', '&amp;', 'https://e.org/a_b_', 'www.e.org/a_', 'a_@b.de', '![', '](', '{', '/', '.', '-', '\u00A0', '\u200D', '<b>', '-->', '^']; // prettier-ignore
    const text = fc.array(fc.constantFrom(...bits), { maxLength: 10 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(text, text, (alt, name) => {
        const path = `d/${name}.png`;
        const words = `x${alt}x`;
        const image = imageOf(markdownImage(words, path));
        expect(image).toEqual({ alt: words.replace(/\s+/g, ' '), path });
      }),
      { numRuns: 3000 },
    );
  });
});
