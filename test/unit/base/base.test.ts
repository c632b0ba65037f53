import { describe, expect, it, vi } from 'vitest';
import { abortable, delay } from '../../../src/base/abort.ts';
import { Emitter } from '../../../src/base/event.ts';
import { DisposableStore, toDisposable } from '../../../src/base/lifecycle.ts';
import { describeError, redact, redactedLog } from '../../../src/base/log.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { recordingLog } from '../api/testClock.ts';

describe('Emitter', () => {
  it('calls in order, and each as often as it has subscribed', () => {
    const emitter = new Emitter<number>();
    const seen: string[] = [];
    const listener = (value: number): unknown => seen.push(`twice ${value}`);
    emitter.event(listener);
    const second = emitter.event(listener);
    emitter.event(value => seen.push(`other ${value}`));
    emitter.fire(1);
    second.dispose();
    second.dispose();
    emitter.fire(2);
    expect(seen).toEqual(['twice 1', 'twice 1', 'other 1', 'twice 2', 'other 2']);
  });

  it('calls every listener, and then tells of those that failed', () => {
    const emitter = new Emitter<void>();
    const reached = vi.fn();
    emitter.event(() => {
      throw new Error('first');
    });
    emitter.event(reached);
    expect(() => emitter.fire()).toThrow(AggregateError);
    expect(reached).toHaveBeenCalledOnce();
  });

  it('is silent once disposed, and while firing may lose listeners', () => {
    const emitter = new Emitter<void>();
    const reached = vi.fn();
    const own = emitter.event(() => own.dispose());
    emitter.event(reached);
    emitter.fire();
    emitter.dispose();
    emitter.fire();
    expect(reached).toHaveBeenCalledOnce();
  });
});

describe('DisposableStore', () => {
  it('releases the newest first, once, and what comes late at once', () => {
    const store = new DisposableStore();
    const released: string[] = [];
    const item = (name: string): ReturnType<typeof toDisposable> => toDisposable(() => released.push(name));
    store.add(item('first'));
    store.add(item('second'));
    store.dispose();
    store.dispose();
    expect(released).toEqual(['second', 'first']);
    store.add(item('late'));
    expect(released).toEqual(['second', 'first', 'late']);
  });
});

describe('waiting', () => {
  it('ends when the time has passed', async () => {
    const clock = new ManualClock();
    let ended = false;
    const waiting = delay(100, undefined, clock).then(() => (ended = true));
    clock.advance(99);
    await Promise.resolve();
    expect(ended).toBe(false);
    clock.advance(1);
    await waiting;
    expect(ended).toBe(true);
  });

  it('ends at once with the reason when it is aborted, and leaves no timer', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const waiting = delay(100, controller.signal, clock);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(clock.advanceToNext()).toBe(false);
  });

  it('does not begin what is aborted already', async () => {
    const start = vi.fn(() => Promise.resolve(1));
    await expect(abortable(AbortSignal.abort(new Error('before')), start)).rejects.toThrow('before');
    expect(start).not.toHaveBeenCalled();
  });

  it('rejects although the work underneath never ends', async () => {
    const controller = new AbortController();
    const work = abortable(controller.signal, () => new Promise(() => undefined));
    controller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});

describe('the log', () => {
  it.each([
    ['a key rvya_sk_live_abc-123 here', 'a key [redacted] here'],
    ['authorization: Bearer abc.def', 'authorization: Bearer [redacted]'],
    ['{"signing_secret":"whsec_12ab"}', '{"signing_secret":"[redacted]"}'],
    ['secret whsec_c2VjcmV0+for/tests== ends', 'secret [redacted] ends'],
    ['nothing to hide', 'nothing to hide'],
  ])('redacts %s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it('redacts exact secrets, in every level', () => {
    const log = recordingLog();
    const clean = redactedLog(log, () => ['odd-key', '']);
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) clean[level]('uses odd-key');
    expect(log.lines).toEqual(
      ['trace', 'debug', 'info', 'warn', 'error'].map(level => `${level} uses [redacted]`),
    );
  });

  it('describes an error with its causes and the errors that it sums up', () => {
    const cause = new AggregateError([new TypeError('one'), 'two'], 'both');
    expect(describeError(new Error('top', { cause })).split(/\n\s*/)).toEqual([
      'Error: top',
      'caused by AggregateError: both',
      'together with TypeError: one',
      'together with "two"',
    ]);
    expect(describeError(undefined)).toBe('undefined');
  });
});
