import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ChatHostMessage } from '../../src/shared/chat.ts';
import type { ChatHost } from '../../src/vscode/chat/chatHost.ts';
import { ReadingPages } from '../../src/vscode/access/readingPages.ts';
import { chatCommands } from '../../src/vscode/chat/chatCommands.ts';
import { openLink } from '../../src/vscode/chat/openLink.ts';
import type { Services } from '../../src/vscode/services.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { OwnWindow } from './ownWindow.ts';
import { ScriptedPage } from './scriptedPage.ts';
import { configure, openDocument, removeFolder, Scene, select, textOf, workspaceFolder } from './support.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('the chat', () => {
  let scene: Scene;
  let services: Services;
  let host: ChatHost;
  let page: ScriptedPage;
  let storage: string;
  let ownWindow: OwnWindow;

  beforeEach(async () => {
    scene = await Scene.open();
    scene.sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
    await configure('defaultModel.chat', 'gpt-5-2-chat');
    storage = await mkdtemp(path.join(tmpdir(), 'rivya-chat-'));
    ownWindow = await OwnWindow.open(scene, storage);
    ({ services } = ownWindow);
    host = await ownWindow.chat();
    page = new ScriptedPage(host);
    await page.say({ type: 'ready' });
    await page.until('the models', () => page.state.models.length > 0);
  });

  afterEach(async () => {
    host.controller.parts.conversations.stop(host.controller.session().id);
    await host.controller.parts.conversations.idle();
    ownWindow.dispose();
    await configure('defaultModel.chat', undefined);
    await configure('chat.streaming', undefined);
    await scene.close();
    await rm(storage, { recursive: true, force: true, maxRetries: 5 });
  });

  it('answers, numbers what it says, and learns the balance from the answer', async () => {
    await services.balance.refresh(scene.sandbox.url);
    // Who asks for the balance from now on gets none.
    scene.sandbox.control.addFault({
      path: '/api/v1/credits',
      times: 'always',
      action: { type: 'dropBefore' },
    });
    await page.ask('Hello');
    assert.match(page.messages[1]?.text ?? '', /Rivya sandbox/);
    assert.equal(page.messages[1]?.usage?.credits, 1);
    await page.until('the balance', () => page.state.balance === 99);
    assert.equal(page.state.session.title, 'Hello');
    assert.deepEqual(page.state.history, ['Hello']);
  });

  it('opens an answer in an editor, as it was', async () => {
    await page.ask('Hello');
    const answer = page.messages[1];
    assert.ok(answer);
    const pages = new ReadingPages();
    try {
      await chatCommands.openAnswer(host, answer.id, pages);
      const document = vscode.window.activeTextEditor?.document;
      assert.equal(document?.uri.scheme, 'rivya-answer');
      assert.equal(document.getText(), answer.text);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      pages.dispose();
    }
  });

  it('posts nothing while nobody looks, and shows everything again', async () => {
    const words = Array.from({ length: 2_000 }, (_, index) => `w${index}`).join(' ');
    scene.sandbox.control.update({ chatAnswer: words });
    await page.say({ type: 'send', text: 'Count' });
    host.controller.hide();
    const before = page.received.length;
    await host.controller.parts.conversations.idle();
    assert.equal(page.received.length, before);
    await page.say({ type: 'ready' });
    assert.equal(page.messages[1]?.text, words);
    assert.equal(page.messages[1].state, 'complete');
  });

  it('sends a queued question when the answer is complete, and pays for each once', async () => {
    const words = Array.from({ length: 2_000 }, (_, index) => `w${index}`).join(' ');
    scene.sandbox.control.update({ chatAnswer: words });
    await page.say({ type: 'send', text: 'Count' });
    await page.say({ type: 'queue', text: 'And then?' });
    assert.equal(page.state.composer.isQueued, true);
    assert.equal(page.state.draft, '', 'the page has the text already');
    await page.until('both answers', () => {
      const states = page.messages.map(({ state }) => state);
      return states.length === 4 && states.every(state => state === 'complete');
    });
    assert.equal(page.messages[2]?.text, 'And then?');
    assert.equal(page.state.composer.isQueued, false);
    assert.equal(scene.sandbox.control.charges().length, 2);
  });

  it('keeps a queued question in the composer when it is taken back, changed, or the answer is stopped', async () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `w${index}`).join(' ');
    scene.sandbox.control.update({ chatAnswer: words });
    await page.say({ type: 'send', text: 'Count' });
    await page.say({ type: 'queue', text: 'Taken back' });
    await page.say({ type: 'unqueue' });
    assert.equal(page.state.composer.isQueued, false);
    await page.say({ type: 'queue', text: 'Changed' });
    await page.say({ type: 'draft', text: 'Changed again' });
    assert.equal(page.state.composer.isQueued, false);
    await page.say({ type: 'queue', text: 'Kept' });
    await page.say({ type: 'stop' });
    await page.answered('stopped');
    await host.controller.parts.conversations.idle();
    await page.until('the word that nothing is queued', () => !page.state.composer.isQueued);
    await page.say({ type: 'ready' });
    assert.equal(page.state.draft, 'Kept');
    assert.equal(page.messages.length, 2);
  });

  it('ignores whatever it does not understand', async () => {
    const before = page.received.length;
    for (const nonsense of [
      undefined,
      null,
      7,
      'ready',
      [],
      {},
      { type: 'execute', command: 'rivya.account.removeKey' },
      { type: 'send' },
      { type: 'send', text: 5 },
      { type: 'send', text: 'x'.repeat(1_000_001) },
      { type: 'card', taskId: 'x', verb: 'remove' },
      { type: 'addUris', uris: Array.from({ length: 51 }, () => 'file:///x') },
      { type: 'addImage', name: 'x', base64: '<script>' },
      { type: 'setReasoningEffort', effort: 'high"}' },
      { type: '__proto__' },
    ]) {
      await page.sayAnything(nonsense);
    }
    assert.equal(page.received.length, before);
    assert.deepEqual(page.messages, []);
  });

  it('refuses what cannot be sent, and keeps it', async () => {
    await page.say({ type: 'send', text: 'x'.repeat(20_001) });
    assert.match(page.problem, /1 characters over the limit/);
    assert.equal(page.state.draft.length, 20_001);
    await page.say({ type: 'send', text: '  ' });
    assert.match(page.problem, /Enter a question/);
    assert.equal(scene.sandbox.control.charges().length, 0);
  });

  it('begins another session for another model, with what the composer holds', async () => {
    await page.ask('Hello');
    const first = page.state.session.id;
    await page.say({ type: 'addImage', name: 'dot.png', base64: png.toString('base64') });
    await page.say({ type: 'draft', text: 'half a th' });
    await page.say({ type: 'chooseModel', model: 'gemini-2-5-flash-chat' });
    assert.notEqual(page.state.session.id, first);
    assert.match(page.state.session.note ?? '', /GPT-5\.2/);
    assert.equal(page.state.draft, 'half a th');
    assert.deepEqual(
      page.state.composer.images.map(image => image.name),
      ['dot.png'],
    );
    await page.say({ type: 'openSession', id: first, origin: 'here' });
    assert.equal(page.messages.length, 2);
    assert.deepEqual(page.state.composer.images, []);
  });

  it('makes new sessions of changed questions, repeated answers and branches, and says what they send', async () => {
    await page.ask('First');
    await page.ask('Second');
    const [, , question, answer] = page.messages;
    assert.ok(question && answer);
    const old = page.state.session.id;
    await page.say({ type: 'editAndResend', messageId: question.id, text: 'Changed' });
    await page.answered();
    assert.equal(page.messages[0]?.text, 'Changed');
    assert.match(page.messages[0].contexts[0]?.text ?? '', /^User:\nFirst\n\nAssistant:\n/);
    assert.match(page.state.session.note ?? '', /earlier conversation is quoted/);

    await page.say({ type: 'openSession', id: old, origin: 'here' });
    await page.say({ type: 'retry', messageId: answer.id });
    await page.answered();
    assert.equal(page.messages.at(0)?.text, 'Second');

    await page.say({ type: 'openSession', id: old, origin: 'here' });
    await page.say({ type: 'branch', messageId: answer.id });
    assert.deepEqual(page.messages, []);
    assert.match(page.state.composer.contexts[0]?.text ?? '', /User:\nSecond/);
    assert.equal(page.received.at(-1)?.type, 'focus');
    assert.equal(scene.sandbox.control.charges().length, 4);
  });

  it('lists, finds, renames, exports and deletes sessions, and opens those of the server', async () => {
    await page.ask('Tide pools');
    const { id } = page.state.session;
    await page.say({ type: 'renameSession', id, title: ' Sea \n life ' });
    assert.equal(page.state.session.title, 'Sea life');
    await page.say({ type: 'exportSession', id });
    const exported = vscode.window.activeTextEditor?.document;
    assert.equal(exported?.languageId, 'markdown');
    assert.match(exported.getText(), /^# Sea life\n[^]+## You\n\nTide pools\n/);

    const response = await fetch(`${scene.sandbox.url}/api/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.sandbox.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-5-2-chat', message: 'From elsewhere' }),
    });
    assert.equal(response.status, 200);
    await page.say({ type: 'listSessions', query: '', scope: 'all' });
    const listed = page.received.findLast(message => message.type === 'sessions');
    assert.deepEqual(
      listed?.sessions.map(session => [session.title, session.origin]),
      [
        ['Sea life', 'here'],
        ['From elsewhere', 'server'],
      ],
    );
    const remote = listed.sessions[1]?.id ?? '';
    await page.say({ type: 'openSession', id: remote, origin: 'server' });
    assert.deepEqual(
      page.messages.map(message => message.role),
      ['user', 'assistant'],
    );
    await page.ask('Go on');
    const last = scene.sandbox.control.requests().findLast(each => each.path.endsWith('/stream'));
    assert.deepEqual((last?.body as { session_id: string }).session_id, remote);

    await page.say({ type: 'deleteSession', id: page.state.session.id });
    assert.deepEqual(page.messages, []);
    await page.say({ type: 'listSessions', query: 'sea', scope: 'workspace' });
    const found = page.received.findLast(message => message.type === 'sessions');
    assert.deepEqual(
      found?.sessions.map(session => session.title),
      ['Sea life'],
    );
  });

  it('takes files as what they are, and says what it does not take', async () => {
    const editor = await openDocument('let a = 1;\nlet b = 2;\n', 'code.ts');
    const folder = vscode.Uri.joinPath(editor.document.uri, '..');
    const image = vscode.Uri.joinPath(folder, 'picture.txt');
    await vscode.workspace.fs.writeFile(image, png);
    const uris = [editor.document.uri, image].map(uri => uri.toString());
    await page.say({
      type: 'addUris',
      uris: [...uris, 'command:rivya.account.removeKey', 'https://rivya.ai/x'],
    });
    assert.equal(page.problem, '');
    assert.match(page.state.composer.contexts[0]?.label ?? '', /code\.ts$/);
    assert.equal(page.state.composer.contexts[0]?.text, 'let a = 1;\nlet b = 2;\n');
    assert.deepEqual(
      page.state.composer.images.map(each => each.name),
      ['picture.txt'],
    );
    await page.say({ type: 'addUris', uris: [vscode.Uri.joinPath(folder, 'gone.md').toString()] });
    assert.match(page.problem, /Couldn't read "gone\.md"/);
    await page.say({ type: 'addImage', name: 'no.png', base64: Buffer.from('no').toString('base64') });
    assert.match(page.problem, /"no\.png" isn't an image/);
    select(editor, 'let b');
    await page.say({ type: 'addSelection' });
    assert.match(page.state.composer.contexts[1]?.label ?? '', /code\.ts:2$/);
    const [first] = page.state.composer.images;
    await page.say({ type: 'removeImage', id: first?.id ?? '' });
    assert.deepEqual(page.state.composer.images, []);
    await removeFolder(editor.document.uri);
  });

  it('inserts code at the cursor and keeps the selection; opens it as a new file', async () => {
    const editor = await openDocument('one two\n', 'code.ts');
    select(editor, 'one');
    await page.say({ type: 'insertCode', text: '<-here' });
    assert.equal(await textOf(editor.document, text => text.includes('here')), 'one<-here two\n');
    await page.say({ type: 'saveCode', text: 'print(1)', languageId: 'py' });
    const saved = vscode.window.activeTextEditor?.document;
    assert.equal(saved?.isUntitled, true);
    assert.equal(saved.languageId, 'python');
    await page.say({ type: 'copy', text: 'copied' });
    assert.equal(await vscode.env.clipboard.readText(), 'copied');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await removeFolder(editor.document.uri);
  });

  it('opens links of the allowed kinds only, and files of the workspace', async () => {
    for (const href of [
      'command:rivya.account.removeKey',
      'COMMAND:workbench.action.quit',
      'file:///etc/passwd',
      'vscode://rivya.rivya/x',
      'javascript:alert(1)',
      'data:text/html,x',
      '../../etc/passwd',
      '..%2F..%2Fetc/passwd',
      '//evil.example/share',
      'C:\\Windows\\x',
      '',
    ]) {
      assert.equal(await openLink(href), 'refused', href);
    }
    assert.equal(await openLink('no/such/file.ts'), 'missing');
    const editor = await openDocument('one\ntwo\nthree\n', 'linked.md');
    const relative = vscode.workspace.asRelativePath(editor.document.uri);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    assert.equal(await openLink(`${relative}#L2`), 'opened');
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), editor.document.uri.toString());
    assert.equal(vscode.window.activeTextEditor.selection.start.line, 1);
    assert.ok(relative.length < editor.document.uri.path.length - workspaceFolder().path.length + 1);
    await removeFolder(editor.document.uri);
  });

  it('makes one image of two clicks', async () => {
    await page.ask('Describe a boat');
    const { id = '' } = page.messages[1] ?? {};
    const click = { type: 'generateImage', messageId: id, prompt: 'A paper boat' } as const;
    await Promise.all([page.say(click), page.say(click)]);
    await page.until('a finished card', () => page.state.session.cards[0]?.canInsert === true);
    assert.equal(page.state.session.cards.length, 1);
    // One for the answer.
    assert.equal(scene.sandbox.control.charges().length, 2);
  });

  it('asks one question by two clicks', async () => {
    await page.ask('Describe a boat');
    const [question, answer] = page.messages;
    assert.ok(question && answer);
    const { id } = page.state.session;
    for (const [count, click] of [
      { type: 'continueAnswer', messageId: answer.id } as const,
      { type: 'retry', messageId: answer.id } as const,
      { type: 'editAndResend', messageId: question.id, text: 'Describe a ship' } as const,
    ].entries()) {
      await page.say({ type: 'openSession', id, origin: 'here' });
      await Promise.all([page.say(click), page.say(click)]);
      await host.controller.parts.conversations.idle();
      // One more than before.
      assert.equal(scene.sandbox.control.charges().length, count + 2, click.type);
    }
  });

  it('asks nothing that would exceed the limit of the day, and says what was spent', async () => {
    await configure('credits.dailyLimit', 4);
    await page.ask('First');
    await page.ask('Second');
    assert.equal(page.state.session.credits, 2);
    await page.until('what was spent', () => page.state.spentToday === 2);
    const { length: charges } = scene.sandbox.control.charges();
    await page.say({ type: 'send', text: 'Third' });
    assert.match(
      page.problem,
      /^Not sent, and nothing was charged: 3 credits more would exceed your daily limit of 4 credits\. Known to be spent today: 2 credits\./,
    );
    assert.equal(page.state.draft, 'Third');
    assert.equal(page.messages.length, 4);
    const answer = page.messages[1]?.id ?? '';
    const question = page.messages[0]?.id ?? '';
    for (const message of [
      { type: 'retry', messageId: answer },
      { type: 'continueAnswer', messageId: answer },
      { type: 'editAndResend', messageId: question, text: 'Changed' },
    ] as const) {
      scene.answers.messages.length = 0;
      await page.say(message);
      await scene.answers.message(/^Not sent, and nothing was charged/);
    }
    // A job of one credit has room, but not two.
    const image = (prompt: string) => ({ type: 'generateImage', messageId: answer, prompt }) as const;
    for (const prompt of ['A boat', 'A ship']) await page.say(image(prompt));
    scene.answers.messages.length = 0;
    await page.say(image('A raft'));
    await scene.answers.message(/1 credit more would exceed .+ Known to be spent today: 4 credits/);
    await page.until(
      'two finished cards',
      () => page.state.session.cards.filter(each => each.canInsert).length === 2,
    );
    assert.equal(scene.sandbox.control.charges().length, charges + 2);
    assert.equal(page.state.draft, 'Third');
  });

  it('asks and makes nothing while the sandbox is lost', async () => {
    await page.ask('Describe a boat');
    const { id = '' } = page.messages[1] ?? {};
    services.server.loseSandbox();
    await page.say({ type: 'send', text: 'And a ship?' });
    assert.match(page.problem, /^The sandbox stopped .+ Nothing is sent until you choose/);
    for (const message of [
      { type: 'retry', messageId: id },
      { type: 'generateImage', messageId: id, prompt: 'A paper boat' },
    ] as const) {
      scene.answers.messages.length = 0;
      await page.say(message);
      await scene.answers.message(/^The sandbox stopped .+ Nothing is sent until you choose/);
    }
    assert.equal(scene.sandbox.control.charges().length, 1);
    services.server.leaveSandbox();
    await page.until('the key of the server', () => page.state.account === 'ready');
    await page.say({ type: 'send', text: 'And a ship?' });
    await page.until('the second answer', () => page.messages[3]?.state === 'complete');
    assert.equal(scene.sandbox.control.charges().length, 2);
  });

  it('asks once about a dearer model that the workspace has chosen', async () => {
    const settings = vscode.workspace.getConfiguration('rivya');
    await configure('defaultModel.chat', 'gemini-2-5-flash-chat');
    await settings.update('defaultModel.chat', 'gpt-5-2-chat', vscode.ConfigurationTarget.Workspace);
    await page.say({ type: 'send', text: 'Hello' });
    await scene.answers.message(/^Ask .+\? Price per question: about 3 credits$/);
    assert.deepEqual([page.messages.length, page.problem, page.state.draft], [0, '', 'Hello']);
    scene.answers.press(/^Ask /, 'Ask');
    await page.ask('Hello');
    scene.answers.messages.length = 0;
    await page.ask('And now?');
    assert.deepEqual(
      scene.answers.messages.filter(text => text.startsWith('Ask ')),
      [],
    );
  });

  it('makes an image of a message, and follows it with a card', async () => {
    await page.ask('Describe a boat');
    const { id = '' } = page.messages[1] ?? {};
    await page.say({ type: 'generateImage', messageId: id, prompt: 'A paper boat' });
    await page.until('a finished card', () => page.state.session.cards[0]?.canInsert === true);
    const [card] = page.state.session.cards;
    assert.equal(card?.messageId, id);
    assert.match(card.source ?? '', /^resource:.+\.png$/);
    assert.equal(card.canInsert, true);
  });

  it('says what a refused question cost, with buttons that the host alone knows', async () => {
    scene.sandbox.control.setCredits(0);
    await page.say({ type: 'send', text: 'Hello' });
    await page.answered('failed');
    const [, answer] = page.messages;
    assert.match(answer?.problem?.text ?? '', /Nothing was charged/);
    assert.deepEqual(
      answer?.problem?.actions.map(action => action.title),
      ['Try Again', 'Buy Credits'],
    );
    await page.say({ type: 'action', messageId: answer.id, id: 'rivya.account.removeKey' });
    assert.equal(await services.account.key(new URL(scene.sandbox.url).origin), scene.sandbox.apiKey);
    scene.sandbox.control.setCredits(10);
    await page.say({ type: 'action', messageId: answer.id, id: 'again' });
    await page.answered();
    assert.equal(page.messages.length, 2);
  });

  it('lists more sessions of the server than one page holds, as they are wanted', async () => {
    await page.ask('Said here');
    const { url, apiKey } = scene.sandbox;
    for (let number = 101; number <= 145; number++) {
      const response = await fetch(`${url}/api/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-5-2-chat', message: `Elsewhere ${number}` }),
      });
      assert.equal(response.status, 200);
    }
    const listed = (): Extract<ChatHostMessage, { type: 'sessions' }> => {
      const last = page.received.findLast(message => message.type === 'sessions');
      assert.ok(last);
      return last;
    };
    const pages = (): number =>
      scene.sandbox.control.requests().filter(each => each.path === '/api/v1/chat/sessions').length;
    await page.say({ type: 'listSessions', query: '', scope: 'workspace' });
    assert.deepEqual([listed().sessions.length, listed().further, pages()], [1, 'none', 0]);
    await page.say({ type: 'listSessions', query: '', scope: 'all' });
    assert.deepEqual([listed().sessions.length, listed().further, pages()], [1 + 20, 'more', 1]);
    await page.say({ type: 'moreSessions' });
    assert.deepEqual([listed().sessions.length, listed().further, pages()], [1 + 40, 'more', 2]);
    // The oldest one: what was loaded does not have it, so that the search goes on by itself.
    await page.say({ type: 'listSessions', query: 'elsewhere 101', scope: 'all' });
    assert.deepEqual(
      listed().sessions.map(session => session.title),
      ['Elsewhere 101'],
    );
    assert.deepEqual([listed().further, pages()], ['none', 3]);
    await page.say({ type: 'listSessions', query: '', scope: 'all' });
    assert.deepEqual([listed().sessions.length, listed().further, pages()], [1 + 45, 'none', 3]);
    const ids = listed().sessions.map(session => session.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('keeps what is being written as a new session is asked for in one that is new', async () => {
    const { id } = page.state.session;
    await page.say({ type: 'new' });
    await page.say({ type: 'draft', text: 'half a th' });
    assert.deepEqual([page.state.session.id, host.controller.session().draft], [id, 'half a th']);
    await page.ask('Hello');
    await page.say({ type: 'new' });
    assert.notEqual(page.state.session.id, id);
    assert.deepEqual([page.messages, page.state.draft], [[], '']);
  });

  it('takes what is being written along to another server', async () => {
    await page.ask('Hello');
    const other = await startSandbox();
    try {
      await page.say({ type: 'new' });
      await page.say({ type: 'draft', text: 'half a th' });
      services.server.enterSandbox(other.url, other.apiKey);
      await page.until('the sandbox', () => page.state.sandbox);
      assert.equal(page.state.draft, 'half a th');
      await page.ask('Half a thought');
      assert.equal(other.control.charges().length, 1);
      services.server.leaveSandbox();
      await page.until('the server', () => !page.state.sandbox);
      assert.equal(scene.sandbox.control.charges().length, 1);
    } finally {
      await other.close();
    }
  });

  it('takes whole answers when streaming is off', async () => {
    await configure('chat.streaming', false);
    await page.ask('Hello');
    const paths = scene.sandbox.control.requests().map(each => each.path);
    assert.ok(paths.includes('/api/v1/chat/completions'));
    assert.ok(!paths.includes('/api/v1/chat/completions/stream'));
  });
});

describe('the commands of the chat', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.open();
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
    await scene.close();
  });

  it('help people who listen, with the keys of the manifest', async () => {
    await vscode.commands.executeCommand('rivya.openAccessibilityHelp');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'rivya-help');
    assert.match(document.getText(), /^# Accessibility help for Rivya[^]*`alt\+f2` opens the response/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('open the panel, and have nothing to export before anything was said', async () => {
    const editor = await openDocument('A sentence.\n');
    select(editor, 'A sentence.');
    await vscode.commands.executeCommand('rivya.chat.new');
    await vscode.commands.executeCommand('rivya.chat.askSelection');
    await vscode.commands.executeCommand('rivya.chat.stop');
    await vscode.commands.executeCommand('rivya.chat.exportMarkdown');
    await scene.answers.message(/This chat is empty/);
    await removeFolder(editor.document.uri);
  });
});
