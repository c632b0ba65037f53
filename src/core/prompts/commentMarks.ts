/** How a language marks what its compiler does not read. */
export interface CommentMarks {
  /** Each comments out the rest of its line. */
  readonly line: readonly string[];
  /** Opening and closing marks; a longer one stands before what it begins with. */
  readonly block: readonly (readonly [open: string, close: string])[];
}

const slashes: CommentMarks = { line: ['//'], block: [['/*', '*/']] };
const jsx: CommentMarks = {
  line: ['//'],
  block: [
    ['{/*', '*/}'],
    ['/*', '*/'],
  ],
};
const hash: CommentMarks = { line: ['#'], block: [] };
const markup: CommentMarks = { line: [], block: [['<!--', '-->']] };
const components: CommentMarks = { line: ['//'], block: [['<!--', '-->'], ...jsx.block] };
const dashes: CommentMarks = { line: ['--'], block: [] };
const percent: CommentMarks = { line: ['%'], block: [] };
const semicolon: CommentMarks = { line: [';'], block: [] };

const families: readonly (readonly [CommentMarks, string])[] = [
  [
    slashes,
    'javascript typescript c cpp csharp java go rust swift kotlin scala dart groovy objective-c objective-cpp ' +
      'cuda-cpp zig json jsonc json5 scss less stylus typst solidity proto proto3 glsl hlsl wgsl verilog systemverilog',
  ],
  [jsx, 'javascriptreact typescriptreact'],
  [{ line: [], block: slashes.block }, 'css'],
  [{ line: ['//', '#'], block: slashes.block }, 'php'],
  [
    hash,
    'python ruby shellscript yaml dockercompose github-actions-workflow toml perl perl6 r makefile dockerfile elixir julia ' +
      'coffeescript nix terraform graphql gdscript properties dotenv ignore cmake fish crystal nim awk',
  ],
  [{ line: ['#'], block: [['<#', '#>']] }, 'powershell'],
  [markup, 'html xml xsl svg markdown handlebars'],
  [{ line: [], block: [['{/*', '*/}'], ...markup.block] }, 'mdx'],
  [components, 'vue svelte astro'],
  [dashes, 'sql ada vhdl'],
  [{ line: ['--'], block: [['--[[', ']]']] }, 'lua'],
  [{ line: ['--'], block: [['{-', '-}']] }, 'haskell elm purescript'],
  [percent, 'latex tex bibtex erlang matlab prolog'],
  [semicolon, 'clojure lisp commonlisp scheme racket asm'],
  [{ line: [';', '#'], block: [] }, 'ini'],
  [{ line: ["'"], block: [] }, 'vb'],
  [{ line: ['"'], block: [] }, 'viml'],
  [{ line: ['//'], block: [['////', '////']] }, 'asciidoc'],
  [{ line: ['..'], block: [] }, 'restructuredtext'],
  [{ line: ['# '], block: [] }, 'org'],
  [{ line: ['!'], block: [] }, 'fortran fortran-modern FortranFreeForm'],
  [{ line: ['//'], block: [['(*', '*)']] }, 'fsharp ocaml'],
];

const marks = new Map(families.flatMap(([own, ids]) => ids.split(' ').map(id => [id, own] as const)));

/** @param languageId VS Code's; an unknown language has no comments */
export function commentMarks(languageId: string): CommentMarks {
  return marks.get(languageId) ?? { line: [], block: [] };
}
