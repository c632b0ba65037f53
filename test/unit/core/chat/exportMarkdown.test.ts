import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { exportMarkdown, type ExportLabels } from '../../../../src/core/chat/exportMarkdown.ts';
import type { ChatMessageRecord } from '../../../../src/core/chat/records.ts';

const words: ExportLabels = {
  you: 'You',
  model: 'Rivya',
  stopped: 'Stopped',
  incomplete: 'Not complete',
  failed: 'No answer',
  usage: ({ credits }) => (credits === undefined ? undefined : `${credits} credits`),
  date: () => '11 May 2026',
};

function message(change: Partial<ChatMessageRecord>): ChatMessageRecord {
  return {
    id: 'm',
    sessionId: 's',
    role: 'user',
    state: 'complete',
    text: '',
    reasoning: '',
    images: [],
    contexts: [],
    inputTokens: undefined,
    outputTokens: undefined,
    credits: undefined,
    problem: undefined,
    createdAt: 0,
    ...change,
  };
}

describe('exportMarkdown', () => {
  it('is a document with a part for each message', () => {
    const text = exportMarkdown(
      { title: 'Tide *pools*', model: 'gpt-5-2-chat', createdAt: 0 },
      [
        message({
          text: 'What?',
          contexts: [{ id: 'c', label: 'a.md', languageId: 'markdown', text: 'Note' }],
        }),
        message({ role: 'assistant', text: 'That.', credits: 2 }),
      ],
      words,
    );
    expect(text).toBe(
      '# Tide \\*pools\\*\n\n11 May 2026 · gpt-5-2-chat\n\n## You\n\n`a.md`\n```markdown\nNote\n```\n\nWhat?\n\n' +
        '## gpt-5-2-chat\n\nThat.\n\n<sub>2 credits</sub>\n',
    );
  });

  it('lets an answer that broke off inside a code block swallow nothing', () => {
    const text = exportMarkdown(
      { title: 'T', model: undefined, createdAt: 0 },
      [
        message({ role: 'assistant', state: 'incomplete', text: 'See:\n\n````js\n```\nlet a;' }),
        message({ text: 'And then?' }),
      ],
      words,
    );
    const headings = marked
      .lexer(text)
      .flatMap(token => (token.type === 'heading' ? [String(token.text)] : []));
    expect(headings).toEqual(['T', 'Rivya', 'You']);
    expect(text).toContain('*Not complete*');
  });
});
