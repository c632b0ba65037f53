/**
 * Code in colours, as DOM nodes. A bundle of its own, and each grammar another one: an answer needs one or
 * two of them.
 */
import hljs from 'highlight.js/lib/core';
import type { Emitter, LanguageFn } from 'highlight.js';
import { revealBidiControls } from './bidiControls.ts';

interface Grammar {
  /** Words for it behind a fence, besides its name. */
  readonly aliases: readonly string[];
  /** Grammars that occur within it. */
  readonly embeds: readonly string[];
  readonly load: () => Promise<{ readonly default: LanguageFn }>;
}

function grammar(
  load: Grammar['load'],
  aliases: readonly string[] = [],
  embeds: readonly string[] = [],
): Grammar {
  return { aliases, embeds, load };
}

const grammars: Readonly<Record<string, Grammar>> = {
  bash: grammar(() => import('highlight.js/lib/languages/bash'), ['sh', 'zsh']),
  c: grammar(() => import('highlight.js/lib/languages/c'), ['h']),
  cpp: grammar(() => import('highlight.js/lib/languages/cpp'), ['c++', 'cc', 'hpp', 'cxx']),
  csharp: grammar(() => import('highlight.js/lib/languages/csharp'), ['cs', 'c#']),
  css: grammar(() => import('highlight.js/lib/languages/css')),
  diff: grammar(() => import('highlight.js/lib/languages/diff'), ['patch']),
  dockerfile: grammar(() => import('highlight.js/lib/languages/dockerfile'), ['docker'], ['bash']),
  go: grammar(() => import('highlight.js/lib/languages/go'), ['golang']),
  graphql: grammar(() => import('highlight.js/lib/languages/graphql'), ['gql']),
  ini: grammar(() => import('highlight.js/lib/languages/ini'), ['toml']),
  java: grammar(() => import('highlight.js/lib/languages/java')),
  javascript: grammar(
    () => import('highlight.js/lib/languages/javascript'),
    ['js', 'jsx', 'mjs', 'cjs'],
    ['xml'],
  ),
  json: grammar(() => import('highlight.js/lib/languages/json'), ['jsonc', 'json5']),
  kotlin: grammar(() => import('highlight.js/lib/languages/kotlin'), ['kt', 'kts']),
  latex: grammar(() => import('highlight.js/lib/languages/latex'), ['tex']),
  less: grammar(() => import('highlight.js/lib/languages/less')),
  lua: grammar(() => import('highlight.js/lib/languages/lua')),
  makefile: grammar(() => import('highlight.js/lib/languages/makefile'), ['make', 'mk']),
  markdown: grammar(() => import('highlight.js/lib/languages/markdown'), ['md', 'mdx'], ['xml']),
  perl: grammar(() => import('highlight.js/lib/languages/perl'), ['pl']),
  php: grammar(() => import('highlight.js/lib/languages/php')),
  powershell: grammar(() => import('highlight.js/lib/languages/powershell'), ['ps1', 'pwsh']),
  python: grammar(() => import('highlight.js/lib/languages/python'), ['py']),
  r: grammar(() => import('highlight.js/lib/languages/r')),
  ruby: grammar(() => import('highlight.js/lib/languages/ruby'), ['rb']),
  rust: grammar(() => import('highlight.js/lib/languages/rust'), ['rs']),
  scss: grammar(() => import('highlight.js/lib/languages/scss')),
  shell: grammar(() => import('highlight.js/lib/languages/shell'), ['console', 'shellsession'], ['bash']),
  sql: grammar(() => import('highlight.js/lib/languages/sql')),
  swift: grammar(() => import('highlight.js/lib/languages/swift')),
  typescript: grammar(
    () => import('highlight.js/lib/languages/typescript'),
    ['ts', 'tsx', 'mts', 'cts'],
    ['xml'],
  ),
  xml: grammar(
    () => import('highlight.js/lib/languages/xml'),
    ['html', 'svg', 'vue', 'svelte'],
    ['css', 'javascript'],
  ),
  yaml: grammar(() => import('highlight.js/lib/languages/yaml'), ['yml']),
};

const names = new Map(
  Object.entries(grammars).flatMap(([name, { aliases }]) =>
    [name, ...aliases].map(word => [word, name] as const),
  ),
);

/** Builds spans where the emitter of highlight.js would build a string of HTML. */
class NodeEmitter implements Emitter {
  readonly root = document.createDocumentFragment();
  readonly #open: ParentNode[] = [this.root];

  addText(text: string): void {
    this.#top.append(revealBidiControls(text));
  }

  startScope(name: string): void {
    const span = document.createElement('span');
    span.className = `code-${name.split('.')[0] ?? ''}`;
    this.#top.append(span);
    this.#open.push(span);
  }

  endScope(): void {
    if (this.#open.length > 1) this.#open.pop();
  }

  openNode(name: string): void {
    this.startScope(name);
  }

  closeNode(): void {
    this.endScope();
  }

  __addSublanguage(emitter: Emitter): void {
    if (emitter instanceof NodeEmitter) this.#top.append(emitter.root);
  }

  toHTML(): string {
    return '';
  }

  finalize(): void {
    this.#open.length = 1;
  }

  get #top(): ParentNode {
    return this.#open.at(-1) ?? this.root;
  }
}

hljs.configure({ __emitter: NodeEmitter });

export type Painter = (code: string) => DocumentFragment;

/** What colours code in the language that is named behind a fence; undefined when it is not known. */
export async function painterFor(language: string): Promise<Painter | undefined> {
  const name = names.get(language);
  if (name === undefined) return undefined;
  await loadGrammar(name);
  return code => {
    const { _emitter: emitter } = hljs.highlight(code, { language: name, ignoreIllegals: true });
    return emitter instanceof NodeEmitter ? emitter.root : document.createDocumentFragment();
  };
}

const loaded = new Map<string, Promise<void>>();

/** The grammar and those that occur within it, each once. */
async function loadGrammar(name: string): Promise<void> {
  const found = grammars[name];
  if (found === undefined || loaded.has(name)) return await loaded.get(name);
  const loading = found.load().then(module => hljs.registerLanguage(name, module.default));
  loaded.set(name, loading);
  await Promise.all([loading, ...found.embeds.map(loadGrammar)]);
}
