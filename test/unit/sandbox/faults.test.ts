import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { matchesPath } from '../../../src/sandbox/faults/applyFaults.ts';
import type { Sandbox } from '../../../src/sandbox/server.ts';
import type { Fault } from '../../../src/sandbox/state/fault.ts';
import { call, errorOf, generate, generateToEnd, resultUrls, sandboxForTest, send } from './client.ts';

const credits = '/api/v1/credits';

async function faulty(...faults: Fault[]): Promise<Sandbox> {
  const sandbox = await sandboxForTest();
  for (const fault of faults) sandbox.control.addFault(fault);
  return sandbox;
}

describe('which requests a fault hits', () => {
  it.each([
    ['/api/v1/credits', '/api/v1/credits', true],
    ['/api/v1/generations', '/api/v1/generations/task_1', true],
    ['/api/v1/generations/', '/api/v1/generations', false],
    ['/media/*/0.png', '/media/task_1/0.png', true],
    ['/media/*/0.png', '/media/task_1/1.png', false],
    ['*/0.png', '/media/task_1/0xpng', false],
  ])('%s on %s: %s', (pattern, path, hit) => {
    expect(matchesPath(pattern, path)).toBe(hit);
  });

  it('one, unless told otherwise, by method and path', async () => {
    const sandbox = await faulty({ method: 'get', path: credits, action: { type: 'status', status: 500 } });
    expect((await generate(sandbox, {})).status).toBe(202);
    expect((await call(sandbox, '/credits')).status).toBe(500);
    expect((await call(sandbox, '/credits')).status).toBe(200);
    expect(sandbox.control.faults()).toEqual([]);
  });

  it('after skipping some, a number of times', async () => {
    const sandbox = await faulty({
      path: credits,
      skip: 1,
      times: 2,
      action: { type: 'status', status: 429 },
    });
    const statuses: number[] = [];
    for (let request = 0; request < 4; request += 1) statuses.push((await call(sandbox, '/credits')).status);
    expect(statuses).toEqual([200, 429, 429, 200]);
  });

  it('always, until it is taken back', async () => {
    const sandbox = await faulty({ times: 'always', action: { type: 'status', status: 503 } });
    for (let request = 0; request < 3; request += 1)
      expect((await call(sandbox, '/models')).status).toBe(503);
    sandbox.control.clearFaults();
    expect((await call(sandbox, '/models')).status).toBe(200);
  });

  it('in the order in which they were added', async () => {
    const sandbox = await faulty(
      { action: { type: 'status', status: 500 } },
      { action: { type: 'status', status: 429 } },
    );
    expect((await call(sandbox, '/credits')).status).toBe(500);
    expect((await call(sandbox, '/credits')).status).toBe(429);
  });
});

describe('status', () => {
  it('answers the documented error with Retry-After and does nothing', async () => {
    const sandbox = await faulty({
      action: {
        type: 'status',
        status: 429,
        message: 'Too many requests in the current window.',
        retryAfter: 7,
      },
    });
    const answer = await generate(sandbox, {});
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(errorOf(answer)).toMatchObject({
      code: 'rate_limited',
      message: 'Too many requests in the current window.',
    });
    expect(sandbox.control.charges()).toEqual([]);
  });

  it('answers as a proxy would', async () => {
    const body = '<html><h1>502 Bad Gateway</h1></html>';
    const sandbox = await faulty({ action: { type: 'status', status: 502, body, contentType: 'text/html' } });
    const response = await send(sandbox, '/credits');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      502,
      'text/html',
      body,
    ]);
  });

  it('can come after the work was done and charged', async () => {
    const sandbox = await faulty({ action: { type: 'status', status: 502, afterWork: true } });
    expect((await generate(sandbox, {}, 'key-1')).status).toBe(502);
    expect(sandbox.control.charges()).toHaveLength(1);
    expect((await generate(sandbox, {}, 'key-1')).status).toBe(202);
    expect(sandbox.control.charges()).toHaveLength(1);
  });
});

