/** Whoever listens reads on without scrolling, so nothing may wait to be seen. */
export function readsEverything(): boolean {
  return document.body.classList.contains('vscode-using-screen-reader');
}
