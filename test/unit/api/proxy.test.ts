import { Agent, EnvHttpProxyAgent, fetch as undiciFetch, type Dispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import { createAuthority, createCertificate } from '../../support/certificates.ts';
import { startForwardProxy, type ForwardProxy } from '../../support/forwardProxy.ts';
import { startGateway } from '../../support/gateway.ts';
import { answer, startScriptedServer } from '../../support/scriptedServer.ts';
import { impatientClock } from './testClock.ts';

// The client outside the editor: plain Node, and undici's own fetch with a dispatcher of the user's.
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ taskDurationMs: 0 });
  sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
});
afterEach(() => sandbox.close());

function clientWith(dispatcher: Dispatcher, baseUrl: string): RivyaClient {
  const fetch = ((url: string, init: object) =>
    undiciFetch(url, { ...init, dispatcher })) as unknown as Fetch;
  return createRivyaClient({ baseUrl, apiKey: () => sandbox.apiKey, fetch, clock: impatientClock });
}

describe('through a proxy from the environment', () => {
  let proxy: ForwardProxy;
  let agent: EnvHttpProxyAgent | undefined;

  beforeEach(async () => {
    proxy = await startForwardProxy();
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
    vi.stubEnv('http_proxy', proxy.url);
    vi.stubEnv('https_proxy', proxy.url);
  });
  afterEach(async () => {
    await agent?.close();
    agent = undefined;
    vi.unstubAllEnvs();
    await proxy[Symbol.asyncDispose]();
  });

  test('goes every request, and streams arrive whole', async () => {
    await using gateway = await startGateway(sandbox.url);
    agent = new EnvHttpProxyAgent();
    const baseUrl = `http://localhost:${gateway.port}`;
    const client = clientWith(agent, baseUrl);
    await expect(client.credits.retrieve()).resolves.toEqual({ current_credits: 100 });
    const question = { model: 'gpt-5-2-chat', message: 'What is a lighthouse?' };
    const outcomes: string[] = [];
    for await (const event of client.chat.completions.stream(question, { idempotencyKey: 'k' }))
      if (event.type === 'done') outcomes.push(event.outcome);
    expect(outcomes).toEqual(['completed']);
    expect(proxy.requests.length).toBeGreaterThan(0);
    for (const request of proxy.requests) expect(request).toContain(new URL(baseUrl).host);
  });

  test('goes a request over https in a tunnel, in which the proxy reads nothing', async () => {
    const authority = await createAuthority();
    const certificate = await createCertificate(['api.rivya.test'], authority);
    await using gateway = await startGateway(sandbox.url, certificate);
    agent = new EnvHttpProxyAgent({ requestTls: { ca: authority.cert } });
    const client = clientWith(agent, `https://api.rivya.test:${gateway.port}`);
    await expect(client.credits.retrieve()).resolves.toEqual({ current_credits: 100 });
    expect(proxy.requests).toEqual([`CONNECT api.rivya.test:${gateway.port}`]);
  });

  test('goes nothing to a host that is in no_proxy', async () => {
    vi.stubEnv('no_proxy', 'elsewhere.test,127.0.0.1');
    agent = new EnvHttpProxyAgent();
    await clientWith(agent, sandbox.url).credits.retrieve();
    expect(proxy.requests).toEqual([]);
    expect(sandbox.control.requests()).toHaveLength(1);
  });

  test('that asks for a password fails at once, and says so', async () => {
    await using refusing = await startForwardProxy({ refuseWith: 407 });
    vi.stubEnv('https_proxy', refusing.url);
    agent = new EnvHttpProxyAgent();
    const client = clientWith(agent, 'https://api.rivya.test');
    const create = client.generations.create({ model: 'z-image' }, { idempotencyKey: 'k' });
    await expect(create).rejects.toMatchObject({
      kind: 'network',
      code: 'proxy_refused',
      retryable: false,
      mayHaveBeenCharged: false,
      message: expect.stringContaining('407') as string,
    });
    expect(refusing.requests).toHaveLength(1);
  });

  test('that asks for a password without a tunnel has passed nothing on', async () => {
    const asksForPassword = answer(407, '', { 'proxy-authenticate': 'Basic realm="x"' });
    await using refusing = await startScriptedServer(asksForPassword);
    vi.stubEnv('http_proxy', refusing.url);
    agent = new EnvHttpProxyAgent({ proxyTunnel: false });
    const client = clientWith(agent, 'http://localhost');
    const create = client.generations.create({ model: 'z-image' }, { idempotencyKey: 'k' });
    await expect(create).rejects.toMatchObject({ code: 'proxy_refused', mayHaveBeenCharged: false });
    expect(refusing.requests.map(({ url }) => url)).toEqual(['http://localhost/api/v1/generations']);
  });

  test('lets a 407 of the other end through its tunnel, after which nobody knows', async () => {
    const authority = await createAuthority();
    await using server = await startScriptedServer(answer(407));
    const certificate = await createCertificate(['api.rivya.test'], authority);
    await using gateway = await startGateway(server.url, certificate);
    agent = new EnvHttpProxyAgent({ requestTls: { ca: authority.cert } });
    const client = clientWith(agent, `https://api.rivya.test:${gateway.port}`);
    const create = client.generations.create({ model: 'z-image' }, { idempotencyKey: 'k' });
    await expect(create).rejects.toMatchObject({ code: 'proxy_refused', mayHaveBeenCharged: true });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['http://127.0.0.1:1', false],
    ['https://rivya.ai', true],
  ])('that a fetch hands out as a status means the same: %s', async (baseUrl, mayHaveBeenCharged) => {
    const fetch: Fetch = () => Promise.resolve(new Response('', { status: 407 }));
    const client = createRivyaClient({ baseUrl, apiKey: () => 'k', fetch, clock: impatientClock });
    const create = client.generations.create({ model: 'z-image' }, { idempotencyKey: 'k' });
    await expect(create).rejects.toMatchObject({ code: 'http_407', mayHaveBeenCharged });
  });

  test('that is not there fails as a connection, not as an answer', async () => {
    await proxy[Symbol.asyncDispose]();
    agent = new EnvHttpProxyAgent();
    const client = clientWith(agent, 'http://localhost');
    await expect(client.generations.create({ model: 'z-image' })).rejects.toMatchObject({
      kind: 'network',
      code: 'connection_failed',
      mayHaveBeenCharged: false,
    });
  });
});

