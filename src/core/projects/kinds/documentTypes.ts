import type { DocumentRule } from './projectKind.ts';

/** Markdown and what is nearly it. */
export const markdownFile = /\.(?:md|mdx|mdoc|markdoc|markdown|mkd|qmd|rmd|svx)$/i;
export const jsxFile = /\.[cm]?[jt]sx?$/i;
export const styleFile = /\.(?:css|less|sass|scss|styl)$/i;
export const dataFile = /\.(?:json|jsonc|json5|jsonl|toml|ya?ml|webmanifest)$/i;

const webFile =
  /\.(?:astro|cshtml|css|eex|ejs|erb|haml|handlebars|hbs|heex|html?|j2|jinja2?|jsx|leex|less|liquid|mustache|njk|php|pug|razor|sass|scss|slim|styl|svelte|svg|tsx|twig|vue|xhtml)$/i;

const webLanguages = new Set([
  'aspnetcorerazor',
  'astro',
  'blade',
  'css',
  'django-html',
  'ejs',
  'erb',
  'haml',
  'handlebars',
  'html',
  'html-eex',
  'jade',
  'javascriptreact',
  'jinja',
  'jinja-html',
  'less',
  'liquid',
  'markdown',
  'mdx',
  'mustache',
  'njk',
  'nunjucks',
  'phoenix-heex',
  'php',
  'pug',
  'razor',
  'sass',
  'scss',
  'slim',
  'stylus',
  'svelte',
  'twig',
  'typescriptreact',
  'vue',
]);

/** Whether a document, by its path or else its language, is one that a web server gives out or works with. */
export function isWebDocument(path: string, languageId: string): boolean {
  return webFile.test(path) || markdownFile.test(path) || webLanguages.has(languageId);
}

const forgeNames =
  /(?:^|\/)(?:[Rr](?:eadme|EADME)|README|AGENTS|ARCHITECTURE|AUTHORS|CHANGELOG|CHANGES|CLAUDE|CODE_OF_CONDUCT|CONTRIBUTING|CONTRIBUTORS|GOVERNANCE|HACKING|HISTORY|INSTALL|ISSUE_TEMPLATE|LICEN[CS]E|MAINTAINERS|MIGRATION|NEWS|PULL_REQUEST_TEMPLATE|RELEASING|ROADMAP|SECURITY|SKILL|SUPPORT|TODO|UPGRADING)(?:[._-][\w-]+)*\.(?:md|markdown|mdx|rst|adoc|asciidoc|org|txt)$/;

/** Whether a document is read in the repository itself, as its README is, wherever it lies in a project. */
export function isForForge(path: string): boolean {
  return forgeNames.test(path) || /(?:^|\/)\.(?:github|gitlab|gitea|forgejo)\//.test(path);
}

const contentFolder = /(?:^|\/)(?:_?posts?|app|articles|blog|content|data|lib|pages|resources|routes|src)\//i;

/**
 * Whether a document of an app's package is a part of the app: its code and templates, and the texts in the
 * folders of its content. Other Markdown is read in the repository, settings are read by tools.
 */
export function isAppDocument(path: string): boolean {
  if (isForForge(path) || path.startsWith('.')) return false;
  if (markdownFile.test(path) || dataFile.test(path)) return contentFolder.test(path);
  return webFile.test(path) || jsxFile.test(path);
}

/** Whether a document of a site's source is made into a page, or a part of one. */
export function isSiteDocument(path: string): boolean {
  return !isForForge(path) && !path.startsWith('.') && !/^[^/]+\.(?:json|toml|ya?ml|[cm]?[jt]s)$/.test(path);
}

/** Media of all documents of an app go into one folder. */
export function ofApp(folder: string): readonly DocumentRule[] {
  return [{ files: isAppDocument, folder }];
}
