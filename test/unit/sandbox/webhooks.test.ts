import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { verifyWebhook } from '../../../src/api/resources/webhookSignature.ts';
import type { Sandbox } from '../../../src/sandbox/server.ts';
import {
  call,
  errorOf,
  generate,
  generateToEnd,
  sandboxForTest,
  send,
  type Answer,
  type Json,
} from './client.ts';
import { startReceiver, type Received } from './receiver.ts';

const bothEvents = ['generation.succeeded', 'generation.failed'];

function create(sandbox: Sandbox, json: Json, idempotencyKey?: string): Promise<Answer> {
  const body = { name: 'Shop', url: 'https://hooks.example.com/rivya', event_types: bothEvents, ...json };
  return call(sandbox, '/webhooks', {
    json: body,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}

async function endpoint(sandbox: Sandbox, json: Json): Promise<{ id: string; path: string; secret: string }> {
  const { body } = await create(sandbox, json);
  const id = String(body['id']);
  return { id, path: `/webhooks/${id}`, secret: String(body['signing_secret']) };
}

function listOf(answer: Answer): Json[] {
  return answer.body['data'] as Json[];
}

/** Waits for a state of the records that the background brings about. */
async function deliveries(sandbox: Sandbox, path: string, done: (list: Json[]) => boolean): Promise<Json[]> {
  for (;;) {
    const list = listOf(await call(sandbox, `${path}/deliveries?limit=100`));
    if (done(list)) return list;
    await new Promise(resolve => setImmediate(resolve));
  }
}

const allEnded = (count: number) => (list: Json[]) =>
  list.length === count && list.every(each => each['status'] !== 'pending');

describe('webhook endpoints', () => {
  it('are created like the documented example', async () => {
    const sandbox = await sandboxForTest({ now: () => Date.UTC(2026, 4, 11) });
    const { status, body } = await create(sandbox, {});
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^whend_/) as string,
      object: 'webhook_endpoint',
      name: 'Shop',
      url: 'https://hooks.example.com/rivya',
      event_types: bothEvents,
      status: 'active',
      secret_preview: expect.stringMatching(/^whsec_..\.\.\..{6}$/) as string,
      signing_secret: expect.stringMatching(/^whsec_[\w+/]{32}$/) as string,
      last_success_at: null,
      last_failure_at: null,
      failure_count: 0,
      created_at: '2026-05-11T00:00:00.000Z',
      updated_at: '2026-05-11T00:00:00.000Z',
      disabled_at: null,
      revoked_at: null,
    });
    const shown = Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'signing_secret'));
    expect((await call(sandbox, `/webhooks/${String(body['id'])}`)).body).toEqual(shown);
    expect((await call(sandbox, '/webhooks')).body).toMatchObject({ object: 'list', data: [shown] });
  });

  it.each<[string, Json, string, RegExp]>([
    ['no name', { name: ' ' }, 'validation_failed', /^name is required/],
    ['a long name', { name: 'x'.repeat(101) }, 'validation_failed', /at most 100/],
    ['no URL', { url: undefined }, 'validation_failed', /^url is required/],
    ['a URL over http', { url: 'http://hooks.example.com' }, 'webhook_url_rejected', /https/],
    ['a private address', { url: 'https://10.0.0.1/' }, 'webhook_url_rejected', /private/],
    ['no events', { event_types: [] }, 'validation_failed', /at least one/],
    ['an unknown event', { event_types: ['chat.completed'] }, 'validation_failed', /"chat.completed" is not/],
    ['an unknown field', { secret: 'x' }, 'validation_failed', /^secret is not a field/],
  ])('are refused with %s', async (_what, json, code, message) => {
    const sandbox = await sandboxForTest();
    const answer = await create(sandbox, json);
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(listOf(await call(sandbox, '/webhooks'))).toEqual([]);
  });

  it('on this machine are refused where the sandbox is told to be strict', async () => {
    const strict = await sandboxForTest({ allowLoopbackWebhooks: false });
    expect(errorOf(await create(strict, { url: 'http://127.0.0.1:3000/' })).code).toBe(
      'webhook_url_rejected',
    );
    strict.control.update({ webhooks: { allowLoopback: true } });
    expect((await create(strict, { url: 'http://127.0.0.1:3000/' })).status).toBe(201);
  });

  it('are changed field by field, all or nothing', async () => {
    const sandbox = await sandboxForTest();
    const { path } = await endpoint(sandbox, {});
    const patch = (json: Json) => call(sandbox, path, { method: 'PATCH', json });
    expect((await patch({ name: 'Store', event_types: ['generation.failed'] })).body).toMatchObject({
      name: 'Store',
      event_types: ['generation.failed'],
      url: 'https://hooks.example.com/rivya',
    });
    expect((await patch({ status: 'disabled' })).body).toMatchObject({
      status: 'disabled',
      disabled_at: expect.any(String) as string,
    });
    expect((await patch({ status: 'active' })).body).toMatchObject({ status: 'active', disabled_at: null });
    expect(errorOf(await patch({ name: 'Other', url: 'https://10.1/' })).code).toBe('webhook_url_rejected');
    expect(errorOf(await patch({ status: 'revoked' })).message).toMatch(/active or disabled/);
    expect((await call(sandbox, path)).body).toMatchObject({ name: 'Store' });
  });

  it('are gone once deleted', async () => {
    const sandbox = await sandboxForTest();
    const { id, path } = await endpoint(sandbox, {});
    expect((await call(sandbox, path, { method: 'DELETE' })).body).toMatchObject({ id, deleted: true });
    for (const method of ['GET', 'DELETE']) {
      expect(errorOf(await call(sandbox, path, { method })).code).toBe('not_found');
    }
    for (const action of ['rotate-secret', 'test']) {
      expect(errorOf(await call(sandbox, `${path}/${action}`, { method: 'POST' })).code).toBe('not_found');
    }
  });

  it('belong to one account', async () => {
    const sandbox = await sandboxForTest();
    const { path } = await endpoint(sandbox, {});
    const { key } = sandbox.control.addKey({ account: 'other' });
    expect(listOf(await call(sandbox, '/webhooks', { key }))).toEqual([]);
    expect((await call(sandbox, path, { key })).status).toBe(404);
    expect((await call(sandbox, `${path}/deliveries`, { key })).status).toBe(404);
  });

  it('are created once for an idempotency key, and the secret comes again', async () => {
    const sandbox = await sandboxForTest();
    const first = await create(sandbox, {}, 'key-1');
    const again = await create(sandbox, {}, 'key-1');
    expect(again.body).toEqual(first.body);
    expect(listOf(await call(sandbox, '/webhooks'))).toHaveLength(1);
    expect(errorOf(await create(sandbox, { name: 'Other' }, 'key-1')).code).toBe('idempotency_conflict');
  });

  it('are at most twenty', async () => {
    const sandbox = await sandboxForTest();
    for (let count = 0; count < 20; count += 1) expect((await create(sandbox, {})).status).toBe(201);
    expect(errorOf(await create(sandbox, {})).message).toMatch(/20 endpoints at most/);
  });
});

