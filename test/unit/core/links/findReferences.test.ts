import { describe, expect, it } from 'vitest';
import { findReferences } from '../../../../src/core/links/find/findReferences.ts';
import { writeAddress } from '../../../../src/core/links/find/writeAddress.ts';
import { filePathOf, type MediaReference } from '../../../../src/core/links/find/mediaReference.ts';
import { randomFrom } from '../../../support/random.ts';
import { readers } from '../references/readers.ts';
import { growthOf, linearGrowth } from '../../../support/growth.ts';

const find = (languageId: string, text: string): MediaReference[] => findReferences(text, { languageId });

/** What was found, as path and, where there is one, alternative text. */
function told(languageId: string, text: string): string[] {
  return find(languageId, text).map(each => {
    const path = filePathOf(each) ?? each.target;
    return each.alt === undefined ? path : `${path} | ${each.alt.value}`;
  });
}

/** By language: a document and what is found in it; nothing where there is none to be found. */
const forms: Readonly<Record<string, readonly (readonly [text: string, ...found: string[]])[]>> = {
  markdown: [
    ['![A fox](img/fox.png)', 'img/fox.png | A fox'],
    ['![A \\[fox\\]](img/a%20b.png "Title")', 'img/a b.png | A [fox]'],
    ['![A fox](<img/a b.png> (Title))', 'img/a b.png | A fox'],
    ['![A fox][one]\n\n[one]: img/ä.png "T"', 'img/ä.png | A fox'],
    ['![one][]\n\n[One]: img/a.png', 'img/a.png | one'],
    ['![one]\n\n[one]: <img/a b.png>', 'img/a b.png | one'],
    ['[![A fox](a.png)](b.html)', 'a.png | A fox'],
    ['> - a ![x](a(1).png)', 'a(1).png | x'],
    ['Text <img src="a.png" alt="A &amp; B"> text', 'a.png | A & B'],
    ['<div>\n<video src="a.mp4" poster="b.jpg" controls></video>\n</div>', 'a.mp4', 'b.jpg'],
    ['---\ntitle: A\nimage: img/a.png\n---\n\n![x](b.png)', 'img/a.png', 'b.png | x'],
    ['+++\nimage = "img/a.png"\n+++\n', 'img/a.png'],
    ['[a clip](clip.mp4) [a page](page.md)', 'clip.mp4'],
    ['![x](https://example.com/a?b=c)', 'https://example.com/a?b=c | x'],
    ['`![x](a.png)` ``![`x](b.png)``'],
    ['```\n![x](a.png)\n```\n\n    ![x](b.png)'],
    ['\\![x](page.html) ![x]({{ a }}.png) ![x](data:image/png;base64,AA)'],
    ['<!-- ![x](a.png) -->'],
    ['[^1]: See ![x](a.png)', 'a.png | x'],
    ['| ![x](a.png) | b |\n|---|---|\n| c | ![y](img\\b.png) |', 'a.png | x', 'img\\b.png | y'],
    ['---\nimage: "https:\\/\\/a.b/c.png"\n---\n', 'https://a.b/c.png'],
    ['<script type="application/ld+json">\n{"image": "https://a.b/c.png?d\\u0026e"}\n</script>', 'https://a.b/c.png?d&e'],
  ],
  mdx: [
    ['![A fox](img/fox.png)', 'img/fox.png | A fox'],
    ['<img src="a.png" alt="A fox" />', 'a.png | A fox'],
    ['<Image src={"/a.png"} alt="x" />', '/a.png | x'],
    ["import fox from './fox.png'\n\n# A", './fox.png'],
    ['<figure>\n  <img src="a.png" />\n</figure>', 'a.png'],
    ['{cond && <img src="a.png" />}', 'a.png'],
    ['![x][a]\n\n[a]: b.png', 'b.png | x'],
    ['---\nimage: a.png\n---', 'a.png'],
    ['<img src={fox} /> <img src={`${a}.png`} />'],
    ['```\n<img src="a.png" />\n```'],
    ['<img src={require("./a.png").default} alt="x" />', './a.png'],
  ],
  html: [
    ['<img src="a.png" alt="A fox">', 'a.png | A fox'],
    ["<img alt='A &quot;fox&quot;' src='a%20b.png'>", 'a b.png | A "fox"'],
    ['<img src=a.png alt=fox>', 'a.png | fox'],
    ['<picture><source srcset="a.webp 1x, b.webp 2x"><img src="c.png"></picture>', 'a.webp', 'b.webp', 'c.png'],
    ['<video src="a.mp4" poster="a.jpg"></video><audio src="a.mp3"></audio>', 'a.mp4', 'a.jpg', 'a.mp3'],
    ['<link rel="icon" href="/favicon.png"><link rel="stylesheet" href="a.css">', '/favicon.png'],
    ['<meta property="og:image" content="/og.png"><meta name="description" content="a.png">', '/og.png'],
    ['<style>a { background: url(b.png) }</style>', 'b.png'],
    ['<div style="background: url(\'b.png\')"></div>', 'b.png'],
    ['<a href="a.png">x</a> <a href="a.html">x</a>', 'a.png'],
    ['<svg><image href="a.png"/></svg>', 'a.png'],
    ['<img src="a.png?v=2#x">', 'a.png'],
    ['<!-- <img src="a.png"> --><img src="{{ url }}.png"><img src="<?= $a ?>.png">'],
    ['<script>const a = "<img src=a.png>"</script><img src="data:image/png;base64,AA">'],
    ['<meta itemprop="image" content="a.png"><meta name="msapplication-TileImage" content="b.png">', 'a.png', 'b.png'],
    ['<div style="background: url(&quot;a.png?b&amp;c&quot;), url(&#39;d.png&#39;)"></div>', 'a.png', 'd.png'],
    ['<script type="application/ld+json">{"image": "/a.png"}</script>', '/a.png'],
  ],
  typescriptreact: [
    ['const a = <img src="a.png" alt="A fox" />;', 'a.png | A fox'],
    ["const a = <img src={'a.png'} />;", 'a.png'],
    ['const a = <Image src="/a.png" width={100} height={50} alt="x" />;', '/a.png | x'],
    ["import a from './a.png';", './a.png'],
    ['const a = <img src="https://a.b/c.png" alt={`x`} />;', 'https://a.b/c.png'],
    ['const a = require("../b.png");', '../b.png'],
    ["const a = new URL('./a.png', import.meta.url);", './a.png'],
    ['const a = <video poster="p.jpg"><source src="a.mp4" /></video>;', 'p.jpg', 'a.mp4'],
    ['const a = cond ? <img src="a.png" /> : <><img src="b.png" /></>;', 'a.png', 'b.png'],
    ['const a = <img src={src} />; // <img src="a.png" />'],
    ['const a = <img src={`${b}/a.png`} />; const s = "a.png";'],
  ],
  vue: [
    ['<template><img src="./a.png" alt="A fox" /></template>', './a.png | A fox'],
    ['<template><img :src="\'/a.png\'" /></template>', '/a.png'],
    ['<template><NuxtImg src="/a.png" /></template>', '/a.png'],
    ["<script setup>\nimport a from './a.png';\n</script>", './a.png'],
    ['<style scoped>a { background: url("./a.png") }</style>', './a.png'],
    ['<template><video poster="p.jpg" src="a.mp4" /></template>', 'p.jpg', 'a.mp4'],
    ['<style lang="scss">// url(b.png)\na { b: url(a.png) }</style>', 'a.png'],
    ['<template><source srcset="a.webp 2x" /></template>', 'a.webp'],
    ['<template><img :src="a" /><img src="@/a.png" />{{ "a.png" }}</template>'],
  ],
  svelte: [
    ['<img src="a.png" alt="A fox" />', 'a.png | A fox'],
    ['<img src={"a.png"} />', 'a.png'],
    ["<script>\nimport a from './a.png';\n</script>", './a.png'],
    ['{#if a}<img src="a.png" />{/if}', 'a.png'],
    ['<video src="a.mp4" poster="a.png"></video>', 'a.mp4', 'a.png'],
    ['<style>a { background: url(a.png) }</style>', 'a.png'],
    ['<svelte:head><link rel="icon" href="/a.png" /></svelte:head>', '/a.png'],
    ['<audio src="a.mp3"></audio>', 'a.mp3'],
    ['<img {src} /><img src="{base}/a.png" />'],
  ],
  css: [
    ['a { background: url(a.png) }', 'a.png'],
    ['a { background: url( "a b.png" ) }', 'a b.png'],
    ["a { background-image: url('a%20b.png'), url(c.png) }", 'a b.png', 'c.png'],
    ['a { b: image-set("a.png" 1x, "b.png" 2x) }', 'a.png', 'b.png'],
    ['a { b: image-set(url("a.png") 1x) } c { content: "d.png" }', 'a.png'],
    ['@media print { a { cursor: url(a.png), auto } }', 'a.png'],
    [':root { --a: url("a.png") }', 'a.png'],
    ['a { mask: url(a.svg#b) }', 'a.svg'],
    ['/* url(a.png) */ a { b: url(data:image/png;base64,AA) }'],
    ['@import url("a.css"); @font-face { src: url(a.woff2) }'],
  ],
  scss: [
    ['a { b: url(a.png) } // url(b.png)', 'a.png'],
    ['$a: url("a.png");', 'a.png'],
    ['a { &:hover { b: url("a.png") } }', 'a.png'],
    ['@mixin a { b: url(a.png) }', 'a.png'],
    ['a { b: url("#{$c}/a.png") }'],
    ['a { b: url("a.png"), linear-gradient(red, blue) }', 'a.png'],
    ['a { b: url( a.png ) }', 'a.png'],
    ['@include a("b.png");'],
  ],
  latex: [
    ['\\includegraphics{img/a.png}', 'img/a.png'],
    ['\\includegraphics[width=3cm]{a}', 'a'],
    ['\\includegraphics*[alt={A fox}, width=1cm]{a b.png}', 'a b.png | A fox'],
    ['\\begin{figure}\n\\includegraphics{a.jpg}\n\\end{figure}', 'a.jpg'],
    ['\\graphicspath{{fig/}{img/}}\n\\includegraphics{a.png}', 'a.png'],
    ['\\href{a.mp4}{A clip} \\href{a.html}{b}', 'a.mp4'],
    ['\\includegraphics{a\\string_b.png}'],
    ['50\\% \\includegraphics{a.png}', 'a.png'],
    ['% \\includegraphics{a.png}'],
    ['\\begin{verbatim}\n\\includegraphics{a.png}\n\\end{verbatim}'],
    ['\\includegraphics{\\figure} \\includegraphics{a.pdf}'],
    ['\\verb|\\includegraphics{a.png}| \\includegraphics{"a b".png}', 'a b.png'],
    ['\\lstinline[x=y]!\\includegraphics{a.png}!'],
  ],
  typst: [
    ['#image("a.png")', 'a.png'],
    ['#image("a b.png", alt: "A fox", width: 50%)', 'a b.png | A fox'],
    ['#figure(\n  image("a.png", alt: "x"),\n  caption: [A],\n)', 'a.png | x'],
    ['#image("/img/ä.png")', '/img/ä.png'],
    ['#link("a.mp4")[A clip]', 'a.mp4'],
    ['#let a = image("a.png")', 'a.png'],
    ['#grid(image("a.png"), image("b.png"))', 'a.png', 'b.png'],
    ['#box[#image("a \\"b\\".png")]', 'a "b".png'],
    ['// #image("a.png")\n/* #image("a.png") */ `#image("a.png")`'],
    ['#image(\n  width: 5cm,\n  "a.png",\n  alt: "x",\n)', 'a.png | x'],
  ],
  asciidoc: [
    ['image::a.png[]', 'a.png'],
    ['image::a b.png[A fox,100,50]', 'a b.png | A fox'],
    ['Text image:a.png["A, fox"] text', 'a.png | A, fox'],
    ['video::a.mp4[]', 'a.mp4'],
    ['audio::a.mp3[]', 'a.mp3'],
    ['* an item\n+\nimage::a.png[alt=x]', 'a.png'],
    [':imagesdir: img\n\nimage::a.png[x]', 'a.png | x'],
    ['====\nimage::a.png[]\n====', 'a.png'],
    ['----\nimage::a.png[]\n----\n\n// image::b.png[]'],
    ['image::{path}/a.png[] \\image:a.png[]'],
    ['|===\n|image:a.png[x] |b\n|===', 'a.png | x'],
    [':imagesdir: img\nimage::a.png[]', 'a.png'],
  ],
  restructuredtext: [
    ['.. image:: a.png', 'a.png'],
    ['.. image:: a.png\n   :alt: A fox\n   :width: 100', 'a.png | A fox'],
    ['.. figure:: img/a.png\n   :alt: x\n\n   A caption', 'img/a.png | x'],
    ['.. |fox| image:: a.png', 'a.png'],
    ['   .. image:: a\\ b.png', 'a b.png'],
    ['- item\n\n  .. image:: a.png', 'a.png'],
    ['.. note::\n\n   .. image:: a.png', 'a.png'],
    ['.. image:: /img/a.png', '/img/a.png'],
    ['.. code-block:: rst\n\n   .. image:: a.png'],
    ['Like this::\n\n   .. image:: a.png\n'],
    ['* .. image:: a.png\n     :alt: x', 'a.png | x'],
  ],
  org: [
    ['[[file:a.png]]', 'a.png'],
    ['[[./a.png]]', './a.png'],
    ['#+ATTR_HTML: :alt A fox :width 300\n[[file:a.png]]', 'a.png | A fox'],
    ['#+CAPTION: A\n[[file:a b.png]]', 'a b.png'],
    ['[[file:a.png][A link]]', 'a.png'],
    ['* A\n** B\n[[file:ä.png]]', 'ä.png'],
    ['- [[file:a.png]]', 'a.png'],
    ['[[https://example.com/a.png]]', 'https://example.com/a.png'],
    ['#+begin_src org\n[[file:a.png]]\n#+end_src\n# [[file:a.png]]'],
    [': [[file:a.png]]'],
  ],
  textile: [
    ['!a.png! !>b.png(x)!', 'a.png', 'b.png | x'],
    ['<pre>!a.png!</pre> !b.png!', 'b.png'],
  ],
  astro: [['---\nimport a from "../a.png";\n---\n<img src="/b.png">', '../a.png', '/b.png']],
  json: [
    ['{"image": "a.png"}', 'a.png'],
    ['{"a": {"cover": "img/a b.png"}}', 'img/a b.png'],
    ['{"images": ["a.png", "b.jpg"]}', 'a.png', 'b.jpg'],
    ['[{"src": "/a.png"}]', '/a.png'],
    ['{"url": "https://example.com/a.png"}', 'https://example.com/a.png'],
    ['{"a": "x", "video": "a.mp4"}', 'a.mp4'],
    ['{"icon": "ä.png",}', 'ä.png'],
    ['{"a.png": 1, "files": "*.png"}'],
    ['{"a": "https:\\/\\/a.b\\/c.png?d=e\\u0026f=g"}', 'https://a.b/c.png?d=e&f=g'],
  ],
  yaml: [
    ['image: a.png', 'a.png'],
    ['image: "a b.png"', 'a b.png'],
    ["image: 'a.png' # x", 'a.png'],
    ['a:\n  - src: a.png\n  - src: b.png', 'a.png', 'b.png'],
    ['a: {cover: a.png}', 'a.png'],
    ['images: [a.png, b.png]', 'a.png', 'b.png'],
    ['--- \nimage: a.png\n---\nimage: b.png', 'a.png', 'b.png'],
    ['a.png: 1\nfiles: "*.png"\n# a.png'],
  ],
  toml: [
    ['image = "a.png"', 'a.png'],
    ["image = 'a b.png'", 'a b.png'],
    ['[a]\ncover = "a.png"', 'a.png'],
    ['a = { src = "a.png" }', 'a.png'],
    ['images = ["a.png", "b.png"]', 'a.png', 'b.png'],
    ['[[a]]\nsrc = "a.png"\n[[a]]\nsrc = "b.png"', 'a.png', 'b.png'],
    ['a = "ä.png"', 'ä.png'],
    ['# a = "a.png"\nb = "*.png"'],
  ],
}; // prettier-ignore

