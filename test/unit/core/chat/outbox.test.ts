import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../../src/core/chat/outbox.ts';
import type { ChatHostMessage, ChatState } from '../../../../src/shared/chat.ts';
import { ManualClock } from '../../../support/manualClock.ts';

const state = {} as ChatState;

function start(): { outbox: Outbox; clock: ManualClock; posted: ChatHostMessage[] } {
  const clock = new ManualClock();
  const posted: ChatHostMessage[] = [];
  return { outbox: new Outbox(message => posted.push(message), clock), clock, posted };
}

describe('what goes to the page', () => {
  it('is nothing before its first snapshot, and nothing while nobody looks', () => {
    const { outbox, clock, posted } = start();
    outbox.append('m', 'text', 0, 'a');
    outbox.change({ type: 'focus' });
    outbox.snapshot(state);
    outbox.append('m', 'text', 0, 'a');
    outbox.close();
    outbox.append('m', 'text', 1, 'b');
    clock.advance(1_000);
    expect(posted).toEqual([{ type: 'snapshot', sequence: 1, state }]);
  });

  it('is at most one piece of text a frame, with nothing lost', () => {
    const { outbox, clock, posted } = start();
    outbox.snapshot(state);
    let text = '';
    for (let index = 0; index < 5_000; index++) {
      const piece = `${index} `;
      outbox.append('m', 'text', text.length, piece);
      text += piece;
      if (index % 10 === 9) clock.advance(1);
    }
    clock.advance(1_000);
    const deltas = posted.filter(message => message.type === 'delta');
    expect(deltas.length).toBeLessThanOrEqual(5_000 / 10 / 30 + 1);
    expect(deltas.map(delta => delta.text).join('')).toBe(text);
    let length = 0;
    for (const delta of deltas) {
      expect(delta.at).toBe(length);
      length += delta.text.length;
    }
    expect(posted.map(message => message.sequence)).toEqual(posted.map((_, index) => index + 1));
  });

  it('keeps its order when something else than text happens', () => {
    const { outbox, clock, posted } = start();
    outbox.snapshot(state);
    outbox.append('m', 'reasoning', 0, 'hm');
    outbox.append('m', 'text', 0, 'a');
    outbox.append('m', 'text', 1, 'b');
    outbox.change({ type: 'focus' });
    outbox.append('n', 'text', 0, 'c');
    clock.advance(1_000);
    expect(posted.slice(1)).toEqual([
      { type: 'delta', sequence: 2, messageId: 'm', field: 'reasoning', at: 0, text: 'hm' },
      { type: 'delta', sequence: 3, messageId: 'm', field: 'text', at: 0, text: 'ab' },
      { type: 'focus', sequence: 4 },
      { type: 'delta', sequence: 5, messageId: 'n', field: 'text', at: 0, text: 'c' },
    ]);
  });

  it('begins anew with a snapshot, which knows what was waiting', () => {
    const { outbox, clock, posted } = start();
    outbox.snapshot(state);
    outbox.append('m', 'text', 0, 'a');
    outbox.snapshot(state);
    clock.advance(1_000);
    expect(posted.map(message => message.type)).toEqual(['snapshot', 'snapshot']);
  });
});
