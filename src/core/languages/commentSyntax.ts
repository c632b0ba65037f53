/** How a language writes comments (VS Code's `comments` of a language configuration). */
export interface CommentSyntax {
  /** Each comments out the rest of its line. */
  readonly line: readonly string[];
  /** What opens and closes one; a longer opening stands before one that it begins with. */
  readonly block: readonly (readonly [open: string, close: string])[];
}

const none: CommentSyntax = { line: [], block: [] };
const slashes: CommentSyntax = { line: ['//'], block: [['/*', '*/']] };
const jsx: CommentSyntax = {
  line: ['//'],
  block: [
    ['{/*', '*/}'],
    ['/*', '*/'],
  ],
};
const hash: CommentSyntax = { line: ['#'], block: [] };
const dashes: CommentSyntax = { line: ['--'], block: [] };
const percent: CommentSyntax = { line: ['%'], block: [] };
const semicolon: CommentSyntax = { line: [';'], block: [] };

/** Of markup, with the marks of what a template language adds to it. */
function markup(...block: CommentSyntax['block'][number][]): CommentSyntax {
  return { line: [], block: [...block, ['<!--', '-->']] };
}

const components: CommentSyntax = { line: ['//'], block: [['<!--', '-->'], ...jsx.block] };
const liquid: CommentSyntax['block'] = [
  ['{% comment %}', '{% endcomment %}'],
  ['{%- comment -%}', '{%- endcomment -%}'],
  ['{%- comment %}', '{%- endcomment %}'],
  ['{% comment -%}', '{% endcomment -%}'],
];
const liquidLines: CommentSyntax['block'] = [
  ['{%- #', '-%}'],
  ['{% #', '%}'],
];
const erb: CommentSyntax['block'] = [
  ['<%#', '%>'],
  ['<%!--', '--%>'],
  ['<%--', '--%>'],
];

const families: readonly (readonly [CommentSyntax, string])[] = [
  [
    slashes,
    'javascript typescript c cpp csharp java go rust swift kotlin scala dart groovy objective-c objective-cpp ' +
      'cuda-cpp zig json jsonc json5 jsonl scss less sass stylus typst solidity proto proto3 prisma glsl hlsl wgsl ' +
      'shaderlab verilog systemverilog d haxe actionscript apex qml vala bicep rescript reason jsonnet cue thrift ' +
      'odin gleam pony',
  ],
  [jsx, 'javascriptreact typescriptreact'],
  [{ line: [], block: slashes.block }, 'css'],
  [{ line: ['//', '#'], block: [...slashes.block, ['<!--', '-->']] }, 'php'],
  [
    hash,
    'python ruby shellscript yaml github-actions-workflow dockercompose azure-pipelines ansible dockerfile toml perl raku makefile elixir ' +
      'coffeescript graphql gdscript properties dotenv ignore fish crystal awk tcl just ' +
      'starlark bazel snakemake robotframework gherkin cucumber puppet git-rebase sed',
  ],
  [{ line: ["#'", '#'], block: [] }, 'r'],
  [{ line: ['#'], block: slashes.block }, 'nix terraform hcl'],
  [{ line: ['#'], block: [['#=', '=#']] }, 'julia'],
  [{ line: ['#'], block: [['#[', ']#']] }, 'nim'],
  [{ line: ['#'], block: [['#[[', ']]']] }, 'cmake'],
  [{ line: ['#'], block: [['<#', '#>']] }, 'powershell'],
  [markup(), 'html xml xsl svg docbook dita'],
  [markup(['{{/*', '*/}}'], ['{{- /*', '*/ -}}'], ['%%', '%%']), 'markdown'],
  [markup(['{{~!--', '--~}}'], ['{{!--', '--}}'], ['{{!', '}}']), 'handlebars'],
  [markup(['{{--', '--}}']), 'blade'],
  [markup(['{#', '#}']), 'twig nunjucks jinja-html'],
  [markup(['{#', '#}'], ...liquid), 'django-html'],
  [markup(...liquid, ...liquidLines), 'liquid'],
  [markup(...erb), 'erb ejs eex heex'],
  [markup(['@*', '*@']), 'razor'],
  [markup(['{{- /*', '*/ -}}'], ['{{/*', '*/}}']), 'go-template'],
  [{ line: [], block: [['{/*', '*/}'], ['<!--', '-->']] }, 'mdx'],
  [components, 'vue svelte astro'],
  [{ line: ['//-', '//'], block: [] }, 'pug'],
  [{ line: ['-#', '/'], block: [] }, 'haml'],
  [{ line: ['/!', '/'], block: [] }, 'slim'],
  [{ line: ['--'], block: slashes.block }, 'sql'],
  [dashes, 'ada vhdl'],
  [{ line: ['--'], block: [['--[[', ']]']] }, 'lua'],
  [{ line: ['--'], block: [['{-', '-}']] }, 'haskell elm purescript idris agda'],
  [{ line: ['--', '#'], block: [['(*', '*)']] }, 'applescript'],
  [percent, 'latex tex bibtex erlang'],
  [{ line: ['%'], block: [['%{', '%}']] }, 'matlab'],
  [{ line: ['%'], block: slashes.block }, 'prolog'],
  [semicolon, 'clojure asm'],
  [{ line: [';'], block: [['#|', '|#']] }, 'lisp commonlisp scheme racket'],
  [{ line: [';', '#'], block: [] }, 'ini'],
  [{ line: ["'"], block: [] }, 'vb vbscript'],
  [{ line: ['REM', 'rem', '::'], block: [] }, 'bat'],
  [{ line: ['"'], block: [] }, 'viml'],
  [{ line: ['//'], block: [['////', '////']] }, 'asciidoc'],
  [{ line: ['..'], block: [] }, 'restructuredtext'],
  [{ line: ['# '], block: [] }, 'org'],
  [{ line: ['###..', '###.'], block: [] }, 'textile'],
  [{ line: [], block: [['<!--', '-->']] }, 'wikitext'],
  [{ line: ['!'], block: [] }, 'fortran fortran-modern FortranFreeForm'],
  [{ line: ['//'], block: [['(*', '*)']] }, 'fsharp'],
  [{ line: [], block: [['(*', '*)']] }, 'ocaml sml'],
  [{ line: ['//'], block: [['{', '}'], ['(*', '*)']] }, 'pascal'],
  [{ line: ['#'], block: [] }, 'git-commit'],
  [none, 'csv tsv diff'],
]; // prettier-ignore

const syntaxByLanguage = new Map(
  families.flatMap(([own, names]) => names.split(' ').map(name => [name, own] as const)),
);

/** @param language as `documentLanguage` names it; an unknown one has no comments */
export function commentSyntax(language: string): CommentSyntax {
  return syntaxByLanguage.get(language) ?? none;
}

/** Whether it is known how a language writes comments, be it that it has none. */
export function hasComments(language: string): boolean {
  return syntaxByLanguage.has(language);
}