describe('a delivery', () => {
  it('comes signed when a generation ends, without anybody polling', async () => {
    const sandbox = await sandboxForTest();
    const receiver = await startReceiver();
    const { path, secret } = await endpoint(sandbox, { url: receiver.url });
    const created = await generate(sandbox, {});
    const [received] = (await receiver.until(1)) as [Received];
    expect(received.method).toBe('POST');
    expect(received.headers['content-type']).toBe('application/json');
    const headers = received.headers as Record<string, string>;
    const verified = new Webhook(secret).verify(received.body, headers) as Json;
    const task = await call(sandbox, `/generations/${String(created.body['id'])}`);
    expect(verified).toEqual({
      id: headers['webhook-id'],
      type: 'generation.succeeded',
      api_version: '2026-05-11',
      created_at: expect.any(String) as string,
      data: task.body,
    });
    expect(verifyWebhook({ body: Buffer.from(received.body), headers, secret, now: Date.now() })).toEqual({
      verified: true,
      scheme: 'standardWebhooks',
    });
    const [delivery] = await deliveries(sandbox, path, allEnded(1));
    expect(delivery).toMatchObject({
      event_id: verified['id'],
      event_type: 'generation.succeeded',
      status: 'succeeded',
      attempt: 1,
      response_status: 204,
      error: null,
      next_attempt_at: null,
      payload: verified,
    });
    expect((await call(sandbox, path)).body).toMatchObject({
      failure_count: 0,
      last_success_at: expect.any(String) as string,
    });
  });

  it('goes only to endpoints that are active and want the event', async () => {
    const sandbox = await sandboxForTest();
    const receiver = await startReceiver();
    const wants = await endpoint(sandbox, { url: receiver.url, event_types: ['generation.failed'] });
    const other = await endpoint(sandbox, { url: receiver.url, event_types: ['generation.succeeded'] });
    const disabled = await endpoint(sandbox, { url: receiver.url });
    await call(sandbox, disabled.path, { method: 'PATCH', json: { status: 'disabled' } });
    sandbox.control.failNextGeneration({ message: 'No.' });
    await generateToEnd(sandbox, {});
    const [delivery] = await deliveries(sandbox, wants.path, allEnded(1));
    expect(delivery).toMatchObject({
      event_type: 'generation.failed',
      payload: { data: { status: 'failed', error: { message: 'No.' } } },
    });
    for (const { path } of [other, disabled]) {
      expect(listOf(await call(sandbox, `${path}/deliveries`))).toEqual([]);
    }
    expect(receiver.received).toHaveLength(1);
  });

  it('is tried again with growing delays, under the same id, until it is taken', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ webhooks: { retryDelaysMs: [1, 2, 3] } });
    const receiver = await startReceiver((response, number) => {
      response.writeHead(number < 3 ? 500 : 200).end('answer');
    });
    const { path } = await endpoint(sandbox, { url: receiver.url });
    await generateToEnd(sandbox, {});
    const list = await deliveries(sandbox, path, allEnded(3));
    expect(list).toMatchObject([
      { attempt: 3, status: 'succeeded', response_status: 200 },
      { attempt: 2, status: 'failed', response_status: 500 },
      { attempt: 1, status: 'failed', response_status: 500, error: 'The receiver answered with HTTP 500.' },
    ]);
    const ids = receiver.received.map(each => each.headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect((await call(sandbox, path)).body).toMatchObject({ failure_count: 0 });
  });

  it('is given up after the last attempt', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ webhooks: { retryDelaysMs: [1] } });
    const receiver = await startReceiver(response => response.writeHead(410).end());
    const { path } = await endpoint(sandbox, { url: receiver.url });
    await generateToEnd(sandbox, {});
    await deliveries(sandbox, path, allEnded(2));
    expect((await call(sandbox, path)).body).toMatchObject({
      status: 'active',
      failure_count: 2,
      last_failure_at: expect.any(String) as string,
    });
  });

  it('disables an endpoint that fails too often, and its enabling starts anew', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ webhooks: { retryDelaysMs: [1, 1, 1, 1], disableAfter: 3 } });
    const receiver = await startReceiver(response => response.writeHead(500).end());
    const { path } = await endpoint(sandbox, { url: receiver.url });
    await generateToEnd(sandbox, {});
    await deliveries(sandbox, path, allEnded(3));
    expect((await call(sandbox, path)).body).toMatchObject({
      status: 'disabled',
      failure_count: 3,
      disabled_at: expect.any(String) as string,
    });
    const enabled = await call(sandbox, path, { method: 'PATCH', json: { status: 'active' } });
    expect(enabled.body).toMatchObject({ status: 'active', failure_count: 0 });
  });

  it.each<[string, number, (response: ServerResponse) => void, RegExp]>([
    [
      'a redirect, which is not followed',
      60_000,
      response => response.writeHead(302, { location: '/elsewhere' }).end(),
      /redirect/,
    ],
    ['no answer in time', 500, () => undefined, /did not answer within 500 ms/],
    ['a broken connection', 60_000, response => response.destroy(), /could not be reached/],
  ])('fails on %s', async (_what, timeoutMs, answer, error) => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ webhooks: { timeoutMs, retryDelaysMs: [] } });
    const receiver = await startReceiver(answer);
    const { path } = await endpoint(sandbox, { url: receiver.url });
    await generateToEnd(sandbox, {});
    const [delivery] = await deliveries(sandbox, path, allEnded(1));
    expect(delivery).toMatchObject({ status: 'failed', error: expect.stringMatching(error) as string });
    expect(receiver.received).toHaveLength(1);
  });

  it('to a public URL is not sent, and says why', async () => {
    const sandbox = await sandboxForTest();
    const { path } = await endpoint(sandbox, {});
    await generateToEnd(sandbox, {});
    const [delivery] = await deliveries(sandbox, path, allEnded(1));
    expect(delivery).toMatchObject({
      status: 'skipped',
      error: expect.stringContaining('nothing to the network') as string,
    });
    expect((await call(sandbox, path)).body).toMatchObject({ failure_count: 0 });
  });

  it('that is under way does not keep the sandbox from ending', async () => {
    const sandbox = await sandboxForTest();
    const receiver = await startReceiver(() => undefined);
    await endpoint(sandbox, { url: receiver.url });
    await generateToEnd(sandbox, {});
    await receiver.until(1);
    await sandbox.close();
    await expect(send(sandbox, '/credits')).rejects.toThrow();
  });
});

