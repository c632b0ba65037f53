import { describe, expect, it } from 'vitest';
import { readPageMessage, type ChatPageMessage } from '../../../src/shared/chatSchema.ts';
import type { PageHandlers } from '../../../src/vscode/chat/pageHandlers.ts';
import type { post } from '../../../src/webview/chat/common/host.ts';

/** One of each kind: a new message does not compile before it is here. */
const messages: { readonly [T in ChatPageMessage['type']]: Extract<ChatPageMessage, { type: T }> } = {
  ready: { type: 'ready' },
  draft: { type: 'draft', text: '' },
  send: { type: 'send', text: 'Who?' },
  queue: { type: 'queue', text: 'Hello' },
  unqueue: { type: 'unqueue' },
  stop: { type: 'stop' },
  new: { type: 'new' },
  chooseModel: { type: 'chooseModel', model: 'some-model' },
  setWebSearch: { type: 'setWebSearch', on: true },
  setReasoningEffort: { type: 'setReasoningEffort', effort: 'high' },
  pickImages: { type: 'pickImages' },
  addImage: { type: 'addImage', name: 'a.png', base64: 'iVBORw0KGgo=' },
  addUris: { type: 'addUris', uris: ['file:///a.png'] },
  removeImage: { type: 'removeImage', id: 'i1' },
  addSelection: { type: 'addSelection' },
  addFile: { type: 'addFile' },
  removeContext: { type: 'removeContext', id: 'c1' },
  listSessions: { type: 'listSessions', query: '', scope: 'all' },
  moreSessions: { type: 'moreSessions' },
  openSession: { type: 'openSession', id: 's1', origin: 'server' },
  renameSession: { type: 'renameSession', id: 's1', title: 'Crabs' },
  deleteSession: { type: 'deleteSession', id: 's1' },
  exportSession: { type: 'exportSession', id: 's1' },
  editAndResend: { type: 'editAndResend', messageId: 'm1', text: 'Why?' },
  retry: { type: 'retry', messageId: 'm1' },
  continueAnswer: { type: 'continueAnswer', messageId: 'm1' },
  readAnswer: { type: 'readAnswer', messageId: 'm1' },
  branch: { type: 'branch', messageId: 'm1' },
  action: { type: 'action', messageId: 'm1', id: 'again' },
  copy: { type: 'copy', text: 'x' },
  insertCode: { type: 'insertCode', text: 'x' },
  saveCode: { type: 'saveCode', text: 'x', languageId: 'rust' },
  generateImage: { type: 'generateImage', messageId: 'm1', prompt: 'A crab' },
  card: { type: 'card', taskId: 't1', verb: 'open' },
  openLink: { type: 'openLink', href: 'https://example.com' },
  begin: { type: 'begin', with: 'sandbox' },
};

describe('a message of the chat page', () => {
  it.each(Object.values(messages))('is read: $type', message => {
    expect(readPageMessage(message)).toEqual(message);
  });

  it('loses what the schema does not know', () => {
    expect(readPageMessage({ type: 'stop', all: true })).toEqual({ type: 'stop' });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ready'],
    ['no type', {}],
    ['a type that is no text', { type: 1 }],
    ['a type from the prototype', { type: 'constructor' }],
    ['a field that is missing', { type: 'send' }],
    ['a field of another kind', { type: 'send', text: 1 }],
    ['a text that is too long', { type: 'draft', text: 'x'.repeat(1_000_001) }],
    ['a title that is too long', { type: 'renameSession', id: 's1', title: 'x'.repeat(2_001) }],
    ['an empty id', { type: 'deleteSession', id: '' }],
    ['an id that is too long', { type: 'deleteSession', id: 'x'.repeat(201) }],
    ['a word that is none of the choices', { type: 'card', taskId: 't1', verb: 'remove' }],
    ['bytes that are no base64', { type: 'addImage', name: 'a.png', base64: 'not base64' }],
    ['too many addresses', { type: 'addUris', uris: Array.from({ length: 51 }, () => 'file:///a') }],
    ['an effort with other characters', { type: 'setReasoningEffort', effort: 'high; low' }],
    ['a link that is too long', { type: 'openLink', href: 'x'.repeat(10_001) }],
  ])('is not understood: %s', (_, value) => {
    expect(readPageMessage(value)).toBeUndefined();
  });
});

/**
 * The lines below are checked by the compiler: each `@ts-expect-error` is an error of its own once the line
 * under it compiles.
 */
describe('a message without a schema', () => {
  type Posted = Parameters<typeof post>[0];

  it('can be neither posted nor read', () => {
    // @ts-expect-error -- the page may say only what the schema knows
    const pinned: Posted = { type: 'pinned', messageId: 'm1' };
    expect(readPageMessage(pinned)).toBeUndefined();
  });

  it('cannot have a handler, and each of the others must have one', () => {
    const handlers = Object.fromEntries(
      Object.keys(messages).map(type => [type, () => undefined]),
    ) as unknown as PageHandlers;
    // @ts-expect-error -- nothing calls a handler of a message that is never read
    const more: PageHandlers = { ...handlers, pinned: () => undefined };
    const { ready, ...rest } = handlers;
    // @ts-expect-error -- `ready` would be read, and nothing done
    const less: PageHandlers = rest;
    expect([more, less]).toHaveLength(2);
    expect(ready).toBeDefined();
  });
});
