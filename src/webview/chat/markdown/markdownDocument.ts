/** A Markdown text that grows: what is final is never parsed again. */
import type { Token } from 'marked';
import { lexMarkdown, noLinks } from './lexer.ts';
import type { Links } from './lexer.ts';

/** The first marks of a fence would be shown as text for a moment. */
const openingFence = /^ {0,3}(?:`{1,2}|~{1,2})$/;

/**
 * Splits a growing text into blocks. A block is final once the first line of a later block is complete: until
 * then the next characters can still make both one (`2` becomes the next item of a list, `***` the beginning
 * of a bold word). Where no empty line is between them, the second line must be complete as well: what looks
 * like a table or an underlined heading below a paragraph may still turn out to be more of the paragraph.
 * Only what comes after the last final block is read again.
 */
export class MarkdownDocument {
  #text = '';
  #blocks: readonly Token[] = [];
  #finalCount = 0;
  /** Where the first block that is not final begins. */
  #boundary = 0;
  #links: Links = noLinks();
  #edition = 0;

  /**
   * Another number means that blocks with the same `raw` may read otherwise, for instance because a link is
   * defined now.
   */
  get edition(): number {
    return this.#edition;
  }

  get blocks(): readonly Token[] {
    return this.#blocks;
  }

  /**
   * Takes the whole text as it is now; `isComplete` when no more will come. Returns the index of the first
   * block that may be another one than before.
   */
  update(source: string, isComplete: boolean): number {
    const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
    if (!text.startsWith(this.#text)) this.#reset();
    this.#text = text;
    const unchanged = this.#finalCount;
    const links = noLinks(this.#links);
    const tail = lexMarkdown(text.slice(this.#boundary), links);
    const blocks = [...this.#blocks.slice(0, this.#finalCount), ...tail];
    if (isComplete) {
      this.#blocks = blocks;
      // Only a definition at the end can change what was final before it.
      return Object.keys(links).length > 0 ? this.#readAgain() : unchanged;
    }
    this.#finalize(tail, Object.keys(links).length > Object.keys(this.#links).length);
    const last = blocks.at(-1);
    this.#blocks = last?.type === 'paragraph' && openingFence.test(last.raw) ? blocks.slice(0, -1) : blocks;
    return unchanged;
  }

  #finalize(tail: readonly Token[], definesLinks: boolean): void {
    const open = tail.findLastIndex(block => block.type !== 'space');
    if (open <= 0) return;
    const final = tail.slice(0, open);
    // Guards against a lexer that changes what it reads: then nothing is final, which costs time but is
    // right.
    if (tail.reduce((sum, block) => sum + block.raw.length, 0) !== this.#text.length - this.#boundary) return;
    const length = final.reduce((sum, block) => sum + block.raw.length, 0);
    const boundary = this.#boundary + length;
    const linesThatDecide = this.#text.startsWith('\n\n', boundary - 2) ? 1 : 2;
    if (this.#text.slice(boundary).split('\n').length <= linesThatDecide) return;
    // What is still open may hold half an address, so the final part is asked by itself which links it
    // defines.
    if (definesLinks) {
      lexMarkdown(this.#text.slice(this.#boundary, boundary), this.#links);
    }
    this.#boundary = boundary;
    this.#finalCount += open;
  }

  #readAgain(): number {
    this.#edition++;
    this.#blocks = lexMarkdown(this.#text, noLinks());
    return 0;
  }

  #reset(): void {
    this.#edition++;
    this.#blocks = [];
    this.#finalCount = 0;
    this.#boundary = 0;
    this.#links = noLinks();
  }
}
