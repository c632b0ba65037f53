/** The small buttons of the page. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';

interface IconButtonOptions {
  readonly testId?: string;
  /** It keeps the keyboard that it has, so it is only said to be disabled. */
  readonly isDisabled?: boolean;
  /** What else there is to know; the name stays short. */
  readonly description?: string;
  /** For a button that stays down. */
  readonly isPressed?: boolean;
  /** For a button that opens something. */
  readonly isExpanded?: boolean;
}

/** A button that is an icon; its name is its tooltip. `icon` is a name of the codicons. */
export function iconButton(
  icon: string,
  name: string,
  onClick: (event: Event) => void,
  { testId, isDisabled = false, description, isPressed, isExpanded }: IconButtonOptions = {},
): TemplateResult {
  return html`<button
    type="button"
    class="icon-button codicon codicon-${icon}"
    title=${description === undefined ? name : `${name}: ${description}`}
    aria-label=${name}
    aria-description=${description ?? nothing}
    aria-pressed=${isPressed ?? nothing}
    aria-expanded=${isExpanded ?? nothing}
    data-testid=${testId ?? nothing}
    aria-disabled=${isDisabled ? 'true' : nothing}
    @click=${isDisabled ? nothing : onClick}
  ></button>`;
}
