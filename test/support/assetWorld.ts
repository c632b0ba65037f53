import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { run } from '../../src/cli/run.ts';
import type { Terminal } from '../../src/cli/common/terminal.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { temporaryFolder } from './tasks.ts';

/** What a command said and how it ended. */
export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** A person with a clone of a package and a ledger of their own. */
export interface Person {
  readonly folder: string;
  readonly env: Record<string, string | undefined>;
  /** Runs a command in this process; without an answer nobody can answer. */
  rivya(parameters: readonly string[], answer?: boolean): Promise<CommandRun>;
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  read(file: string): Buffer;
  has(file: string): boolean;
  /** All files of the package with their contents, without the ledger. */
  tree(): Record<string, string>;
  git(...parameters: string[]): string;
  remove(file: string): void;
  /** As on another machine: the ledger is gone. */
  forget(): void;
}

/** A sandbox, and people who share its account. */
export interface AssetWorld extends AsyncDisposable {
  readonly sandbox: Sandbox;
  person(files?: Readonly<Record<string, string | Uint8Array>>): Person;
  /** Credits that were taken in the end, and of how many jobs. */
  charged(): { readonly credits: number; readonly jobs: number };
  /** Requests that begin something, or send somebody's file. */
  effects(): number;
}

export async function assetWorld(credits = 10_000): Promise<AssetWorld> {
  const sandbox = await startSandbox({ credits, taskDurationMs: 0 });
  sandbox.control.update({ pictureLongEdge: 16 });
  const folders: Disposable[] = [];
  return {
    sandbox,
    person: (files = {}) => {
      const home = temporaryFolder();
      folders.push(home);
      return personIn(home.path, files, { RIVYA_BASE_URL: sandbox.url, RIVYA_API_KEY: sandbox.apiKey });
    },
    charged: () => {
      const paid = sandbox.control.charges().filter(charge => charge.credits > 0);
      return { credits: paid.reduce((sum, charge) => sum + charge.credits, 0), jobs: paid.length };
    },
    effects: () => sandbox.control.requests().filter(({ method }) => method !== 'GET').length,
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      for (const folder of folders) folder[Symbol.dispose]();
    },
  };
}

/** Somebody whose package and state lie in this folder. */
export function personIn(
  home: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  server: Readonly<Record<string, string>>,
): Person {
  const folder = path.join(home, 'site');
  const state = path.join(home, 'state');
  mkdirSync(folder);
  const env: Record<string, string | undefined> = { ...server, RIVYA_STATE: state };
  const person: Person = {
    folder,
    env,
    rivya: async (parameters, answer) => {
      const out: string[] = [];
      const error: string[] = [];
      const terminal: Terminal = {
        out: text => out.push(text),
        error: text => error.push(text),
        progress: () => undefined,
        isInteractive: answer !== undefined,
        confirm: question => {
          error.push(question);
          return Promise.resolve(answer ?? false);
        },
        cwd: folder,
        env,
        signal: new AbortController().signal,
      };
      const code = await run(parameters, terminal);
      return { code, out: out.join('\n'), error: error.join('\n') };
    },
    write: given => {
      for (const [file, content] of Object.entries(given)) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        writeFileSync(path.join(folder, file), content);
      }
    },
    read: file => readFileSync(path.join(folder, file)),
    has: file => Object.hasOwn(person.tree(), file),
    tree: () =>
      Object.fromEntries(
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter(entry => entry.isFile())
          .map(entry => path.join(entry.parentPath, entry.name))
          .map(
            file =>
              [path.relative(folder, file).replaceAll(path.sep, '/'), readFileSync(file, 'base64')] as const,
          )
          .filter(([file]) => !file.startsWith('.git/'))
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
    git: (...parameters) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...parameters], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    remove: file => rmSync(path.join(folder, file), { recursive: true, force: true }),
    forget: () => rmSync(state, { recursive: true, force: true }),
  };
  person.write(files);
  return person;
}

/** A manifest with so many wishes; each is one credit with this model. */
export function manifestOf(names: readonly string[], more = ''): string {
  const entries = names.map(
    name => `  ${name}:\n    file: img/${name}.png\n    prompt: A picture of ${name}.\n${more}`,
  );
  return `rivya: 1\ndefaults:\n  model: z-image\nassets:\n${entries.join('')}`;
}

/** A picture that no model has made. */
export function picture(shade: number): Uint8Array {
  const png = new PNG({ width: 2, height: 2 });
  png.data.fill(shade);
  return PNG.sync.write(png);
}
