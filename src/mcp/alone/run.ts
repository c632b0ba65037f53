import { Writable } from 'node:stream';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { parseBaseUrl, type BaseUrl } from '../../api/address/baseUrl.ts';
import { Clients } from '../../api/clients.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import { describeError, redactedLog, silentLog, type Log } from '../../base/log.ts';
import { version } from '../../base/version.ts';
import { clientConfig } from '../clientConfig.ts';
import { createServer } from '../createServer.ts';
import { dataFolder } from './dataFolder.ts';
import { diagnose, openHost, type HostParts } from './host.ts';
import { Keys } from './keys.ts';
import { AloneFailure, readOptions, type AloneOptions } from './options.ts';
import { readSecret } from './secretInput.ts';
import { usage } from './usage.ts';

/** Where the protocol goes: standard output, to which nothing else is written. */
export type Wire = (bytes: Uint8Array, done: (error?: Error | null) => void) => void;

/**
 * Runs one command, or serves until the client has gone.
 * @param wire the true standard output; `process.stdout` leads elsewhere
 * @returns an exit code
 * @throws AloneFailure
 */
export async function run(parameters: readonly string[], wire: Wire): Promise<number> {
  const options = readOptions(parameters);
  const print = (text: string): Promise<void> => written(wire, `${text}\n`);
  if (options === 'help' || options === 'version') {
    await print(options === 'help' ? usage : version);
    return 0;
  }
  const { command } = options;
  if (command.name === 'config') {
    const isOther = process.env['RIVYA_BASE_URL'] !== undefined;
    const start = {
      program: process.execPath,
      parameters: [process.argv[1] ?? '', ...options.written],
      // The key that was stored is that of this server.
      env: isOther ? { RIVYA_BASE_URL: serverOf(process.env).href } : undefined,
    };
    const { file, text } = clientConfig(command.client, start);
    if (file !== undefined) process.stderr.write(`${file}\n`);
    await print(text);
    return 0;
  }
  const parts = partsOf(options);
  switch (command.name) {
    case 'login':
      return login(parts);
    case 'logout': {
      const wasThere = parts.keys.forget();
      process.stderr.write(wasThere ? 'API key removed.\n' : 'No API key was stored here.\n');
      return 0;
    }
    case 'doctor': {
      const { lines, isGood } = await diagnose(parts);
      await print(lines.join('\n'));
      return isGood ? 0 : 1;
    }
    case 'serve':
      return serve(parts, wire);
  }
}

function partsOf(options: AloneOptions): HostParts {
  const { env } = process;
  const server = serverOf(env);
  const folder = dataFolder(options.data, env);
  const log = logTo(env, () => keys.secrets);
  const keys: Keys = new Keys({ folder, origin: server.origin, command: options.keyCommand, env, log });
  return { options, server, keys, folder, cwd: process.cwd(), log };
}

/** Serves one client. Resolves when it has gone, or the process was asked to end. */
async function serve(parts: HostParts, wire: Wire): Promise<number> {
  const { log } = parts;
  const host = openHost(parts);
  const ended = new Promise<string>(resolve => {
    process.once('SIGINT', () => resolve('interrupted'));
    process.once('SIGTERM', () => resolve('asked to end'));
    process.stdin.once('end', () => resolve('the client has gone'));
    process.stdin.once('close', () => resolve('the client has gone'));
    process.stdout.on('error', () => resolve('the client reads no more'));
  });
  const output = new Writable({ write: (bytes: Buffer, _encoding, done) => wire(bytes, done) });
  const transport = new StdioServerTransport(process.stdin, output);
  const handle = serveStdio(() => createServer(host.port), {
    transport,
    onerror: error => log.warn(`MCP: ${describeError(error)}`),
  });
  log.info(`The server ends: ${await ended}.`);
  // Leases are given back at once, so that the next process goes on.
  host[Symbol.dispose]();
  await handle.close();
  return 0;
}

async function login({ server, keys, log }: HostParts): Promise<number> {
  const key = await readSecret(`API key for ${server.origin} (it is not shown): `);
  if (key === '') throw new AloneFailure('No key was given; nothing was stored.');
  try {
    const { current_credits: credits } = await new Clients(() => key, { fetch: globalThis.fetch, log })
      .of(server)
      .credits.retrieve();
    keys.store(key);
    process.stderr.write(`API key verified and stored. Credits: ${credits}.\n`);
    return 0;
  } catch (error) {
    if (!isRivyaError(error)) throw error;
    throw new AloneFailure(`Rivya rejected the key, so it wasn't stored: ${error.message}`);
  }
}

/** @throws AloneFailure for an address that no key may be sent to */
function serverOf(env: NodeJS.ProcessEnv): BaseUrl {
  const base = parseBaseUrl(env['RIVYA_BASE_URL'] ?? 'https://rivya.ai');
  if ('problem' in base)
    throw new AloneFailure(
      "RIVYA_BASE_URL isn't a valid Rivya API address. Use an https address, or http for this computer.",
    );
  return base;
}

/** What went wrong, on standard error; with `RIVYA_LOG=debug` everything. Without secrets. */
function logTo(env: NodeJS.ProcessEnv, secrets: () => readonly string[]): Log {
  const write = (message: string): void => void process.stderr.write(`${message}\n`);
  const isLoud = env['RIVYA_LOG'] === 'debug';
  return redactedLog(
    isLoud
      ? { trace: write, debug: write, info: write, warn: write, error: write }
      : { ...silentLog, warn: write, error: write },
    secrets,
  );
}

function written(wire: Wire, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    wire(Buffer.from(text), error => (error ? reject(error) : resolve()));
  });
}
