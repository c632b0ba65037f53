import { describe, expect, it } from 'vitest';
import { promptSourceAt } from '../../../../src/core/prompts/findPrompts.ts';

/** What stands at the place marked by `|`. */
function at(text: string, languageId: string): string | undefined {
  return promptSourceAt(text.replace('|', ''), languageId, text.indexOf('|'));
}

describe('what a prompt is taken from', () => {
  it.each([
    ['# A\n\nA red f|ox.\n', 'markdown', 'line'],
    ['# A\n\n```prompt\nA red f|ox\nin snow\n```\n', 'markdown', 'block'],
    ['# A\n\n```js\nA red f|ox\n```\n', 'markdown', 'line'],
    ['const a = 1; // a red f|ox\n', 'javascript', 'comment'],
    ['/* a red\n * f|ox\n */\n', 'css', 'comment'],
    ['{ "prompt": "a red f|ox" }\n', 'json', 'text'],
    ['a\n|\nb\n', 'markdown', undefined],
  ])('%j in %s: %s', (text, languageId, source) => {
    expect(at(text, languageId)).toBe(source);
  });
});
