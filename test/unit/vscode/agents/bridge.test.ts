import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Emitter } from '../../../../src/base/event.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { toolNames } from '../../../../src/core/agents/toolSchemas.ts';
import type { McpPort } from '../../../../src/mcp/createServer.ts';
import { serveSocket } from '../../../../src/mcp/serveSocket.ts';
import { Bridge, bridgeFolder, socketAddress } from '../../../../src/vscode/agents/bridge.ts';
import { buildProgram, start } from '../../../support/builtCli.ts';
import { callTool, connectProcess, eras, type Connected, type Era } from '../../../support/mcpClient.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

let built = '';

beforeAll(async () => {
  built = await buildProgram('shim');
});

afterAll(() => rmSync(path.dirname(built), { recursive: true, force: true }));

/** A storage folder with the shim, and windows whose tools say which window they are of. */
function place(deep = '') {
  const home = temporaryFolder();
  const storage = path.join(home.path, deep, 'storage');
  mkdirSync(storage, { recursive: true });
  const shim = path.join(storage, 'rivya-mcp.cjs');
  writeFileSync(shim, readFileSync(built));
  const bridges: Bridge[] = [];
  return {
    home,
    storage,
    shim,
    folder: (name: string): string => {
      mkdirSync(path.join(home.path, name), { recursive: true });
      return path.join(home.path, name);
    },
    window: async (
      name: string,
      folders: readonly string[],
      isFocused = false,
      call: McpPort['call'] = () => Promise.resolve({ text: name }),
    ) => {
      const changed = new Emitter<void>();
      const bridge = await Bridge.open(storage, {
        folders: () => folders,
        isFocused: () => isFocused,
        onDidChange: changed.event,
        log: silentLog,
        serve: socket => {
          const port = {
            call,
            tools: toolNames,
            stateKey: new Uint8Array(32),
            version: '1',
            clock: systemClock,
          };
          serveSocket(socket, { ...port, log: silentLog });
          return Promise.resolve();
        },
      });
      bridges.push(bridge);
      return bridge;
    },
    connect: (era: Era, cwd: string): Promise<Connected> =>
      connectProcess(shim, [], { era, cwd, env: { PATH: process.env['PATH'] ?? '' } }),
    words: (): { socket: string; token: string }[] =>
      readdirSync(bridgeFolder(storage))
        .filter(name => name.endsWith('.json'))
        .map(name => JSON.parse(readFileSync(path.join(bridgeFolder(storage), name), 'utf8')) as never),
    [Symbol.dispose]: () => {
      for (const bridge of bridges) bridge.dispose();
      home[Symbol.dispose]();
    },
  };
}

