import { describe, expect, it } from 'vitest';
import { streamDialectNames } from '../../../../src/sandbox/state/streamSettings.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { answerOf, ask, newSession, startChat, startSession } from './chatHarness.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('a question', () => {
  it('is on disk with its pending answer and key before the request leaves', async () => {
    const { chat, window, session } = await startSession();
    const { fetch } = chat;
    let found: unknown;
    chat.fetch = async (input, init) => {
      const other = chat.window('looker');
      const messages = other.store.messages(session.id);
      found ??= {
        states: messages.map(message => [message.role, message.state]),
        key: other.store.requests.request(messages[1]?.id ?? '')?.idempotencyKey,
      };
      return fetch(input, init);
    };
    await ask(window, session.id, 'Hello');
    expect(found).toEqual({
      states: [
        ['user', 'complete'],
        ['assistant', 'streaming'],
      ],
      key: chat.posts()[0]?.idempotencyKey,
    });
  });

  it.each([true, false])('is answered, with what it cost (streamed: %s)', async streamed => {
    const { chat, window, session } = await startSession();
    const answer = await ask(window, session.id, 'What is a tide pool?', streamed);
    expect(answer.state).toBe('complete');
    expect(answer.text).toContain('Rivya sandbox');
    expect(answer.credits).toBe(1);
    expect(answer.inputTokens).toBeGreaterThan(0);
    expect(window.store.session(session.id)).toMatchObject({ title: 'What is a tide pool?' });
    expect(window.store.creditsOf(session.id)).toBe(1);
    expect(window.events.at(-1)).toMatchObject({ type: 'ended', credits: 1, problem: undefined });
    const paths = chat.sandbox.control.requests().map(request => request.path);
    expect(paths).toEqual([`/api/v1/chat/completions${streamed ? '/stream' : ''}`]);
  });

  it('goes on in the session of the first answer', async () => {
    const { chat, window, session } = await startSession();
    await ask(window, session.id, 'One');
    await ask(window, session.id, 'Two');
    const { remoteId } = window.store.session(session.id) ?? {};
    expect(remoteId).toBeDefined();
    expect(chat.posts()[0]?.body).not.toHaveProperty('session_id');
    expect(chat.posts()[1]?.body).toMatchObject({ session_id: remoteId, message: 'Two' });
  });

  it('takes the quotations and choices of the composer along', async () => {
    const { chat, window, session } = await startSession({
      webSearch: true,
      reasoningEffort: 'high',
      draft: 'Why?',
    });
    window.store.addContext(session.id, {
      id: 'c1',
      label: 'a.ts:1',
      languageId: 'typescript',
      text: 'let a;',
    });
    await ask(window, session.id, 'Why?');
    expect(chat.posts()[0]?.body).toMatchObject({
      message: '`a.ts:1`\n```typescript\nlet a;\n```\n\nWhy?',
      enable_web_search: true,
      reasoning_effort: 'high',
    });
    expect(window.store.composer(session.id)).toEqual({ images: [], contexts: [] });
    expect(window.store.session(session.id)?.draft).toBe('');
    expect(window.store.messages(session.id)[0]?.contexts).toHaveLength(1);
  });

  it('uploads its images right before it is sent', async () => {
    const { chat, window, session } = await startSession();
    window.store.addImage(session.id, await chat.images.add('dot.png', png));
    const answer = await ask(window, session.id, 'What is this?');
    expect(answer.state).toBe('complete');
    const requests = chat.sandbox.control.requests();
    expect(requests.map(request => request.path)).toEqual([
      '/api/v1/files',
      '/api/v1/chat/completions/stream',
    ]);
    const [image] = window.store.messages(session.id)[0]?.images ?? [];
    expect(chat.posts().at(-1)?.body).toMatchObject({ attachments: [{ file_id: image?.fileId }] });
    expect(window.events.filter(event => event.type === 'upload').at(-1)).toMatchObject({ progress: 1 });
  });

  it('fails with words of its own when an image is gone', async () => {
    const { chat, window, session } = await startSession();
    const image = await chat.images.add('dot.png', png);
    window.store.addImage(session.id, image);
    await chat.images.remove([image.path]);
    const answer = await ask(window, session.id, 'What is this?');
    expect(answer).toMatchObject({
      state: 'failed',
      problem: { code: 'image_gone', mayHaveBeenCharged: false },
    });
    expect(chat.sandbox.control.requests()).toEqual([]);
  });
});

