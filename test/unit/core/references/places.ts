/** A place in a document, and what becomes of it. */
export interface PlaceCase {
  readonly languageId: string;
  readonly mode: 'after' | 'replace';
  readonly name: string;
  /** The anchor stands between `‹` and `›`. */
  readonly before: string;
  /** Undefined when the place has no reference. */
  readonly after: string | undefined;
}

type Row = readonly [name: string, before: string, after: string | undefined];

function table(
  languageId: string,
  reference: string,
  after: readonly Row[],
  replace: readonly Row[] = [],
): PlaceCase[] {
  const rows = (mode: PlaceCase['mode'], all: readonly Row[]): PlaceCase[] =>
    all.map(([name, before, result]) => ({
      languageId,
      mode,
      name,
      before,
      after: result?.replaceAll('IMG', reference),
    }));
  return [...rows('after', after), ...rows('replace', replace)];
}

const html = table(
  'html',
  '<img src="assets/cat.png" alt="A cat">',
  [
    ['a comment', '<body>\n  <!-- ‹A cat› -->\n  <p>Text</p>\n</body>\n', '<body>\n  <!-- A cat -->\n  IMG\n  <p>Text</p>\n</body>\n'],
    ['a comment of several lines', '<div>\n  <!--\n    ‹A cat\n    asleep›\n  -->\n</div>\n', '<div>\n  <!--\n    A cat\n    asleep\n  -->\n  IMG\n</div>\n'],
    ['a comment within a line', '<p>One <!-- ‹A cat› --> two</p>\n', '<p>One <!-- A cat -->IMG two</p>\n'],
    ['the last line', '<!-- ‹A cat› -->', '<!-- A cat -->\nIMG\n'],
    ['a paragraph', '<section>\n  <p>‹A cat› asleep</p>\n</section>\n', '<section>\n  <p>A cat asleep</p>\n  IMG\n</section>\n'],
    ['a wrapped paragraph', '<p>\n  ‹A cat›\n  <em>asleep</em>\n</p>\n<p>x</p>\n', '<p>\n  A cat\n  <em>asleep</em>\n</p>\nIMG\n<p>x</p>\n'],
    ['words in a paragraph', '<p>See <a href="x"><b>‹A cat›</b></a>.</p>\n', '<p>See <a href="x"><b>A cat</b></a>.</p>\nIMG\n'],
    ['a list item', '<ul>\n  <li>‹A cat›</li>\n  <li>x</li>\n</ul>\n', '<ul>\n  <li>A cat IMG</li>\n  <li>x</li>\n</ul>\n'],
    ['a comment between list items', '<ul>\n  <li>x</li>\n  <!-- ‹A cat› -->\n</ul>\n', '<ul>\n  <li>x</li>\n  <!-- A cat -->\n</ul>\nIMG\n'],
    ['a comment between rows', '<table>\n  <!-- ‹A cat› -->\n  <tr><td>x</td></tr>\n</table>\n', '<table>\n  <!-- A cat -->\n  <tr><td>x</td></tr>\n</table>\nIMG\n'],
    ['a cell', '<table>\n<tr><td>‹A cat›<td>x\n</table>\n', '<table>\n<tr><td>A cat IMG<td>x\n</table>\n'],
    ['text in a container', '<div>\n  ‹A cat›\n  asleep\n\n  More\n</div>\n', '<div>\n  A cat\n  asleep\n  IMG\n\n  More\n</div>\n'],
    ['an attribute', '<div>\n  <a title="‹A cat›" href="x">y</a>\n</div>\n', '<div>\n  <a title="A cat" href="x">y</a>\n  IMG\n</div>\n'],
    ['a tag', '<div>\n  <img ‹src="x"›\n    alt="">\n</div>\n', '<div>\n  <img src="x"\n    alt="">\n  IMG\n</div>\n'],
    ['a script in the body', '<body>\n  <script>\n    // ‹A cat›\n  </script>\n</body>\n', '<body>\n  <script>\n    // A cat\n  </script>\n  IMG\n</body>\n'],
    ['a script in the head', '<html><head>\n<script>\n// ‹A cat›\n</script></head><body></body></html>', undefined],
    ['a style in the head', '<head><style>/* ‹A cat› */</style></head>', '<head><style>/* A cat */\n:root {\n  --cat: url("assets/cat.png");\n}\n</style></head>'],
    ['a comment in the head', '<html>\n<head>\n<!-- ‹A cat› -->\n</head>\n<body></body>\n</html>', undefined],
    ['a title', '<html><head><title>‹A cat›</title></head><body></body></html>', undefined],
    ['a comment before everything', '<!-- ‹A cat› -->\n<!doctype html>\n<html><body></body></html>', undefined],
    ['a drawing', '<p>\n<svg>\n<g><!-- ‹A cat› --></g>\n</svg>\n</p>\n', '<p>\n<svg>\n<g><!-- A cat --></g>\n</svg>\nIMG\n</p>\n'],
    ['preformatted text', '<pre>\n‹A cat›\n\nx</pre>\n', '<pre>\nA cat\n\nx</pre>\nIMG\n'],
    ['a textarea', '<div>\n<textarea>‹A cat›</textarea>\n</div>\n', '<div>\n<textarea>A cat</textarea>\nIMG\n</div>\n'],
    ['a template language', '<div>\n  {% comment %}‹A cat›{% endcomment %}\n  x\n</div>\n', '<div>\n  {% comment %}A cat{% endcomment %}\n  x\n  IMG\n</div>\n'],
    ['an expression', '<div>\n  {{ "‹A cat›" }}\n</div>\n', '<div>\n  {{ "A cat" }}\n  IMG\n</div>\n'],
    ['a fragment', '‹A cat›\n', 'A cat\nIMG\n'],
    ['a whole line with its comment', '<div>\n‹  <!-- A cat -->›\n</div>\n', '<div>\n  <!-- A cat -->\n  IMG\n</div>\n'],
  ],
  [
    ['a comment', '<div>\n  <!-- ‹A cat› -->\n</div>\n', '<div>\n  IMG\n</div>\n'],
    ['text', '<p>One ‹A cat› two</p>\n', '<p>One IMG two</p>\n'],
    ['an element', '<div>\n  ‹<p>A cat</p>›\n</div>\n', '<div>\n  IMG\n</div>\n'],
    ['a part of a comment', '<div>\n  <!-- a ‹A cat› -->\n</div>\n', '<div>\n  <!-- a A cat -->\n  IMG\n</div>\n'],
    ['a comment where nothing may stand', '<ul>\n  <!-- ‹A cat› -->\n</ul>\n', '<ul>\n  <!-- A cat -->\n</ul>\nIMG\n'],
    ['a part of an element', '<p>‹A</p><p>cat›</p>\n', '<p>A</p><p>cat</p>IMG\n'],
    ['an alt text', '<div>\n  <img alt="‹A cat›">\n</div>\n', '<div>\n  <img alt="A cat">\n  IMG\n</div>\n'],
    ['a source', '<div>\n  <img src="‹A cat›">\n</div>\n', '<div>\n  <img src="assets/cat.png">\n</div>\n'],
  ],
); // prettier-ignore

