import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import type { Event } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { removePatientlySync, renamePatientlySync } from '../../base/patience.ts';

/** Longer paths are no sockets on some systems, in bytes. */
const longestSocket = 100;
/** Whoever connects shows the token at once, in milliseconds and bytes. */
const tokenMs = 5_000;
const tokenBytes = 32;

/** What the shim reads, by `Window` of src/mcp/shim/shim.ts. */
interface WindowFile {
  readonly pid: number;
  readonly socket: string;
  readonly token: string;
  readonly folders: readonly string[];
  readonly focusedAt: number;
}

/** What the bridge needs of its window. */
export interface BridgePorts {
  /** Paths of its folders on this machine. */
  readonly folders: () => readonly string[];
  readonly isFocused: () => boolean;
  /** Fires when one of both is another. */
  readonly onDidChange: Event<void>;
  /** Serves who has shown the token. */
  readonly serve: (socket: Socket) => Promise<void>;
  readonly log: Log;
}

/**
 * Where a window listens: a pipe with a name that nobody can guess on Windows, else a socket in its folder.
 * @returns undefined where the path would be too long
 */
export function socketAddress(
  folder: string,
  name: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (platform === 'win32') return `\\\\.\\pipe\\rivya-${name}-${randomBytes(8).toString('hex')}`;
  const near = path.join(folder, `${name}.sock`);
  return Buffer.byteLength(near) <= longestSocket ? near : undefined;
}

/** The folder in which windows leave word for the shim, which lies beside it. */
export function bridgeFolder(storageFolder: string): string {
  return path.join(storageFolder, 'bridge');
}

/**
 * Lets programs of the same user reach the agents' tools of this window: a socket in a folder that is theirs
 * alone, a token, and a file that names both.
 */
export class Bridge implements Disposable {
  readonly #store = new DisposableStore();
  readonly #sockets = new Set<Socket>();
  readonly #token = randomBytes(tokenBytes).toString('hex');
  readonly #server: Server;
  readonly #ports: BridgePorts;
  readonly #file: string;
  readonly #socket: string;
  #focusedAt = 0;

  private constructor(storageFolder: string, ports: BridgePorts) {
    const folder = bridgeFolder(storageFolder);
    // Its user's alone, on every system that has such modes.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = `${process.pid}-${randomBytes(4).toString('hex')}`;
    this.#ports = ports;
    this.#file = path.join(folder, `${name}.json`);
    this.#socket = this.#socketPath(folder, name);
    this.#server = createServer(socket => this.#greet(socket));
    this.#store.add(ports.onDidChange(() => this.#tell()));
    this.#store.add({ dispose: () => this.#end() });
  }

  /** Listens, and says so. @throws an error of the system, when it cannot */
  static async open(storageFolder: string, ports: BridgePorts): Promise<Bridge> {
    const bridge = new Bridge(storageFolder, ports);
    try {
      await forgetDead(bridgeFolder(storageFolder));
      await new Promise<void>((resolve, reject) => {
        bridge.#server.once('error', reject).listen(bridge.#socket, resolve);
      });
      if (process.platform !== 'win32') await chmod(bridge.#socket, 0o600);
      bridge.#server.on('error', error => ports.log.error(`The bridge to agents: ${describeError(error)}`));
      bridge.#tell();
      return bridge;
    } catch (error) {
      bridge.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #socketPath(folder: string, name: string): string {
    const address = socketAddress(folder, name);
    if (address !== undefined) return address;
    // It has mode 0700.
    const own = mkdtempSync(path.join(tmpdir(), 'rivya-'));
    this.#store.add({ dispose: () => rmSync(own, { recursive: true, force: true }) });
    return path.join(own, 's');
  }

  /** The first line is the token; what follows is the protocol's. */
  #greet(socket: Socket): void {
    const { serve, log } = this.#ports;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', error => log.debug(`MCP: ${describeError(error)}`));
    const timer = systemClock.after(tokenMs, () => socket.destroy());
    let read = Buffer.alloc(0);
    const take = (chunk: Buffer): void => {
      read = Buffer.concat([read, chunk]);
      const end = read.indexOf('\n');
      if (end < 0 && read.length <= 2 * tokenBytes) return;
      timer.dispose();
      socket.off('data', take).pause();
      if (!isSame(read.subarray(0, Math.max(0, end)).toString('latin1'), this.#token)) {
        log.warn('A program without the token was turned away from the bridge to agents.');
        socket.destroy();
        return;
      }
      socket.unshift(read.subarray(end + 1));
      serve(socket).catch((error: unknown) => {
        log.error(`The bridge to agents: ${describeError(error)}`);
        socket.destroy();
      });
    };
    socket.on('data', take);
    socket.once('close', () => timer.dispose());
  }

  #tell(): void {
    const { isFocused, folders, log } = this.#ports;
    if (isFocused()) this.#focusedAt = systemClock.now();
    const word: WindowFile = {
      pid: process.pid,
      socket: this.#socket,
      token: this.#token,
      folders: folders().map(realPath),
      focusedAt: this.#focusedAt,
    };
    const fresh = `${this.#file}.new`;
    try {
      writeFileSync(fresh, JSON.stringify(word), { mode: 0o600 });
      renamePatientlySync(fresh, this.#file);
    } catch (error) {
      log.error(`The bridge to agents cannot be found by them: ${describeError(error)}`);
    }
  }

  #end(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    removePatientlySync(this.#file);
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** Removes what windows that died have left. */
async function forgetDead(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json')) continue;
    const file = path.join(folder, name);
    const word = parseJson(await readFile(file, 'utf8').catch(() => ''));
    if (!isRecord(word) || typeof word['pid'] !== 'number' || isAlive(word['pid'])) continue;
    removePatientlySync(file);
    if (typeof word['socket'] === 'string' && path.dirname(word['socket']) === folder)
      removePatientlySync(word['socket']);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
