import { describe, expect, it } from 'vitest';
import type { ChatSession } from '../../../../src/api/chat/chatSessions.ts';
import type { Page, PageQuery } from '../../../../src/api/schema/list.ts';
import { ServerSessions } from '../../../../src/core/chat/serverSessions.ts';

function page(ids: readonly string[], next: string | null = null): Page<ChatSession> {
  const data = ids.map(id => ({ id }) as ChatSession);
  return { data, has_more: next !== null, next_cursor: next };
}

/** The answers of a server, one after the other, and what it was asked for. */
function scripted(...answers: (Page<ChatSession> | Error)[]) {
  const asked: (PageQuery | undefined)[] = [];
  const sessions = new ServerSessions(options => {
    asked.push(options?.query);
    const answer = answers.shift();
    return answer instanceof Error || !answer
      ? Promise.reject(answer ?? new Error('asked too often'))
      : Promise.resolve(answer);
  });
  return { asked, sessions, ids: () => sessions.sessions.map(session => session.id) };
}

describe('the sessions of the server', () => {
  it('are loaded page by page, each once, until there are no more', async () => {
    const { asked, sessions, ids } = scripted(page(['a', 'b'], 'b'), page(['b', 'c'], 'c'), page(['d']));
    expect(ids()).toEqual([]);
    while (sessions.hasMore) await sessions.loadMore();
    expect(ids()).toEqual(['a', 'b', 'c', 'd']);
    expect(asked).toEqual([{}, { after: 'b' }, { after: 'c' }]);
    await sessions.loadMore();
    expect(asked).toHaveLength(3);
  });

  it('end with a server that answers with the same page for ever', async () => {
    const { asked, sessions, ids } = scripted(page(['a', 'b'], 'x'), page(['a', 'b'], 'x'));
    while (sessions.hasMore) await sessions.loadMore();
    expect(ids()).toEqual(['a', 'b']);
    expect(asked).toHaveLength(2);
  });

  it('are asked for once, however often that is wanted at a time', async () => {
    const { asked, sessions } = scripted(page(['a'], 'a'));
    await Promise.all([sessions.loadMore(), sessions.loadMore()]);
    expect(asked).toHaveLength(1);
  });

  it('go on with the same page after an error', async () => {
    const { asked, sessions, ids } = scripted(page(['a'], 'a'), new Error('offline'), page(['b']));
    await sessions.loadMore();
    await expect(sessions.loadMore()).rejects.toThrow('offline');
    expect(sessions.hasMore).toBe(true);
    await sessions.loadMore();
    expect(ids()).toEqual(['a', 'b']);
    expect(asked).toEqual([{}, { after: 'a' }, { after: 'a' }]);
  });
});