describe('broken connections', () => {
  it('dropBefore does nothing', async () => {
    const sandbox = await faulty({ action: { type: 'dropBefore' } });
    await expect(generate(sandbox, {}, 'key-1')).rejects.toThrow('fetch failed');
    expect(sandbox.control.charges()).toEqual([]);
    expect(sandbox.control.requests()).toMatchObject([
      { status: null, idempotencyKey: 'key-1', faults: ['dropBefore'] },
    ]);
  });

  it('dropAfter does the work, and a repeat with the same key finds it', async () => {
    const sandbox = await faulty({ action: { type: 'dropAfter' } });
    await expect(generate(sandbox, {}, 'key-1')).rejects.toThrow('fetch failed');
    const [charge] = sandbox.control.charges();
    const again = await generate(sandbox, {}, 'key-1');
    expect(again.body['id']).toBe(charge?.taskId);
    expect(sandbox.control.charges()).toHaveLength(1);
  });

  it.each([0, 5])('truncate sends %i bytes of the promised length', async bytes => {
    const sandbox = await faulty({ path: credits, action: { type: 'truncate', bytes } });
    const response = await send(sandbox, '/credits');
    expect(response.headers.get('content-length')).toBe(String('{"current_credits":100}'.length));
    const received: number[] = [];
    await expect(async () => {
      for await (const chunk of response.body ?? []) received.push(...(chunk as Uint8Array));
    }).rejects.toThrow('terminated');
    expect(Buffer.from(received).toString()).toBe('{"current_credits":100}'.slice(0, bytes));
  });

  it('truncates a result file too', async () => {
    const sandbox = await sandboxForTest();
    const [url = ''] = resultUrls(await generateToEnd(sandbox, {}));
    sandbox.control.addFault({ path: '/media/', action: { type: 'truncate', bytes: 100 } });
    await expect(fetch(url).then(response => response.arrayBuffer())).rejects.toThrow('terminated');
    expect((await fetch(url)).status).toBe(200);
  });

  it('hang answers nothing and does nothing until the client gives up', async () => {
    const sandbox = await faulty({ path: '/api/v1/generations', action: { type: 'hang' } });
    const giveUp = new AbortController();
    const request = fetch(`${sandbox.url}/api/v1/generations`, { method: 'POST', signal: giveUp.signal });
    while (sandbox.control.requests().length === 0) await new Promise(setImmediate);
    giveUp.abort(new Error('gave up'));
    await expect(request).rejects.toThrow('gave up');
    expect(sandbox.control.charges()).toEqual([]);
  });
});

describe('slow and wrong answers', () => {
  it('delay does the work, then answers, and lets the next fault apply too', async () => {
    const sandbox = await faulty(
      { action: { type: 'delay', milliseconds: 1 } },
      { action: { type: 'status', status: 500 } },
    );
    expect((await call(sandbox, '/credits')).status).toBe(500);
    expect(sandbox.control.requests()).toMatchObject([{ faults: ['delay', 'status'] }]);
  });

  it('a client that gives up during a delay was charged all the same', async () => {
    const sandbox = await faulty({ action: { type: 'delay', milliseconds: 3_600_000 } });
    const giveUp = new AbortController();
    const request = fetch(`${sandbox.url}/api/v1/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'z-image', prompt: 'A paper boat' }),
      signal: giveUp.signal,
    });
    while (sandbox.control.charges().length === 0) await new Promise(setImmediate);
    giveUp.abort(new Error('gave up'));
    await expect(request).rejects.toThrow('gave up');
    expect(sandbox.control.charges()).toHaveLength(1);
  });

  it('trickle sends the true answer in small pieces', async () => {
    const sandbox = await faulty({ action: { type: 'trickle', chunkBytes: 3, intervalMs: 1 } });
    expect((await call(sandbox, '/credits')).body).toEqual({ current_credits: 100 });
  });

  it.each([
    ['', 'application/json'],
    ['{"current_credits":', 'application/json'],
    ['<!doctype html><title>Sign in</title>', 'text/html'],
  ])('body answers %j as %s', async (body, contentType) => {
    const sandbox = await faulty({ action: { type: 'body', body, contentType } });
    const response = await send(sandbox, '/credits');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      contentType,
      body,
    ]);
  });

  it.each([true, false])(
    'body makes a result of 200 MB while it is read (length declared: %s)',
    async declareLength => {
      const sandbox = await sandboxForTest();
      const [url = ''] = resultUrls(await generateToEnd(sandbox, {}));
      const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      sandbox.control.addFault({
        path: '/media/*',
        action: {
          type: 'body',
          size: 200_000_000,
          prefixBase64: signature.toString('base64'),
          contentType: 'image/png',
          declareLength,
        },
      });
      const response = await fetch(url);
      expect(response.headers.get('content-length')).toBe(declareLength ? '200000000' : null);
      let received = 0;
      for await (const chunk of response.body ?? []) {
        if (received === 0) expect(Buffer.from(chunk as Uint8Array).subarray(0, 8)).toEqual(signature);
        received += (chunk as Uint8Array).length;
      }
      expect(received).toBe(200_000_000);
    },
  );
});

describe('close', () => {
  it('ends hanging, delayed, trickling and idle connections at once', async () => {
    const sandbox = await faulty(
      { path: '/api/v1/credits', action: { type: 'hang' } },
      { path: '/api/v1/models', action: { type: 'delay', milliseconds: 3_600_000 } },
      { path: '/media', action: { type: 'trickle', chunkBytes: 1, intervalMs: 3_600_000 } },
    );
    const idle = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    await once(idle, 'connect');
    const idleClosed = once(idle, 'close');
    const pending = [
      call(sandbox, '/credits'),
      call(sandbox, '/models'),
      fetch(`${sandbox.url}/media/none/0.png`).then(response => response.text()),
    ];
    while (sandbox.control.requests().length < 3) await new Promise(setImmediate);
    await sandbox.close();
    const outcomes = await Promise.allSettled(pending);
    expect(outcomes.map(outcome => outcome.status)).toEqual(['rejected', 'rejected', 'rejected']);
    await idleClosed;
    await sandbox.close();
    await expect(fetch(sandbox.url)).rejects.toThrow('fetch failed');
  });
});