const jsx = table(
  'typescriptreact',
  '<img src="assets/cat.png" alt="A cat" />',
  [
    ['a comment', 'const A = () => (\n  <div>\n    {/* ‹A cat› */}\n    <p>x</p>\n  </div>\n);\n', 'const A = () => (\n  <div>\n    {/* A cat */}\n    IMG\n    <p>x</p>\n  </div>\n);\n'],
    ['a comment of several lines', 'const a = <>\n  {/*\n    ‹A cat›\n  */}\n</>;\n', 'const a = <>\n  {/*\n    A cat\n  */}\n  IMG\n</>;\n'],
    ['a line comment in braces', 'const a = <div>\n  {\n    // ‹A cat›\n  }\n</div>;\n', 'const a = <div>\n  {\n    // A cat\n  }\n  IMG\n</div>;\n'],
    ['text', 'function A() {\n  return (\n    <main>\n      <h1>‹A cat›</h1>\n    </main>\n  );\n}\n', 'function A() {\n  return (\n    <main>\n      <h1>A cat</h1>\n      IMG\n    </main>\n  );\n}\n'],
    ['text at the root', 'const a = <p>‹A cat›</p>;\n', 'const a = <p>A cat IMG</p>;\n'],
    ['a comment of the script', '// ‹A cat›\nconst a = <p>x</p>;\n', undefined],
    ['a comment before an element', 'const a = (\n  // ‹A cat›\n  <p>x</p>\n);\n', undefined],
    ['a string of the script', 'const a = "‹A cat›";\nconst b = <p>{a}</p>;\n', undefined],
    ['a type', 'type A<‹T› extends string> = (a: T) => T;\n', undefined],
    ['an attribute', 'const a = <div>\n  <Card title="‹A cat›" />\n</div>;\n', 'const a = <div>\n  <Card title="A cat" />\n  IMG\n</div>;\n'],
    ['an expression', 'const a = <div>\n  <p>{t("‹A cat›")}</p>\n</div>;\n', 'const a = <div>\n  <p>{t("A cat")}IMG</p>\n</div>;\n'],
    ['a comment in an expression', 'const a = <ul>\n  {all.map(x => (\n    // ‹A cat›\n    <li>{x}</li>\n  ))}\n</ul>;\n', undefined],
    ['a list in an expression', 'const a = <div>\n  {all.map(x => <li key={x}>\n    {/* ‹A cat› */}\n  </li>)}\n</div>;\n', 'const a = <div>\n  {all.map(x => <li key={x}>\n    {/* A cat */}\n    IMG\n  </li>)}\n</div>;\n'],
    ['after generics, comparisons and patterns', 'const f = <T,>(a: T): Array<T> => a < 1 && b > 2 ? [/<p>{"/g, `<${a}>`] : useState<Foo<Bar>>();\ntype F = <T>(a: T) => void;\nexport const a = <div className="a">\n  {/* ‹A cat› */}\n</div>;\n', 'const f = <T,>(a: T): Array<T> => a < 1 && b > 2 ? [/<p>{"/g, `<${a}>`] : useState<Foo<Bar>>();\ntype F = <T>(a: T) => void;\nexport const a = <div className="a">\n  {/* A cat */}\n  IMG\n</div>;\n'],
    ['an apostrophe in the text', "const a = <div>\n  <p>don't {x /* ' */}</p>\n  {/* ‹A cat› */}\n</div>;\n", "const a = <div>\n  <p>don't {x /* ' */}</p>\n  {/* A cat */}\n  IMG\n</div>;\n"],
    ['imports', "import React from 'react';\nimport hero from './hero.png';\n\nexport const A = () => <div>\n  {/* ‹A cat› */}\n  <img src={hero} />\n</div>;\n", "import React from 'react';\nimport hero from './hero.png';\nimport cat from './assets/cat.png';\n\nexport const A = () => <div>\n  {/* A cat */}\n  <img src={cat} alt=\"A cat\" />\n  <img src={hero} />\n</div>;\n"],
    ['a name that is taken', 'import hero from "./hero.png"\nconst cat = 1, a = <div>\n  {/* ‹A cat› */}\n  <Image src={hero.src} />\n</div>;\n', 'import hero from "./hero.png"\nimport cat2 from "./assets/cat.png"\nconst cat = 1, a = <div>\n  {/* A cat */}\n  <img src={cat2.src} alt="A cat" />\n  <Image src={hero.src} />\n</div>;\n'],
    ['an import that is a comment', '/*\nimport hero from "./hero.png"\n*/\nconst a = <div>\n  {/* ‹A cat› */}\n</div>;\n', '/*\nimport hero from "./hero.png"\n*/\nconst a = <div>\n  {/* A cat */}\n  IMG\n</div>;\n'],
  ],
  [
    ['a comment', 'const a = <div>\n  {/* ‹A cat› */}\n</div>;\n', 'const a = <div>\n  IMG\n</div>;\n'],
    ['text', 'const a = <p>‹A cat›</p>;\n', 'const a = <p>IMG</p>;\n'],
    ['a string', 'const a = "‹A cat›";\n', undefined],
  ],
); // prettier-ignore

