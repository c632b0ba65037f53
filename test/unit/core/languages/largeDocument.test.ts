import { describe, expect, it } from 'vitest';
import { condensed } from '../../../../src/core/languages/largeDocument.ts';
import { promptsAt } from '../../../../src/core/prompts/findPrompts.ts';
import type { ReferencePlan } from '../../../../src/core/references/plan/plan.ts';
import { inlineReference, planReference } from '../../../../src/core/references/planReference.ts';

const media = { kind: 'image', path: 'a.png', isPublic: false, mediaType: 'image/png', alt: 'A' } as const;
const picture = 'iVBORw0KGgo/+'.repeat(100_000);

function planIn(text: string, prompt: string, languageId = 'markdown'): ReferencePlan | undefined {
  const start = text.indexOf(prompt);
  const end = start + prompt.length;
  return planReference({ languageId, text, start, end, mode: 'after', media: [media], eol: '\n' });
}

function applied(text: string, plan: ReferencePlan | undefined): string {
  return (plan?.edits ?? []).reduceRight(
    (changed, { start, end, text: edit }) => changed.slice(0, start) + edit + changed.slice(end),
    text,
  );
}

describe('a document with an inlined picture', () => {
  it.each([
    ['above the prompt', `![x](data:image/png;base64,${picture})\n\nA fox.\n`],
    ['below the prompt', `A fox.\n\n![x](data:image/png;base64,${picture})\n`],
    ['on both sides', `![x](data:a;base64,${picture})\n\nA fox.\n\n![x](data:a;base64,${picture})\n`],
  ])('gets its reference where the prompt is: %s', (_, text) => {
    const changed = applied(text, planIn(text, 'A fox.'));
    expect(changed).toBe(text.replace('A fox.\n', 'A fox.\n\n![A](a.png)\n'));
  });

  it('keeps every offset at the ends of what is left out', () => {
    const text = `ab ${picture} cd ${picture}`;
    const short = condensed(text);
    expect(short?.text.length).toBeLessThan(500);
    const second = text.lastIndexOf(' ') + 1;
    for (const at of [0, 2, 3, 3 + picture.length, second - 3, second, text.length])
      expect(short?.original(short.within(at))).toBe(at);
    // What is left out has no offset of its own: it is where it begins.
    expect(short?.original(short.within(second - 1_000))).toBeLessThan(second - 1_000);
  });

  it('is read as it is without one', () => {
    const text = `${'word '.repeat(10_000)}${'x'.repeat(4_000)}`;
    expect(condensed(text)?.text).toBe(text);
  });
});

describe('a document that is larger than anybody writes by hand', () => {
  const text = `<!-- A fox. -->\n${'A line of words.\n'.repeat(40_000)}`;

  it('gets no reference, for its place is not known', () => {
    expect(planIn(text, 'A fox.')).toBeUndefined();
    expect(inlineReference('html', text, 100, media)).toBe('a.png');
    expect(inlineReference('markdown', text, 100, media)).toBe('![A](a.png)');
  });

  it('has the line for a prompt', () => {
    const at = text.indexOf('fox');
    expect(promptsAt(text, 'html', [{ start: at, end: at }])).toEqual([
      { prompt: 'A fox.', start: 0, end: 15 },
    ]);
  });
});