describe('a certificate', () => {
  const create = (client: RivyaClient): Promise<unknown> =>
    client.generations.create({ model: 'z-image', prompt: 'x' }, { idempotencyKey: 'k' });

  test.each([
    ['of an authority that nobody knows', ['localhost'], /UNABLE_TO_VERIFY|SELF_SIGNED/],
    ['of another host', ['elsewhere.test'], /ALTNAME/],
  ] as const)('%s is refused: nothing is sent, and nothing tried again', async (_name, names, reason) => {
    const authority = await createAuthority();
    await using gateway = await startGateway(sandbox.url, await createCertificate(names, authority));
    const knows = names[0] !== 'localhost';
    const agent = new Agent({ connect: knows ? { ca: authority.cert } : {} });
    const error: unknown = await create(clientWith(agent, `https://localhost:${gateway.port}`)).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({
      kind: 'network',
      code: 'certificate_rejected',
      retryable: false,
      mayHaveBeenCharged: false,
      message: expect.stringMatching(reason) as string,
    });
    expect(sandbox.control.requests()).toEqual([]);
    await agent.close();
  });

  test('of an authority that the user trusts is accepted', async () => {
    const authority = await createAuthority();
    await using gateway = await startGateway(sandbox.url, await createCertificate(['localhost'], authority));
    const agent = new Agent({ connect: { ca: authority.cert } });
    const client = clientWith(agent, `https://localhost:${gateway.port}`);
    await expect(client.credits.retrieve()).resolves.toEqual({ current_credits: 100 });
    await agent.close();
  });
});

test.each(['ENOTFOUND', 'EAI_AGAIN'])(
  'a host that has no address (%s) is said to be not found',
  async code => {
    let lookups = 0;
    const agent = new Agent({
      connect: {
        lookup: (_host, _options, callback) => {
          lookups++;
          callback(Object.assign(new Error('getaddrinfo'), { code }), '', 4);
        },
      },
    });
    const client = clientWith(agent, 'https://api.rivya.test');
    await expect(client.generations.create({ model: 'z-image' })).rejects.toMatchObject({
      kind: 'network',
      code: 'host_not_found',
      retryable: true,
      mayHaveBeenCharged: false,
    });
    // Nothing has left, so that even a request without a key is tried again.
    expect(lookups).toBe(4);
    await agent.close();
  },
);
