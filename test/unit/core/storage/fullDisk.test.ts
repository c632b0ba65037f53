import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it, vi } from 'vitest';
import { storedFiles } from '../../../../src/shared/task.ts';
import { startJobs } from '../../../support/jobHarness.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { newSession, startChat } from '../chat/chatHarness.ts';

// oxlint-disable-next-line typescript/unbound-method -- it is called with its database
const trueExec = DatabaseSync.prototype.exec;

afterEach(() => vi.restoreAllMocks());

/**
 * The disk is full when one transaction is to be written, and has room again after it.
 * @returns whether it came to that
 */
function fullAt(nth: number): () => boolean {
  let count = 0;
  vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    if (sql === 'COMMIT' && ++count === nth) {
      trueExec.call(this, 'ROLLBACK');
      const details = { code: 'ERR_SQLITE_ERROR', errcode: 13 };
      throw Object.assign(new Error('database or disk is full'), details);
    }
    trueExec.call(this, sql);
  });
  return () => count >= nth;
}

function isFull(error: unknown): boolean {
  return error instanceof Error && error.message === 'database or disk is full';
}

it('a disk that is full at any write of a job costs no second charge, and no result', async () => {
  for (let nth = 1; ; nth++) {
    await using jobs = await startJobs({ taskDurationMs: 0 });
    const isReached = fullAt(nth);
    const ids: string[] = [];
    while (ids.length === 0) {
      try {
        ids.push(jobs.create().id);
      } catch (error) {
        if (!isFull(error)) throw error;
        // Nothing was written, so nothing is sent.
        expect(jobs.ledger.count()).toBe(0);
      }
    }
    jobs.runner.poke();
    await jobs.settled();
    for (const id of ids) {
      expect({ nth, state: jobs.task(id).state }).toEqual({ nth, state: 'stored' });
      expect(storedFiles(jobs.task(id))).toHaveLength(1);
    }
    expect(jobs.sandbox.control.charges()).toHaveLength(1);
    const wasReached = isReached();
    vi.restoreAllMocks();
    if (!wasReached) break;
  }
});

it('a disk that is full at any write of a question costs no second charge, and no answer', async () => {
  for (let nth = 1; ; nth++) {
    const chat = await startChat();
    const clock = new ManualClock(Date.now());
    const window = chat.window('a', clock, clock);
    const session = newSession(window, chat, { draft: 'Tell me' });
    const settle = async (): Promise<void> => {
      const state = { isIdle: false };
      void window.conversations.idle().then(() => (state.isIdle = true));
      while (!state.isIdle) {
        await new Promise(setImmediate);
        clock.advance(500);
      }
    };
    const isReached = fullAt(nth);
    let isSent = false;
    while (!isSent) {
      try {
        window.conversations.send(session.id, { text: 'Tell me', streamed: true });
        isSent = true;
      } catch (error) {
        if (!isFull(error)) throw error;
        expect(window.store.session(session.id)?.draft).toBe('Tell me');
        expect(chat.posts()).toEqual([]);
      }
    }
    await settle();
    const answer = window.store.messages(session.id).at(-1);
    expect({ nth, role: answer?.role, state: answer?.state }).toEqual({
      nth,
      role: 'assistant',
      state: 'complete',
    });
    expect(window.conversations.isBusy(session.id)).toBe(false);
    expect(chat.sandbox.control.charges()).toHaveLength(1);
    const wasReached = isReached();
    vi.restoreAllMocks();
    if (!wasReached) break;
  }
});