const vue = table(
  'vue',
  '<img src="./assets/cat.png" alt="A cat" />',
  [
    ['a comment', '<template>\n  <div>\n    <!-- ‹A cat› -->\n  </div>\n</template>\n', '<template>\n  <div>\n    <!-- A cat -->\n    IMG\n  </div>\n</template>\n'],
    ['a mustache', '<template>\n  <p>{{ "‹A cat›" }}</p>\n</template>\n', '<template>\n  <p>{{ "A cat" }}IMG</p>\n</template>\n'],
    ['text', '<template>\n  <main>\n    <p>‹A cat›</p>\n  </main>\n</template>\n', '<template>\n  <main>\n    <p>A cat</p>\n    IMG\n  </main>\n</template>\n'],
    ['a comment between blocks', '<!-- ‹A cat› -->\n<template>\n  <p>x</p>\n</template>\n', undefined],
    ['a script', '<script setup>\n// ‹A cat›\n</script>\n<template>\n  <p>x</p>\n</template>\n', undefined],
    ['a style', '<template>\n  <p>x</p>\n</template>\n<style>\n/* ‹A cat› */\n</style>\n', '<template>\n  <p>x</p>\n</template>\n<style>\n/* A cat */\n:root {\n  --cat: url("./assets/cat.png");\n}\n</style>\n'],
    ['imports', "<script setup lang=\"ts\">\nimport hero from '@/assets/hero.png';\n</script>\n<template>\n  <div>\n    <!-- ‹A cat› -->\n  </div>\n</template>\n", "<script setup lang=\"ts\">\nimport hero from '@/assets/hero.png';\nimport cat from './assets/cat.png';\n</script>\n<template>\n  <div>\n    <!-- A cat -->\n    <img :src=\"cat\" alt=\"A cat\" />\n  </div>\n</template>\n"],
    ['imports that the template does not see', "<script>\nimport hero from './hero.png';\nexport default {};\n</script>\n<template>\n  <div>\n    <!-- ‹A cat› -->\n  </div>\n</template>\n", "<script>\nimport hero from './hero.png';\nexport default {};\n</script>\n<template>\n  <div>\n    <!-- A cat -->\n    IMG\n  </div>\n</template>\n"],
    ['a component that closes itself', '<template>\n  <Foo />\n  <!-- ‹A cat› -->\n</template>\n', '<template>\n  <Foo />\n  <!-- A cat -->\n  IMG\n</template>\n'],
  ],
  [['a comment', '<template>\n  <!-- ‹A cat› -->\n</template>\n', '<template>\n  IMG\n</template>\n']],
); // prettier-ignore

const svelte = table(
  'svelte',
  '<img src="assets/cat.png" alt="A cat" />',
  [
    ['a comment', '<main>\n  <!-- ‹A cat› -->\n</main>\n', '<main>\n  <!-- A cat -->\n  IMG\n</main>\n'],
    ['a block', '{#if a > "b"}\n  <!-- ‹A cat› -->\n{:else}\n  <p>x</p>\n{/if}\n', '{#if a > "b"}\n  <!-- A cat -->\n  IMG\n{:else}\n  <p>x</p>\n{/if}\n'],
    ['text before a block', '{#each all as x}\n  ‹A cat› {x}\n{/each}\n', '{#each all as x}\n  A cat {x}\n  IMG\n{/each}\n'],
    ['an attribute with an expression', '<div>\n  <p class="a {b ? "x" : "y"} ‹A cat›">x</p>\n</div>\n', '<div>\n  <p class="a {b ? "x" : "y"} A cat">x</p>\n  IMG\n</div>\n'],
    ['a script', '<script>\n  // ‹A cat›\n</script>\n\n<p>x</p>\n', '<script>\n  // A cat\n</script>\nIMG\n\n<p>x</p>\n'],
    ['imports', "<script>\n  import hero from './hero.png';\n</script>\n\n<!-- ‹A cat› -->\n<p>x</p>\n", "<script>\n  import hero from './hero.png';\n  import cat from './assets/cat.png';\n</script>\n\n<!-- A cat -->\n<img src={cat} alt=\"A cat\" />\n<p>x</p>\n"],
    ['imports below', "<!-- ‹A cat› -->\n<p>x</p>\n<script>\n  import hero from './hero.png';\n</script>\n", "<!-- A cat -->\n<img src={cat} alt=\"A cat\" />\n<p>x</p>\n<script>\n  import hero from './hero.png';\n  import cat from './assets/cat.png';\n</script>\n"],
  ],
  [['a comment', '<!-- ‹A cat› -->\n', 'IMG\n']],
); // prettier-ignore

