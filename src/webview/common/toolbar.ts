/** Several buttons that are one tab stop, as the toolbars of VS Code. */
import { html } from 'lit';
import type { TemplateResult } from 'lit';

/** @param className for the style sheet */
export function toolbar(className: string, name: string, content: unknown): TemplateResult {
  return html`<div class=${className} role="toolbar" aria-label=${name} @keydown=${onKeyDown}>
    ${content}
  </div>`;
}

/**
 * Only one button of a toolbar is in the tab order. Which one it is belongs to the page's elements, not to
 * what is drawn, so it is set whenever the toolbar has been drawn.
 */
export function keepOneTabStop(bar: Element | null, isInOrder = true): void {
  if (bar === null) return;
  const buttons = buttonsOf(bar);
  const stop = buttons.find(button => button.dataset['stop'] !== undefined) ?? buttons[0];
  for (const button of buttons) setStop(button, button === stop, isInOrder);
}

function onKeyDown(event: KeyboardEvent): void {
  const bar = event.currentTarget;
  if (!(bar instanceof Element)) return;
  const buttons = buttonsOf(bar);
  const index = buttons.findIndex(button => button === document.activeElement);
  const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
  const target = next === undefined ? undefined : buttons.at(next % buttons.length);
  if (target === undefined) return;
  event.preventDefault();
  for (const button of buttons) setStop(button, button === target, true);
  target.focus();
}

function buttonsOf(bar: Element): HTMLButtonElement[] {
  return [...bar.querySelectorAll('button')];
}

function setStop(button: HTMLButtonElement, isStop: boolean, isInOrder: boolean): void {
  if (isStop) button.dataset['stop'] = '';
  else delete button.dataset['stop'];
  button.tabIndex = isStop && isInOrder ? 0 : -1;
}
