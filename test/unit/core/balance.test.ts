import { afterEach, describe, expect, it } from 'vitest';
import { RivyaError } from '../../../src/api/errors/errors.ts';
import { setUnexpectedErrorHandler } from '../../../src/base/unexpectedError.ts';
import { Balance } from '../../../src/core/credits/balance.ts';

const origin = 'https://rivya.ai';

afterEach(() => setUnexpectedErrorHandler(undefined));

describe('the balance', () => {
  it('is unknown, then being looked at, then known', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const balance = new Balance(() => promise);
    const states: unknown[] = [];
    balance.onDidChange(each => states.push(balance.state(each)));
    expect(balance.state(origin)).toEqual({
      credits: undefined,
      checking: false,
      problem: undefined,
      offline: false,
    });
    const refresh = balance.refresh(origin);
    resolve(12);
    await refresh;
    expect(states).toEqual([
      { credits: undefined, checking: true, problem: undefined, offline: false },
      { credits: 12, checking: false, problem: undefined, offline: false },
    ]);
  });

  it('stays known when a look fails, and says why it failed', async () => {
    let answer: () => Promise<number> = () => Promise.resolve(12);
    const balance = new Balance(() => answer());
    await balance.refresh(origin);
    const problem = new Error('No connection.');
    answer = () => Promise.reject(problem);
    await balance.refresh(origin);
    expect(balance.state(origin)).toEqual({
      credits: 12,
      checking: false,
      problem,
      offline: false,
    });
    answer = () => Promise.resolve(7);
    await balance.refresh(origin);
    expect(balance.state(origin)).toEqual({
      credits: 7,
      checking: false,
      problem: undefined,
      offline: false,
    });
  });

  it('tells a server that cannot be reached from one that refuses', async () => {
    let error = new RivyaError('network', 'No connection.', { code: 'connection_failed' });
    const balance = new Balance(() => Promise.reject(error));
    await balance.refresh(origin);
    expect(balance.state(origin).offline).toBe(true);
    error = new RivyaError('authentication', 'Unknown key.', { code: 'api_key_invalid', status: 401 });
    await balance.refresh(origin);
    expect(balance.state(origin)).toMatchObject({ offline: false, problem: error });
  });

  it('is asked for once by all who ask together, and again later', async () => {
    let asked = 0;
    const balance = new Balance(() => Promise.resolve(++asked));
    await Promise.all([balance.refresh(origin), balance.refresh(origin)]);
    expect(asked).toBe(1);
    await balance.refresh(origin);
    expect(balance.state(origin).credits).toBe(2);
  });

  it('is kept apart by origin, learnt from other answers, and forgotten', () => {
    const balance = new Balance(() => Promise.resolve(1));
    balance.learn(origin, 5);
    expect(balance.state('http://127.0.0.1:4010').credits).toBeUndefined();
    balance.forget(origin);
    expect(balance.state(origin).credits).toBeUndefined();
  });

  it('may be one that the key must not see', async () => {
    const balance = new Balance(() => Promise.resolve(undefined));
    await balance.refresh(origin);
    expect(balance.state(origin)).toEqual({
      credits: undefined,
      checking: false,
      problem: undefined,
      offline: false,
    });
  });

  it('takes no answer that belongs to a key that is gone', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const balance = new Balance(() => promise);
    const refresh = balance.refresh(origin);
    balance.forget(origin);
    resolve(12);
    await refresh;
    expect(balance.state(origin)).toEqual({
      credits: undefined,
      checking: false,
      problem: undefined,
      offline: false,
    });
  });

  it('is known although a listener fails', async () => {
    const reported: unknown[] = [];
    setUnexpectedErrorHandler(error => reported.push(error));
    const balance = new Balance(() => Promise.resolve(12));
    balance.onDidChange(() => {
      throw new Error('The status bar failed.');
    });
    await balance.refresh(origin);
    expect(balance.state(origin)).toMatchObject({ checking: false, credits: 12 });
    expect(reported).toHaveLength(2);
  });
});
