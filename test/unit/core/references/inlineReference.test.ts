import { describe, expect, it } from 'vitest';
import { inlineReference } from '../../../../src/core/references/planReference.ts';
import type { ReferenceMedia } from '../../../../src/core/references/plan/plan.ts';
import { readers } from './readers.ts';

const image: ReferenceMedia = {
  kind: 'image',
  path: "a b/it's.png",
  isPublic: false,
  mediaType: 'image/png',
  alt: 'A "cat"',
  width: 16,
  height: 9,
};
const video: ReferenceMedia = { ...image, kind: 'video', path: 'a b/cat.mp4', mediaType: 'video/mp4' };

/** Drops the reference at `¦`. */
function drop(languageId: string, marked: string, media: ReferenceMedia): string {
  const offset = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  return text.slice(0, offset) + inlineReference(languageId, text, offset, media) + text.slice(offset);
}

const drops: readonly [languageId: string, before: string, after: string][] = [
  ['markdown', 'One ¦ two\n', 'One ![A "cat"](a%20b/it%27s.png) two\n'],
  ['mdx', 'One ¦ two\n', 'One ![A "cat"](a%20b/it%27s.png) two\n'],
  ['html', '<p>One ¦ two</p>\n', '<p>One <img src="a%20b/it%27s.png" alt="A &quot;cat&quot;" width="16" height="9"> two</p>\n'],
  ['html', '<p><!-- x -->¦<b>y</b></p>\n', '<p><!-- x --><img src="a%20b/it%27s.png" alt="A &quot;cat&quot;" width="16" height="9"><b>y</b></p>\n'],
  ['html', '<img src="¦" alt="">\n', '<img src="a%20b/it%27s.png" alt="">\n'],
  ['html', '<script>a("¦")</script>\n', '<script>a("a b/it\'s.png")</script>\n'],
  ['typescriptreact', 'const a = <p>¦</p>;\n', 'const a = <p><img src="a%20b/it%27s.png" alt="A &quot;cat&quot;" width={16} height={9} /></p>;\n'],
  ['typescriptreact', 'const a = "¦";\n', 'const a = "a b/it\'s.png";\n'],
  ['vue', '<template><p>¦</p></template>\n', '<template><p><img src="./a%20b/it%27s.png" alt="A &quot;cat&quot;" width="16" height="9" /></p></template>\n'],
  ['svelte', '<p>{a}¦</p>\n', '<p>{a}<img src="a%20b/it%27s.png" alt="A &quot;cat&quot;" width="16" height="9" /></p>\n'],
  ['astro', '---\n---\n<p>¦</p>\n', '---\n---\n<p><img src="a%20b/it%27s.png" alt="A &quot;cat&quot;" width="16" height="9" /></p>\n'],
  ['css', '.a { background: ¦; }\n', '.a { background: url("a%20b/it\'s.png"); }\n'],
  ['css', '.a {\n  ¦\n}\n', '.a {\n  background-image: url("a%20b/it\'s.png");\n}\n'],
  ['css', '.a { background: url("¦"); }\n', '.a { background: url("a%20b/it%27s.png"); }\n'],
  ['css', '.a { background: url(¦); }\n', '.a { background: url(a%20b/it%27s.png); }\n'],
  ['scss', '$a: ¦;\n', '$a: url("a%20b/it\'s.png");\n'],
  ['less', '@a: ¦;\n', '@a: url("a%20b/it\'s.png");\n'],
  ['asciidoc', 'One ¦ two\n', 'One image:a%20b/it%27s.png["A \\"cat\\"",16,9] two\n'],
  ['restructuredtext', 'One ¦ two\n', 'One `A "cat" <a%20b/it\'s.png>`__ two\n'],
  ['latex', 'One ¦ two\n', 'One \\includegraphics[width=\\linewidth, alt={A "cat"}]{a b/it\'s.png} two\n'],
  ['typst', 'One ¦ two\n', 'One #image("a b/it\'s.png", alt: "A \\"cat\\"") two\n'],
  ['typst', '#image("¦")\n', '#image("a b/it\'s.png")\n'],
  ['typst', '#figure(¦)\n', '#figure(image("a b/it\'s.png", alt: "A \\"cat\\""))\n'],
  ['org', 'One ¦ two\n', "One [[file:a b/it's.png]] two\n"],
  ['json', '["¦"]\n', '["a b/it\'s.png"]\n'],
  ['json', '{ "a": ¦ }\n', '{ "a": "a b/it\'s.png" }\n'],
  ['yaml', 'a: ¦\n', 'a: "a b/it\'s.png"\n'],
  ['yaml', "a: '¦'\n", "a: 'a b/it''s.png'\n"],
  ['plaintext', 'One ¦ two\n', "One a b/it's.png two\n"],
  ['python', 'a = "¦"\n', 'a = "a b/it\'s.png"\n'],
]; // prettier-ignore

describe('inlineReference', () => {
  it.each(drops)('%s: %j', async (languageId, before, after) => {
    expect(drop(languageId, before, image)).toBe(after);
    await readers[languageId]?.(after);
  });

  it.each([
    ['html', '<p>¦</p>', '<p><video controls src="a%20b/cat.mp4" title="A &quot;cat&quot;" width="16" height="9"></video></p>'],
    ['css', '.a {\n  ¦\n}', '.a {\n  url("a%20b/cat.mp4")\n}'],
    ['asciidoc', '¦', 'link:a%20b/cat.mp4["A \\"cat\\""]'],
    ['latex', '¦', '\\href{a\\%20b/cat.mp4}{A "cat"}'],
    ['typst', '¦', '#link("a b/cat.mp4", "A \\"cat\\"")'],
    ['org', '¦', '[[file:a b/cat.mp4]]'],
  ])('shows a video in %s', (languageId, before, after) => {
    expect(drop(languageId, before, video)).toBe(after);
  }); // prettier-ignore
});
