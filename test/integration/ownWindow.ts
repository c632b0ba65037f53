import path from 'node:path';
import * as vscode from 'vscode';
import { silentLog } from '../../src/base/log.ts';
import { Account } from '../../src/core/account/account.ts';
import { Balance } from '../../src/core/credits/balance.ts';
import { createChatHost, type ChatHost } from '../../src/vscode/chat/chatHost.ts';
import { CurrentServer } from '../../src/vscode/host/currentServer.ts';
import { createClients, retrieveBalance, type HostContext } from '../../src/vscode/host/hostContext.ts';
import { timingsFor } from '../../src/vscode/host/timings.ts';
import { createDocuments } from '../../src/vscode/placement/documents.ts';
import { createServices, type Services } from '../../src/vscode/services.ts';
import type { Scene } from './support.ts';

/**
 * What a window builds on first need, on a storage folder of the test's own: it can be closed and opened
 * again, as in a reload, and its files can be spoilt without harm to the tests that follow.
 */
export class OwnWindow {
  readonly services: Services;
  readonly account: Account;
  readonly #disposables: { dispose(): void }[];

  private constructor(services: Services, account: Account, disposables: { dispose(): void }[]) {
    this.services = services;
    this.account = account;
    this.#disposables = disposables;
  }

  /** With the key of the scene's sandbox for its server. @throws when the storage cannot be used */
  static async open(scene: Scene, storage: string): Promise<OwnWindow> {
    const secrets = new Map<string, string>();
    const account = new Account({
      get: key => Promise.resolve(secrets.get(key)),
      store: (key, value) => Promise.resolve(void secrets.set(key, value)),
      delete: key => Promise.resolve(void secrets.delete(key)),
      onDidChange: () => ({ dispose: () => undefined }),
    });
    const server = new CurrentServer();
    await account.store(server.base.origin, scene.sandbox.apiKey);
    const balance: Balance = new Balance(origin => retrieveBalance(hostContext, origin));
    const context = {
      globalStorageUri: vscode.Uri.file(storage),
      globalState: memento(),
      workspaceState: memento(),
      extension: { packageJSON: { version: '0.0.0' } },
      asAbsolutePath: (relative: string) => path.join(import.meta.dirname, '..', relative),
    } as unknown as vscode.ExtensionContext;
    const clients = createClients({ context, log: silentLog, server, account });
    const hostContext: HostContext = {
      context,
      log: silentLog,
      server,
      account,
      balance,
      timings: timingsFor(vscode.ExtensionMode.Test),
      clients: () => Promise.resolve(clients),
    };
    const disposables: { dispose(): void }[] = [account, server, balance];
    try {
      const documents = createDocuments(hostContext);
      disposables.push(documents);
      const services = createServices(hostContext, clients, documents);
      return new OwnWindow(services, account, [...disposables, services]);
    } catch (error) {
      for (const each of disposables) each.dispose();
      throw error;
    }
  }

  /** Its chat. */
  async chat(): Promise<ChatHost> {
    const host = createChatHost(this.services, await this.services.chats());
    this.#disposables.push(host);
    return host;
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0).reverse()) disposable.dispose();
  }
}

function memento(): vscode.Memento & { setKeysForSync(keys: readonly string[]): void } {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, preset?: T) => (values.has(key) ? (values.get(key) as T) : preset) as T,
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
    setKeysForSync: () => undefined,
  };
}