const astro = table(
  'astro',
  '<img src="assets/cat.png" alt="A cat" />',
  [
    ['a comment', '---\nconst a = 1;\n---\n<main>\n  <!-- ‹A cat› -->\n</main>\n', '---\nconst a = 1;\n---\n<main>\n  <!-- A cat -->\n  IMG\n</main>\n'],
    ['a comment in braces', '<main>\n  {/* ‹A cat› */}\n</main>\n', '<main>\n  {/* A cat */}\n  IMG\n</main>\n'],
    ['front matter', '---\n// ‹A cat›\nconst a = "<p>";\n---\n<main>x</main>\n', '---\n// A cat\nconst a = "<p>";\n---\nIMG\n<main>x</main>\n'],
    ['an expression', '<ul>\n  {all.map(x => (\n    <li>\n      ‹A cat› {x}\n    </li>\n  ))}\n</ul>\n', '<ul>\n  {all.map(x => (\n    <li>\n      A cat {x}\n      IMG\n    </li>\n  ))}\n</ul>\n'],
    ['imports', "---\nimport hero from '../hero.png';\n---\n<main>\n  <!-- ‹A cat› -->\n</main>\n", "---\nimport hero from '../hero.png';\nimport cat from './assets/cat.png';\n---\n<main>\n  <!-- A cat -->\n  <img src={cat.src} alt=\"A cat\" />\n</main>\n"],
  ],
); // prettier-ignore

const declaration = 'background-image: url("assets/cat.png");';
const css = table(
  'css',
  declaration,
  [
    ['a comment in a rule', '.a {\n  /* ‹A cat› */\n  color: red;\n}\n', '.a {\n  /* A cat */\n  IMG\n  color: red;\n}\n'],
    ['a comment behind a declaration', '.a {\n  color: red; /* ‹A cat› */\n}\n', '.a {\n  color: red; /* A cat */\n  IMG\n}\n'],
    ['a comment in a value', '.a {\n  background: /* ‹A cat› */;\n}\n', '.a {\n  background: /* A cat */ url("assets/cat.png");\n}\n'],
    ['a declaration', '.a {\n  content: "‹A cat›";\n  color: red;\n}\n', '.a {\n  content: "A cat";\n  IMG\n  color: red;\n}\n'],
    ['the last declaration without a semicolon', '.a {\n  content: "‹A cat›"\n}\n', '.a {\n  content: "A cat";\n  IMG\n}\n'],
    ['a selector', '.a, ‹.cat› {\n  color: red;\n}\n', '.a, .cat {\n  IMG\n  color: red;\n}\n'],
    ['a query in a rule', '.a {\n  @media (width > 1px) {\n    /* ‹A cat› */\n  }\n}\n', '.a {\n  @media (width > 1px) {\n    /* A cat */\n    IMG\n  }\n}\n'],
    ['no rule', '/* ‹A cat› */\n.a { color: red; }\n', '/* A cat */\n:root {\n  --cat: url("assets/cat.png");\n}\n.a { color: red; }\n'],
    ['a query outside rules', '@media print {\n  /* ‹A cat› */\n  .a { color: red; }\n}\n', '@media print {\n  /* A cat */\n  :root {\n    --cat: url("assets/cat.png");\n  }\n  .a { color: red; }\n}\n'],
    ['a name that is taken', '/* ‹A cat› */\n:root { --cat: 1; }\n', '/* A cat */\n:root {\n  --cat2: url("assets/cat.png");\n}\n:root { --cat: 1; }\n'],
    ['a font', '@font-face {\n  /* ‹A cat› */\n}\n', undefined],
    ['key frames', '@keyframes a {\n  /* ‹A cat› */\n  from { color: red; }\n}\n', undefined],
    ['a rule on one line', '.a { /* ‹A cat› */ color: red }\n', '.a { /* A cat */ IMG color: red }\n'],
  ],
  [
    ['a comment', '.a {\n  /* ‹A cat› */\n}\n', '.a {\n  IMG\n}\n'],
    ['a value', '.a {\n  background: ‹a cat›;\n}\n', '.a {\n  background: url("assets/cat.png");\n}\n'],
    ['an address', '.a {\n  background: url("‹a cat›") red;\n}\n', '.a {\n  background: url("assets/cat.png") red;\n}\n'],
    ['a declaration', '.a {\n  ‹a cat;›\n}\n', '.a {\n  IMG\n}\n'],
  ],
); // prettier-ignore
const scss = table('scss', declaration, [
  ['a line comment', '.a {\n  // ‹A cat›\n  &:hover { color: red; }\n}\n', '.a {\n  // A cat\n  IMG\n  &:hover { color: red; }\n}\n'],
  ['no rule', '// ‹A cat›\n$a: 1;\n', '// A cat\n$cat: url("assets/cat.png");\n$a: 1;\n'],
  ['a mixin', '@mixin a($b: 1) {\n  // ‹A cat›\n}\n', '@mixin a($b: 1) {\n  // A cat\n  IMG\n}\n'],
  ['interpolation', '.a-#{$b} {\n  // ‹A cat›\n  width: #{$c}px;\n}\n', '.a-#{$b} {\n  // A cat\n  IMG\n  width: #{$c}px;\n}\n'],
  ['an address with slashes', '.a {\n  background: url(https://e.org/a.png);\n  // ‹A cat›\n}\n', '.a {\n  background: url(https://e.org/a.png);\n  // A cat\n  IMG\n}\n'],
]); // prettier-ignore
const less = table('less', declaration, [
  ['a line comment', '.a {\n  // ‹A cat›\n  .b();\n}\n', '.a {\n  // A cat\n  IMG\n  .b();\n}\n'],
  ['no rule', '// ‹A cat›\n@a: 1;\n', '// A cat\n@cat: url("assets/cat.png");\n@a: 1;\n'],
  ['interpolation', '.a-@{b} {\n  // ‹A cat›\n}\n', '.a-@{b} {\n  // A cat\n  IMG\n}\n'],
]); // prettier-ignore

