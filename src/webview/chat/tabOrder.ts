/**
 * Which parts of a turn the Tab key reaches: those of the turn that has the keyboard, or had it last. In the
 * others there are none, so that the way past a long conversation is short.
 */
import { keepOneTabStop } from '../common/toolbar.ts';

const parts = 'a[role=link], button, summary, vscode-button, [data-scrolls]';
const drawn = 'chat-drawn';

/** Part of a turn has been drawn by itself; its stops are those of the turn. */
export function tellDrawn(part: HTMLElement): void {
  part.dispatchEvent(new Event(drawn, { bubbles: true }));
}

/** Calls `keep` when a part of the turn has been drawn by itself. */
export function onDrawn(turn: HTMLElement, keep: () => void): void {
  turn.addEventListener(drawn, keep);
}

/** Sets the stops of what is drawn of the turn. */
export function keepStops(turn: Element, isCurrent: boolean): void {
  for (const part of turn.querySelectorAll<HTMLElement>(parts)) {
    if (part.closest('[role=toolbar]') !== null) continue;
    const isStop = isCurrent && part.dataset['scrolls'] !== 'no';
    if (part.tabIndex !== (isStop ? 0 : -1)) part.tabIndex = isStop ? 0 : -1;
  }
  for (const bar of turn.querySelectorAll('[role=toolbar]')) keepOneTabStop(bar, isCurrent);
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
