/** `<chat-markdown>`: a Markdown text that may still grow. */
import { html, render } from 'lit';
import { post } from '../common/host.ts';
import { t } from '../../common/localization.ts';
import { tellDrawn } from '../common/tabOrder.ts';
import { renderBlock } from './renderBlock.ts';
import { MarkdownDocument } from './markdownDocument.ts';

/** Nobody reads more in a panel, and a page that never ends must not take all memory. In characters. */
const maximumLength = 200_000;
/** After an update that took long, the page rests so many times as long. */
const restFactor = 3;

/** So many blocks are laid out together. */
const groupSize = 40;

interface Block {
  readonly element: HTMLElement;
  raw: string;
  isOpen: boolean;
  edition: number;
}

export class ChatMarkdown extends HTMLElement {
  #document = new MarkdownDocument();
  readonly #blocks: Block[] = [];
  #text = '';
  #isOpen = false;
  #isDrawn = false;
  #notBefore = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #remainder: HTMLElement | undefined;

  /** The text, and whether more of it may come. */
  set content({ text, isOpen }: { readonly text: string; readonly isOpen: boolean }) {
    if (this.#isDrawn && text === this.#text && isOpen === this.#isOpen) return;
    this.#text = text;
    this.#isOpen = isOpen;
    this.#isDrawn = false;
    const wait = isOpen ? this.#notBefore - performance.now() : 0;
    clearTimeout(this.#timer);
    if (wait > 0) this.#timer = setTimeout(this.#draw, wait);
    else this.#draw();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
  }

  readonly #draw = (): void => {
    const started = performance.now();
    const text = this.#text.slice(0, maximumLength);
    const first = this.#document.update(text, !this.#isOpen);
    const { blocks, edition } = this.#document;
    for (let index = first; index < blocks.length; index++) {
      const token = blocks[index];
      if (token === undefined) continue;
      const isOpen = this.#isOpen && index === blocks.length - 1;
      const block = this.#blocks[index] ?? this.#append();
      if (block.raw === token.raw && block.isOpen === isOpen && block.edition === edition) continue;
      Object.assign(block, { raw: token.raw, isOpen, edition });
      render(renderBlock(token, isOpen), block.element);
      tellDrawn(block.element);
    }
    for (const { element } of this.#blocks.splice(blocks.length)) {
      const group = element.parentElement;
      element.remove();
      if (group?.childElementCount === 0) group.remove();
    }
    this.#drawRemainder();
    this.#isDrawn = true;
    const ended = performance.now();
    this.#notBefore = ended + restFactor * (ended - started);
  };

  #append(): Block {
    const element = document.createElement('div');
    element.className = 'block';
    this.#openGroup().append(element);
    const block = { element, raw: '', isOpen: false, edition: -1 };
    this.#blocks.push(block);
    return block;
  }

  /** Layout passes over a group that did not change as one, however many blocks it has. */
  #openGroup(): Element {
    const last = [...this.children].findLast(child => child.className === 'group');
    if (last !== undefined && last.childElementCount < groupSize) return last;
    const group = document.createElement('div');
    group.className = 'group';
    this.append(group);
    return group;
  }

  #drawRemainder(): void {
    if (this.#text.length <= maximumLength) {
      this.#remainder?.remove();
      this.#remainder = undefined;
      return;
    }
    this.#remainder ??= document.createElement('div');
    this.#remainder.className = 'remainder';
    this.append(this.#remainder);
    const copy = (): void => post({ type: 'copy', text: this.#text });
    render(
      html`${t('This message is too long to show completely.')}
        <button class="text-button" @click=${copy}>${t('Copy All')}</button>`,
      this.#remainder,
    );
    tellDrawn(this.#remainder);
  }
}

customElements.define('chat-markdown', ChatMarkdown);