describe('an answer', () => {
  it.each(streamDialectNames)('arrives in the dialect %s, piece by piece, in order', async dialect => {
    const { chat, window, session } = await startSession();
    chat.sandbox.control.update({ stream: { dialect } });
    const answer = await ask(window, session.id, 'Tell me');
    expect(answer.state).toBe('complete');
    let text = '';
    for (const event of window.events) {
      if (event.type === 'delta' && event.field === 'text') {
        expect(event.at).toBe(text.length);
        text += event.text;
      }
      if (event.type === 'message' && event.message.role === 'assistant') text = event.message.text;
    }
    expect(text).toBe(answer.text);
    expect(text).toContain('Rivya sandbox');
  });

  it('stops at once, keeps what came, and may be charged', async () => {
    const { chat, window, session } = await startSession();
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    window.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await window.until(event => event.type === 'delta' && event.text.length > 0);
    expect(window.conversations.stop(session.id)).toBe(true);
    const answer = await answerOf(window, session.id);
    expect(answer.state).toBe('stopped');
    expect(answer.text.length).toBeGreaterThan(0);
    expect(window.conversations.isBusy(session.id)).toBe(false);
    expect(window.conversations.stop(session.id)).toBe(false);
  });

  it('that breaks off is marked, and can be asked for again without paying twice', async () => {
    const { chat, window, session } = await startSession();
    chat.sandbox.control.addFault({
      path: '/api/v1/chat/completions/stream',
      action: { type: 'stream', stream: { stop: { afterDeltas: 5, how: 'end' } } },
    });
    // The session would have the rest; without it the answer stays as it is.
    chat.sandbox.control.addFault({
      path: '/api/v1/chat/sessions/*',
      times: 'always',
      action: { type: 'status', status: 404, code: 'not_found' },
    });
    const broken = await ask(window, session.id, 'Tell me');
    expect(broken).toMatchObject({
      state: 'incomplete',
      problem: { code: 'answer_truncated', mayHaveBeenCharged: true },
    });
    expect(window.conversations.again(broken.id)).toBe(true);
    const whole = await answerOf(window, session.id);
    expect(whole.state).toBe('complete');
    expect(whole.problem).toBeUndefined();
    expect(whole.text.startsWith(broken.text)).toBe(true);
    expect(chat.sandbox.control.charges()).toHaveLength(1);
    const [first, second] = chat.posts();
    expect(second).toEqual(first);
  });

  it('that was refused is a new request when it is tried again', async () => {
    const { chat, window, session } = await startSession();
    chat.sandbox.control.setCredits(0);
    const refused = await ask(window, session.id, 'Tell me');
    expect(refused).toMatchObject({
      state: 'failed',
      problem: { code: 'insufficient_credits', mayHaveBeenCharged: false },
    });
    chat.sandbox.control.setCredits(10);
    window.conversations.again(refused.id);
    expect(await answerOf(window, session.id)).toMatchObject({ id: refused.id, state: 'complete' });
    const [first, second] = chat.posts();
    expect(second?.idempotencyKey).not.toBe(first?.idempotencyKey);
    expect(window.store.messages(session.id)).toHaveLength(2);
  });

  it('whose request got lost on the way back is not paid twice', async () => {
    const { chat, window, session } = await startSession();
    chat.sandbox.control.addFault({
      path: '/api/v1/chat/completions/stream',
      action: { type: 'dropAfter' },
    });
    expect(await ask(window, session.id, 'Tell me')).toMatchObject({ state: 'complete' });
    expect(new Set(chat.posts().map(post => post.idempotencyKey)).size).toBe(1);
    expect(chat.sandbox.control.charges()).toHaveLength(1);
  });

  it('that ends with an error says that it may have been charged', async () => {
    const { chat, window, session } = await startSession();
    chat.sandbox.control.update({ stream: { stop: { afterDeltas: 3, how: 'error' } } });
    const answer = await ask(window, session.id, 'Tell me');
    expect(answer.state).toBe('incomplete');
    expect(answer.problem).toMatchObject({ code: 'provider_error', mayHaveBeenCharged: true });
  });
});

