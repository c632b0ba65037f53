import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChatMessageRecord } from '../../../../src/core/chat/records.ts';
import { maximumConflicts } from '../../../../src/core/paidRequest/paidRequest.ts';
import type { StatusAction } from '../../../../src/sandbox/state/fault.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { answerOf, ask, newSession, startChat, type ChatHarness, type ChatWindow } from './chatHarness.ts';

const day = 24 * 3_600_000;
const stream = '/api/v1/chat/completions/stream';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A network that is not there. */
function offline(): Promise<Response> {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND rivya.example'), { code: 'ENOTFOUND' });
  return Promise.reject(new TypeError('fetch failed', { cause }));
}

interface Broken {
  readonly chat: ChatHarness;
  readonly clock: ManualClock;
  readonly window: ChatWindow;
  readonly answer: ChatMessageRecord;
  readonly sessionId: string;
  readonly key: string | undefined;
  /** Asks once more, and turns the clock until that has ended. */
  readonly again: (answer: ChatMessageRecord) => Promise<ChatMessageRecord>;
}

/** An answer that has broken off after it was paid; the session of the server does not have the rest. */
async function brokenAnswer(): Promise<Broken> {
  const chat = await startChat();
  const clock = new ManualClock(Date.now());
  const window = chat.window('a', clock, clock);
  const session = newSession(window, chat);
  chat.sandbox.control.addFault({
    path: stream,
    action: { type: 'stream', stream: { stop: { afterDeltas: 5, how: 'end' } } },
  });
  chat.sandbox.control.addFault({
    path: '/api/v1/chat/sessions/*',
    times: 'always',
    action: { type: 'status', status: 404, code: 'not_found' },
  });
  window.conversations.send(session.id, { text: 'Tell me', streamed: true });
  const answer = await ended(window, session.id, clock);
  expect(answer).toMatchObject({ state: 'incomplete', problem: { mayHaveBeenCharged: true } });
  const again = async ({ id }: ChatMessageRecord): Promise<ChatMessageRecord> => {
    expect(window.conversations.again(id)).toBe(true);
    return ended(window, session.id, clock);
  };
  return { chat, clock, window, answer, sessionId: session.id, key: keyOf(window, answer), again };
}

function keyOf(window: ChatWindow, { id }: ChatMessageRecord): string | undefined {
  return window.store.requests.request(id)?.idempotencyKey;
}

async function askAgain(window: ChatWindow, answer: ChatMessageRecord): Promise<ChatMessageRecord> {
  expect(window.conversations.again(answer.id)).toBe(true);
  return answerOf(window, answer.sessionId);
}

/** The answer once it has ended; the clock is turned until then. */
async function ended(window: ChatWindow, sessionId: string, clock: ManualClock): Promise<ChatMessageRecord> {
  await settle(window, clock);
  return answerOf(window, sessionId);
}

/** Turns the clock until everything that runs has ended. */
async function settle(window: ChatWindow, clock: ManualClock): Promise<void> {
  const state = { isIdle: false };
  void window.conversations.idle().then(() => (state.isIdle = true));
  while (!state.isIdle) {
    // A machine that is slow to answer must not find itself hours later.
    await new Promise(resolve => setTimeout(resolve, window.isAsking() ? 50 : 5));
    clock.advance(500);
  }
}

/** One charge, one key, one body, and the whole answer. */
function expectPaidOnce(chat: ChatHarness, answer: ChatMessageRecord): void {
  expect(answer).toMatchObject({ state: 'complete', problem: undefined });
  expect(chat.sandbox.control.charges()).toHaveLength(1);
  expect(new Set(chat.posts().map(post => post.idempotencyKey)).size).toBe(1);
  // Of a request that a fault has answered, the sandbox has not read the body.
  const bodies = chat.posts().flatMap(({ body }) => (body === null ? [] : JSON.stringify(body)));
  expect(new Set(bodies).size).toBe(1);
}

