/** What is selected in a message, to make a picture of just that. */

/** The selected text, when all of it lies in this element; else empty. */
export function selectedIn(element: Element): string {
  const selection = document.getSelection();
  if (selection === null || selection.rangeCount === 0) return '';
  const range = selection.getRangeAt(0);
  return element.contains(range.startContainer) && !reachesBeyond(range, element)
    ? selection.toString().trim()
    : '';
}

/** A triple click selects up to the start of what follows, which is nothing of that yet. */
function reachesBeyond(range: Range, element: Element): boolean {
  if (element.contains(range.endContainer)) return false;
  const beyond = document.createRange();
  beyond.setStartAfter(element);
  beyond.setEnd(range.endContainer, range.endOffset);
  return beyond.toString().trim() !== '';
}

/** Where the selection begins. */
export function selectionStart(): Element | null {
  const selection = document.getSelection();
  if (selection === null || selection.rangeCount === 0) return null;
  const { startContainer } = selection.getRangeAt(0);
  return startContainer instanceof Element ? startContainer : startContainer.parentElement;
}
