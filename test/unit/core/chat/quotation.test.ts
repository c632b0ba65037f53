import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import {
  composeMessage,
  continuation,
  fenceFor,
  lengthOf,
  quoteHistory,
} from '../../../../src/core/chat/quotation.ts';

const nothing = { contexts: [], images: [] } as const;

describe('composeMessage', () => {
  it('puts what is quoted under its name, before the question', () => {
    const context = { label: 'src/app.ts:1-2', languageId: 'typescript', text: 'let a;\nlet b;\n' };
    expect(composeMessage('Why?', [context])).toBe(
      '`src/app.ts:1-2`\n```typescript\nlet a;\nlet b;\n```\n\nWhy?',
    );
    expect(composeMessage('  Why?  ', [])).toBe('Why?');
  });

  it('lets nothing in a text end its block, whatever the text', () => {
    const piece = fc.constantFrom('`', '```', '~~~', '\n', 'a', ' ', '````````', '> ', '- ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const text = pieces.join('');
        const message = composeMessage('Question', [{ label: 'a`b``c\n', languageId: 'bad id`', text }]);
        const tokens = marked.lexer(message);
        const code = tokens.flatMap(token => (token.type === 'code' ? [token.raw] : []));
        expect(code).toHaveLength(1);
        const inside = (code[0] ?? '').split('\n').slice(1, -1).join('\n');
        expect(inside.replace(/\n+$/, '')).toBe(text.replace(/\n+$/, ''));
        expect(tokens.at(-1)).toMatchObject({ type: 'paragraph', text: 'Question' });
      }),
    );
  });

  it('uses the shortest fence that does', () => {
    expect(fenceFor('no ticks')).toBe('```');
    expect(fenceFor('a ``` b')).toBe('````');
  });
});

describe('lengthOf', () => {
  it('counts code points', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(lengthOf(text)).toBe(Array.from(text).length);
      }),
    );
  });
});

describe('quoteHistory', () => {
  const said = Array.from({ length: 40 }, (_, index) => ({
    role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
    text: `message ${index}${'x'.repeat(index)}`,
    ...nothing,
  }));

  it('names who said what', () => {
    expect(quoteHistory(said.slice(0, 2), 1_000)).toBe('User:\nmessage 0\n\nAssistant:\nmessage 1x');
  });

  it('keeps the latest that fit, whole, and says how many are left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), limit => {
        const text = quoteHistory(said, limit);
        const left = Number(/^\[(\d+) earlier/.exec(text)?.[1] ?? 0);
        const kept = said.slice(left).map(({ role, text: words }) => {
          return `${role === 'user' ? 'User' : 'Assistant'}:\n${words}`;
        });
        const omission = left > 0 ? [`[${left} earlier messages left out]`] : [];
        expect(text).toBe([...omission, ...kept].join('\n\n'));
        if (left < said.length) expect(lengthOf(text)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('leaves out what has neither words nor images', () => {
    expect(quoteHistory([{ role: 'assistant', text: '', ...nothing }], 100)).toBe('');
  });
});

describe('continuation', () => {
  it('quotes the end of what came, line by line', () => {
    const text = continuation('First line.\nSecond li');
    expect(text).toContain('> First line.\n> Second li\n');
    expect(continuation('')).not.toContain('>');
    expect(lengthOf(continuation('🐚'.repeat(10_000)))).toBeLessThan(400);
  });
});
