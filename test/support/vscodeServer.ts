import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../../scripts/run.ts';
import { startFrontProxy, type FrontProxy } from './frontProxy.ts';
import { installVscodeServer } from './vscodeServerInstall.ts';
import { quietSettings } from './vscodeSettings.ts';

export interface VscodeServerOptions {
  /** Absolute path of the folder that {@link VscodeServer.workbenchUrl} opens. */
  readonly workspaceFolder: string;
  /** User settings, over those in {@link quietSettings}. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of machine scope, which a remote window reads from another file than the user's. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** Variables for the server and its extension hosts, over those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder with installed extensions, copied for this server (see {@link installExtension}). */
  readonly extensionsFolder?: string;
  /**
   * Display language, such as `hi`, with a language pack that holds no words: those of VS Code stay English,
   * those of extensions do not.
   */
  readonly language?: string;
  /** Also those built-in extensions that no test needs and that make each start of a window slower. */
  readonly allBuiltInExtensions?: boolean;
  /** Lets the page's address start an extension test; notification toasts never show then. */
  readonly smokeTestDriver?: boolean;
}

/**
 * Built-in extensions that run code at each start for nothing that is tested. Those that a browser can run,
 * too, stay: the workbench would look for them there.
 */
const unneededBuiltInExtensions = new Set([
  ...['copilot', 'git', 'github', 'microsoft-authentication'],
  ...['debug-auto-launch', 'ms-vscode.js-debug', 'ms-vscode.js-debug-companion'],
]);

/** What a process writes to its console, line by line. */
class ServerOutput {
  readonly #lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) throw new Error('The output of the server must be piped.');
      createInterface({ input: stream }).on('line', line => {
        this.#lines.push(line);
        for (const listener of this.#listeners) listener(line);
      });
    }
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  /** Calls the listener with every line from now on, until the returned function is called. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/**
 * A running VS Code server with data folders of its own. All of it, processes and files, is gone after
 * {@link stop}.
 */
export class VscodeServer {
  readonly #process: ChildProcess;
  readonly #front: FrontProxy;
  readonly workspaceFolder: string;
  readonly #home: string;
  readonly #output: ServerOutput;
  readonly #killAtExit: () => void;

