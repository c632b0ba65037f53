/** The way through the turns by key. */

/** The turn that a key leads to from the one that has the keyboard; undefined for every other key. */
export function turnAt(event: KeyboardEvent, log: Element): HTMLElement | undefined {
  const turns = [...log.querySelectorAll<HTMLElement>('.message')];
  const current = turns.findIndex(turn => turn.contains(document.activeElement));
  if (event.ctrlKey !== event.metaKey && event.altKey && !event.shiftKey) {
    const isQuestion = (turn: HTMLElement): boolean => turn.dataset['role'] === 'user';
    // From outside of the conversation, such as the composer, the way begins at its end.
    const from = current === -1 ? turns.length : current;
    if (event.key === 'ArrowUp') return turns.slice(0, from).findLast(isQuestion);
    return event.key === 'ArrowDown' ? turns.slice(from + 1).find(isQuestion) : undefined;
  }
  // Inside of a turn the keys belong to what is there.
  if (current === -1 || turns[current] !== document.activeElement || hasModifier(event)) return undefined;
  const next = { ArrowUp: current - 1, ArrowDown: current + 1, Home: 0, End: turns.length - 1 }[event.key];
  return next === undefined ? undefined : turns[next];
}

function hasModifier({ altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  return altKey || ctrlKey || metaKey || shiftKey;
}
