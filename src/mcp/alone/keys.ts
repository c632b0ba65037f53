import { execFile, type ExecFileException } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseJson, isRecord } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';

/** A password manager may ask its user, but not for ever, in milliseconds. */
const usualPatienceMs = 10_000;

export type KeySourceName = 'key command' | 'environment' | 'login';

/** The key of one server, and where it is from. */
export interface FoundKey {
  readonly key: string;
  readonly from: KeySourceName;
}

export interface KeysPorts {
  readonly folder: string;
  readonly origin: string;
  readonly command: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** For the key command, in milliseconds. */
  readonly patienceMs?: number | undefined;
}

/** The API key: of the key command, else of the environment, else what `login` has stored for this server. */
export class Keys {
  readonly #ports: KeysPorts;
  #fromCommand: Promise<string | undefined> | undefined;
  /** To take out of whatever is written. */
  #last = '';
  #failure: string | undefined;

  constructor(ports: KeysPorts) {
    this.#ports = ports;
  }

  async find(): Promise<FoundKey | undefined> {
    const { command, env } = this.#ports;
    const found = await this.#first([
      ['key command', () => command && (this.#fromCommand ??= this.#run(command))],
      ['environment', () => env['RIVYA_API_KEY']],
      ['login', () => this.#stored()],
    ]);
    if (found) this.#last = found.key;
    return found;
  }

  get secrets(): readonly string[] {
    return [this.#last, this.#ports.env['RIVYA_API_KEY']?.trim() ?? ''].filter(Boolean);
  }

  /** What is wrong with the key command, in words that go on in a sentence; undefined where it works. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Keeps a key for this server, where its user alone can read it. */
  store(key: string): void {
    const { origin } = this.#ports;
    writeFileSync(this.#file, JSON.stringify({ origin, key }), { mode: 0o600 });
    // A file that stood there keeps its mode.
    chmodSync(this.#file, 0o600);
  }

  /** @returns whether there was one */
  forget(): boolean {
    const isThere = this.#stored() !== undefined;
    rmSync(this.#file, { force: true });
    return isThere;
  }

  async #first(
    sources: readonly (readonly [KeySourceName, () => Promise<string | undefined> | string | undefined])[],
  ): Promise<FoundKey | undefined> {
    for (const [from, read] of sources) {
      const key = (await read())?.trim() ?? '';
      if (key !== '') return { key, from };
    }
    return undefined;
  }

  get #file(): string {
    return path.join(this.#ports.folder, 'login.json');
  }

  #stored(): string | undefined {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    const stored = parseJson(text);
    // The key of one server is never sent to another.
    if (!isRecord(stored) || stored['origin'] !== this.#ports.origin) return undefined;
    return typeof stored['key'] === 'string' ? stored['key'] : undefined;
  }

  #run([program = '', ...parameters]: readonly string[]): Promise<string | undefined> {
    const { log, env, patienceMs = usualPatienceMs } = this.#ports;
    const options = {
      timeout: patienceMs,
      // One that is asked to end may ask its user whether it shall.
      killSignal: 'SIGKILL',
      windowsHide: true,
      // Another key is none of its business.
      env: { ...env, RIVYA_API_KEY: undefined },
    } as const;
    return new Promise(resolve => {
      const child = execFile(program, parameters, options, (error, out) => {
        // What it has printed may be the key, so nothing of it is told.
        this.#failure = error ? failureOf(error, patienceMs) : undefined;
        if (error) {
          log.error(`API key: ${this.#failure}.`);
          this.#fromCommand = undefined;
        }
        resolve(error ? undefined : (out.split(/\r?\n/)[0] ?? ''));
      });
      child.stdin?.end();
    });
  }
}

function failureOf({ code, killed }: ExecFileException, patienceMs: number): string {
  if (killed && code === null) return `the key command has not answered within ${patienceMs / 1_000} s`;
  if (code === 'ENOENT') return 'the key command names no program';
  return `the key command has failed (${code ?? 'no code'})`;
}
