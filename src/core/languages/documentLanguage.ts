import { hasComments } from './commentSyntax.ts';

/** What decides in which language a document is written. */
export interface DocumentIdentity {
  /** VS Code's. */
  readonly languageId: string;
  /** Of its file: segments below the workspace folder, or its name alone; empty when it has none. */
  readonly file?: readonly string[] | undefined;
}

/**
 * The language that a document is written in, under one name for all ids that editors and extensions give it:
 * VS Code's id where VS Code or a usual extension has one. The name of the file decides where the id says
 * little (plain text, an id that nobody knows) or less than the name does (`.blade.php` is not only PHP).
 */
export function documentLanguage({ languageId, file }: DocumentIdentity): string {
  const name = file?.at(-1)?.toLowerCase() ?? '';
  const own = aliases.get(languageId) ?? languageId;
  const isWorkflow = file?.at(-3) === '.github' && file.at(-2) === 'workflows' && /\.ya?ml$/.test(name);
  if (isWorkflow) return 'github-actions-workflow';
  const special = specialNames.find(([pattern]) => pattern.test(name))?.[1];
  if (special !== undefined && (general.has(own) || !isKnown(own))) return special;
  if (isKnown(own) && own !== 'plaintext') return own;
  return languageOfName(name) ?? own;
}

/** The language of a file's name by its extension, or by that below the one of a template language. */
function languageOfName(name: string): string | undefined {
  const [, ...extensions] = name.split('.');
  const last = extensions.at(-1) ?? '';
  const template = templates.get(last);
  if (template === undefined) return byExtension.get(last);
  const inner = extensions.at(-2);
  if (inner === undefined || markupExtension.test(inner)) return template;
  return byExtension.get(inner) ?? template;
}

/** Ids whose documents may be something more special, which their name tells. */
const general = new Set(['plaintext', 'html', 'xml', 'php', 'markdown', 'ruby', 'elixir', 'csharp', 'tex']);

const markupExtension = /^(?:x?html?|xml|svg|turbo_stream|iframe)$/;

/** Names that tell more than the id of a general language does. */
const specialNames: readonly (readonly [RegExp, string])[] = [
  [/\.blade\.php$/, 'blade'],
  [/\.mdx$/, 'mdx'],
  [/\.(?:rnw|snw)$/, 'latex'],
  [/\.(?:cs|vb)html$|\.razor$/, 'razor'],
  [/\.(?:html|htm)\.(?:h|l)?eex$|\.(?:h|l)eex$/, 'heex'],
  [/\.(?:html|htm|xhtml)\.erb$|\.rhtml$/, 'erb'],
  [/\.ejs$/, 'ejs'],
  [/\.twig$/, 'twig'],
  [/\.(?:njk|nunjucks)$/, 'nunjucks'],
  [/\.(?:html|htm|xhtml)\.(?:j2|jinja2?)$/, 'jinja-html'],
  [/\.(?:hbs|handlebars|mustache)$/, 'handlebars'],
  [/\.liquid$/, 'liquid'],
  [/\.vue$/, 'vue'],
  [/\.svelte$/, 'svelte'],
  [/\.astro$/, 'astro'],
  [/\.(?:dbk|docbook)$/, 'docbook'],
  [/\.dita$/, 'dita'],
];

/** Template languages by the last extension; what stands below them is told by the one before. */
const templates: ReadonlyMap<string, string> = new Map([
  ['erb', 'erb'],
  ['ejs', 'ejs'],
  ['eta', 'ejs'],
  ['eex', 'eex'],
  ['heex', 'heex'],
  ['leex', 'heex'],
  ['twig', 'twig'],
  ['njk', 'nunjucks'],
  ['nunjucks', 'nunjucks'],
  ['j2', 'jinja-html'],
  ['jinja', 'jinja-html'],
  ['jinja2', 'jinja-html'],
  ['dj', 'django-html'],
  ['djhtml', 'django-html'],
  ['liquid', 'liquid'],
  ['hbs', 'handlebars'],
  ['handlebars', 'handlebars'],
  ['mustache', 'handlebars'],
  ['gohtml', 'go-template'],
  ['gotmpl', 'go-template'],
  ['tmpl', 'go-template'],
]);

