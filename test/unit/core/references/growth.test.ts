import { describe, expect, it } from 'vitest';
import { promptsAt } from '../../../../src/core/prompts/findPrompts.ts';
import { planReference } from '../../../../src/core/references/planReference.ts';
import { growthOf } from '../../../support/growth.ts';

/** For each family of languages what its scanner could take again and again: openings that nothing closes. */
const hostile: Readonly<Record<string, readonly string[]>> = {
  markdown: ['![', '{% raw %}\n', '<!--', '- a\n'],
  mdx: ['{', '<a b={', '<a "', '{}\n'],
  html: ['<', '<a "', '{{'],
  razor: ['@{', '@*'],
  typescriptreact: ['/', 'styled.a`', 'import a from "a.png"\n'],
  vue: ['<p v-else></p>'],
  css: ['{', 'url('],
  asciidoc: ['====\n', ':a: {a}{a}\n'],
  restructuredtext: ['.. a::\n'],
  latex: ['\\begin{a}', '<<a>>=\n'],
  typst: ['/* ', '"'],
  org: ['* a\n:A:\n', '#+begin_a\n', '[[file:'],
  json: ['"', '\\"'],
  toml: ['"""', '\\"'],
  python: ['"', '\\"'],
  wikitext: ['{|\n'],
};

/** Sixteen times the text, so that a busy machine hides nothing: squared it would be 256 times. */
const sizes = [16_384, 262_144] as const;
const mostGrowth = 120;

const cases = Object.entries(hostile).flatMap(([languageId, all]) => all.map(part => [languageId, part]));

describe('the time that a document costs', () => {
  it.each(cases)('grows with its length in %s: %j', (languageId = '', part = '') => {
    const run = (text: string): unknown => {
      const at = text.length >> 1;
      const range = { start: at, end: at + 2 };
      const media = {
        kind: 'image',
        path: 'a.png',
        isPublic: false,
        mediaType: 'image/png',
        alt: 'A',
      } as const;
      promptsAt(text, languageId, [{ start: at, end: at }]);
      return planReference({ languageId, text, ...range, mode: 'replace', media: [media], eol: '\n' });
    };
    const growth = growthOf(run, size => part.repeat(Math.ceil(size / part.length)), sizes);
    expect(growth).toBeLessThan(mostGrowth);
  });
});
