/**
 * The names of buttons that are icons, for those who reach them by key: browsers show a `title` to the mouse
 * alone. Escape takes it away, and it hides nothing that is hovered.
 */
const gap = 4;

/** For the whole page; call it once. */
export function showNamesAtFocus(): void {
  const tip = document.createElement('div');
  tip.className = 'focus-tooltip';
  tip.popover = 'manual';
  // The button's name is read anyway.
  tip.ariaHidden = 'true';
  document.body.append(tip);
  const hide = (): void => tip.hidePopover();
  document.addEventListener('focusin', ({ target }) => {
    hide();
    if (!(target instanceof HTMLElement) || !target.matches('.icon-button:focus-visible')) return;
    tip.textContent = target.ariaLabel;
    tip.showPopover();
    place(tip, target);
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('scroll', hide, { capture: true, passive: true });
  document.addEventListener('pointerdown', hide);
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && hide(), { capture: true });
}

/** Above the button, or below it where there is no room; always within the page. */
function place(tip: HTMLElement, button: HTMLElement): void {
  // As wide as its words, wherever it was before.
  tip.style.left = tip.style.top = '0';
  const { left, top, bottom, width } = button.getBoundingClientRect();
  const above = top - tip.offsetHeight - gap;
  const middle = left + width / 2 - tip.offsetWidth / 2;
  tip.style.left = `${Math.max(gap, Math.min(middle, innerWidth - tip.offsetWidth - gap))}px`;
  tip.style.top = `${above >= 0 ? above : bottom + gap}px`;
}
