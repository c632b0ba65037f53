/**
 * Which parts of a turn the Tab key reaches: those of the turn that has the keyboard, or had it last. In the
 * others there are none, so that the way past a long conversation is short.
 */
import { keepOneTabStop } from '../../common/toolbar.ts';

const parts = 'a[role=link], button, summary, vscode-button, [data-scrolls]';
/** By the element of each turn; an event for each part would cost more than the part. */
const turns = new WeakMap<Element, (part: HTMLElement) => void>();

/** Part of a turn has been drawn by itself; its stops are those of the turn. */
export function tellDrawn(part: HTMLElement): void {
  const turn = part.closest('chat-message');
  if (turn !== null) turns.get(turn)?.(part);
}

/** Calls `keep` with each part of the turn that has been drawn by itself. */
export function onDrawn(turn: Element, keep: (part: HTMLElement) => void): void {
  turns.set(turn, keep);
}

/** Sets the stops of a part of a turn. @param isCurrent whether the turn is */
export function keepStops(part: Element, isCurrent: boolean): void {
  if (part instanceof HTMLElement && part.matches(parts)) keepStop(part, isCurrent);
  for (const each of part.querySelectorAll<HTMLElement>(parts)) keepStop(each, isCurrent);
  for (const bar of part.querySelectorAll('[role=toolbar]')) keepOneTabStop(bar, isCurrent);
}

function keepStop(element: HTMLElement, isCurrent: boolean): void {
  if (element.hasAttribute('disabled') || element.closest('[role=toolbar]') !== null) return;
  const tabIndex = isCurrent && element.dataset['scrolls'] !== 'no' ? 0 : -1;
  if (element.tabIndex !== tabIndex) element.tabIndex = tabIndex;
}

/** What is scrolled sideways needs the keyboard only where there is something to scroll to. */
const observer = new ResizeObserver(entries => {
  for (const { target } of entries) {
    const box = target.closest<HTMLElement>('[data-scrolls]');
    if (box === null) continue;
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if ((box.dataset['scrolls'] === 'yes') === scrolls) continue;
    box.dataset['scrolls'] = scrolls ? 'yes' : 'no';
    tellDrawn(box);
  }
});

/** Watches an element with `data-scrolls`, and what is in it, for as long as they exist. */
export function watchScrolling(box: Element): void {
  observer.observe(box);
  if (box.firstElementChild) observer.observe(box.firstElementChild);
}
