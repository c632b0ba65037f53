/** Code in colours, as DOM nodes. A bundle of its own, because of the grammars. */
import hljs from 'highlight.js/lib/common';
import type { Emitter } from 'highlight.js';
import { visible } from './visible.ts';

/** Builds spans where the emitter of highlight.js would build a string of HTML. */
class NodeEmitter implements Emitter {
  readonly root = document.createDocumentFragment();
  readonly #open: ParentNode[] = [this.root];

  addText(text: string): void {
    this.#top.append(visible(text));
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

  __addSublanguage(emitter: Emitter, name: string): void {
    if (!(emitter instanceof NodeEmitter)) return;
    const span = document.createElement('span');
    if (name !== '') span.className = `code-language-${name}`;
    span.append(emitter.root);
    this.#top.append(span);
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

/** The code in colours, or undefined when the language is not known. */
export function paint(code: string, language: string): DocumentFragment | undefined {
  if (hljs.getLanguage(language) === undefined) return undefined;
  const { _emitter: emitter } = hljs.highlight(code, { language, ignoreIllegals: true });
  return emitter instanceof NodeEmitter ? emitter.root : undefined;
}