const markdown = table(
  'markdown',
  '![A cat](assets/cat.png)',
  [
    ['a paragraph', '‹A cat› asleep\n\nText\n', 'A cat asleep\n\nIMG\n\nText\n'],
    ['a comment', '<!-- ‹A cat› -->\nText\n', '<!-- A cat -->\n\nIMG\n\nText\n'],
    ['a fence', '```prompt\n‹A cat›\n```\n', '```prompt\nA cat\n```\n\nIMG\n'],
    ['an item', '- ‹A cat›\n- x\n', '- A cat\n\n  IMG\n\n- x\n'],
  ],
  [
    ['a sentence', 'One ‹A cat› two\n', 'One IMG two\n'],
    ['a line', '‹A cat›\n', 'IMG\n'],
    ['a comment', 'x\n\n<!-- ‹A cat› -->\n', 'x\n\nIMG\n'],
    ['a fence', 'x\n\n```prompt\n‹A cat›\n```\n\ny\n', 'x\n\nIMG\n\ny\n'],
    ['a part of a fence', '```prompt\n‹A cat›\nasleep\n```\n', '```prompt\nA cat\nasleep\n```\n\nIMG\n'],
  ],
); // prettier-ignore
const mdx = table(
  'mdx',
  '![A cat](assets/cat.png)',
  [
    ['a comment', '{/* ‹A cat› */}\n\nText\n', '{/* A cat */}\n\nIMG\n\nText\n'],
    ['a comment over blank lines', '{/* ‹A cat›\n\n   asleep */}\n\nText\n', '{/* A cat\n\n   asleep */}\n\nIMG\n\nText\n'],
    ['an export', 'export const a = {\n  b: "‹A cat›",\n}\n\nText\n', 'export const a = {\n  b: "A cat",\n}\n\nIMG\n\nText\n'],
    ['an element', '<Card title="‹A cat›">\n  x\n</Card>\n\nText\n', '<Card title="A cat">\n  x\n</Card>\n\nIMG\n\nText\n'],
    ['a fence', '```js\nconst a = {‹A cat›\n```\n', '```js\nconst a = {A cat\n```\n\nIMG\n'],
  ],
  [
    ['a comment', 'x\n\n{/* ‹A cat› */}\n', 'x\n\nIMG\n'],
    ['a part of a tag', '‹<›Card>\n  x\n</Card>\n\nText\n', '<Card>\n  x\n</Card>\n\nIMG\n\nText\n'],
  ],
); // prettier-ignore

const asciidoc = table(
  'asciidoc',
  'image::assets/cat.png[A cat]',
  [
    ['a paragraph', '‹A cat› asleep\non it\n\nText\n', 'A cat asleep\non it\n\nIMG\n\nText\n'],
    ['a comment', '// ‹A cat›\nText\n', '// A cat\n\nIMG\n\nText\n'],
    ['a comment block', '////\n‹A cat›\n\nasleep\n////\n\nText\n', '////\nA cat\n\nasleep\n////\n\nIMG\n\nText\n'],
    ['a listing', '[source,js]\n----\n‹A cat›\n----\nText\n', '[source,js]\n----\nA cat\n----\n\nIMG\n\nText\n'],
    ['the title of a block', '.‹A cat›\n----\nx\n----\n', '.A cat\n----\nx\n----\n\nIMG\n'],
    ['the header', '= Title\n:a: ‹A cat›\n\nText\n', '= Title\n:a: A cat\n\nIMG\n\nText\n'],
    ['a table', '|===\n|‹A cat›\n|===\n', '|===\n|A cat\n|===\n\nIMG\n'],
    ['an item', '* ‹A cat›\n* x\n', '* A cat\n+\nIMG\n* x\n'],
    ['an example', '====\n‹A cat›\n\nx\n====\n', '====\nA cat\n\nIMG\n\nx\n====\n'],
    ['a section', '== ‹A cat›\n\nText\n', '== A cat\n\nIMG\n\nText\n'],
    ['a listing without an end', '----\n‹A cat›\n', undefined],
    ['the folder of images', ':imagesdir: assets\n\n‹A cat›\n', ':imagesdir: assets\n\nA cat\n\nimage::cat.png[A cat]\n'],
  ],
  [
    ['a comment', 'x\n\n// ‹A cat›\n\ny\n', 'x\n\nIMG\n\ny\n'],
    ['a line of a paragraph', 'x\n‹A cat›\ny\n', 'x\n\nIMG\n\ny\n'],
  ],
); // prettier-ignore

