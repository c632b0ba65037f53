import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function run(...args: string[]) {
  const child = spawn(process.execPath, ['src/sandbox/cli.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const exit = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  return { child, exit };
}

/** Waits until the sandbox has said how it is reached. */
async function started(child: ChildProcess): Promise<{ printed: string; url: string; key: string }> {
  let printed = '';
  while (!printed.includes('Ctrl+C')) printed += String((await once(child.stdout ?? child, 'data'))[0]);
  const url = /Base URL {2}(\S+)/.exec(printed)?.[1] ?? '';
  const key = /API key {3}(\S+)/.exec(printed)?.[1] ?? '';
  return { printed, url, key };
}

describe('the command line', () => {
  // Windows has no signals: a process that is sent one ends at once.
  it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    'starts, says where and how, and ends cleanly on %s',
    async signal => {
      const { child, exit } = run('--port', '0', '--credits', '12');
      const { printed, url, key } = await started(child);
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(printed).toContain('"rivya.baseUrl"');
      expect(printed).toContain(`curl -H "Authorization: Bearer ${key}" ${url}/api/v1/credits`);
      const answer = await fetch(`${url}/api/v1/credits`, { headers: { authorization: `Bearer ${key}` } });
      expect(await answer.json()).toEqual({ current_credits: 12 });
      const token = /Token {5}(\S+)/.exec(printed)?.[1] ?? '';
      expect(printed).toContain(`Page      ${url}/?${token} `);
      expect(await (await fetch(`${url}/?${token}`)).text()).toContain('Reset everything');
      const control = await fetch(`${url}/__sandbox/requests`, { headers: { 'x-rivya-sandbox': token } });
      expect(await control.json()).toMatchObject([{ path: '/api/v1/credits' }]);
      child.kill(signal);
      expect(await exit).toEqual([0, null]);
    },
  );

  it('keeps what was bought when it is killed, and starts again where it was', async () => {
    const data = await mkdtemp(path.join(tmpdir(), 'rivya-sandbox-'));
    try {
      const first = run('--port', '0', '--data', data, '--task-duration', '86400000');
      const { url, key } = await started(first.child);
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ model: 'z-image', prompt: 'A paper boat' });
      const created = await fetch(`${url}/api/v1/generations`, { method: 'POST', headers, body });
      const { id } = (await created.json()) as { id: string };
      const other = run('--port', '0', '--data', data);
      expect(await text(other.child.stderr)).toMatch(/^Another sandbox is using .* Stop it, or choose/);
      first.child.kill('SIGKILL');
      await first.exit;

      const second = run('--port', '0', '--data', data);
      const again = await started(second.child);
      expect(again.url).toBe(url);
      expect(again.printed).toContain('Credits   99');
      const task = await fetch(`${url}/api/v1/generations/${id}`, { headers });
      expect(await task.json()).toMatchObject({ id, status: 'queued' });
      second.child.kill('SIGTERM');
      await second.exit;
    } finally {
      await rm(data, { recursive: true });
    }
  });

  it('tells every option with --help', async () => {
    const { child, exit } = run('--help');
    const printed = await text(child.stdout);
    expect(await exit).toEqual([0, null]);
    for (const option of ['port', 'data', 'credits', 'task-duration', 'rate-limit', 'strict-webhooks']) {
      expect(printed).toContain(`--${option}`);
    }
  });

  it('limits the rate and refuses local receivers when asked to', async () => {
    const { child } = run('--port', '0', '--rate-limit', '2', '--strict-webhooks');
    const { url, key } = await started(child);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'Shop', url, event_types: ['generation.failed'] });
    const refused = await fetch(`${url}/api/v1/webhooks`, { method: 'POST', headers, body });
    expect(await refused.json()).toMatchObject({ error: { code: 'webhook_url_rejected' } });
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('1');
    await fetch(`${url}/api/v1/credits`, { headers });
    expect((await fetch(`${url}/api/v1/credits`, { headers })).status).toBe(429);
  });

  it('says in one sentence that a port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { child, exit } = run('--port', String(port));
    const [errors, [code]] = await Promise.all([text(child.stderr), exit]);
    server.close();
    expect(code).toBe(1);
    expect(errors).toBe(
      `Port ${port} is in use on 127.0.0.1. Choose another one with --port, or --port 0.\n`,
    );
  });

  it.each([
    [['--port', 'abc'], /--port takes a whole number from 0 to 65535, not "abc"\./],
    [['--port', '70000'], /not "70000"/],
    [['--credits', '-1'], /--credits/],
    [['--host', '0.0.0.0'], /Unknown option '--host'/],
  ])('refuses %j and shows how it is used', async (args, message) => {
    const { child, exit } = run(...args);
    const [errors, [code]] = await Promise.all([text(child.stderr), exit]);
    expect(code).toBe(1);
    expect(errors).toMatch(message);
    expect(errors).toContain('Usage:');
    expect(errors).not.toContain('    at ');
  });
});
