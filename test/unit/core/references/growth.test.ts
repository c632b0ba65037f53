import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { mediaPathAt } from '../../../../src/core/generate/mediaPath.ts';
import { sizeAround } from '../../../../src/core/generate/shape.ts';
import { plainProject } from '../../../../src/core/projects/findProject.ts';
import { parseLoosely } from '../../../../src/core/projects/kinds/settingsText.ts';
import { findReferences } from '../../../../src/core/links/find/findReferences.ts';
import { largestYaml } from '../../../../src/core/languages/largeDocument.ts';
import { addressOf } from '../../../../src/core/projects/address.ts';
import { promptIn, promptsAt } from '../../../../src/core/prompts/findPrompts.ts';
import { inlineReference, planReference } from '../../../../src/core/references/planReference.ts';
import { isLong, propertyRuns } from '../../../support/propertyRuns.ts';
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

/** What is not hostile, and yet the most for its length: one token after the other. */
const awkward = [
  ['markdown', 'a\n\n'],
  ['markdown', '1. a\n'],
  ['markdown', '![a](a.png)'],
  ['markdown', '[a]: b\n'],
  ['mdx', '<a>\n'],
  ['html', '<p a="b">c</p>\n'],
  ['html', '<img srcset="a.png, b.png 2x, '],
  ['svelte', '<a>'],
  ['css', 'a:b;'],
  ['json', '['],
  ['restructuredtext', '.. image:: a.png\n'],
  ['latex', '\\includegraphics{'],
  ['typescript', "'a.png' "],
  ['xml', '<a b="'],
] as const;

/** Those of all that take longest for their length. */
const costly = [
  ['markdown', 'a\n\n'],
  ['markdown', '- a\n'],
  ['markdown', '{% raw %}\n'],
  ['mdx', '{'],
  ['mdx', '{}\n'],
  ['html', '<a "'],
  ['typescriptreact', '<a>'],
  ['typescriptreact', '<a b={'],
  ['astro', '<a {'],
  ['css', '{'],
  ['json', '['],
  ['latex', '\\begin{a}'],
] as const;

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

const megabyte = 1_048_576;

describe('the time that a document costs', () => {
  it.each([...cases, ...awkward])('grows with its length in %s: %j', (languageId, part) => {
    const { prompts, replacement } = readers(languageId);
    const run = (text: string): unknown => [
      prompts?.(text),
      replacement?.(text),
      findReferences(text, { languageId }),
    ];
    expect(growthOf(run, size => repeated(part, size))).toBeLessThan(linearGrowth);
  });

  // What is larger is not read, and what is smaller takes less: nothing takes longer than this.
  const largest = 500_000;
  const fiveMegabytes = repeated(ordinary, 5 * megabyte);
  it.each(isLong ? [...cases, ...awkward] : costly)(
    'is at most that of fifty plain passes over 5 MB for the largest that is read in %s: %j',
    (languageId, part) => {
      const { prompts, plan, replacement } = readers(languageId);
      const text = repeated(part, largest - part.length);
      const runs = {
        prompts: () => prompts?.(text),
        plan: () => plan?.(text),
        replacement: () => replacement?.(text),
      };
      const ratios = Object.entries(ratiosToPlainPass(runs, fiveMegabytes));
      expect(ratios.filter(([, ratio]) => ratio > 50)).toEqual([]);
    },
  );

  it('is so for the largest data in YAML, too, whose parser reads it before and after', () => {
    const entries = Array.from({ length: 20_000 }, (_, at) => `k${at}: b`).join('\n');
    const text = entries.slice(0, entries.lastIndexOf('\n', largestYaml - 1) + 1);
    const { plan } = readers('yaml');
    expect(plan?.(text)).toBeDefined();
    const { time } = ratiosToPlainPass({ time: () => plan?.(text) }, fiveMegabytes);
    expect(time).toBeLessThan(50);
    expect(plan?.(`${text}${text.replaceAll('k', 'l')}`)).toBeUndefined();
  });

  /** What means something in many languages, between openings of one. */
  const marks = [
    '"',
    "'",
    '\\',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    '<',
    '>',
    ' ',
    '=',
    ':',
    '#',
    '\n',
    '- ',
    'a.png',
  ];

  it.each(Object.entries(hostile))(
    'is at most that of two hundred plain passes over a line of pieces in any order in %s',
    (languageId, own) => {
      const piece = fc.oneof(fc.constantFrom(...own), fc.constantFrom(...marks));
      const line = fc.array(piece, { minLength: 200, maxLength: 2_000, size: 'max' });
      fc.assert(
        fc.property(line, pieces => {
          const text = pieces.join('').slice(0, 9_000);
          const search = (document: string): unknown => findReferences(document, { languageId });
          const runs = { ...readers(languageId), search };
          const ratios = Object.entries(ratiosToPlainPass(runs, text));
          // A plain pass over so little is shorter than what can be measured, which stands in for it.
          expect(ratios.filter(([, ratio]) => ratio > 200)).toEqual([]);
        }),
        { numRuns: propertyRuns(10, 1_000) },
      );
    },
  );

  it.each(['"', '\\"', '/*', '//', ',', '{"a":'])('grows with the length of settings: %j', part => {
    expect(growthOf(parseLoosely, size => repeated(part, size))).toBeLessThan(linearGrowth);
  });

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