describe('an answer that may be paid', () => {
  it.each([
    ['with an empty composer', ''],
    ['with something in the composer', 'Another thought'],
  ])(
    'keeps its text and its key when it is asked for again without a network, %s',
    async (_, draft) => {
      const { chat, window, answer, sessionId, key, again } = await brokenAnswer();
      window.store.change(sessionId, { draft });
      const { fetch } = chat;
      chat.fetch = offline;
      const still = await again(answer);
      expect(still).toMatchObject({
        state: 'incomplete',
        text: answer.text,
        problem: { code: 'host_not_found', mayHaveBeenCharged: true },
      });
      expect(keyOf(window, still)).toBe(key);
      expect(window.store.session(sessionId)?.draft).toBe(draft);
      chat.fetch = fetch;
      expectPaidOnce(chat, await again(still));
    },
    30_000,
  );

  it('is not withdrawn when the window was reloaded and there is no network yet', async () => {
    const chat = await startChat();
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    const first = chat.window('first');
    const session = newSession(first, chat);
    first.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await first.until(event => event.type === 'delta' && event.at > 20);
    first.conversations.dispose();
    await first.conversations.idle();

    const { fetch } = chat;
    chat.fetch = offline;
    const second = chat.window('second');
    second.conversations.resume();
    const waiting = await answerOf(second, session.id);
    expect(waiting).toMatchObject({ state: 'incomplete', problem: { mayHaveBeenCharged: true } });
    expect(waiting.text.length).toBeGreaterThan(20);
    expect(second.events.map(event => event.type)).not.toContain('withdrawn');
    chat.fetch = fetch;
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
    expectPaidOnce(chat, await askAgain(second, waiting));
  });

  it.each<Omit<StatusAction, 'type'>>([
    { status: 429, code: 'rate_limited', retryAfter: 0 },
    { status: 401, code: 'api_key_revoked' },
    { status: 403, code: 'api_scope_denied' },
    { status: 402, code: 'insufficient_credits' },
    { status: 404, code: 'not_found' },
    { status: 413, body: '<h1>Request Entity Too Large</h1>', contentType: 'text/html' },
    { status: 400, code: 'validation_failed' },
    { status: 503, code: 'public_api_disabled', retryAfter: 0 },
    { status: 500, retryAfter: 0 },
  ])(
    'is still so when asking again is answered with $status $code',
    async answered => {
      const { chat, window, answer, key, again } = await brokenAnswer();
      chat.sandbox.control.addFault({
        path: stream,
        times: 'always',
        action: { type: 'status', ...answered },
      });
      const still = await again(answer);
      expect(still).toMatchObject({
        state: 'incomplete',
        text: answer.text,
        problem: { status: answered.status, mayHaveBeenCharged: true },
      });
      expect(keyOf(window, still)).toBe(key);
      chat.sandbox.control.clearFaults();
      expectPaidOnce(chat, await again(still).then(end => (end.problem ? again(end) : end)));
    },
    30_000,
  );

  it('is waited for when Rivya says that it works on it already', async () => {
    const { chat, answer, again } = await brokenAnswer();
    chat.sandbox.control.addFault({
      path: stream,
      times: maximumConflicts - 1,
      action: { type: 'status', status: 409, code: 'idempotency_conflict' },
    });
    expectPaidOnce(chat, await again(answer));
  });

  it('is for the person to decide when Rivya goes on saying so, on the very first send too', async () => {
    const chat = await startChat();
    const clock = new ManualClock(Date.now());
    const window = chat.window('a', clock);
    const session = newSession(window, chat);
    const conflict = { type: 'status', status: 409, code: 'idempotency_conflict', afterWork: true } as const;
    chat.sandbox.control.addFault({ path: stream, times: 'always', action: conflict });
    window.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await settle(window, clock);
    const held = await answerOf(window, session.id);
    expect(held).toMatchObject({
      state: 'failed',
      problem: { code: 'idempotency_conflict', mayHaveBeenCharged: true },
    });
    expect(window.store.requests.request(held.id)?.hold).toBe('decision');
    expect(chat.posts()).toHaveLength(maximumConflicts);
    chat.sandbox.control.clearFaults();
    expectPaidOnce(chat, await askAgain(window, held));
  });

  it('is not asked for under the key of another account, unless the person says so', async () => {
    const { chat, answer, again } = await brokenAnswer();
    const own = chat.apiKey;
    chat.apiKey = chat.sandbox.control.addKey({ account: 'acct_other' }).key;
    const held = await again(answer);
    expect(held).toMatchObject({
      state: 'incomplete',
      text: answer.text,
      problem: { code: 'other_account', mayHaveBeenCharged: true },
    });
    expect(chat.sandbox.control.charges().map(charge => charge.account)).toEqual(['acct_sandbox']);
    // With the first key it is the old question, at once.
    chat.apiKey = own;
    expectPaidOnce(chat, await again(held));
  });

  it('of days ago is asked for again only when what that may cost was said', async () => {
    const { chat, clock, answer, again } = await brokenAnswer();
    clock.advance(7 * day);
    const held = await again(answer);
    expect(held).toMatchObject({ state: 'incomplete', problem: { code: 'outcome_unknown' } });
    expect(chat.posts()).toHaveLength(1);
    expectPaidOnce(chat, await again(held));
  });

  it('is judged by the clock of the server, when that of this machine stood still for days', async () => {
    const { chat, answer, again } = await brokenAnswer();
    chat.serverAhead = 2 * day;
    const held = await again(answer);
    expect(held).toMatchObject({
      state: 'incomplete',
      text: answer.text,
      problem: { code: 'outcome_unknown', mayHaveBeenCharged: true },
    });
    expect(chat.posts()).toHaveLength(1);
    // The person is told that it may cost again, as it does when the key is forgotten.
    expect(await again(held)).toMatchObject({ state: 'complete' });
    expect(new Set(chat.posts().map(post => post.idempotencyKey)).size).toBe(1);
  });

  it('is asked for once when the button is pressed twice', async () => {
    const { chat, window, answer } = await brokenAnswer();
    expect([window.conversations.again(answer.id), window.conversations.again(answer.id)]).toEqual([
      true,
      true,
    ]);
    expectPaidOnce(chat, await answerOf(window, answer.sessionId));
    expect(chat.posts()).toHaveLength(2);
  });
});

