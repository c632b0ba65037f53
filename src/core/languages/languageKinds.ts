import { hasComments } from './commentSyntax.ts';

const markup = new Set(
  (
    'html vue svelte astro javascriptreact typescriptreact blade django-html ejs erb eex heex handlebars jinja-html liquid ' +
    'twig nunjucks razor go-template php xml xsl svg docbook dita'
  ).split(' '),
);

/** Languages in which whole lines are text: what stands in them is read, not run. */
const prose = new Set(
  (
    'markdown mdx plaintext git-commit asciidoc restructuredtext latex tex typst org textile wikitext ' +
    'csv tsv diff'
  ).split(' '),
);

/** Whether a document is written in tags, be it only in part. */
export function isMarkupLanguage(language: string): boolean {
  return markup.has(language);
}

/** Whether a language is one of programs, styles or data, whose words stand in strings and comments. */
export function isProgram(language: string): boolean {
  return hasComments(language) && !markup.has(language) && !prose.has(language);
}
