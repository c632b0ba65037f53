import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import path from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import type { Lazy } from '../../base/lazy.ts';
import { describeError } from '../../base/log.ts';
import { toolNames } from '../../core/agents/toolSchemas.ts';
import type { McpPort } from '../../mcp/createServer.ts';
import type { HostContext } from '../host/hostContext.ts';
import { setting } from '../manifest/settings.ts';
import type { AgentDoor } from './agentDoor.ts';
import { Bridge } from './bridge.ts';

/** As `contributes.mcpServerDefinitionProviders` names it. */
const providerId = 'rivya';

/** What agents outside of VS Code's own chat have of this window, as the settings say. */
export class ExternalAgents implements vscode.Disposable {
  readonly #hostContext: Pick<HostContext, 'context' | 'log'>;
  readonly #door: Lazy<AgentDoor>;
  #bridge: Promise<Bridge> | undefined;
  #provider: vscode.Disposable | undefined;
  #isDisposed = false;
  readonly #seen = new Set<string>();

  constructor(hostContext: Pick<HostContext, 'context' | 'log'>, door: Lazy<AgentDoor>) {
    this.#hostContext = hostContext;
    this.#door = door;
  }

  /** Whether programs can reach this window now. */
  get isOpen(): boolean {
    return this.#bridge !== undefined;
  }

  /** What programs that came by the bridge call themselves. */
  get seen(): readonly string[] {
    return [...this.#seen];
  }

  /** Opens and shuts what the settings say. @throws an error of the system */
  async update(): Promise<void> {
    const offers = setting('agents.offerMcpServer');
    if (!offers) {
      this.#provider?.dispose();
      this.#provider = undefined;
    }
    if (offers) this.#provider ??= this.#offer();
    if (setting('agents.externalClients')) await this.open();
    else if (!offers) await this.#shut();
  }

  /** Lets programs reach this window. @throws an error of the system */
  async open(): Promise<void> {
    if (this.#isDisposed) return;
    const { context, log } = this.#hostContext;
    const storage = context.globalStorageUri.fsPath;
    this.#bridge ??= Bridge.open(storage, {
      folders: () =>
        (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
          uri.scheme === 'file' ? [uri.fsPath] : [],
        ),
      isFocused: () => vscode.window.state.focused,
      onDidChange: listener =>
        vscode.Disposable.from(
          vscode.window.onDidChangeWindowState(() => listener()),
          vscode.workspace.onDidChangeWorkspaceFolders(() => listener()),
        ),
      serve: socket => this.#serve(socket),
      log,
    });
    const bridge = this.#bridge;
    try {
      await bridge;
    } catch (error) {
      // The next time may be better.
      if (this.#bridge === bridge) this.#bridge = undefined;
      throw error;
    }
  }

  /**
   * Lays the shim where it stays through updates of the extension.
   * @returns its path
   */
  async layShim(): Promise<string> {
    const { context } = this.#hostContext;
    const from = path.join(context.extensionPath, 'dist/shim.cjs');
    const to = path.join(context.globalStorageUri.fsPath, 'rivya-mcp.cjs');
    const [wanted, there] = await Promise.all([
      readFile(from, 'utf8'),
      readFile(to, 'utf8').catch(() => undefined),
    ]);
    await mkdir(path.dirname(to), { recursive: true });
    if (there !== wanted) await writeFile(to, wanted, { mode: 0o700 });
    return to;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#provider?.dispose();
    this.#shut().catch((error: unknown) => this.#hostContext.log.error(describeError(error)));
  }

  async #shut(): Promise<void> {
    const bridge = this.#bridge;
    this.#bridge = undefined;
    (await bridge)?.dispose();
  }

  /** The protocol is loaded with the first program that comes. */
  async #serve(socket: Socket): Promise<void> {
    const [{ serveSocket }, door] = await Promise.all([import('../../mcp/serveSocket.ts'), this.#door.get()]);
    serveSocket(socket, await this.#portOf(door));
  }

  async #portOf({ agents }: AgentDoor): Promise<McpPort> {
    const { context, log } = this.#hostContext;
    const { stateKeyOf } = await import('../../mcp/stateKey.ts');
    const { version } = context.extension.packageJSON as { version: string };
    return {
      call: (tool, input, caller, signal) => agents.call(tool, input, caller, signal),
      tools: toolNames,
      stateKey: stateKeyOf(context.globalStorageUri.fsPath),
      version,
      clock: systemClock,
      log,
      seen: client => this.#seen.add(client),
    };
  }

  /** For agents of VS Code that see servers and no tools of extensions. */
  #offer(): vscode.Disposable {
    const { context } = this.#hostContext;
    const { version } = context.extension.packageJSON as { version: string };
    return vscode.lm.registerMcpServerDefinitionProvider(providerId, {
      provideMcpServerDefinitions: async () => {
        const shim = await this.layShim();
        const env = { ELECTRON_RUN_AS_NODE: '1' };
        const server = new vscode.McpStdioServerDefinition('Rivya', process.execPath, [shim], env, version);
        const [folder] = vscode.workspace.workspaceFolders ?? [];
        if (folder?.uri.scheme === 'file') server.cwd = folder.uri;
        return [server];
      },
      resolveMcpServerDefinition: async server => {
        await this.open();
        return server;
      },
    });
  }
}
