import { describe, expect, it } from 'vitest';
import { call, errorOf, sandboxForTest } from './client.ts';

describe('a rate limit', () => {
  it('counts for each key, says how much is left, and starts anew with its window', async () => {
    let now = Date.UTC(2026, 4, 11);
    const rateLimit = { requests: 2, windowMs: 60_000 };
    const sandbox = await sandboxForTest({ now: () => now, rateLimit });
    const other = sandbox.control.addKey().key;
    const first = await call(sandbox, '/credits');
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': '60',
    });
    now += 20_500;
    expect((await call(sandbox, '/generations/none')).headers.get('x-ratelimit-remaining')).toBe('0');
    const refused = await call(sandbox, '/credits');
    expect(refused.status).toBe(429);
    expect(errorOf(refused).code).toBe('rate_limited');
    expect(refused.headers.get('retry-after')).toBe('40');
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    expect((await call(sandbox, '/credits', { key: other })).status).toBe(200);
    now += 39_500;
    expect((await call(sandbox, '/credits')).status).toBe(200);
  });

  it('refuses before anything is done or charged', async () => {
    const sandbox = await sandboxForTest({ rateLimit: { requests: 1, windowMs: 60_000 } });
    const json = { model: 'z-image', prompt: 'A paper boat' };
    expect((await call(sandbox, '/generations', { json })).status).toBe(202);
    expect((await call(sandbox, '/generations', { json })).status).toBe(429);
    expect(sandbox.control.charges()).toHaveLength(1);
  });

  it('is off by default, and set while the server runs', async () => {
    const sandbox = await sandboxForTest();
    expect((await call(sandbox, '/credits')).headers.has('x-ratelimit-limit')).toBe(false);
    sandbox.control.update({ rateLimit: { requests: 1, windowMs: 60_000 } });
    await call(sandbox, '/credits');
    expect((await call(sandbox, '/credits')).status).toBe(429);
    sandbox.control.update({ rateLimit: null });
    expect((await call(sandbox, '/credits')).status).toBe(200);
  });

  it('shares one window among all who send no key', async () => {
    const sandbox = await sandboxForTest({ rateLimit: { requests: 1, windowMs: 60_000 } });
    expect((await call(sandbox, '/models', { key: null })).status).toBe(200);
    expect((await call(sandbox, '/models', { key: 'rvya_sk_unknown' })).status).toBe(429);
  });
});
