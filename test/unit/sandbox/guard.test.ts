import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import { sandboxForTest } from './client.ts';

interface Seen {
  status: number;
  body: string;
  headers: IncomingMessage['headers'];
}

/** As a browser would send it: `fetch` does not let a program choose these headers. */
async function browse(
  sandbox: Sandbox,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Seen> {
  const sent = request(`${sandbox.url}${path}`, { method, headers, agent: false });
  sent.end(method === 'GET' ? undefined : '{"credits":1}');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response), headers: response.headers };
}

const pageOf = ({ token }: Sandbox): string => `/?${token}`;

async function pageToken(sandbox: Sandbox): Promise<string> {
  const { body } = await browse(sandbox, pageOf(sandbox));
  return /rivya-sandbox-token" content="([\w-]+)"/.exec(body)?.[1] ?? '';
}

describe('other web pages', () => {
  const key = { authorization: 'Bearer rvya_sk_sandbox_0000000000000000' };

  it.each(['/', '/__sandbox/settings', '/api/v1/credits', '/media/uploads/x.png'])(
    'whose name was pointed at this machine get nothing from %s',
    async path => {
      const sandbox = await sandboxForTest();
      const { port } = new URL(sandbox.url);
      for (const host of [`evil.example:${port}`, `evil.localhost:${port}`, '192.168.1.5']) {
        const { status, body } = await browse(sandbox, path, { host, ...key });
        expect(status).toBe(404);
        expect(body).toContain('on this machine only');
      }
    },
  );

  it.each([
    ['localhost', 200],
    ['127.0.0.1', 200],
    ['[::1]', 200],
    ['127.0.0.1:1', 200],
  ])('are not meant by the name %s', async (host, status) => {
    const sandbox = await sandboxForTest();
    expect((await browse(sandbox, '/api/v1/credits', { host, ...key })).status).toBe(status);
  });

  it.each<[string, Record<string, string>]>([
    ['a form or script of another page', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another server of this machine', { origin: 'http://127.0.0.1:1' }],
    ['an embedded picture', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a frame', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('change and read nothing: %s', async (_what, headers) => {
    const sandbox = await sandboxForTest();
    expect((await browse(sandbox, '/__sandbox/settings', headers, 'POST')).status).toBe(404);
    expect((await browse(sandbox, '/__sandbox/requests', headers)).status).toBe(404);
    expect((await browse(sandbox, '/', headers)).status).toBe(404);
    expect(sandbox.control.credits()).toBe(100);
  });

  it('may link to the page', async () => {
    const sandbox = await sandboxForTest();
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await browse(sandbox, `/?${sandbox.token}`, link)).status).toBe(200);
  });

  it('do not have the token with which the page steers from behind a forwarded port', async () => {
    const sandbox = await sandboxForTest();
    const origin = 'https://forwarded.example';
    const token = await pageToken(sandbox);
    expect(token).toHaveLength(32);
    const good = { origin, 'x-rivya-sandbox': token };
    const bad = { origin, 'x-rivya-sandbox': `${token}x` };
    expect((await browse(sandbox, '/__sandbox/settings', bad, 'POST')).status).toBe(404);
    expect((await browse(sandbox, '/__sandbox/settings', good, 'POST')).status).toBe(200);
    expect(sandbox.control.credits()).toBe(1);
  });
});

describe('programs of other users of this machine', () => {
  const reading = ['charges', 'requests', 'settings', 'faults', 'events', 'keys/key_sandbox', 'previews/x/0'];
  const changing = [
    'settings',
    'faults',
    'switches/x',
    'keys',
    'models/z-image',
    'failures',
    'finish',
    'reset',
  ];
  const all = [
    ...reading.map(path => ['GET', path] as const),
    ...changing.map(path => ['POST', path] as const),
    ['GET', 'nothing-here'] as const,
  ];

  it.each(all)('do not get through with %s /__sandbox/%s', async (method, path) => {
    const sandbox = await sandboxForTest();
    const wrong = `${sandbox.token.slice(0, -1)}${sandbox.token.endsWith('x') ? 'y' : 'x'}`;
    const given = [{}, { 'x-rivya-sandbox': '' }, { 'x-rivya-sandbox': wrong }];
    for (const headers of [...given, { authorization: `Bearer ${sandbox.apiKey}` }]) {
      const { status, body } = await browse(sandbox, `/__sandbox/${path}`, headers, method);
      expect(status).toBe(404);
      expect(body).toContain('Send the token');
    }
    expect(sandbox.control.credits()).toBe(100);
  });

  it('find no token on the page, nor in what it loads', async () => {
    const sandbox = await sandboxForTest();
    for (const path of ['/', '/?', '/?token', '/__sandbox/page.js', '/__sandbox/page.css']) {
      const { body, headers } = await browse(sandbox, path);
      expect(body).not.toContain(sandbox.token);
      expect(JSON.stringify(headers)).not.toContain(sandbox.token);
    }
    const { status, body } = await browse(sandbox, '/');
    expect(status).toBe(403);
    expect(body).toContain('Open Sandbox Page');
  });

  it('cannot read the address with the token, which stays the same', async () => {
    const dataDirectory = await mkdtemp(path.join(tmpdir(), 'rivya-sandbox-'));
    try {
      const file = path.join(dataDirectory, 'address.json');
      await writeFile(`${file}.new`, '', { mode: 0o666 });
      const first = await startSandbox({ dataDirectory });
      await first.close();
      const again = await startSandbox({ dataDirectory });
      await again.close();
      expect(again.token).toBe(first.token);
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ token: first.token });
      if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
    } finally {
      await rm(dataDirectory, { recursive: true });
    }
  });
});

describe('the page', () => {
  it('is served with a strict policy and holds no key', async () => {
    const sandbox = await sandboxForTest();
    const { body, headers } = await browse(sandbox, pageOf(sandbox));
    const policy = String(headers['content-security-policy']);
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
    expect(body).toContain(`nonce="${nonce}"`);
    expect(body).not.toContain(sandbox.apiKey);
    expect((await browse(sandbox, pageOf(sandbox))).body).not.toContain(nonce);
  });

  it('tells of changes without the keys', async () => {
    const sandbox = await sandboxForTest();
    const response = await fetch(`${sandbox.url}/__sandbox/events?${sandbox.token}`);
    const reader = (response.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    let seen = String((await reader.read()).value);
    expect(seen).toContain('"credits":100');
    sandbox.control.setCredits(7);
    while (!seen.includes('"credits":7')) seen += String((await reader.read()).value);
    expect(seen).not.toContain(sandbox.apiKey);
    await reader.cancel();
  });

  it('knows every fault by name, and no other', async () => {
    const sandbox = await sandboxForTest();
    const set = async (name: string, on: boolean): Promise<number> => {
      const path = `${sandbox.url}/__sandbox/switches/${name}`;
      const headers = { 'x-rivya-sandbox': sandbox.token };
      return (await fetch(path, { method: 'POST', headers, body: JSON.stringify({ on }) })).status;
    };
    expect(await set('no-such-fault', true)).toBe(400);
    expect(await set('server-error', true)).toBe(200);
    expect(sandbox.control.faults()).toHaveLength(1);
    expect(await set('server-error', false)).toBe(200);
    expect(sandbox.control.faults()).toEqual([]);
  });
});
