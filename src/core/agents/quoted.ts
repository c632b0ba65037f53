import { inertText } from '../../base/text.ts';

/**
 * Words from elsewhere, so that nobody takes them for ours: on one line, without controls, and in quotes.
 * @param limit the most characters of them
 */
export function quoted(text: string, limit: number): string {
  return `"${inertText(text, limit).replaceAll('"', "'")}"`;
}
