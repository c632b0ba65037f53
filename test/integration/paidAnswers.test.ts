import assert from 'node:assert/strict';
import { openSync, writeSync, closeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ChatMessageRecord } from '../../src/core/chat/records.ts';
import type { ChatHost } from '../../src/vscode/chat/chatHost.ts';
import { problemMessage } from '../../src/vscode/chat/chatText.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';
import { png } from '../support/mediaBytes.ts';
import { OwnWindow } from './ownWindow.ts';
import { ScriptedPage } from './scriptedPage.ts';
import { configure, Scene, until } from './support.ts';

const stream = '/api/v1/chat/completions/stream';
const week = 7 * 24 * 3_600_000;

describe('an answer of the chat that may be paid', () => {
  let scene: Scene;
  /** What stands between: while it is closed, there is no network. */
  let gateway: Gateway;
  let storage: string;
  let ownWindow: OwnWindow;
  let host: ChatHost;
  let page: ScriptedPage;

  beforeEach(async () => {
    scene = await Scene.open();
    scene.sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
    gateway = await startGateway(scene.sandbox.url);
    await configure('baseUrl', `http://127.0.0.1:${gateway.port}`);
    await configure('defaultModel.chat', 'gpt-5-2-chat');
    storage = await mkdtemp(path.join(tmpdir(), 'rivya-chat-'));
    await open();
    await page.until('the models', () => page.state.models.length > 0);
  });

  afterEach(async () => {
    await close();
    await gateway[Symbol.asyncDispose]();
    await scene.close();
    await rm(storage, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(): Promise<void> {
    ownWindow = await OwnWindow.open(scene, storage);
    host = await ownWindow.chat();
    page = new ScriptedPage(host);
    await page.say({ type: 'ready' });
  }

  async function close(): Promise<void> {
    ownWindow.dispose();
    await host.controller.parts.conversations.idle();
  }

  async function goOffline(): Promise<void> {
    await gateway[Symbol.asyncDispose]();
  }

  async function goOnline(): Promise<void> {
    gateway = await startGateway(scene.sandbox.url, undefined, gateway.port);
  }

  /** As the store has it; the page may not have been told yet. */
  function answer(): ChatMessageRecord {
    const { store } = host.controller.parts;
    const found = store.messages(host.controller.session().id).at(-1);
    assert.equal(found?.role, 'assistant');
    return found;
  }

  /** A paid answer that has broken off; the session of the server does not have the rest. */
  async function breakOff(): Promise<void> {
    const stop = { afterDeltas: 5, how: 'end' } as const;
    scene.sandbox.control.addFault({ path: stream, action: { type: 'stream', stream: { stop } } });
    scene.sandbox.control.addFault({
      path: '/api/v1/chat/sessions/*',
      times: 'always',
      action: { type: 'status', status: 404, code: 'not_found' },
    });
    await page.say({ type: 'send', text: 'Tell me' });
    await page.answered('incomplete');
    assert.match(page.messages[1]?.problem?.text ?? '', /Asking again doesn't charge it twice\./);
  }

  /** Presses the button under the answer, and waits for how that ends. */
  async function askAgain(): Promise<ChatMessageRecord> {
    await page.say({ type: 'action', messageId: answer().id, id: 'again' });
    await host.controller.parts.conversations.idle();
    return answer();
  }

  function keysSent(): Set<string | null> {
    const posts = scene.sandbox.control.requests().filter(each => each.path.includes('/chat/completions'));
    return new Set(posts.map(({ idempotencyKey }) => idempotencyKey ?? null));
  }

  function isPaidOnce(): void {
    assert.deepEqual([answer().state, answer().problem], ['complete', undefined]);
    assert.equal(scene.sandbox.control.charges().length, 1);
    assert.equal(keysSent().size, 1);
  }

  /** Another program that writes to the stored chats. */
  function atStore(work: (database: DatabaseSync) => void): void {
    const database = new DatabaseSync(path.join(storage, 'chat.sqlite'), { timeout: 5_000 });
    work(database);
    database.close();
  }

  function makeRequestsOld(): void {
    atStore(database => {
      database.exec(`UPDATE request SET intended_at = intended_at - ${week}, expires_at = 0`);
    });
  }

  it('keeps its text and its key when it is asked for again without a network, and so does the composer', async () => {
    await breakOff();
    const { text } = answer();
    await page.say({ type: 'draft', text: 'Another thought' });
    await goOffline();
    const still = await askAgain();
    assert.deepEqual([still.state, still.text], ['incomplete', text]);
    assert.equal(still.problem?.mayHaveBeenCharged, true);
    assert.equal(host.controller.session().draft, 'Another thought');
    await goOnline();
    await askAgain();
    isPaidOnce();
  });

  it('is still there after a reload without a network, and goes on under its key', async () => {
    scene.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    await page.say({ type: 'send', text: 'Tell me' });
    await page.until('a part of the answer', () => (page.messages[1]?.text.length ?? 0) > 20);
    await close();
    await goOffline();
    await open();
    await host.controller.parts.conversations.idle();
    const waiting = answer();
    assert.equal(waiting.state, 'incomplete');
    assert.equal(waiting.problem?.mayHaveBeenCharged, true);
    assert.ok(waiting.text.length > 20, waiting.text);
    await goOnline();
    scene.sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
    await askAgain();
    isPaidOnce();
  });

  it('keeps its key whatever asking again is answered with, and nothing is called free', async () => {
    await breakOff();
    for (const refusal of [
      { status: 402, code: 'insufficient_credits' },
      { status: 401, code: 'api_key_revoked' },
      { status: 429, code: 'rate_limited', retryAfter: 0 },
      { status: 503, code: 'public_api_disabled', retryAfter: 0 },
    ]) {
      scene.sandbox.control.addFault({
        path: stream,
        times: 'always',
        action: { type: 'status', ...refusal },
      });
      const refused = await askAgain();
      assert.deepEqual([refused.state, refused.problem?.code], ['incomplete', refusal.code]);
      assert.ok(refused.problem);
      assert.match(
        problemMessage(refused.problem, true).text,
        /It may have been charged\. Check your balance/,
      );
      scene.sandbox.control.clearFaults();
    }
    // What Rivya works on already is asked for again by itself.
    const conflict = { type: 'status', status: 409, code: 'idempotency_conflict' } as const;
    scene.sandbox.control.addFault({ path: stream, action: conflict });
    await askAgain();
    isPaidOnce();
  });

  function posts(): number {
    return scene.sandbox.control.requests().filter(each => each.path === stream).length;
  }

  it('is not asked for under the key of another account without a word', async () => {
    await breakOff();
    const { origin } = ownWindow.services.server.base;
    await ownWindow.account.store(origin, scene.sandbox.control.addKey({ account: 'acct_other' }).key);
    const held = await askAgain();
    assert.equal(held.problem?.code, 'other_account');
    await page.until('the words', () => problem().includes(' is a second question, which is charged.'));
    assert.deepEqual(
      scene.sandbox.control.charges().map(({ account }) => account),
      ['acct_sandbox'],
    );
    await ownWindow.account.store(origin, scene.sandbox.apiKey);
    await askAgain();
    isPaidOnce();
  });

  function problem(): string {
    return page.messages.at(-1)?.problem?.text ?? '';
  }

  it('of a week ago is asked for again only after its price was said', async () => {
    await breakOff();
    makeRequestsOld();
    const held = await askAgain();
    assert.equal(held.problem?.code, 'outcome_unknown');
    await page.until('the words', () => problem().includes('Asking again may charge it twice'));
    assert.equal(posts(), 1);
    await askAgain();
    isPaidOnce();
  });

  it('is asked for again only after its price was said when only the clock of the server says that it is old', async () => {
    await breakOff();
    // As where this machine was off for a week and its clock does not know.
    atStore(database => {
      database.exec(`UPDATE request SET sent_server_time = sent_server_time - ${week}`);
    });
    const held = await askAgain();
    assert.equal(held.problem?.code, 'outcome_unknown');
    assert.equal(posts(), 1);
    await askAgain();
    isPaidOnce();
  });

  it('is not begun by opening the chat a week after its question was left unsent', async () => {
    scene.sandbox.control.addFault({ path: '/api/v1/files', action: { type: 'hang' } });
    await page.say({ type: 'addImage', name: 'dot.png', base64: png(2, 2).toString('base64') });
    await page.say({ type: 'send', text: 'What is this?' });
    const uploads = (): number =>
      scene.sandbox.control.requests().filter(each => each.path.startsWith('/api/v1/files')).length;
    await until('the upload', () => uploads() === 1);
    // The window dies: nobody hands anything back.
    host.controller.parts.store.requests.releaseAll = () => undefined;
    await close();
    makeRequestsOld();
    await open();
    await page.answered('failed');
    assert.match(problem(), /more than a day old and was never sent\. Nothing was charged\.$/);
    assert.equal(posts(), 0);
    await askAgain();
    isPaidOnce();
  });

  it('waits in memory while the stored chats are busy, and the session is free then', async () => {
    const { requests } = host.controller.parts.store;
    const finish = requests.finish.bind(requests);
    let isInVain = false;
    requests.finish = (...values) => {
      try {
        return finish(...values);
      } catch (error) {
        isInVain = true;
        throw error;
      }
    };
    scene.sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
    await page.say({ type: 'send', text: 'Tell me' });
    await page.until('a part of the answer', () => (page.messages[1]?.text ?? '') !== '');
    const other = new DatabaseSync(path.join(storage, 'chat.sqlite'), { timeout: 5_000 });
    other.exec('BEGIN IMMEDIATE');
    await until('an end that could not be written down', () => isInVain);
    assert.match(page.messages[1]?.text ?? '', /Rivya sandbox/);
    other.exec('ROLLBACK');
    other.close();
    await page.answered();
    isPaidOnce();
    await page.say({ type: 'send', text: 'And more' });
    await page.until('the second answer', () => page.messages[3]?.state === 'complete');
  });

  it('outlives damage to the stored chats, with its key', async () => {
    await breakOff();
    const { text } = answer();
    await close();
    const file = openSync(path.join(storage, 'chat.sqlite'), 'r+');
    writeSync(file, Buffer.alloc(90, 0xff), 0, 90, 0);
    closeSync(file);
    await open();
    await scene.answers.message(/^Couldn't read the saved chats: .+ Messages recovered into new chats: 2\.$/);
    assert.equal(answer().text, text);
    await askAgain();
    isPaidOnce();
  });

  it('has an image made of it that is told of although the chat could not keep its card', async () => {
    await page.ask('Describe a boat');
    const { id } = answer();
    const other = new DatabaseSync(path.join(storage, 'chat.sqlite'), { timeout: 5_000 });
    other.exec('BEGIN IMMEDIATE');
    await page.say({ type: 'generateImage', messageId: id, prompt: 'A paper boat' });
    const said = await scene.answers.message(/^The image is being generated, but this chat/);
    assert.doesNotMatch(said, /again|[Cc]harged/);
    other.exec('ROLLBACK');
    other.close();
    await until('the job', () => scene.sandbox.control.charges().length === 2);
  });
});
