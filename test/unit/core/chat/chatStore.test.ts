import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ChatStore } from '../../../../src/core/chat/chatStore.ts';
import { copied, forkSession, historyContext } from '../../../../src/core/chat/forks.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { temporaryFolder } from '../../../support/tasks.ts';
import { ask, newSession, startChat } from './chatHarness.ts';

const context = { id: 'c1', label: 'a.ts', languageId: 'typescript', text: 'let a;' };
const image = {
  id: 'i1',
  name: 'dot.png',
  bytes: 1,
  path: 'i1.png',
  mediaType: 'image/png',
  fileId: undefined,
};

describe('the sessions', () => {
  it('are found by title and text, in parts of words, accents and short words alike', async () => {
    const chat = await startChat();
    chat.sandbox.control.update({ chatAnswer: 'Die Gezeitentümpel sind voller Leben.' });
    const window = chat.window('a');
    const session = newSession(window, chat, { title: 'Küste' });
    await ask(window, session.id, 'Was lebt dort?');
    newSession(window, chat, { title: 'Empty ones are not listed' });
    const find = (query: string, workspace?: string | null): string[] =>
      window.store.sessions({ query, workspace, limit: 10 }).map(each => each.title);
    for (const query of ['', 'küst', 'tumpel', 'dort', 'so', 'voller küste', '%', 'le']) {
      expect([query, find(query)]).toEqual([query, query === '%' || query === 'so' ? [] : ['Küste']]);
    }
    expect(find('"voller" OR nothing')).toEqual([]);
    expect(find('', 'file:///work')).toEqual(['Küste']);
    expect(find('', null)).toEqual([]);
    expect(find('', 'file:///other')).toEqual([]);
  });

  it('tell what their answers have cost since a time, at one server', async () => {
    const chat = await startChat();
    const clock = new ManualClock();
    const window = chat.window('a', clock);
    const { store } = window;
    const origin = chat.sandbox.url;
    expect(store.spent(origin, 0)).toBe(0);
    const [first, second] = [newSession(window, chat), newSession(window, chat)];
    await ask(window, first.id, 'One');
    const midnight = clock.now() + 1;
    clock.advance(60_000);
    await ask(window, first.id, 'Two');
    await ask(window, second.id, 'Three');
    const credits = [first, second].map(({ id }) => store.messages(id).map(each => each.credits ?? 0));
    const [[, one = 0, , two = 0] = [], [, three = 0] = []] = credits;
    expect(one * two * three).toBeGreaterThan(0);
    expect(store.spent(origin, 0)).toBe(one + two + three);
    expect(store.spent(origin, midnight)).toBe(two + three);
    expect(store.spent('https://rivya.ai', 0)).toBe(0);
  });

  it('forget all that was said, and name the files that nobody needs', async () => {
    const chat = await startChat();
    const window = chat.window('a');
    const session = newSession(window, chat);
    window.store.addImage(session.id, image);
    await ask(window, session.id, 'Unforgettable?');
    const copy = newSession(window, chat);
    window.store.addImage(copy.id, { ...image, id: 'i2' });
    window.store.addCard(session.id, {
      taskId: 't1',
      messageId: window.store.messages(session.id)[1]?.id ?? '',
    });
    expect(window.store.delete(session.id)).toEqual([]);
    expect(window.store.delete(copy.id)).toEqual(['i1.png']);
    expect(window.store.sessions({ query: 'Unforgettable', workspace: undefined, limit: 10 })).toEqual([]);
    expect(window.store.messages(session.id)).toEqual([]);
    expect(window.store.cards(session.id)).toEqual([]);
  });

  it('are discarded only when there is nothing in them', async () => {
    const chat = await startChat();
    const window = chat.window('a');
    const empty = newSession(window, chat);
    const drafted = newSession(window, chat, { draft: 'half a th' });
    const quoting = newSession(window, chat);
    window.store.addContext(quoting.id, context);
    expect([empty, drafted, quoting].map(each => window.store.isEmpty(each.id))).toEqual([
      true,
      false,
      false,
    ]);
    expect([empty, drafted, quoting].map(each => window.store.discardIfEmpty(each.id))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('come back as they were left: the last one of this workspace and server', async () => {
    const chat = await startChat();
    const window = chat.window('a');
    const first = newSession(window, chat);
    newSession(window, chat);
    newSession(window, chat, { workspace: undefined });
    newSession(window, chat, { origin: 'https://rivya.ai' });
    window.store.markShown(first.id, Date.now() + 1_000);
    expect(window.store.lastShown(chat.sandbox.url, 'file:///work')?.id).toBe(first.id);
  });

  it('tell what another window has written', async () => {
    const chat = await startChat();
    const here = chat.window('here');
    const there = chat.window('there');
    let noticed = 0;
    here.store.onDidChangeElsewhere(() => noticed++);
    here.store.checkForExternalChanges();
    expect(noticed).toBe(0);
    newSession(there, chat);
    here.store.checkForExternalChanges();
    here.store.checkForExternalChanges();
    expect(noticed).toBe(1);
  });
});

describe('a file that cannot be used', () => {
  it('is set aside, and new chats are begun', () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('chat.sqlite'), 'These were chats once.'.repeat(100));
    const { store, quarantined } = ChatStore.open(folder.file('chat.sqlite'));
    expect(quarantined?.reason).toContain('damaged');
    expect(store.sessions({ query: '', workspace: undefined, limit: 1 })).toEqual([]);
    store.dispose();
  });
});

describe('the history', () => {
  it('has each question once, the latest first, of this workspace only', async () => {
    const chat = await startChat();
    const window = chat.window('a');
    const session = newSession(window, chat);
    for (const text of ['one', 'two', 'one']) await ask(window, session.id, text);
    await ask(window, newSession(window, chat, { workspace: undefined }).id, 'elsewhere');
    expect(window.store.questions('file:///work', 10)).toEqual(['one', 'two']);
    expect(window.store.questions('file:///work', 1)).toEqual(['one']);
  });
});

describe('a fork', () => {
  it('quotes what was said within the limit, and begins a session of its own', async () => {
    const chat = await startChat();
    chat.sandbox.control.update({ chatAnswer: 'x'.repeat(15_000) });
    const window = chat.window('a');
    const session = newSession(window, chat);
    await ask(window, session.id, 'First');
    await ask(window, session.id, 'Second');
    const said = window.store.messages(session.id);
    const beside = { text: 'Third', contexts: [context] };
    const history = historyContext(said, beside, 'So far', 20_000);
    expect(history?.text).toContain('earlier messages left out');
    const fork = forkSession(window.store, session, 'edit', true, Date.now());
    expect(fork).toMatchObject({
      remoteId: undefined,
      model: session.model,
      origin: session.origin,
      title: '',
    });
    window.conversations.send(fork.id, {
      text: 'Third',
      instead: { images: [], contexts: [...(history ? [history] : []), context] },
      streamed: true,
    });
    await window.conversations.idle();
    expect(window.store.messages(fork.id)[1]?.state).toBe('complete');
    const body = chat.posts().at(-1)?.body as { message: string; session_id?: string };
    expect(body.message.length).toBeLessThanOrEqual(20_000);
    expect(body.session_id).toBeUndefined();
  });

  it('has no room for a quotation beside a question that fills the limit', () => {
    expect(historyContext([], { text: 'x', contexts: [] }, 'So far')).toBeUndefined();
    expect(historyContext([], { text: 'x'.repeat(20_000), contexts: [] }, 'So far', 20_000)).toBeUndefined();
  });

  it('copies images and quotations without their uploads', () => {
    const { images, contexts } = copied({ images: [{ ...image, fileId: 'f1' }], contexts: [context] });
    expect(images[0]).toMatchObject({ path: 'i1.png', fileId: undefined });
    expect(images[0]?.id).not.toBe('i1');
    expect(contexts[0]?.id).not.toBe('c1');
  });
});
