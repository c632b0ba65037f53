/** `<chat-math>`: a formula. Until it is drawn, and when it is none, its source is shown as code. */
import { readsEverything } from '../common/readsEverything.ts';
import { watchScrolling } from '../common/tabOrder.ts';

/** A frame with formulas in it is to take no longer, in milliseconds. */
const frameMs = 16;

export class ChatMath extends HTMLElement {
  #source = '';
  #isDrawn = false;

  /** As it stands in the text, with its marks. */
  set source(source: string) {
    if (source === this.#source) return;
    this.#source = source;
    this.#isDrawn = false;
    delete this.dataset['state'];
    const code = document.createElement('code');
    code.textContent = source;
    this.replaceChildren(code);
    if (this.isConnected) drawOnceNear(this);
  }

  connectedCallback(): void {
    this.dir = 'ltr';
    if (!this.#isDrawn) drawOnceNear(this);
  }

  disconnectedCallback(): void {
    observer.unobserve(this);
  }

  /** @param formula makes the element from the source without its marks */
  draw(formula: (tex: string, isDisplay: boolean) => HTMLElement | undefined): void {
    if (this.#isDrawn || !this.isConnected) return;
    this.#isDrawn = true;
    const { tex, isDisplay } = contentOf(this.#source);
    const drawn = formula(tex, isDisplay);
    this.dataset['state'] = drawn === undefined ? 'source' : 'formula';
    if (drawn === undefined) return;
    this.classList.toggle('display', isDisplay);
    this.title = this.#source;
    this.replaceChildren(drawn);
    if (!isDisplay) return;
    this.dataset['scrolls'] = 'no';
    this.tabIndex = -1;
    watchScrolling(this);
  }
}

function contentOf(source: string): { readonly tex: string; readonly isDisplay: boolean } {
  const marks = /^\$(?!\$)/.test(source) ? 1 : 2;
  const isDisplay = /^(?:\$\$|\\\[)/.test(source);
  return { tex: source.slice(marks, source.length - marks), isDisplay };
}

/** Formulas that are wanted, those in sight before those near to it. */
const inSight = new Set<ChatMath>();
const nearby = new Set<ChatMath>();
let isDrawing = false;

/** Formulas farther from what is seen stay source: each brings hundreds of elements. */
const nearness = '600px 0px';

const observer = new IntersectionObserver(
  entries => {
    for (const { target, isIntersecting, boundingClientRect: box } of entries) {
      if (!isIntersecting || !(target instanceof ChatMath)) continue;
      observer.unobserve(target);
      want(target, box.bottom > 0 && box.top < window.innerHeight);
    }
  },
  { rootMargin: nearness },
);

function drawOnceNear(element: ChatMath): void {
  if (readsEverything()) want(element, true);
  else observer.observe(element);
}

function want(element: ChatMath, isInSight: boolean): void {
  (isInSight ? inSight : nearby).add(element);
  if (!isDrawing) void drawWanted();
}

function next(): ChatMath | undefined {
  for (const queue of [inSight, nearby]) {
    for (const element of queue) {
      queue.delete(element);
      return element;
    }
  }
  return undefined;
}

/** As many formulas in a frame as the browser was found to have time for, with style, layout and painting. */
async function drawWanted(): Promise<void> {
  isDrawing = true;
  try {
    const [{ formula }] = await Promise.all([import('./formula.ts'), loadStyles()]);
    let atOnce = 1;
    for (;;) {
      await new Promise(requestAnimationFrame);
      const started = performance.now();
      for (let drawn = 0; drawn < atOnce; drawn++) {
        const element = next();
        if (element === undefined) return;
        element.draw(formula);
      }
      // Goes on when the frame has been made.
      await scheduler.yield();
      const took = performance.now() - started;
      if (took > frameMs) atOnce = Math.max(1, Math.floor(atOnce / 2));
      else if (took < frameMs / 2) atOnce++;
    }
  } finally {
    isDrawing = false;
  }
}

let styles: Promise<void> | undefined;

/**
 * The style sheet of formulas, which lies beside the scripts, and its fonts: with a font that came later all
 * formulas would be laid out again. One that does not come is replaced by the browser.
 */
function loadStyles(): Promise<void> {
  styles ??= new Promise<void>((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = new URL('math.css', import.meta.url).href;
    link.addEventListener('load', () => resolve());
    link.addEventListener('error', () => reject(new Error('The style sheet of formulas is not there.')));
    document.head.append(link);
  }).then(async () => {
    const fonts = [...document.fonts].filter(({ family }) => family.includes('KaTeX_'));
    await Promise.allSettled(fonts.map(font => font.load()));
  });
  return styles;
}

customElements.define('chat-math', ChatMath);
