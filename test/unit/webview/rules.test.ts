import { describe, expect, it } from 'vitest';
import { disguisedHost, safeLink } from '../../../src/webview/chat/markdown/safeLink.ts';
import { revealBidiControls } from '../../../src/webview/chat/markdown/bidiControls.ts';
import { QuestionHistory } from '../../../src/webview/chat/questionHistory.ts';
import { lengthOf, sendBlocker } from '../../../src/webview/chat/sendBlocker.ts';
import { chatState, message } from '../../webview/support/states.ts';

const image = { id: 'i1', name: 'a.png', bytes: 1, source: undefined, progress: 1 };
const context = { id: 'c1', label: 'a.ts', languageId: 'typescript', text: 'x'.repeat(19_990) };

describe('a question', () => {
  it.each([
    ['can be sent', undefined, chatState(), 'Hello'],
    ['can be an image alone', undefined, chatState({ composer: { images: [image] } }), ''],
    ['can be tried while offline', undefined, chatState({ offline: true }), 'Hello'],
    ['needs a key', 'account', chatState({ account: 'none' }), 'Hello'],
    ['needs text', 'empty', chatState(), ' \n '],
    ['needs a model', 'model', chatState({ session: { model: undefined } }), 'Hello'],
    [
      'needs a model that can be used',
      'model',
      chatState({ session: { model: 'gemini-3-pro-chat' } }),
      'Hello',
    ],
    [
      'waits for the upload',
      'uploading',
      chatState({ composer: { images: [{ ...image, progress: 0.5 }] } }),
      'Hello',
    ],
    [
      'waits for the answer',
      'streaming',
      chatState({ session: { messages: [message({ id: 'a', state: 'streaming' })] } }),
      'Hello',
    ],
    ['counts its quotations', 'tooLong', chatState({ composer: { contexts: [context] } }), 'Hello, world'],
    ['may just fit', undefined, chatState({ composer: { contexts: [context] } }), 'Hello12345'],
  ])('%s', (_, obstacle, chat, text) => {
    expect(sendBlocker(chat, text)).toBe(obstacle);
  });

  it('is as long as its text and its quotations', () => {
    expect(lengthOf(chatState({ composer: { contexts: [context] } }), ' ab ')).toBe(19_992);
  });
});

describe('earlier questions', () => {
  const questions = ['newest', 'older', 'oldest'];

  it('are walked to the oldest and back to what was being written', () => {
    const history = new QuestionHistory();
    expect(history.older(questions, 'mine')).toBe('newest');
    expect(history.older(questions, 'newest')).toBe('older');
    expect(history.older(questions, 'older')).toBe('oldest');
    expect(history.older(questions, 'oldest')).toBeUndefined();
    expect(history.newer(questions, 'oldest')).toBe('older');
    expect(history.newer(questions, 'older')).toBe('newest');
    expect(history.newer(questions, 'newest')).toBe('mine');
    expect(history.newer(questions, 'mine')).toBeUndefined();
  });

  it('begin again after one was changed', () => {
    const history = new QuestionHistory();
    history.older(questions, '');
    expect(history.newer(questions, 'newest, changed')).toBeUndefined();
    expect(history.older(questions, 'newest, changed')).toBe('newest');
  });

  it('are none at first', () => {
    expect(new QuestionHistory().older([], '')).toBeUndefined();
  });
});

describe('a link', () => {
  it.each(['https://example.com/a', 'http://127.0.0.1:80/', 'mailto:a@example.com', ' HTTPS://EXAMPLE.COM '])(
    'may be opened: %s',
    address => {
      expect(safeLink(address)?.href).toBeDefined();
    },
  );

  it.each([
    ...[
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'java\nscript:alert(1)',
      '\u0001javascript:alert(1)',
    ],
    ...[
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'command:workbench.action.quit',
      'vscode://a.b/c',
    ],
    ...[
      'vscode-resource:/x',
      'blob:https://x/y',
      '//example.com',
      '/etc/passwd',
      '#top',
      '',
      'a b',
      'about:blank',
      'view-source:https://x',
    ],
  ])('must not be opened: %j', address => {
    expect(safeLink(address)).toBeUndefined();
  });

  it.each([
    ['https://bank.example', 'https://evil.example/', 'evil.example'],
    ['bank.example/login', 'https://evil.example:8443/', 'evil.example:8443'],
    ['www.bank.example', 'https://bank.example/', undefined],
    ['the bank', 'https://evil.example/', undefined],
    ['https://bank.example@evil.example', 'https://bank.example@evil.example/', 'evil.example'],
    ['mail bank.example', 'mailto:a@b.example', undefined],
  ])('whose text %s leads to %s says so: %s', (text, address, host) => {
    expect(disguisedHost(text, new URL(address))).toBe(host);
  });
});

describe('code', () => {
  it('shows characters that would turn its direction', () => {
    expect(revealBidiControls('if (\u202Etrue\u2066)')).toBe('if ([U+202E]true[U+2066])');
  });
});
