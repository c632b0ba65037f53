import { describe, expect, it } from 'vitest';
import type { ChatHostMessage } from '../../../src/shared/chat.ts';
import {
  initialState,
  isHostMessage,
  reduce,
  streamingMessage,
} from '../../../src/webview/chat/pageState.ts';
import type { PageState } from '../../../src/webview/chat/pageState.ts';
import { card, chatState, message, question, session } from '../../webview/support/states.ts';

const streaming = message({ id: 'a1', state: 'streaming', text: 'Crabs' });
const begun = after({
  type: 'snapshot',
  sequence: 7,
  state: chatState({ session: { messages: [question('q1', 'Who?'), streaming] } }),
});

function after(...messages: readonly ChatHostMessage[]): PageState {
  return messages.reduce(reduce, initialState);
}

function textOf(state: PageState, id: string): string | undefined {
  return state.chat?.session.messages.find(each => each.id === id)?.text;
}

describe('the state of the page', () => {
  it('takes in nothing before the first snapshot', () => {
    expect(reduce(initialState, { type: 'focus', sequence: 1 })).toBe(initialState);
  });

  it('appends what a delta brings, and leaves every other message as it is', () => {
    const next = reduce(begun, {
      type: 'delta',
      sequence: 8,
      messageId: 'a1',
      field: 'text',
      at: 5,
      text: ' and fish',
    });
    expect(textOf(next, 'a1')).toBe('Crabs and fish');
    expect(next.chat?.session.messages[0]).toBe(begun.chat?.session.messages[0]);
    expect(next.isStale).toBe(false);
  });

  it('appends reasoning apart from the text', () => {
    const next = reduce(begun, {
      type: 'delta',
      sequence: 8,
      messageId: 'a1',
      field: 'reasoning',
      at: 0,
      text: 'Hm',
    });
    expect(next.chat?.session.messages[1]).toMatchObject({ text: 'Crabs', reasoning: 'Hm' });
  });

  it.each([
    ['a missing number', { type: 'delta', sequence: 9, messageId: 'a1', field: 'text', at: 5, text: '!' }],
    [
      'a delta for another length',
      { type: 'delta', sequence: 8, messageId: 'a1', field: 'text', at: 4, text: '!' },
    ],
    [
      'a delta for an unknown message',
      { type: 'delta', sequence: 8, messageId: 'zz', field: 'text', at: 0, text: '!' },
    ],
  ] satisfies [string, ChatHostMessage][])(
    'is stale after %s, and then only a snapshot helps',
    (_, wrong) => {
      const stale = reduce(begun, wrong);
      expect(stale.isStale).toBe(true);
      expect(textOf(stale, 'a1')).toBe('Crabs');
      expect(
        reduce(stale, {
          type: 'delta',
          sequence: stale.sequence + 1,
          messageId: 'a1',
          field: 'text',
          at: 5,
          text: '!',
        }),
      ).toBe(stale);
      const healed = reduce(stale, { type: 'snapshot', sequence: 20, state: chatState() });
      expect(healed).toMatchObject({ isStale: false, sequence: 20 });
    },
  );

  it('ignores what a snapshot has overtaken', () => {
    const old: ChatHostMessage = {
      type: 'message',
      sequence: 7,
      message: message({ id: 'a1', text: 'Old' }),
    };
    expect(reduce(begun, old)).toBe(begun);
  });

  it('puts a changed message in its place and a new one at the end', () => {
    const done = message({ id: 'a1', text: 'Crabs.' });
    const next = [done, question('q2', 'More?')].reduce<PageState>(
      (state, each, index) => reduce(state, { type: 'message', sequence: 8 + index, message: each }),
      begun,
    );
    expect(next.chat?.session.messages.map(each => each.id)).toEqual(['q1', 'a1', 'q2']);
    expect(textOf(next, 'a1')).toBe('Crabs.');
  });

  it('keeps one card for each job', () => {
    const waiting = reduce(begun, { type: 'card', sequence: 8, card: card({ state: 'queued' }) });
    const ready = reduce(waiting, { type: 'card', sequence: 9, card: card({ state: 'stored' }) });
    expect(ready.chat?.session.cards.map(each => each.state)).toEqual(['stored']);
  });

  it('changes the parts that are named, and never the messages', () => {
    const next = reduce(begun, {
      type: 'state',
      sequence: 8,
      state: { offline: true, session: { title: 'Crabs' } },
    });
    expect(next.chat).toMatchObject({
      offline: true,
      account: 'ready',
      session: { title: 'Crabs', id: 's1' },
    });
    expect(next.chat?.session.messages).toBe(begun.chat?.session.messages);
  });

  it('keeps the list of sessions over a snapshot', () => {
    const listed = reduce(begun, {
      type: 'sessions',
      sequence: 8,
      query: 'x',
      scope: 'all',
      sessions: [session('1')],
      further: 'more',
      problem: undefined,
    });
    const next = reduce(listed, { type: 'snapshot', sequence: 9, state: chatState() });
    expect(next.sessions).toMatchObject({
      query: 'x',
      scope: 'all',
      sessions: [{ id: '1' }],
      further: 'more',
    });
  });

  it('knows which answer is being written', () => {
    expect(begun.chat && streamingMessage(begun.chat)?.id).toBe('a1');
    expect(streamingMessage(chatState())).toBeUndefined();
  });
});

describe('a message of the host', () => {
  it.each([
    undefined,
    null,
    'delta',
    1,
    {},
    { type: 'delta' },
    { type: 'other', sequence: 1 },
    { type: 'focus', sequence: '1' },
    { type: 'focus', sequence: NaN },
  ])('is not %j', value => {
    expect(isHostMessage(value)).toBe(false);
  });

  it('is one with a known type and a number', () => {
    expect(isHostMessage({ type: 'focus', sequence: 3 })).toBe(true);
  });
});
