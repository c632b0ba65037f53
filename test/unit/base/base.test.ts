import { afterEach, describe, expect, it, vi } from 'vitest';
import { abortable, delay } from '../../../src/base/abort.ts';
import { Emitter } from '../../../src/base/event.ts';
import { Lazy } from '../../../src/base/lazy.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../../src/base/lifecycle.ts';
import { describeError, redact, redactedLog } from '../../../src/base/log.ts';
import { onUnexpectedError, setUnexpectedErrorHandler } from '../../../src/base/unexpectedError.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { recordingLog } from '../api/testClock.ts';

afterEach(() => setUnexpectedErrorHandler(undefined));

describe('an unexpected error', () => {
  it('is reported where it is asked for, and never thrown into the caller', async () => {
    const reported: unknown[] = [];
    setUnexpectedErrorHandler(error => reported.push(error));
    const error = new Error('A view failed.');
    onUnexpectedError(error);
    expect(reported).toEqual([error]);
    await nextTurn();
  });

  it('surfaces as an uncaught one without a handler, and when the handler fails', async () => {
    const error = new Error('A view failed.');
    expect(await uncaughtOf(() => onUnexpectedError(error))).toBe(error);
    const second = new Error('The channel was closed.');
    setUnexpectedErrorHandler(() => {
      throw second;
    });
    expect(await uncaughtOf(() => onUnexpectedError(error))).toMatchObject({ errors: [error, second] });
  });
});

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

  it('calls every listener and returns, and reports those that failed', () => {
    const reported: unknown[] = [];
    setUnexpectedErrorHandler(error => reported.push(error));
    const emitter = new Emitter<void>();
    const reached = vi.fn();
    emitter.event(() => {
      throw new Error('first');
    });
    emitter.event(reached);
    emitter.fire();
    expect(reached).toHaveBeenCalledOnce();
    expect(reported).toEqual([new Error('first')]);
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

  it('releases everything although one item throws, and reports that', () => {
    const reported: unknown[] = [];
    setUnexpectedErrorHandler(error => reported.push(error));
    const store = new DisposableStore();
    const released: string[] = [];
    store.add(toDisposable(() => released.push('the database')));
    store.add(
      toDisposable(() => {
        throw new Error('The disk is full.');
      }),
    );
    store.add(toDisposable(() => released.push('the view')));
    store.dispose();
    expect(released).toEqual(['the view', 'the database']);
    expect(reported).toEqual([new Error('The disk is full.')]);
  });
});

describe('Lazy', () => {
  const value = (): Disposable & { disposed: number } => ({
    disposed: 0,
    dispose() {
      this.disposed++;
    },
  });

  it('loads once, at the first need, and tells before anybody gets it', async () => {
    const load = vi.fn(() => Promise.resolve(value()));
    const lazy = new Lazy(load);
    const order: unknown[] = [];
    lazy.onDidLoad(loaded => order.push(['told', loaded]));
    expect(load).not.toHaveBeenCalled();
    expect(lazy.value).toBeUndefined();
    const [first, second] = await Promise.all([lazy.get(), lazy.get()]);
    order.push(['got', first]);
    expect(first).toBe(second);
    expect(lazy.value).toBe(first);
    expect(load).toHaveBeenCalledOnce();
    expect(order).toEqual([
      ['told', first],
      ['got', first],
    ]);
    lazy.dispose();
    lazy.dispose();
    expect(first.disposed).toBe(1);
  });

  it('forgets a failure', async () => {
    const loaded = value();
    const load = vi
      .fn<() => Promise<Disposable>>()
      .mockImplementationOnce(() => {
        throw new Error('The file is not there.');
      })
      .mockRejectedValueOnce(new Error('The disk is full.'))
      .mockResolvedValue(loaded);
    const lazy = new Lazy(load);
    await expect(lazy.get()).rejects.toThrow('The file is not there.');
    await expect(lazy.get()).rejects.toThrow('The disk is full.');
    expect(await lazy.get()).toBe(loaded);
  });

  it('loads nothing once it is disposed, and disposes what comes too late', async () => {
    const load = vi.fn(() => Promise.resolve(value()));
    const late = Promise.withResolvers<ReturnType<typeof value>>();
    const lazy = new Lazy(() => late.promise);
    const waiting = lazy.get();
    lazy.dispose();
    const loaded = value();
    late.resolve(loaded);
    await expect(waiting).rejects.toThrow('closing');
    expect(loaded.disposed).toBe(1);
    const disposed = new Lazy(load);
    disposed.dispose();
    await expect(disposed.get()).rejects.toThrow('closing');
    expect(load).not.toHaveBeenCalled();
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
    ['a key is rvya_sk_abc. The next', 'a key is [redacted]. The next'],
    ['x_rvya_sk_abc', 'x_[redacted]'],
    ['my%22rvya_sk_abc%22', 'my%22[redacted]'],
    ['key=rvya_sk_a.b.c&x', 'key=[redacted]&x'],
    ['rvya%5Fsk%5Fab%2Bcd, rvya%255fsk%255fab', '[redacted], [redacted]'],
    ['whsec%5fc2Vj%3D%3D', '[redacted]'],
    ['cut off: rvya_sk_', 'cut off: [redacted]'],
    ['Authorization=Bearer%20abc.def&x', 'Authorization=Bearer [redacted]'],
    ...['', 'x', 'xy', 'xyz'].map((before): [string, string] => {
      const [kept, text] = [before, Buffer.from(`${before}rvya_sk_abcdefgh1234`).toString('base64')];
      return [`in Base64 ${text}`, `in Base64 ${text.slice(0, Math.ceil((kept.length * 8) / 6))}[redacted]`];
    }),
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

/** A turn of the event loop, after all that is due in this one. */
function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** What surfaces as an uncaught error in the turn after `act`, in place of ending the test run. */
async function uncaughtOf(act: () => void): Promise<unknown> {
  const own = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const uncaught = new Promise(resolve => process.once('uncaughtException', resolve));
  try {
    act();
    return await uncaught;
  } finally {
    for (const listener of own) process.on('uncaughtException', listener);
  }
}