describe('references to media files', () => {
  it.each(
    Object.entries(forms).flatMap(([language, all]) =>
      all.map(([text, ...found]) => ({ language, text, found })),
    ),
  )('in $language: $text', ({ language, text, found }) => expect(told(language, text)).toEqual(found));

  it('are written anew as they are read', () => {
    for (const [language, all] of Object.entries(forms)) {
      for (const [text] of all) {
        for (const [index, each] of find(language, text).entries()) {
          for (const path of [
            'img/a b.png',
            './ä-1.png',
            "it's (1).png",
            'https://example.com/a.png?x=1&y=2',
          ]) {
            // A literal string of TOML holds no apostrophe.
            if (language === 'toml' && path.includes("'")) continue;
            const { start, end } = each.address;
            const written = text.slice(0, start) + writeAddress(each.writing, path) + text.slice(end);
            const again = find(language, written)[index];
            const read = again && (filePathOf(again) ?? again.target);
            expect([language, text, read?.replace(/^\.\//, '')]).toEqual([
              language,
              text,
              path.replace(/^\.\//, ''),
            ]);
          }
        }
      }
    }
  });

  it('have ranges that hold their parts', () => {
    for (const [language, all] of Object.entries(forms)) {
      for (const [text] of all) {
        for (const { range, address, alt } of find(language, text)) {
          expect(text.slice(address.start, address.end)).not.toMatch(/^\s|\s$|^$/);
          for (const part of [range, address, ...(alt ? [alt] : [])]) {
            expect(part.start).toBeGreaterThanOrEqual(0);
            expect(part.end).toBeLessThanOrEqual(text.length);
            expect(part.end).toBeGreaterThanOrEqual(part.start);
          }
        }
      }
    }
  });

  it('tell the size that the document asks for', () => {
    expect(find('html', '<img src="a.png" width="640" height="360">')[0]?.size).toEqual({
      width: 640,
      height: 360,
    });
    expect(find('typescriptreact', 'a = <img src="a.png" width={640} height={360} />')[0]?.size).toEqual({
      width: 640,
      height: 360,
    });
    const printed = (language: string, text: string): number | undefined => {
      const { width = NaN, height = NaN } = find(language, text)[0]?.size ?? {};
      return Number.isNaN(width) ? undefined : Math.round((100 * width) / height) / 100;
    };
    expect(printed('latex', '\\includegraphics[width=8cm, height=45mm]{a.png}')).toBe(1.78);
    expect(printed('latex', '\\includegraphics[width=.8\\textwidth,height=0.4\\linewidth]{a}')).toBe(2);
    expect(printed('latex', '\\includegraphics[width=\\textwidth]{a}')).toBeUndefined();
    expect(printed('latex', '\\includegraphics[height=3em,width=4em]{a}')).toBeUndefined();
    expect(printed('typst', '#image("a.png", width: 4in, height: 3in)')).toBe(1.33);
    expect(find('asciidoc', 'image::a.png[x,640,360]')[0]?.size).toEqual({ width: 640, height: 360 });
  });
});

/** Blocks of a language around an address that is written as `P` and words written as `W`. */
const blocks: Readonly<Record<string, readonly string[]>> = {
  markdown: ['![W](P)', '> ![W](P "T")', '- ![W](<P>)', 'W `x` ![W](P) W', '1. W\n\n   ![W](P)', '<img src="P" alt="W">', '```\n![W](P)\n```'],
  mdx: ['![W](P)', '> ![W](P "T")', '- W ![W](P)', '<img src="P" alt="W" />', '```\n![W](P)\n```'],
  html: ['<img src="P" alt="W">', '<p>W <img alt="W" src=\'P\'> W</p>', '<!-- <img src="P"> -->', '<img src=P alt="W">', '<div>\n<table><tr><td><img src="P" alt="W"></table>\n</div>'],
  typescriptreact: ['const aN = <img src="P" alt="W" />;', 'const aN = () => (\n  <p>\n    W <img alt="W" src="P" />\n  </p>\n);', '// <img src="P" />', 'const aN = b < 3 && <img src="P" alt="W" />;'],
  svelte: ['<img src="P" alt="W" />', '<p>W <img src="P" alt="W" /></p>', '<!-- <img src="P" /> -->', '{#if true}<img src="P" alt="W" />{/if}'],
  astro: ['<img src="P" alt="W" />', '<p>W <img src="P" alt="W" /></p>', '{true && <img src="P" alt="W" />}'],
  css: ['.aN { background: url("P") }', '/* url("P") */', '@media print { a { b: c; d: url("P") no-repeat } }', 'a { b: url("P"), url("P") }'],
  scss: ['.aN { background: url("P") }', '// url("P")', 'a { &:hover { b: url("P") } }', '$aN: url("P");'],
  less: ['.aN { background: url("P") }', '// url("P")', '@aN: 1;\na { .b { b: url("P") } }'],
  asciidoc: ['image::P[W]', '----\nimage::P[W]\n----', '* W\n+\nimage::P[W]', '====\nimage::P[W]\n===='],
  latex: ['\\includegraphics[alt={W}]{P}', '% \\includegraphics{P}', '\\begin{figure}\n\\includegraphics[alt={W}]{P}\n\\end{figure}', 'W 50\\% $a$ \\includegraphics{P} W'],
  typst: ['#image("P", alt: "W")', '// #image("P")', '#figure(image("P", alt: "W"))', '= W\n\n#box[#image("P", alt: "W")]'],
}; // prettier-ignore

const files = [
  'a.png',
  'img/b.jpg',
  '../c/d.webp',
  './e.png',
  '/f.png',
  'img/ä.png',
  'img/写真.png',
  'a-b_c.png',
];
const encoded = ['a%20b.png', 'img/a%28x%29.png', 'x%2By.png'];

describe('documents', () => {
  const isFile = (language: string): boolean => language === 'latex' || language === 'typst';

  it.each(Object.entries(blocks))('are read in %s as by its own parser', async (language, own) => {
    const random = randomFrom(language.length);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    for (let number = 0; number < 25; number++) {
      const text = Array.from({ length: 12 }, (_, index) =>
        pick(own)
          .replaceAll('P', () => pick(isFile(language) ? files : [...files, ...encoded]))
          .replaceAll('W', () => pick(['A fox', 'Über uns', 'one', 'two words']))
          .replaceAll('N', String(index)),
      ).join('\n\n');
      const expected = (await readers[language]?.(text)) ?? [];
      expect(
        find(language, text).map(each => filePathOf(each)),
        text,
      ).toEqual(expected.map(({ path }) => path));
    }
  });
});

const hostile: Readonly<Record<string, readonly string[]>> = {
  markdown: ['![', '![a](', '![a](<', '[a]: ', '`', '<a ', '![a]', '[a][', '![a](a.png) ', '``` \n', '![x](a "'],
  mdx: ['{', '<a ', '![a](', 'import a from "a.png"\n'],
  html: ['<a style="url(&quot;', '<base href="a"><img src="a.png">', '<img src=', '<img src="a.png">', '<a ', '<style>url(', '<img srcset="a.png 1x,', '='],
  typescriptreact: ['<img src={', 'import a from "', '<img src="a.png" />', '"a.png" '],
  css: ['url(', 'url("', 'image-set(', 'url(a.png) ', '"'],
  latex: ['\\verb|', '\\lstinline[', '\\includegraphics[', '\\includegraphics{a.png}', '\\graphicspath{', '\\includegraphics{a.png} % '],
  typst: ['#image(a: 1, ', '#image("', '#image("a.png")', '#image("a.png", (', '#('],
  asciidoc: ['image::', 'image:a[', 'image::a.png[x]\n', ':imagesdir: a\nimage::a.png[]\n', 'image:a.png["', 'image:a.png[a\\]"'],
  restructuredtext: ['* - ', '.. image:: a.png\n', '.. image:: a.png\n   :a: b\n', 'a::\n\n'],
  org: ['[[file:', '[[file:a.png]]', '#+attr_html: :alt a\n'],
  textile: ['<pre>', '!a', '!a.png! ', '!{a'],
  json: ['"a.png",', '{"a":', '['],
  toml: ['a = "a.png"\n', '["'],
}; // prettier-ignore

/** In characters: longer lines are not read by some, so that only shorter ones show what they do. */
const oneLine = [1_240, 9_920] as const;

describe('the time that a search costs', () => {
  it.each(Object.entries(hostile).flatMap(([language, all]) => all.map(part => [language, part] as const)))(
    'grows with the length in %s: %j',
    (language, part) => {
      const make = (size: number): string => part.repeat(Math.ceil(size / part.length));
      const search = (text: string): unknown => find(language, text);
      expect(growthOf(search, size => make(size).slice(0, size), oneLine)).toBeLessThan(linearGrowth);
      expect(growthOf(search, make)).toBeLessThan(linearGrowth);
    },
  );
});
