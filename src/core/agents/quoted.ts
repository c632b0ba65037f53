import { inertText } from '../../base/text.ts';

/**
 * Words from elsewhere, so that nobody takes them for ours: on one line, without controls, and in quotes.
 * @param limit the most characters of them
 */
export function quoted(text: string, limit: number): string {
  return `"${inertText(text, limit).replaceAll('"', "'")}"`;
}

/** An id from elsewhere, which has to be read as it is to be used again: on one line, and bounded. */
export function bareId(id: string): string {
  return inertText(id, 100);
}