const restructuredText = table(
  'restructuredtext',
  '.. image:: assets/cat.png\n   :alt: A cat',
  [
    ['a paragraph', '‹A cat› asleep\non it\n\nText\n', 'A cat asleep\non it\n\nIMG\n\nText\n'],
    ['a comment', '.. ‹A cat›\n   asleep\n\nText\n', '.. A cat\n   asleep\n\nIMG\n\nText\n'],
    ['a comment over lines', '..\n   ‹A cat›\n\n   asleep\n\nText\n', '..\n   A cat\n\n   asleep\n\nIMG\n\nText\n'],
    ['a code block', '.. code-block:: js\n\n   ‹A cat›\n\n   x\n\nText\n', '.. code-block:: js\n\n   A cat\n\n   x\n\nIMG\n\nText\n'],
    ['a literal block', 'Text::\n\n   ‹A cat›\n\n   x\n\nText\n', 'Text::\n\n   A cat\n\n   x\n\nIMG\n\nText\n'],
    ['before a literal block', '‹A cat›::\n\n   x\n\nText\n', 'A cat::\n\n   x\n\nIMG\n\nText\n'],
    ['a note', '.. note::\n\n   ‹A cat›\n\nText\n', '.. note::\n\n   A cat\n\n   .. image:: assets/cat.png\n      :alt: A cat\n\nText\n'],
    ['an item', '- ‹A cat›\n- x\n', '- A cat\n\n  .. image:: assets/cat.png\n     :alt: A cat\n\n- x\n'],
    ['a title', '‹A cat›\n=====\n\nText\n', 'A cat\n=====\n\nIMG\n\nText\n'],
    ['a field of a directive', '.. figure:: x.png\n   :alt: ‹A cat›\n\n   x\n\nText\n', '.. figure:: x.png\n   :alt: A cat\n\n   x\n\nIMG\n\nText\n'],
  ],
  [
    ['a comment', 'x\n\n.. ‹A cat›\n\ny\n', 'x\n\nIMG\n\ny\n'],
    ['a word', 'x ‹A cat› y\n', 'x A cat y\n\nIMG\n'],
  ],
); // prettier-ignore

const latex = table(
  'latex',
  String.raw`\includegraphics[width=\linewidth, alt={A cat}]{assets/cat.png}`,
  [
    ['a comment', '\\section{x}\n  % ‹A cat›\nText\n', '\\section{x}\n  % A cat\n  IMG\nText\n'],
    ['a paragraph', '‹A cat› asleep\non it.\n\nText\n', 'A cat asleep\non it.\n\nIMG\n\nText\n'],
    ['an argument', '\\section{‹A cat›}\nText\n', '\\section{A cat}\nText\n\nIMG\n'],
    ['a formula', 'x\n\\[\n  ‹a›\n\\]\nText\n', 'x\n\\[\n  a\n\\]\nText\n\nIMG\n'],
    ['a listing', '\\begin{lstlisting}\n‹A cat› {\n\\end{lstlisting}\nText\n', '\\begin{lstlisting}\nA cat {\n\\end{lstlisting}\n\nIMG\n\nText\n'],
    ['a table', '\\begin{tabular}{ll}\n‹A cat› & x \\\\\n\\end{tabular}\n', '\\begin{tabular}{ll}\nA cat & x \\\\\n\\end{tabular}\n\nIMG\n'],
    ['the preamble', '\\documentclass{article}\n% ‹A cat›\n\\begin{document}\nx\n\\end{document}\n', undefined],
    ['a preamble without the package', '\\documentclass[a4paper]{article}\n\\usepackage{amsmath} % x\n\\begin{document}\n% ‹A cat›\n\\end{document}\n', '\\documentclass[a4paper]{article}\n\\usepackage{amsmath} % x\n\\usepackage{graphicx}\n\\begin{document}\n% A cat\nIMG\n\\end{document}\n'],
    ['a preamble with the package', '\\documentclass{article}\n\\usepackage[a]{xcolor,graphicx}\n\\begin{document}\n% ‹A cat›\n\\end{document}\n', '\\documentclass{article}\n\\usepackage[a]{xcolor,graphicx}\n\\begin{document}\n% A cat\nIMG\n\\end{document}\n'],
    ['a document with figures', '\\begin{figure}\n  x\n\\end{figure}\n\n% ‹A cat›\n', '\\begin{figure}\n  x\n\\end{figure}\n\n% A cat\n\\begin{figure}[htbp]\n  \\centering\n  \\includegraphics[width=\\linewidth]{assets/cat.png}\n  \\caption{A cat}\n\\end{figure}\n'],
    ['a figure', '\\begin{figure}\n  % ‹A cat›\n  \\caption{x}\n\\end{figure}\n', '\\begin{figure}\n  % A cat\n  IMG\n  \\caption{x}\n\\end{figure}\n'],
  ],
  [
    ['a comment', 'x\n% ‹A cat›\ny\n', 'x\nIMG\ny\n'],
    ['words', 'x ‹A cat› y\n', 'x IMG y\n'],
    ['an argument', '\\section{‹A cat›}\n', '\\section{A cat}\n\nIMG\n'],
  ],
); // prettier-ignore

