/** The small buttons of the page. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';

interface IconButtonOptions {
  readonly testId?: string;
  readonly isDisabled?: boolean;
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
  { testId, isDisabled, isPressed, isExpanded }: IconButtonOptions = {},
): TemplateResult {
  return html`<button
    type="button"
    class="icon-button codicon codicon-${icon}"
    title=${name}
    aria-label=${name}
    aria-pressed=${isPressed ?? nothing}
    aria-expanded=${isExpanded ?? nothing}
    data-testid=${testId ?? nothing}
    ?disabled=${isDisabled ?? false}
    @click=${onClick}
  ></button>`;
}
