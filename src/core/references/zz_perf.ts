import { planReference } from './reference.ts';
const rep = (s: string, n: number) => s.repeat(n);
const docs: [string, string][] = [
  ['html', '<div>\n' + rep('  <p class="a">Text <b>b</b> &amp; c</p>\n', 20000) + '<!-- A cat -->\n</div>\n'],
  ['html', rep('<div><a "', 50000) + '<!-- A cat -->'],
  ['html', rep('<', 200000) + '<!-- A cat -->'],
  ['typescriptreact', rep('export function A(x: number) { return x < 1 && /a/.test("b") ? <div a={1}>{x}</div> : <b/>; }\n', 8000) + 'const a = <div>\n{/* A cat */}\n</div>;'],
  ['typescriptreact', rep('const a = <T>(x: T) => x;\n', 20000) + '// A cat'],
  ['typescriptreact', rep('<div>{', 20000) + '/* A cat */'],
  ['typescriptreact', rep('`${', 20000) + '/* A cat */'],
  ['vue', '<template>' + rep('<div>', 30000) + '<!-- A cat -->'],
  ['svelte', rep('{#if a}<p>{', 20000) + '<!-- A cat -->'],
  ['astro', rep('{a && <p>', 20000) + '<!-- A cat -->'],
  ['css', rep('.a { color: red; /* x */ }\n', 20000) + '.b {\n/* A cat */\n}'],
  ['css', rep('.a {', 50000) + '/* A cat */'],
  ['scss', rep('"', 200001) + '// A cat'],
  ['json', '[' + rep('{"a": ["b", 1]},\n', 30000) + '"A cat"]'],
  ['json', rep('[', 50000) + '"A cat"'],
  ['yaml', rep('- a: b\n  c: [d, e]\n', 8000) + '- A cat\n'],
  ['asciidoc', rep('Text\n\n----\nx\n----\n\n', 15000) + '// A cat'],
  ['restructuredtext', rep('Text\n\n.. note::\n\n   x\n\n', 15000) + '.. A cat'],
  ['latex', '\\begin{document}\n' + rep('Text $x$ {a} \\b{c} % x\n\n', 20000) + '% A cat\n\\end{document}'],
  ['latex', rep('{', 100000) + rep('$', 3000) + '% A cat\n'],
  ['typst', rep('= x\n#image("a") $x$ text [x] // y\n\n', 15000) + '// A cat\n'],
  ['typst', rep('#a[(', 5000) + '// A cat\n'],
  ['org', rep('Text\n#+BEGIN_SRC a\nx\n#+END_SRC\n\n', 15000) + '# A cat\n'],
  ['mdx', rep('Text {a} `b` \n\n```js\nx {\n```\n\n', 15000) + '{/* A cat */}\n'],
  ['mdx', rep('{', 5000) + '\n\nA cat\n'],
  ['markdown', rep('Text\n\n> - a\n\n', 30000) + 'A cat\n'],
  ['plaintext', rep('Text\n', 100000) + 'A cat'],
];
for (const [languageId, text] of docs) for (const mode of ['after', 'replace'] as const) {
  const start = text.lastIndexOf('A cat');
  const t = performance.now();
  let r: unknown; try { r = planReference({ languageId, text, start, end: start + 5, mode, eol: '\n', media: [{ kind: 'image', path: 'a.png', isPublic: false, mediaType: 'image/png', alt: 'x' }] }); } catch (e) { r = String(e); }
  const ms = performance.now() - t;
  if (ms > 150 || typeof r === 'string') console.log(languageId, mode, JSON.stringify(text.slice(0, 20)), text.length, Math.round(ms) + ' ms', typeof r === 'string' ? r.slice(0, 80) : r === undefined ? 'none' : 'plan');
}
console.log('done');