const typst = table(
  'typst',
  '#image("assets/cat.png", alt: "A cat")',
  [
    ['a comment', '= x\n  // ‹A cat›\nText\n', '= x\n  // A cat\n  IMG\nText\n'],
    ['a comment block', '/* ‹A cat›\n  /* x */ */\nText\n', '/* A cat\n  /* x */ */\nIMG\nText\n'],
    ['a paragraph', '‹A cat› asleep\non it.\n\nText\n', 'A cat asleep\non it.\n\nIMG\n\nText\n'],
    ['a heading', '= ‹A cat›\nText\n', '= A cat\nText\n\nIMG\n'],
    ['a call', '#note(\n  title: "‹A cat›",\n)[x]\n\nText\n', '#note(\n  title: "A cat",\n)[x]\n\nIMG\n\nText\n'],
    ['a formula', 'x $ ‹a› $ y\n', 'x $ a $ y\n\nIMG\n'],
    ['content over lines', '#slide[\n  = x\n\n  // ‹A cat›\n]\n', '#slide[\n  = x\n\n  // A cat\n  IMG\n]\n'],
    ['a paragraph in content', '#slide[\n  ‹A cat›\n  asleep\n]\n', '#slide[\n  A cat\n  asleep\n\n  IMG\n]\n'],
    ['content that ends in the line', '#note[‹A cat›\n  asleep]\nText\n', '#note[A cat\n  asleep]\nText\n\nIMG\n'],
    ['raw text', '```js\n‹A cat› #{\n```\nText\n', '```js\nA cat #{\n```\nText\n\nIMG\n'],
    ['a document with figures', '#figure(image("x.png"))\n\n// ‹A cat›\n', '#figure(image("x.png"))\n\n// A cat\n#figure(\n  image("assets/cat.png", alt: "A cat"),\n  caption: "A cat",\n)\n'],
  ],
  [
    ['a comment', 'x\n// ‹A cat›\ny\n', 'x\nIMG\ny\n'],
    ['words', 'x ‹A cat› y\n', 'x IMG y\n'],
  ],
); // prettier-ignore

const org = table(
  'org',
  '#+ATTR_HTML: :alt A cat\n[[file:assets/cat.png]]',
  [
    ['a paragraph', '‹A cat› asleep\non it\n\nText\n', 'A cat asleep\non it\n\nIMG\n\nText\n'],
    ['a comment', '# ‹A cat›\nText\n', '# A cat\n\nIMG\n\nText\n'],
    ['a heading', '* ‹A cat›\nText\n', '* A cat\n\nIMG\n\nText\n'],
    ['a source block', '#+BEGIN_SRC js\n‹A cat›\n\nx\n#+END_SRC\nText\n', '#+BEGIN_SRC js\nA cat\n\nx\n#+END_SRC\n\nIMG\n\nText\n'],
    ['a drawer', '* x\n:PROPERTIES:\n:a: ‹A cat›\n:END:\nText\n', '* x\n:PROPERTIES:\n:a: A cat\n:END:\n\nIMG\n\nText\n'],
    ['an item', '- ‹A cat›\n  asleep\n- x\n', '- A cat\n  asleep\n\n  #+ATTR_HTML: :alt A cat\n  [[file:assets/cat.png]]\n\n- x\n'],
  ],
  [['a comment', 'x\n\n# ‹A cat›\n\ny\n', 'x\n\nIMG\n\ny\n']],
); // prettier-ignore

const json = table(
  'json',
  '"assets/cat.png"',
  [
    ['a property', '{\n  "prompt": "‹A cat›",\n  "x": 1\n}\n', '{\n  "prompt": "A cat",\n  "image": IMG,\n  "x": 1\n}\n'],
    ['the last property', '{\n  "prompt": "‹A cat›"\n}\n', '{\n  "prompt": "A cat",\n  "image": IMG\n}\n'],
    ['a property on one line', '{ "prompt": "‹A cat›", "image": "x" }\n', '{ "prompt": "A cat", "image2": IMG, "image": "x" }\n'],
    ['an element', '["‹A cat›", "x"]\n', '["A cat", IMG, "x"]\n'],
    ['the last element', '[\n  "x",\n  "‹A cat›"\n]\n', '[\n  "x",\n  "A cat",\n  IMG\n]\n'],
    ['a key', '{ "‹A cat›": 1 }\n', '{ "A cat": 1, "image": IMG }\n'],
    ['an object in a list', '[{ "a": "‹A cat›" }, {}]\n', '[{ "a": "A cat", "image": IMG }, {}]\n'],
    ['the outermost string', '"‹A cat›"\n', undefined],
    ['a whole line', '{\n‹  "prompt": "A cat",›\n  "x": 1\n}\n', '{\n  "prompt": "A cat",\n  "image": IMG,\n  "x": 1\n}\n'],
  ],
  [
    ['a value', '{ "image": "‹A cat›" }\n', '{ "image": IMG }\n'],
    ['an element', '["‹A cat›", 1]\n', '[IMG, 1]\n'],
    ['the outermost string', '"‹A cat›"\n', 'IMG\n'],
    ['a key', '{ "‹A cat›": 1 }\n', '{ "A cat": 1, "image": IMG }\n'],
    ['a part', '{ "a": "x ‹A cat›" }\n', '{ "a": "x A cat", "image": IMG }\n'],
  ],
); // prettier-ignore
const jsonc = table('jsonc', '"assets/cat.png"', [
  ['a comment', '{\n  // ‹A cat›\n  "x": 1\n}\n', '{\n  // A cat\n  "image": IMG,\n  "x": 1\n}\n'],
  ['the last comment', '{\n  "x": 1\n  // ‹A cat›\n}\n', '{\n  "x": 1,\n  // A cat\n  "image": IMG\n}\n'],
  ['a comment behind a comma', '[\n  "x",\n  /* ‹A cat› */\n]\n', '[\n  "x",\n  /* A cat */\n  IMG,\n]\n'],
  ['a comment at the end of a line', '{\n  "x": 1, // ‹A cat›\n  "y": 2\n}\n', '{\n  "x": 1, // A cat\n  "image": IMG,\n  "y": 2\n}\n'],
  ['an empty object', '{\n  // ‹A cat›\n}\n', '{\n  // A cat\n  "image": IMG\n}\n'],
  ['a comment before everything', '// ‹A cat›\n{}\n', undefined],
]); // prettier-ignore

