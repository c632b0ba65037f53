import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

describe('the command line', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'starts, says where and how, and ends cleanly on %s',
    async signal => {
      const { child, exit } = run('--port', '0', '--credits', '12');
      let printed = '';
      while (!printed.includes('Ctrl+C')) printed += String((await once(child.stdout, 'data'))[0]);
      const url = /Base URL {2}(\S+)/.exec(printed)?.[1] ?? '';
      const key = /API key {3}(\S+)/.exec(printed)?.[1] ?? '';
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(printed).toContain('"rivya.baseUrl"');
      expect(printed).toContain(`curl -H 'Authorization: Bearer ${key}' ${url}/api/v1/credits`);
      const answer = await fetch(`${url}/api/v1/credits`, { headers: { authorization: `Bearer ${key}` } });
      expect(await answer.json()).toEqual({ current_credits: 12 });
      child.kill(signal);
      expect(await exit).toEqual([0, null]);
    },
  );

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