describe('without a network', () => {
  it('the question goes back to the composer, with all that it held', async () => {
    const { chat, window, session } = await startSession();
    window.store.addContext(session.id, {
      id: 'c1',
      label: 'a.ts',
      languageId: 'typescript',
      text: 'let a;',
    });
    await chat.sandbox.close();
    window.conversations.send(session.id, { text: 'Why?', streamed: true });
    await window.conversations.idle();
    expect(window.store.messages(session.id)).toEqual([]);
    expect(window.store.session(session.id)?.draft).toBe('Why?');
    expect(window.store.composer(session.id).contexts).toHaveLength(1);
    expect(window.events.at(-1)).toMatchObject({ type: 'withdrawn', problem: { kind: 'network' } });
  });

  it('it stays a failed turn when the composer is in use by then', async () => {
    const { chat, window, session } = await startSession();
    await chat.sandbox.close();
    window.conversations.send(session.id, { text: 'Why?', streamed: true });
    window.store.change(session.id, { draft: 'And another' });
    await window.conversations.idle();
    expect(window.store.messages(session.id).map(message => message.state)).toEqual(['complete', 'failed']);
    expect(window.store.session(session.id)?.draft).toBe('And another');
  });
});

describe('two windows', () => {
  it('that ask in one session at the same time ask one question after the other', async () => {
    const { chat, window: first, session } = await startSession();
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    const second = chat.window('b');
    expect(first.conversations.send(session.id, { text: 'One', streamed: true })).toBe(true);
    expect(second.conversations.send(session.id, { text: 'Two', streamed: true })).toBe(false);
    expect(second.store.messages(session.id).map(message => message.text)).toEqual(['One', '']);
    await answerOf(first, session.id);
    await ask(second, session.id, 'Two');
    const posts = chat.posts().map(({ body }) => body as { message: string; session_id?: string });
    expect(posts.map(({ message }) => message)).toEqual(['One', 'Two']);
    expect(posts[1]?.session_id).toBe(first.store.session(session.id)?.remoteId);
  });

  it('keep what is written in one while the other asks', async () => {
    const { chat, window: first, session } = await startSession({ draft: 'Ask me' });
    await ask(first, session.id, 'Ask me');
    expect(first.store.session(session.id)?.draft).toBe('');
    const second = chat.window('b');
    second.store.change(session.id, { draft: 'half a thou' });
    await ask(first, session.id, 'Something else');
    expect(first.store.session(session.id)?.draft).toBe('half a thou');
  });
});