describe('the bridge to programs outside', () => {
  it.each(eras)('leads each to the window that has its folder, by a small shim (%s)', async era => {
    using here = place();
    expect(statSync(here.shim).size).toBeLessThan(2_048);
    const [site, inner, elsewhere] = ['site', 'site/packages/app', 'elsewhere'].map(name =>
      here.folder(name),
    );
    if (site === undefined || inner === undefined || elsewhere === undefined) throw new Error('No folders.');
    const link = path.join(here.home.path, 'link');
    symlinkSync(inner, link);
    await here.window('outer', [site]);
    await here.window('inner', [inner]);
    await here.window('focused', [here.folder('site-2')], true);
    for (const [cwd, name] of [
      [site, 'outer'],
      [here.folder('site/docs'), 'outer'],
      [inner, 'inner'],
      [link, 'inner'],
      [elsewhere, 'focused'],
    ] as const) {
      await using connected = await here.connect(era, cwd);
      expect((await callTool(connected.client, 'get_credits')).text, cwd).toBe(name);
    }
  });

  it('keeps what it needs to its user, and removes it at its end', async () => {
    using here = place();
    const bridge = await here.window('one', []);
    const folder = bridgeFolder(here.storage);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder))
      expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toHaveLength(2);
    bridge.dispose();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('works where the path of the storage is too long for a socket', async () => {
    using here = place(`${'long'.repeat(20)}/${'long'.repeat(20)}`);
    await here.window('far', []);
    const [word] = here.words();
    expect(Buffer.byteLength(word?.socket ?? '')).toBeLessThanOrEqual(100);
    expect(statSync(path.dirname(word?.socket ?? '')).mode & 0o777).toBe(0o700);
    await using connected = await here.connect('2025', here.home.path);
    expect((await callTool(connected.client, 'get_credits')).text).toBe('far');
  });

  it('turns away who has not the token, however it is written', async () => {
    using here = place();
    await here.window('one', []);
    const [{ socket, token } = { socket: '', token: '' }] = here.words();
    for (const wrong of [
      '\n',
      `${token.slice(1)}0\n`,
      `${token}x\n`,
      ` ${token}\n`,
      'x'.repeat(1_000),
      '{"jsonrpc":"2.0"}\n',
    ]) {
      const connection = connect(socket);
      let heard = '';
      connection.on('data', (chunk: Buffer) => (heard += chunk.toString())).on('error', () => undefined);
      connection.write(wrong);
      await new Promise(resolve => connection.once('close', resolve));
      expect(heard, wrong).toBe('');
    }
  });

  it('is passed by when its window has died, and says so when none is left', async () => {
    using here = place();
    await here.window('alive', []);
    const dead = {
      pid: 2 ** 22 + 1,
      socket: path.join(here.home.path, 'gone.sock'),
      token: 'x',
      folders: [here.home.path],
    };
    const file = path.join(bridgeFolder(here.storage), 'dead.json');
    writeFileSync(file, JSON.stringify({ ...dead, focusedAt: Date.now() }));
    await using connected = await here.connect('2025', here.home.path);
    expect((await callTool(connected.client, 'get_credits')).text).toBe('alive');
    // The next window clears up.
    const next = await here.window('next', []);
    expect(existsSync(file)).toBe(false);
    next.dispose();
    rmSync(bridgeFolder(here.storage), { recursive: true });
    const alone = await start(process.execPath, [here.shim], { cwd: here.home.path, env: {} }).ended;
    expect(alone).toMatchObject({ code: 1, out: '' });
    expect(alone.error).toMatch(/^not_set_up: Open a window of VS Code/);
  });

  it('ends with its client: the window lets go of the call, and the shim is gone', async () => {
    using here = place();
    const [called, letGo] = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
    await here.window('one', [], true, (_tool, _input, _caller, signal) => {
      called.resolve(true);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          letGo.resolve(true);
          reject(signal.reason as Error);
        });
      });
    });
    const child = spawn(process.execPath, [here.shim], {
      cwd: here.home.path,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const params = {
      name: 'get_credits',
      arguments: {},
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    };
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n`);
    await called.promise;
    child.stdin.end();
    await letGo.promise;
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('is told apart from a sandbox that forbids sockets, and from a word that nobody can read', async () => {
    using here = place();
    await here.window('one', []);
    const forbids = here.home.file('forbids.cjs');
    writeFileSync(
      forbids,
      `const net = require('node:net');
       net.connect = () => {
         const socket = new net.Socket();
         const refusal = Object.assign(new Error('connect EPERM'), { code: 'EPERM' });
         process.nextTick(() => socket.destroy(refusal));
         return socket;
       };`,
    );
    const { code, error } = await start(process.execPath, ['--require', forbids, here.shim], {
      cwd: here.home.path,
      env: {},
    }).ended;
    expect(code).toBe(1);
    expect(error).toMatch(/^not_set_up: This program may not connect to the window .*\(EPERM\)/);
    for (const [name, text] of [
      ['torn.json', '{"pid": 1, "sock'],
      ['empty.json', '{}'],
    ] as const)
      writeFileSync(path.join(bridgeFolder(here.storage), name), text);
    await using connected = await here.connect('2025', here.home.path);
    expect((await callTool(connected.client, 'get_credits')).text).toBe('one');
  });
});

describe('the address of a window', () => {
  it('is a pipe on Windows, of a name that nobody can guess and that no path can make too long', () => {
    const folder = `C:\\Users\\me\\${'long'.repeat(60)}`;
    const [one, other] = [1, 2].map(() => socketAddress(folder, '4711-a1b2c3d4', 'win32'));
    expect(one).toMatch(/^\\\\\.\\pipe\\rivya-4711-a1b2c3d4-[0-9a-f]{16}$/);
    expect(other).not.toBe(one);
  });

  it('is a socket in its own folder elsewhere, where the system takes so long a path', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      expect(socketAddress('/s/bridge', 'a', platform)).toBe('/s/bridge/a.sock');
      const room = 100 - '/a.sock'.length;
      expect(socketAddress(`/${'x'.repeat(room - 1)}`, 'a', platform)).toHaveLength(100);
      expect(socketAddress(`/${'x'.repeat(room)}`, 'a', platform)).toBeUndefined();
      // Bytes count, not letters.
      expect(socketAddress(`/${'ž'.repeat(room / 2 + 1)}`, 'a', platform)).toBeUndefined();
    }
  });
});