describe('a test of an endpoint', () => {
  it('is sent at once, tells how it went and is not repeated', async () => {
    const sandbox = await sandboxForTest();
    const receiver = await startReceiver((response, number) => {
      response.writeHead(number === 1 ? 200 : 500).end();
    });
    const { path, secret } = await endpoint(sandbox, { url: receiver.url });
    const tested = await call(sandbox, `${path}/test`, { method: 'POST' });
    expect(tested.body).toMatchObject({
      event_type: 'webhook.test',
      status: 'succeeded',
      response_status: 200,
    });
    const [received] = receiver.received as [Received];
    const verified = new Webhook(secret).verify(received.body, received.headers as Record<string, string>);
    expect(verified).toMatchObject({ type: 'webhook.test', data: { status: 'succeeded' } });
    const failed = await call(sandbox, `${path}/test`, { method: 'POST' });
    expect(failed.body).toMatchObject({ status: 'failed', response_status: 500, attempt: 1 });
    expect(await deliveries(sandbox, path, allEnded(2))).toHaveLength(2);
  });

  it('is refused for a disabled one', async () => {
    const sandbox = await sandboxForTest();
    const { path } = await endpoint(sandbox, {});
    await call(sandbox, path, { method: 'PATCH', json: { status: 'disabled' } });
    expect(errorOf(await call(sandbox, `${path}/test`, { method: 'POST' })).message).toMatch(/disabled/);
  });
});