  constructor(
    process_: ChildProcess,
    front: FrontProxy,
    workspaceFolder: string,
    home: string,
    output: ServerOutput,
  ) {
    this.#process = process_;
    this.#front = front;
    this.workspaceFolder = workspaceFolder;
    this.#home = home;
    this.#output = output;
    this.#killAtExit = () => killGroup(process_);
    process.once('exit', this.#killAtExit);
  }

  /** What the browser talks to. */
  get front(): FrontProxy {
    return this.#front;
  }

  /**
   * Opens the workbench on the workspace folder. The folder must stand in the address: of the server's own
   * `--default-folder` the workbench makes a URI with another authority, and edits of the extension then go
   * to a second copy of the document.
   */
  get workbenchUrl(): string {
    return `${this.#front.url}/?folder=${encodeURIComponent(this.workspaceFolder)}`;
  }

  /** Where an extension keeps its files, such as `rivya.rivya`. */
  globalStorage(extension: string): string {
    return path.join(path.dirname(settingsFile(this.#home, 'User')), 'globalStorage', extension);
  }

  /**
   * Process ids of the server's extension hosts, newest last: one for each open window. Reads `/proc`, so
   * Linux only.
   */
  extensionHosts(): number[] {
    return readdirSync('/proc')
      .filter(entry => /^\d+$/.test(entry))
      .map(Number)
      .filter(id => isExtensionHostOf(this.#process.pid, id))
      .toSorted((a, b) => a - b);
  }

  /** Waits until the server starts another extension host; gives its process id. */
  async nextExtensionHost(): Promise<number> {
    return await new Promise(resolve => {
      const stop = this.#output.onLine(line => {
        const id = /<(\d+)> Launched Extension Host Process/.exec(line)?.[1];
        if (id === undefined) return;
        stop();
        resolve(Number(id));
      });
    });
  }

  /** What the server wrote to its console, and the log files of its extension hosts. */
  async log(): Promise<string> {
    const logs = path.join(this.#home, 'data/data/logs');
    const files = (await readdir(logs, { recursive: true }).catch(() => [])).filter(file =>
      file.endsWith('.log'),
    );
    const parts = files.map(async file => `--- ${file}\n${await readFile(path.join(logs, file), 'utf8')}`);
    return [this.#output.text, ...(await Promise.all(parts))].join('\n');
  }

  async stop(): Promise<void> {
    await this.#front.close();
    const ended = exitOf(this.#process);
    killGroup(this.#process);
    await ended;
    process.off('exit', this.#killAtExit);
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Installs VS Code's server if need be and starts one on a free port of the loopback interface.
 *
 * Throws with the server's output when it ends before it listens.
 */
export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  const { folder: vscodeFolder, node } = await installVscodeServer();
  const home = await mkdtemp(path.join(tmpdir(), 'rivya-vscode-'));
  await mkdir(path.join(home, 'tmp'));
  await mkdir(path.join(home, 'extensions'));
  if (options.extensionsFolder !== undefined) {
    await cp(options.extensionsFolder, path.join(home, 'extensions'), { recursive: true });
  }
  if (options.allBuiltInExtensions !== true) await linkBuiltInExtensions(vscodeFolder, home);
  await writeSettings(settingsFile(home, 'User'), { ...quietSettings, ...options.settings });
  await writeSettings(settingsFile(home, 'Machine'), options.machineSettings ?? {});
  if (options.language !== undefined) await writeLanguagePack(path.join(home, 'data/data'), options.language);

  const child = spawn(node, serverArguments(vscodeFolder, home, options), {
    // Sockets that the server leaves in its temporary folder go away with the rest.
    env: {
      ...process.env,
      TMPDIR: path.join(home, 'tmp'),
      XDG_RUNTIME_DIR: path.join(home, 'tmp'),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: the extension hosts can be ended together with the server.
    detached: true,
  });
  const output = new ServerOutput(child);
  try {
    const port = await listeningPort(child, output);
    return new VscodeServer(child, await startFrontProxy(port), options.workspaceFolder, home, output);
  } catch (error) {
    killGroup(child);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/**
 * Installs a `.vsix` into a folder for {@link VscodeServerOptions.extensionsFolder}. Throws with VS Code's
 * output.
 */
export async function installExtension(vsix: string, extensionsFolder: string): Promise<void> {
  const { folder: vscodeFolder, node } = await installVscodeServer();
  const data = await mkdtemp(path.join(tmpdir(), 'rivya-install-'));
  try {
    await run(node, [
      path.join(vscodeFolder, 'out/server-main.js'),
      ...['--install-extension', vsix, '--force'],
      ...['--extensions-dir', extensionsFolder],
      ...['--server-data-dir', data],
      '--accept-server-license-terms',
    ]);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

function serverArguments(vscodeFolder: string, home: string, options: VscodeServerOptions): string[] {
  return [
    path.join(vscodeFolder, 'out/server-main.js'),
    ...['--host', '127.0.0.1', '--port', '0'],
    ...['--server-data-dir', path.join(home, 'data'), '--extensions-dir', path.join(home, 'extensions')],
    ...(options.allBuiltInExtensions === true
      ? []
      : ['--builtin-extensions-dir', builtInExtensionsFolder(home)]),
    // Else every start asks a login shell for its environment, and waits for it.
    '--force-disable-user-env',
    ...['--telemetry-level', 'off', '--without-connection-token', '--accept-server-license-terms'],
    ...(options.language === undefined ? [] : ['--locale', options.language]),
    ...(options.smokeTestDriver === true ? ['--enable-smoke-test-driver'] : []),
  ];
}

function builtInExtensionsFolder(home: string): string {
  return path.join(home, 'built-in');
}

async function linkBuiltInExtensions(vscodeFolder: string, home: string): Promise<void> {
  const installed = path.join(vscodeFolder, 'extensions');
  const linked = builtInExtensionsFolder(home);
  await mkdir(linked);
  for (const name of await readdir(installed)) {
    if (unneededBuiltInExtensions.has(name)) continue;
    await symlink(path.join(installed, name), path.join(linked, name));
  }
}

function settingsFile(home: string, scope: 'User' | 'Machine'): string {
  return path.join(home, 'data/data', scope, 'settings.json');
}

async function writeSettings(file: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(settings, undefined, 2));
}

/**
 * What installing a language pack leaves in VS Code's data folder; VS Code sets a language only when it has a
 * pack for it.
 */
async function writeLanguagePack(dataFolder: string, language: string): Promise<void> {
  const translation = path.join(dataFolder, `${language}.i18n.json`);
  await writeFile(translation, JSON.stringify({ version: '1.0.0', contents: {} }));
  const pack = {
    hash: language,
    label: language,
    extensions: [{ extensionIdentifier: { id: `test.language-pack-${language}` }, version: '1.0.0' }],
    translations: { vscode: translation },
  };
  await writeFile(path.join(dataFolder, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}

/** The port that the server has chosen; it prints it once it listens. */
async function listeningPort(child: ChildProcess, output: ServerOutput): Promise<number> {
  return await new Promise((resolve, reject) => {
    const stop = output.onLine(line => {
      const port = /^Extension host agent listening on (\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      stop();
      resolve(Number(port));
    });
    child.once('error', reject);
    child.once('close', exitCode => {
      reject(new Error(`VS Code's server ended with ${String(exitCode)}:\n${output.text}`));
    });
  });
}

function isExtensionHostOf(serverProcess: number | undefined, id: number): boolean {
  try {
    const commandLine = readFileSync(`/proc/${id}/cmdline`, 'utf8');
    if (!commandLine.includes('--type=extensionHost')) return false;
    // The name in parentheses may hold blanks; the parent's id is the second field behind it.
    const parent = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1];
    return Number(parent) === serverProcess;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** The process ended while it was being looked at. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ESRCH';
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise(resolve => child.once('exit', resolve));
}