describe('a question that was never sent', () => {
  it('and is days old is not sent without asking', async () => {
    const chat = await startChat();
    const clock = new ManualClock(Date.now());
    const dying = chat.window('dying', clock);
    const session = newSession(dying, chat);
    dying.store.addImage(session.id, await chat.images.add('dot.png', png));
    const { fetch } = chat;
    const upload = Promise.withResolvers<undefined>();
    chat.fetch = () => {
      upload.resolve(undefined);
      return new Promise(() => undefined);
    };
    dying.conversations.send(session.id, { text: 'What is this?', streamed: true });
    await upload.promise;
    dying.crash();

    chat.fetch = fetch;
    clock.advance(7 * day);
    const heir = chat.window('heir', clock);
    heir.conversations.resume();
    const held = await answerOf(heir, session.id);
    expect(held).toMatchObject({
      state: 'failed',
      problem: { code: 'intent_old', mayHaveBeenCharged: false },
    });
    expect(chat.sandbox.control.requests()).toEqual([]);
    expectPaidOnce(chat, await askAgain(heir, held));
  });
});

/** Resolves when the end of an answer could not be written down for the first time. */
function triedToEnd({ store }: ChatWindow): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const finish = store.requests.finish.bind(store.requests);
  store.requests.finish = (...values) => {
    try {
      return finish(...values);
    } catch (error) {
      resolve(error);
      throw error;
    }
  };
  return promise;
}

describe('an answer that ends while the database cannot be written', () => {
  it('stays in memory and is written down when it can be; the session is free then', async () => {
    const chat = await startChat();
    const clock = new ManualClock(Date.now());
    const window = chat.window('a', clock);
    const session = newSession(window, chat);
    const other = new DatabaseSync(join(chat.folder, 'chat.sqlite'));
    const { fetch } = chat;
    const tried = triedToEnd(window);
    chat.fetch = async (input, init) => {
      chat.fetch = fetch;
      const response = await fetch(input, init);
      other.exec('BEGIN IMMEDIATE');
      return response;
    };
    window.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await window.until(event => event.type === 'delta');
    await tried;
    expect(window.store.messages(session.id)[1]?.state).toBe('streaming');
    const [, live] = window.conversations.messages(session.id);
    expect(live?.text).toContain('Rivya sandbox');
    other.exec('ROLLBACK');
    other.close();
    await settle(window, clock);
    expectPaidOnce(chat, await answerOf(window, session.id));
    expect(window.conversations.isBusy(session.id)).toBe(false);
    expect(await ask(window, session.id, 'And more')).toMatchObject({ state: 'complete' });
  });

  it('is asked for with the same key by the next window when this one ends first', async () => {
    const chat = await startChat();
    const clock = new ManualClock(Date.now());
    const window = chat.window('a', clock);
    const session = newSession(window, chat);
    const other = new DatabaseSync(join(chat.folder, 'chat.sqlite'));
    const { fetch } = chat;
    chat.fetch = async (input, init) => {
      chat.fetch = fetch;
      const response = await fetch(input, init);
      other.exec('BEGIN IMMEDIATE');
      return response;
    };
    window.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await window.until(event => event.type === 'delta');
    window.crash();
    await window.conversations.idle();
    other.exec('ROLLBACK');
    other.close();
    clock.advance(60_000);
    const heir = chat.window('heir', clock);
    heir.conversations.resume();
    expectPaidOnce(chat, await answerOf(heir, session.id));
  });

  it('that a window has lost sight of is taken up by the same window again', async () => {
    const { chat, window, answer } = await brokenAnswer();
    const session = answer.sessionId;
    // As an earlier error has left it: on its way by this window, which does not know of it.
    window.store.requests.reopen(answer.id, 'unused', 'a', Date.now(), 20_000);
    expect(window.conversations.isBusy(session)).toBe(true);
    window.conversations.resume();
    expectPaidOnce(chat, await answerOf(window, session));
  });
});
