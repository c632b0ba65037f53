/** `<chat-math>`: a formula. Until it is drawn, and when it is none, its source is shown as code. */

/** Nothing else of the page waits longer for formulas, in milliseconds. */
const sliceMs = 4;

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
    if (this.isConnected) drawSoon(this);
  }

  connectedCallback(): void {
    this.dir = 'ltr';
    if (!this.#isDrawn) drawSoon(this);
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
    if (isDisplay) this.tabIndex = 0;
    this.replaceChildren(drawn);
  }
}

function contentOf(source: string): { readonly tex: string; readonly isDisplay: boolean } {
  const marks = /^\$(?!\$)/.test(source) ? 1 : 2;
  const isDisplay = /^(?:\$\$|\\\[)/.test(source);
  return { tex: source.slice(marks, source.length - marks), isDisplay };
}

const waiting = new Set<ChatMath>();
let isDrawing = false;

function drawSoon(element: ChatMath): void {
  waiting.add(element);
  if (!isDrawing) void drawWaiting();
}

async function drawWaiting(): Promise<void> {
  isDrawing = true;
  try {
    const [{ formula }] = await Promise.all([import('./formula.ts'), loadStyles()]);
    let since = performance.now();
    for (const element of waiting) {
      waiting.delete(element);
      element.draw(formula);
      if (performance.now() - since < sliceMs) continue;
      // With what the browser has to do for those that are drawn.
      await new Promise(requestAnimationFrame);
      since = performance.now();
    }
  } finally {
    isDrawing = false;
  }
}

let styles: Promise<void> | undefined;

/** The style sheet of formulas and its fonts lie beside the scripts. */
function loadStyles(): Promise<void> {
  styles ??= new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = new URL('math.css', import.meta.url).href;
    link.addEventListener('load', () => resolve());
    link.addEventListener('error', () => reject(new Error('The style sheet of formulas is not there.')));
    document.head.append(link);
  });
  return styles;
}

customElements.define('chat-math', ChatMath);
