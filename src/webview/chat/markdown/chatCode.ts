/** A code block: its language, its buttons, and its text in colours. */
import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { iconButton } from '../../common/iconButton.ts';
import { toolbar } from '../../common/toolbar.ts';
import { tellDrawn, watchScrolling } from '../common/tabOrder.ts';
import { post } from '../common/host.ts';
import { t } from '../../common/localization.ts';
import type { Painter } from './highlight.ts';
import { revealBidiControls } from './bidiControls.ts';

/** Colours cost time and nodes; longer code stays plain. In characters. */
const maximumColouredLength = 20_000;

/** The colours are a bundle of their own, read when the first code block shows. */
async function loadPainter(language: string): Promise<Painter | undefined> {
  const { painterFor } = await import('./highlight.ts');
  return await painterFor(language);
}

export class ChatCode extends LitElement {
  static override properties = {
    code: { attribute: false },
    language: { attribute: false },
    isOpen: { attribute: false },
    wraps: { state: true },
  };
  declare code: string;
  declare language: string;
  /** More of it may come. */
  declare isOpen: boolean;
  /** Whether long lines are broken. */
  declare wraps: boolean;
  /** The beginning of the code that stands there in colours. */
  #coloured = '';
  /** For the language in which it was asked for. */
  #painter: Painter | undefined;
  #painterLanguage = '';

  constructor() {
    super();
    this.code = '';
    this.language = '';
    this.isOpen = false;
    this.wraps = false;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render(): TemplateResult {
    const language = languageOf(this.language);
    return html`<div class="code-bar">
        <bdi class="code-language">${language}</bdi>
        ${
          this.isOpen
            ? nothing
            : toolbar(
                'code-actions',
                t('Code'),
                html`${iconButton('word-wrap', t('Wrap Long Lines'), this.#wrap, { isPressed: this.wraps })}
                ${iconButton('copy', t('Copy Code'), () => post({ type: 'copy', text: this.code }))}
                ${iconButton('insert', t('Insert At Cursor'), () => post({ type: 'insertCode', text: this.code }))}
                ${iconButton(
                  language === 'mermaid' ? 'type-hierarchy' : 'new-file',
                  language === 'mermaid' ? t('Open as Diagram') : t('Open in New File'),
                  () => post({ type: 'saveCode', text: this.code, languageId: language }),
                )}`,
              )
        }
      </div>
      <pre
        ?data-wraps=${this.wraps}
        data-scrolls="no"
        tabindex="-1"
        role="group"
        aria-label=${t('Code')}
        dir="ltr"
      ><code></code></pre>`;
  }

  readonly #wrap = (): void => {
    this.wraps = !this.wraps;
  };

  protected override updated(): void {
    this.#draw();
    tellDrawn(this);
    const text = this.querySelector('pre');
    if (text !== null) watchScrolling(text);
    const language = languageOf(this.language);
    if (language === this.#painterLanguage || this.code.length > maximumColouredLength) return;
    this.#painterLanguage = language;
    this.#painter = undefined;
    void loadPainter(language).then(painter => {
      if (language !== this.#painterLanguage) return;
      this.#painter = painter;
      this.#draw();
    });
  }

  /**
   * Colours what is there; growing code only when it has grown by half, so that the whole costs little more
   * than once.
   */
  #draw(): void {
    const target = this.querySelector('code');
    if (target === null) return;
    const { code } = this;
    const grown = code.length - this.#coloured.length;
    const isDue = this.isOpen ? grown > Math.max(200, this.#coloured.length / 2) : grown > 0;
    const fits = code.startsWith(this.#coloured);
    if (this.#painter !== undefined && code.length <= maximumColouredLength && (isDue || !fits)) {
      target.replaceChildren(this.#painter(code), '');
      this.#coloured = code;
      return;
    }
    if (!fits || target.lastChild === null) {
      this.#coloured = '';
      target.replaceChildren('');
    }
    const rest = revealBidiControls(code.slice(this.#coloured.length));
    if (target.lastChild !== null) target.lastChild.nodeValue = rest;
  }
}

/** The word behind the fence, without the attributes that some put there. */
function languageOf(info: string): string {
  return /^[\w+#.-]{1,30}/.exec(info)?.[0].toLowerCase() ?? '';
}

customElements.define('chat-code', ChatCode);
