import { describe, expect, it, vi } from 'vitest';
import { mediaPathAt } from '../../../../src/core/generate/mediaPath.ts';
import { sizeAround } from '../../../../src/core/generate/shape.ts';
import { plainProject } from '../../../../src/core/projects/findProject.ts';
import { parseLoosely } from '../../../../src/core/projects/kinds/settingsText.ts';
import { addressOf } from '../../../../src/core/projects/address.ts';
import { promptIn, promptsAt } from '../../../../src/core/prompts/findPrompts.ts';
import { inlineReference, planReference } from '../../../../src/core/references/planReference.ts';
import { growthOf, linearGrowth, ratiosToPlainPass } from '../../../support/growth.ts';

/** For each family of languages what its scanner could take again and again: openings that nothing closes. */
const hostile: Readonly<Record<string, readonly string[]>> = {
  markdown: ['![', '{% raw %}\n', '<!--', '- a\n', '> ', '```\n', '| a | b |\n'],
  mdx: ['{', '<a b={', '<a "', '{}\n'],
  html: ['<', '<a "', '{{', '<p>', '<script>'],
  razor: ['@{', '@*'],
  typescriptreact: ['/', 'styled.a`', 'import a from "a.png"\n', '<a>', '<a b={', '`${'],
  astro: ['<a {'],
  vue: ['<p v-else></p>'],
  css: ['{', 'url(', '/*'],
  scss: ['#{', '//', 'a{b:c}'],
  less: ['@{'],
  asciidoc: ['====\n', ':a: {a}{a}\n'],
  restructuredtext: ['.. a::\n'],
  latex: ['\\begin{a}', '<<a>>=\n', '\\verb|'],
  typst: ['/* ', '"', '#figure('],
  org: ['* a\n:A:\n', '#+begin_a\n', '[[file:'],
  textile: ['!a!'],
  json: ['"', '\\"', '{"a":'],
  yaml: ['- - ', '{a: ', '"', 'a: b\n', '&a *a\n'],
  toml: ['"""', '\\"', 'a.b.'],
  python: ['"', '\\"', '# a\n'],
  wikitext: ['{|\n'],
};

const ordinary =
  '# Title\n\nSome *words* of a text, with a [link](https://example.com/a) and `code`.\n\n- one\n- two\n\n' +
  '<p class="a">Words</p>\n{ "image": "a.png", "list": [1, 2] }\n\n';
/** A picture in base64, and what nobody would take for one. */
const plainTexts = ['iVBORw0KGgo/+', 'a b ', 'é日 ', 'a\n', '\n', ordinary];

const media = {
  kind: 'image',
  path: 'a.png',
  isPublic: false,
  mediaType: 'image/png',
  alt: 'A',
} as const;

/** All that reads a document for a person who stands in the middle of it. */
function readers(languageId: string): Readonly<Record<string, (text: string) => unknown>> {
  const middle = (text: string): { start: number; end: number } => {
    const at = text.length >> 1;
    return { start: at, end: at };
  };
  return {
    prompts: text => promptsAt(text, languageId, [middle(text)]),
    words: text => promptIn(text, languageId),
    plan: text =>
      planReference({ languageId, text, ...middle(text), mode: 'after', media: [media], eol: '\n' }),
    replacement: text => {
      const { start } = middle(text);
      const end = start + 2;
      return planReference({ languageId, text, start, end, mode: 'replace', media: [media], eol: '\n' });
    },
    inline: text => inlineReference(languageId, text, text.length >> 1, media),
    path: text => mediaPathAt(text, text.length >> 1),
    size: text => sizeAround(text, text.length >> 1, text.length >> 1),
    address: text => {
      const document = { path: 'data/a.json', languageId, text };
      return addressOf(plainProject('', document), document, { roots: [], isSet: false }, 'a.png', 'image');
    },
  };
}

const cases = Object.entries(hostile).flatMap(([languageId, all]) =>
  all.map(part => [languageId, part] as const),
);

/** Only ends a test that hangs: on a busy machine a second of work may take a minute. */
vi.setConfig({ testTimeout: 300_000 });

function repeated(part: string, size: number): string {
  return part.repeat(Math.ceil(size / part.length));
}

describe('the time that a document costs', () => {
  it.each(cases)('grows with its length in %s: %j', (languageId, part) => {
    const { prompts, replacement } = readers(languageId);
    const run = (text: string): unknown => [prompts?.(text), replacement?.(text)];
    expect(growthOf(run, size => repeated(part, size))).toBeLessThan(linearGrowth);
  });

  it.each([
    ['typescriptreact', '<a b={'],
    ['astro', '<a {'],
  ])('is that of few passes over the largest that is read in %s: %j', (languageId, part) => {
    const { plan = String, replacement = String } = readers(languageId);
    const { plan: cost, replacement: other } = ratiosToPlainPass(
      { plan, replacement },
      repeated(part, 490_000),
    );
    // Each brace was once sought to the end of the text by all of those around it: that was 3,000 times.
    expect(Math.max(cost, other)).toBeLessThan(600);
  });

  it.each(['"', '\\"', '/*', '//', ',', '{"a":'])('grows with the length of settings: %j', part => {
    expect(growthOf(parseLoosely, size => repeated(part, size))).toBeLessThan(linearGrowth);
  });

  const megabyte = 1_048_576;
  it.each([...cases, ...plainTexts.map(part => ['markdown', part] as const)])(
    'stays within 50 times a plain pass over it, large as it is, in %s: %j',
    (languageId, part) => {
      const line = repeated(part.replaceAll('\n', ' '), megabyte);
      const row = part.includes('\n') ? part : `${repeated(part, 60)}\n`;
      const document = repeated(row, 5 * megabyte);
      for (const text of [line, document]) {
        const ratios = Object.entries(ratiosToPlainPass(readers(languageId), text));
        expect(ratios.filter(([, ratio]) => ratio > 50)).toEqual([]);
      }
    },
  );
});