const yaml = table(
  'yaml',
  'assets/cat.png',
  [
    ['a value', 'a:\n  prompt: ‹A cat›\n  x: 1\n', 'a:\n  prompt: A cat\n  image: IMG\n  x: 1\n'],
    ['a quoted value', 'prompt: "‹A cat›" # x\nimage: x\n', 'prompt: "A cat" # x\nimage2: IMG\nimage: x\n'],
    ['a block', 'prompt: |\n  ‹A cat\n  asleep›\nx: 1\n', 'prompt: |\n  A cat\n  asleep\nimage: IMG\nx: 1\n'],
    ['a sequence', 'a:\n  - ‹A cat›\n  - x\n', 'a:\n  - A cat\n  - IMG\n  - x\n'],
    ['a mapping in a sequence', '- prompt: ‹A cat›\n  x: 1\n', '- prompt: A cat\n  image: IMG\n  x: 1\n'],
    ['flow', 'a: { prompt: ‹A cat›, x: 1 }\nb: [x]\n', 'a: { prompt: A cat, image: "IMG", x: 1 }\nb: [x]\n'],
    ['a comment', 'a:\n  # ‹A cat›\n  x: 1\n', 'a:\n  # A cat\n  image: IMG\n  x: 1\n'],
    ['a comment in a sequence', 'a:\n  - x\n  # ‹A cat›\n', 'a:\n  - x\n  # A cat\n  - IMG\n'],
    ['a comment at the end of a line', 'x: 1 # ‹A cat›\ny: 2\n', 'x: 1 # A cat\nimage: IMG\ny: 2\n'],
    ['a comment alone', '# ‹A cat›\n', undefined],
    ['a document with errors', 'a: [\n# ‹A cat›\n', undefined],
    ['the outermost scalar', '‹A cat›\n', undefined],
    ['the outermost scalar before a comment', '‹A cat› # x\n', undefined],
    ['the last line', 'prompt: ‹A cat›', 'prompt: A cat\nimage: IMG\n'],
  ],
  [
    ['a value', 'image: ‹A cat›\nx: 1\n', 'image: IMG\nx: 1\n'],
    ['a quoted value', 'image: "‹A cat›"\n', 'image: "IMG"\n'],
    ['a value in single quotes', "image: '‹A cat›'\n", "image: 'IMG'\n"],
    ['a block', 'image: >-\n  ‹A cat›\nx: 1\n', 'image: IMG\nx: 1\n'],
    ['a comment', 'a:\n  # ‹A cat›\n  x: 1\n', 'a:\n  image: IMG\n  x: 1\n'],
    ['a part', 'image: x ‹A cat›\n', 'image: x A cat\nimage2: IMG\n'],
  ],
); // prettier-ignore

const python = table(
  'python',
  'assets/cat.png',
  [
    ['a comment', 'if x:\n    # ‹A cat›\n    y()\n', 'if x:\n    # A cat\n    # IMG\n    y()\n'],
    ['a statement', 'x = "‹A cat›"\n', undefined],
  ],
  [
    ['a comment', '# ‹A cat›\n', '# IMG\n'],
    ['a whole comment', '‹# A cat›\n', '# IMG\n'],
  ],
); // prettier-ignore

const plainText = table(
  'plaintext',
  'assets/cat.png',
  [
    ['a line', '  ‹A cat›\nx\n', '  A cat\n  IMG\nx\n'],
    ['the last line', '‹A cat›', 'A cat\nIMG\n'],
  ],
  [['words', 'x ‹A cat› y\n', 'x IMG y\n']],
); // prettier-ignore

export const places: readonly PlaceCase[] = [
  ...html,
  ...jsx,
  ...vue,
  ...svelte,
  ...astro,
  ...css,
  ...scss,
  ...less,
  ...markdown,
  ...mdx,
  ...asciidoc,
  ...restructuredText,
  ...latex,
  ...typst,
  ...org,
  ...json,
  ...jsonc,
  ...yaml,
  ...python,
  ...plainText,
];