/** Other ids of a language. */
const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    markdown:
      'prompt instructions chatagent skill chatmode juliamarkdown quarto rmd rmarkdown pandoc multimarkdown md ' +
      'markdown-math myst mystmarkdown marp slidev obsidian wikimarkdown github-issues markdoc mdc svx mdsvex',
    mdx: 'MDX mdx-js',
    latex: 'rsweave latex-expl3 doctex sweave knitr context pweave',
    heex: 'phoenix-heex html-heex html-eex surface leex phoenix-html',
    razor: 'aspnetcorerazor cshtml razor-html',
    nunjucks: 'njk nunjucks-html',
    'jinja-html': 'jinja jinja2 jinja-htmlx html-jinja htmljinja',
    'django-html': 'django html-django',
    erb: 'html.erb html-erb rhtml',
    ejs: 'html-ejs',
    handlebars: 'hbs html.hbs mustache html-handlebars glimmer',
    twig: 'html.twig craft-twig',
    liquid: 'liquid-html shopify-liquid jekyll',
    blade: 'blade.php laravel-blade',
    'go-template': 'gohtml gotmpl go-html-template hugo html-go-template',
    asciidoc: 'adoc',
    css: 'tailwindcss postcss',
    html: 'angular angular-html ng-template vue-html xhtml',
    restructuredtext: 'rst',
    typst: 'typ',
    wikitext: 'mediawiki wiki',
    shellscript: 'sh bash zsh',
    yaml: 'yaml-textmate spring-boot-properties-yaml cloudformation',
    jsonc: 'json-with-comments',
    raku: 'perl6',
  }).flatMap(([name, ids]) => ids.split(' ').map(id => [id, name] as const)),
);

const byExtension: ReadonlyMap<string, string> = new Map(
  Object.entries({
    plaintext: 'txt text',
    markdown: 'md markdown mdown mkd mkdn mdwn qmd rmd rmarkdown jmd pmd livemd myst mdc mdoc svx markdoc',
    mdx: 'mdx',
    html: 'html htm xhtml shtml',
    vue: 'vue',
    svelte: 'svelte',
    astro: 'astro',
    razor: 'cshtml vbhtml razor',
    php: 'php phtml',
    css: 'css pcss postcss',
    scss: 'scss',
    less: 'less',
    sass: 'sass',
    stylus: 'styl stylus',
    pug: 'pug jade',
    haml: 'haml',
    slim: 'slim',
    asciidoc: 'adoc asciidoc asc',
    restructuredtext: 'rst rest',
    latex: 'tex ltx latex rnw snw rtex',
    typst: 'typ',
    org: 'org',
    textile: 'textile',
    wikitext: 'wiki mediawiki wikitext',
    docbook: 'dbk docbook',
    dita: 'dita ditamap',
    xml: 'xml xsl xslt svg',
    json: 'json webmanifest',
    jsonc: 'jsonc code-workspace',
    jsonl: 'jsonl ndjson',
    json5: 'json5',
    yaml: 'yml yaml cff',
    toml: 'toml',
    javascript: 'js mjs cjs',
    javascriptreact: 'jsx',
    typescript: 'ts mts cts',
    typescriptreact: 'tsx',
    python: 'py pyi pyw',
    ruby: 'rb',
    rust: 'rs',
    go: 'go',
    java: 'java',
    kotlin: 'kt kts',
    swift: 'swift',
    scala: 'scala sc',
    c: 'c h',
    cpp: 'cpp cc cxx hpp hh',
    csharp: 'cs',
    dart: 'dart',
    lua: 'lua',
    perl: 'pl pm',
    raku: 'raku rakumod',
    r: 'r',
    julia: 'jl',
    haskell: 'hs',
    elm: 'elm',
    elixir: 'ex exs',
    erlang: 'erl hrl',
    clojure: 'clj cljs edn',
    ocaml: 'ml mli',
    fsharp: 'fs fsx',
    sql: 'sql',
    shellscript: 'sh bash zsh',
    powershell: 'ps1 psm1',
    bat: 'bat cmd',
    solidity: 'sol',
    zig: 'zig',
    nim: 'nim',
    gdscript: 'gd',
    glsl: 'glsl vert frag',
    graphql: 'graphql gql',
    proto3: 'proto',
    terraform: 'tf hcl',
    nix: 'nix',
    ini: 'ini cfg conf',
    properties: 'properties',
    vb: 'vb bas',
    viml: 'vim',
    fortran: 'f90 f95 f03',
    ada: 'adb ads',
    vhdl: 'vhd vhdl',
    lisp: 'lisp el',
    scheme: 'scm ss',
    racket: 'rkt',
    groovy: 'groovy gradle',
    prisma: 'prisma',
    csv: 'csv',
    tsv: 'tsv',
    bibtex: 'bib',
  }).flatMap(([name, extensions]) => extensions.split(' ').map(extension => [extension, name] as const)),
);

const known = new Set([...byExtension.values(), ...templates.values(), ...aliases.values(), 'git-commit']);

function isKnown(language: string): boolean {
  return known.has(language) || hasComments(language);
}

/** The extensions of files that are documents of these languages, without dots. */
export const documentExtensions: readonly string[] = [
  ...new Set([...templates.keys(), ...byExtension.keys()]),
];
