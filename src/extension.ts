import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { describeError, redactedLog } from './base/log.ts';
import { Account } from './core/account/account.ts';
import { Balance } from './core/credits/balance.ts';
import { ChatView } from './vscode/chat/chatView.ts';
import { registerCommands } from './vscode/commands.ts';
import { createHandlers } from './vscode/handlers.ts';
import { registerDropAndPaste } from './vscode/placement/dropAndPaste.ts';
import { SandboxHost } from './vscode/sandboxHost.ts';
import { CurrentServer } from './vscode/server.ts';
import type { Basics } from './vscode/clients.ts';
import type { Services } from './vscode/services.ts';
import { ledgerPath, mayHavePendingJobs } from './vscode/storage.ts';
import { Surfaces } from './vscode/surfaces.ts';
import { WebhooksTree } from './vscode/webhooks/webhooksTree.ts';

/**
 * Builds what costs nothing and registers the surfaces. No network and no database: those come with the first need.
 * @returns nothing, except to its own tests, which look into what is stored
 */
export function activate(context: vscode.ExtensionContext): { context: vscode.ExtensionContext } | undefined {
  const account = new Account(context.secrets);
  const channel = vscode.window.createOutputChannel('Rivya', { log: true });
  const log = redactedLog(channel, () => account.seen);
  const server = new CurrentServer();
  const balance = new Balance(async origin =>
    (await import('./vscode/clients.ts')).retrieveBalance(basics, origin),
  );
  const basics: Basics = { context, log, server, account, balance };

  let services: Promise<Services> | undefined;
  const load = (): Promise<Services> => {
    services ??= resumed.then(async () => {
      const { createServices } = await import('./vscode/services.ts');
      const loaded = createServices(basics);
      context.subscriptions.push(loaded);
      surfaces.watch(loaded);
      return loaded;
    });
    // A failure is not kept: a full disk may have room at the next try.
    services.catch(() => (services = undefined));
    return services;
  };

  const surfaces = new Surfaces(basics, load, () => existsSync(ledgerPath(context)));
  const webhooks = new WebhooksTree(basics);
  const chat = new ChatView(load, log);
  const sandbox = new SandboxHost(context, server, log);
  // After start-up, not during it. Nothing is generated before: a window that was in the sandbox must not pay after a reload.
  const resumed = new Promise<void>(resolve => setImmediate(() => resolve(sandbox.resume())));
  context.subscriptions.push(
    channel,
    account,
    server,
    balance,
    surfaces,
    webhooks,
    chat,
    sandbox,
    registerDropAndPaste(load, vscode.Uri.joinPath(context.globalStorageUri, 'library')),
    registerCommands(
      createHandlers({ basics, services: load, surfaces, webhooks, chat, sandbox, channel }),
      log,
    ),
  );

  // Jobs of an earlier window go on.
  setImmediate(() => {
    if (!mayHavePendingJobs(context)) return;
    load().catch((error: unknown) =>
      log.error(`Pending jobs could not be taken up: ${describeError(error)}`),
    );
  });
  return context.extensionMode === vscode.ExtensionMode.Test ? { context } : undefined;
}