describe('after a crash or a reload', () => {
  it('the answer is asked for again with the same key and words, and paid once', async () => {
    const { chat, window: first, session } = await startSession();
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    first.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await first.until(event => event.type === 'delta');
    first.conversations.dispose();
    await first.conversations.idle();
    expect(first.store.messages(session.id)[1]?.state).toBe('streaming');

    chat.sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
    const second = chat.window('second');
    second.conversations.resume();
    const answer = await answerOf(second, session.id);
    expect(answer).toMatchObject({ state: 'complete', credits: 1 });
    const [before, after] = chat.posts();
    expect(after).toEqual(before);
    expect(chat.sandbox.control.charges()).toHaveLength(1);
  });

  it('of a window that died without a word, when its lease has run out', async () => {
    const chat = await startChat();
    const clock = new ManualClock(Date.now());
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    const dying = chat.window('dying', clock);
    const session = newSession(dying, chat);
    dying.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await dying.until(event => event.type === 'delta');
    dying.crash();

    chat.sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
    const heir = chat.window('heir', clock);
    heir.conversations.resume();
    expect(heir.store.messages(session.id)[1]?.state).toBe('streaming');
    expect(chat.posts()).toHaveLength(1);
    clock.advance(25_000);
    expect(await answerOf(heir, session.id)).toMatchObject({ state: 'complete' });
    expect(chat.posts()).toHaveLength(2);
    expect(chat.sandbox.control.charges()).toHaveLength(1);
  });

  it('a window that lives keeps its answer from the others', async () => {
    const chat = await startChat();
    const clock = new ManualClock(Date.now());
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 5 } });
    const owner = chat.window('owner', clock);
    const session = newSession(owner, chat);
    owner.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await owner.until(event => event.type === 'delta');
    const other = chat.window('other', clock);
    other.conversations.resume();
    // Three leases long, with a sign of life now and then.
    for (let turn = 0; turn < 12; turn++) clock.advance(5_000);
    expect(await answerOf(owner, session.id)).toMatchObject({ state: 'complete' });
    await other.conversations.idle();
    expect(chat.posts()).toHaveLength(1);
  });

  it('what was shown stays until more than that has come again', async () => {
    const { chat, window: first, session } = await startSession();
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    first.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await first.until(event => event.type === 'delta' && event.at > 20);
    const answerId = first.store.messages(session.id)[1]?.id ?? '';
    const shown = first.conversations.message(answerId)?.text ?? '';
    first.store.changeAnswer(answerId, { text: shown }, Date.now());
    first.conversations.dispose();
    await first.conversations.idle();

    chat.sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
    const second = chat.window('second');
    second.conversations.resume();
    const answer = await answerOf(second, session.id);
    let text = shown;
    for (const event of second.events) {
      if (event.type === 'delta') {
        expect(event.at).toBe(text.length);
        text += event.text;
      }
      if (event.type === 'message') expect(event.message.text).toBe(text);
    }
    expect(shown.length).toBeGreaterThan(20);
    expect(text).toBe(answer.text);
  });

  it('a question of days ago is left to the user', async () => {
    const chat = await startChat();
    const clock = new ManualClock(Date.now());
    chat.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    const dying = chat.window('dying', clock);
    const session = newSession(dying, chat);
    dying.conversations.send(session.id, { text: 'Tell me', streamed: true });
    await dying.until(event => event.type === 'delta');
    dying.crash();
    clock.advance(25 * 3_600_000);
    const heir = chat.window('heir', clock);
    heir.conversations.resume();
    await heir.conversations.idle();
    expect(heir.store.messages(session.id)[1]).toMatchObject({
      problem: { code: 'outcome_unknown', mayHaveBeenCharged: true },
    });
    expect(chat.posts()).toHaveLength(1);
  });
});

describe('an image of a question', () => {
  it('is kept while anything refers to it; what a crash has left goes after a while', async () => {
    const { chat, window, session } = await startSession();
    const kept = await chat.images.add('kept.png', png);
    const left = await chat.images.add('left.png', png);
    window.store.addImage(session.id, kept);
    const now = Date.now();
    await chat.images.sweep(window.store.imagePaths(), now);
    await chat.images.blobOf(left);
    expect([kept, left].map(image => chat.images.has(image))).toEqual([true, true]);
    await chat.images.sweep(window.store.imagePaths(), now + 2 * 3_600_000);
    expect((await chat.images.blobOf(kept)).size).toBe(png.byteLength);
    await expect(chat.images.blobOf(left)).rejects.toThrow();
    expect([kept, left].map(image => chat.images.has(image))).toEqual([true, false]);
  });

  it('is known by its bytes, and refused when it is none, too large or of another kind', async () => {
    const chat = await startChat();
    const image = await chat.images.add('../../evil\u202egnp.exe', png);
    expect(image).toMatchObject({ mediaType: 'image/png', bytes: png.byteLength });
    expect(image.name).not.toMatch(/[\\/\u202e]/);
    await expect(chat.images.add('a.png', Buffer.from('no image'))).rejects.toMatchObject({
      reason: 'notAnImage',
    });
    await expect(chat.images.add('a.png', Buffer.from('GIF89a\x01\0\x01\0\0\0\0'))).rejects.toMatchObject({
      reason: 'otherFormat',
    });
    await expect(chat.images.add('a.png', new Uint8Array(11 * 1024 ** 2))).rejects.toMatchObject({
      reason: 'tooLarge',
    });
  });
});