describe('a rotated secret', () => {
  it('is shown once; the old one signs beside it for a while', async () => {
    let now = Date.now();
    const sandbox = await sandboxForTest({ now: () => now });
    const receiver = await startReceiver();
    const { path, secret: old } = await endpoint(sandbox, { url: receiver.url });
    const { body } = await call(sandbox, `${path}/rotate-secret`, { method: 'POST' });
    const fresh = String(body['signing_secret']);
    expect(fresh).not.toBe(old);
    expect((await call(sandbox, path)).body).not.toHaveProperty('signing_secret');

    const verifies = (secret: string, received: Received): boolean => {
      const headers = received.headers as Record<string, string>;
      return verifyWebhook({ body: Buffer.from(received.body), headers, secret, now }).verified;
    };
    await call(sandbox, `${path}/test`, { method: 'POST' });
    const [first] = receiver.received as [Received];
    expect([verifies(fresh, first), verifies(old, first)]).toEqual([true, true]);
    now += 25 * 3_600_000;
    await call(sandbox, `${path}/test`, { method: 'POST' });
    const [, second] = receiver.received as [Received, Received];
    expect([verifies(fresh, second), verifies(old, second)]).toEqual([true, false]);
  });
});

describe('paging', () => {
  it('goes through deliveries and events, newest first', async () => {
    const sandbox = await sandboxForTest();
    const { path } = await endpoint(sandbox, {});
    for (let count = 0; count < 5; count += 1) await generateToEnd(sandbox, {});
    await deliveries(sandbox, path, allEnded(5));
    for (const list of [`${path}/deliveries`, '/webhook-events']) {
      const seen: Json[] = [];
      let query = '?limit=2';
      const sizes: number[] = [];
      for (;;) {
        const page = await call(sandbox, `${list}${query}`);
        seen.push(...listOf(page));
        sizes.push(listOf(page).length);
        if (page.body['has_more'] === false) {
          expect(page.body['next_cursor']).toBeNull();
          break;
        }
        query = `?limit=2&after=${String(page.body['next_cursor'])}`;
      }
      expect(sizes).toEqual([2, 2, 1]);
      expect(new Set(seen.map(each => each['id'])).size).toBe(5);
      const times = seen.map(each => String(each['created_at']));
      expect(times).toEqual(times.toSorted().reverse());
    }
  });

  it.each([
    ['limit=0', /1 to 100/],
    ['limit=101', /1 to 100/],
    ['limit=x', /1 to 100/],
    ['after=evt_unknown', /next_cursor/],
  ])('refuses %s', async (query, message) => {
    const sandbox = await sandboxForTest();
    const answer = await call(sandbox, `/webhook-events?${query}`);
    expect(answer.status).toBe(400);
    expect(errorOf(answer).message).toMatch(message);
  });

  it('lists events with their generation, also without an endpoint', async () => {
    const sandbox = await sandboxForTest();
    const task = await generateToEnd(sandbox, {});
    expect(listOf(await call(sandbox, '/webhook-events'))).toMatchObject([
      { id: expect.stringMatching(/^evt_/) as string, type: 'generation.succeeded', data: task },
    ]);
  });
});
