/** Where the reader is, and the rule that the page never moves them. */
import type { ScrollPlace } from './common/host.ts';

/** So near to the end somebody who scrolls down wants to be at the end. In pixels. */
const nearEnd = 80;
const rounding = 2;
/** What a reader moves with. */
const inputs = ['wheel', 'pointerdown', 'keydown', 'touchstart'] as const;

/**
 * Keeps a scrolling element at its end while the reader is there, and leaves it alone otherwise. Scrolling up
 * by any amount lets go of the end; scrolling down to near the end takes hold of it again. Growth is noticed
 * by a `ResizeObserver`, which runs between layout and paint, so that neither text nor images make the page
 * jump.
 */
export class ScrollKeeper {
  readonly #scroller: HTMLElement;
  readonly #onChange: () => void;
  readonly #observer: ResizeObserver;
  #isAtEnd = true;
  #lastTop = 0;
  /** A place to keep to while the turns around it take their heights; until the reader does something. */
  #held: Exclude<ScrollPlace, 'end'> | undefined;

  /** `onChange` is called when the reader has moved or `isAtEnd` has changed. */
  constructor(scroller: HTMLElement, content: HTMLElement, onChange: () => void) {
    this.#scroller = scroller;
    this.#onChange = onChange;
    scroller.addEventListener('scroll', this.#onScroll, { passive: true });
    for (const name of inputs) scroller.addEventListener(name, this.#release, { passive: true });
    this.#observer = new ResizeObserver(this.#follow);
    this.#observer.observe(content);
    this.#observer.observe(scroller);
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  get place(): ScrollPlace {
    if (this.#isAtEnd) return 'end';
    const top = this.#scroller.getBoundingClientRect().top;
    for (const message of this.#scroller.querySelectorAll<HTMLElement>('[data-message-id]')) {
      const box = message.getBoundingClientRect();
      if (box.bottom <= top) continue;
      return { messageId: message.dataset['messageId'] ?? '', offset: Math.round(top - box.top) };
    }
    return 'end';
  }

  goTo(place: ScrollPlace): void {
    this.#held = place !== 'end' && this.#find(place.messageId) !== undefined ? place : undefined;
    this.#isAtEnd = this.#held === undefined;
    this.#follow();
    this.#onChange();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#scroller.removeEventListener('scroll', this.#onScroll);
    for (const name of inputs) this.#scroller.removeEventListener(name, this.#release);
  }

  /** Without turns there is a welcome, which is read from its beginning. */
  get #hasTurns(): boolean {
    return this.#scroller.querySelector('[data-message-id]') !== null;
  }

  #find(messageId: string): HTMLElement | undefined {
    return (
      this.#scroller.querySelector<HTMLElement>(`[data-message-id="${CSS.escape(messageId)}"]`) ?? undefined
    );
  }

  readonly #follow = (): void => {
    if (this.#isAtEnd) this.#scroller.scrollTop = this.#hasTurns ? this.#scroller.scrollHeight : 0;
    else if (this.#held !== undefined) this.#scroller.scrollTop += this.#distanceTo(this.#held);
    else return;
    this.#lastTop = this.#scroller.scrollTop;
  };

  #distanceTo({ messageId, offset }: Exclude<ScrollPlace, 'end'>): number {
    const message = this.#find(messageId);
    if (message === undefined) return 0;
    return message.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top + offset;
  }

  readonly #release = (): void => {
    this.#held = undefined;
  };

  readonly #onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const distance = scrollHeight - clientHeight - scrollTop;
    if (distance <= rounding) this.#isAtEnd = true;
    else if (scrollTop < this.#lastTop) this.#isAtEnd = false;
    else if (scrollTop > this.#lastTop && distance <= nearEnd) this.#isAtEnd = true;
    this.#lastTop = scrollTop;
    this.#onChange();
  };
}
