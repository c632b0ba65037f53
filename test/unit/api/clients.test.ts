import { fetch as undiciFetch } from 'undici';
import { describe, expect, test } from 'vitest';
import { parseBaseUrl, type BaseUrl } from '../../../src/api/address/baseUrl.ts';
import { Clients } from '../../../src/api/clients.ts';
import type { RivyaClient } from '../../../src/api/client.ts';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { answer, startScriptedServer } from '../../support/scriptedServer.ts';
import { TestClock, testDeadlines } from './testClock.ts';

function baseOf(url: string): BaseUrl {
  const base = parseBaseUrl(url);
  if ('problem' in base) throw new Error(base.problem);
  return base;
}

function clientsOf(keyOf = (origin: string): string => `key-of-${new URL(origin).port}`): Clients {
  const options = { fetch: undiciFetch as unknown as Fetch, clock: new TestClock(), random: () => 0 };
  return new Clients(keyOf, { ...options, deadlines: testDeadlines, maxRetries: 0 });
}

const slowDown = answer(429, '', { 'retry-after': '120' });
/** The server has said so, or the client keeps to what it said. */
const refused = { kind: 'rateLimit', status: 429 };
const kept = { kind: 'rateLimit', status: undefined };

describe('the clients of a window', () => {
  test('are one for each server, with the key of its origin', async () => {
    await using server = await startScriptedServer(answer(200, { current_credits: 1 }));
    const clients = clientsOf();
    const base = baseOf(server.url);
    expect(clients.of({ ...base })).toBe(clients.of(base));
    await clients.of(base).credits.retrieve();
    await clients.withKey(base, 'new-key').credits.retrieve();
    expect(server.requests.map(each => each.headers.authorization)).toEqual([
      `Bearer key-of-${new URL(server.url).port}`,
      'Bearer new-key',
    ]);
  });

  test.each<[string, (clients: Clients, base: BaseUrl) => RivyaClient]>([
    ['the same client', (clients, base) => clients.of(base)],
    ['a new key', (clients, base) => clients.withKey(base, 'new-key')],
    ['another path of the origin', (clients, base) => clients.of(baseOf(`${base.href}/gateway`))],
  ])('keep webhooks at home after a 429 on the balance: %s', async (_name, next) => {
    await using server = await startScriptedServer(slowDown, answer(200, []));
    const clients = clientsOf();
    const base = baseOf(server.url);
    await expect(clients.of(base).credits.retrieve()).rejects.toMatchObject(refused);
    await expect(next(clients, base).webhooks.list()).rejects.toMatchObject(kept);
    expect(server.requests.map(each => each.url)).toEqual(['/api/v1/credits']);
  });

  test('keep all at home after a 429 on the check of a new key', async () => {
    await using server = await startScriptedServer(slowDown, answer(200, []));
    const clients = clientsOf();
    const base = baseOf(server.url);
    await expect(clients.withKey(base, 'new-key').credits.retrieve()).rejects.toMatchObject(refused);
    await expect(clients.of(base).webhooks.list()).rejects.toMatchObject(kept);
    expect(clients.of(base).pausedUntil()).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(1);
  });

  test('of another origin go on', async () => {
    await using paused = await startScriptedServer(slowDown);
    await using other = await startScriptedServer(answer(200, []));
    const clients = clientsOf();
    await expect(clients.of(baseOf(paused.url)).credits.retrieve()).rejects.toMatchObject(refused);
    expect(await clients.of(baseOf(other.url)).webhooks.list()).toMatchObject({ data: [] });
  });
});
