import { documentLanguage, type DocumentIdentity } from '../../languages/documentLanguage.ts';
import { tagSyntax, templateSyntax, dialects } from '../../references/markup/tagLanguage.ts';
import { dataReferences } from './dataLinks.ts';
import { latexReferences } from './latexLinks.ts';
import { markdownReferences } from './markdownLinks.ts';
import { markupReferences } from './markupLinks.ts';
import type { MediaReference } from './mediaReference.ts';
import { scriptReferences } from './scriptLinks.ts';
import { styleReferences } from './styleLinks.ts';
import {
  asciidocReferences,
  orgReferences,
  restructuredTextReferences,
  textileReferences,
} from './textFormatLinks.ts';
import { typstReferences } from './typstLinks.ts';

/**
 * Every reference to a media file in a document, and every address of another machine that may be one, in the
 * order of the document; none in a language that has no references.
 */
export function findReferences(text: string, identity: DocumentIdentity): MediaReference[] {
  return finders.get(documentLanguage(identity))?.(text) ?? [];
}

/** Whether references are looked for in documents of this language. */
export function hasReferences(identity: DocumentIdentity): boolean {
  return finders.has(documentLanguage(identity));
}

type Finder = (text: string) => MediaReference[];

const templates =
  'html blade django-html ejs erb eex handlebars jinja-html liquid twig nunjucks razor go-template php';
const xml = { ...dialects.html, templateDelimiters: [['<?', '?>']], isXml: true } as const;

/** By the names of `documentLanguage`. */
const finders: ReadonlyMap<string, Finder> = new Map<string, Finder>([
  ['markdown', text => markdownReferences(text, 'markdown')],
  ['mdx', text => markdownReferences(text, 'mdx')],
  ...templates
    .split(' ')
    .map((name): [string, Finder] => [name, text => markupReferences(text, templateSyntax(name).dialect)]),
  ...(['vue', 'svelte', 'astro', 'heex'] as const).map((name): [string, Finder] => [
    name,
    text => markupReferences(text, tagSyntax(name).dialect),
  ]),
  ...['javascriptreact', 'typescriptreact'].map((name): [string, Finder] => [
    name,
    text => markupReferences(text, dialects.jsx),
  ]),
  ...['javascript', 'typescript'].map((name): [string, Finder] => [
    name,
    text => scriptReferences(text, name),
  ]),
  ...['docbook', 'dita', 'xml', 'svg'].map((name): [string, Finder] => [
    name,
    text => markupReferences(text, xml),
  ]),
  ...(['css', 'scss', 'less'] as const).map((name): [string, Finder] => [
    name,
    text => styleReferences(text, name),
  ]),
  ['asciidoc', asciidocReferences],
  ['restructuredtext', restructuredTextReferences],
  ['latex', latexReferences],
  ['tex', latexReferences],
  ['typst', typstReferences],
  ['org', orgReferences],
  ['textile', textileReferences],
  ...['json', 'jsonc', 'jsonl', 'json5'].map((name): [string, Finder] => [
    name,
    text => dataReferences(text, 'json'),
  ]),
  ['yaml', text => dataReferences(text, 'yaml')],
  ['toml', text => dataReferences(text, 'toml')],
]);
