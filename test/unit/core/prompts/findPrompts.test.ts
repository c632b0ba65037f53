import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promptIn, promptsAt } from '../../../../src/core/prompts/findPrompts.ts';

/** The prompt for a text in which `|` stands for a cursor, and `‹` and `›` for a selection. */
function promptAt(languageId: string, marked: string): string[] {
  const text = marked.replace(/[|‹›]/g, '');
  const cursor = marked.indexOf('|');
  const range =
    cursor === -1
      ? { start: marked.indexOf('‹'), end: marked.indexOf('›') - 1 }
      : { start: cursor, end: cursor };
  return promptsAt(text, languageId, [range]).map(each => each.prompt);
}

describe('the prompt at a cursor', () => {
  it.each([
    ['markdown', 'One.\nA red| fox.\nTwo.', 'A red fox.'],
    ['markdown', '## A red| fox', 'A red fox'],
    ['markdown', '- [ ] A red| fox', 'A red fox'],
    ['markdown', '> 1. A red| fox', 'A red fox'],
    ['markdown', 'Text <!-- A red|\n fox --> more', 'A red fox'],
    ['markdown', 'A\n\n```prompt\nA red\n|fox\n```\n\nB', 'A red\nfox'],
    ['markdown', '> ~~~ prompt\n> A |fox\n> ~~~', 'A fox'],
    ['markdown', '```prompt\r\nA |fox\r\n```', 'A fox'],
    ['markdown', '```js\nprompt|()\n```', 'prompt()'],
    ['typescript', '  // A red\n  // |fox\n  //\n  // by night\nconst a = 1;', 'A red fox\n\nby night'],
    ['typescript', '/// A red| fox', 'A red fox'],
    ['typescript', '/**\n * A red\n * fox|\n */\nconst a = 1;', 'A red fox'],
    ['typescript', 'const a = 1; // A red| fox', 'A red fox'],
    ['typescript', "load('https://x.y');| ", "load('https://x.y');"],
    ['typescriptreact', '<p>{/* A red| fox */}</p>', 'A red fox'],
    ['css', 'a {\n  /* A red| fox */\n}', 'A red fox'],
    ['python', '# A red\n# |fox', 'A red fox'],
    ['yaml', 'a: 1 # A red| fox', 'A red fox'],
    ['html', '<!-- A red| fox -->', 'A red fox'],
    ['latex', '% A red| fox', 'A red fox'],
    ['sql', '-- A red| fox', 'A red fox'],
    ['lua', '--[[ A red| fox ]]', 'A red fox'],
    ['asciidoc', '// A red| fox', 'A red fox'],
    ['no-such-language', '  A red| fox  ', 'A red fox'],
  ])('in %s: %j', (languageId, text, prompt) => {
    expect(promptAt(languageId, text)).toEqual([prompt]);
  });

  it('is none on a blank line', () => {
    expect(promptAt('markdown', 'A\n|\nB')).toEqual([]);
    expect(promptAt('typescript', '// |')).toEqual([]);
  });

  it('does not reach over the end of a fence or a comment', () => {
    expect(promptAt('markdown', '```prompt\nA fox\n```\nA |cat')).toEqual(['A cat']);
    expect(promptAt('css', '/* A fox */ a { color: |red }')).toEqual(['/* A fox */ a { color: red }']);
  });

  it('covers the whole block, so that the reference goes behind it', () => {
    const text = 'A\n```prompt\nA fox\n```\nB';
    expect(promptsAt(text, 'markdown', [{ start: 13, end: 13 }])).toEqual([
      { prompt: 'A fox', start: 2, end: text.length - 2 },
    ]);
  });
});

describe('the prompts of selections', () => {
  it('are the words, without the marks of a comment', () => {
    expect(promptAt('typescript', '‹// A red\n// fox›')).toEqual(['A red fox']);
    expect(promptAt('typescript', '// ‹A red fox›')).toEqual(['A red fox']);
    expect(promptAt('markdown', 'See ‹a red fox› there')).toEqual(['a red fox']);
  });

  it('are one each; blank ones and repetitions are left out', () => {
    const text = 'A fox.\n\nA cat.';
    const selections = [
      { start: 0, end: 6 },
      { start: 6, end: 8 },
      { start: 8, end: 8 },
      { start: 10, end: 10 },
    ];
    expect(promptsAt(text, 'markdown', selections).map(each => each.prompt)).toEqual(['A fox.', 'A cat.']);
  });

  it('never lie outside of the text, whatever it is', () => {
    const languages = fc.constantFrom('markdown', 'typescript', 'css', 'python', 'vue', 'lua', 'powershell');
    const texts = fc.string({
      unit: fc.constantFrom('a', ' ', '\n', '\r', '/', '*', '#', '`', '<', '-', '!', '>', '~'),
    });
    fc.assert(
      fc.property(languages, texts, fc.nat(100), fc.nat(100), (languageId, text, one, other) => {
        const [start = 0, end = 0] = [one, other]
          .map(at => Math.min(at, text.length))
          .toSorted((a, b) => a - b);
        for (const found of promptsAt(text, languageId, [{ start, end }])) {
          expect(found.start).toBeGreaterThanOrEqual(0);
          expect(found.start).toBeLessThan(found.end);
          expect(found.end).toBeLessThanOrEqual(text.length);
          expect(promptIn(text.slice(found.start, found.end), languageId)).toBe(found.prompt);
        }
      }),
    );
  });
});
