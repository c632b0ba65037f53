import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Clients } from './api/clients.ts';
import { systemClock } from './base/clock.ts';
import { Lazy } from './base/lazy.ts';
import { DisposableStore } from './base/lifecycle.ts';
import { describeError, redactedLog, type Log } from './base/log.ts';
import { onUnexpectedError, setUnexpectedErrorHandler } from './base/unexpectedError.ts';
import { Account } from './core/account/account.ts';
import { Balance } from './core/credits/balance.ts';
import { ledgerPath, mayHavePendingJobs } from './core/tasks/storagePaths.ts';
import type { AgentDoor } from './vscode/agents/agentDoor.ts';
import { registerExternalAgents } from './vscode/agents/registerExternalAgents.ts';
import { registerTools } from './vscode/agents/registerTools.ts';
import { ChatViewProvider } from './vscode/chat/chatViewProvider.ts';
import { registerCommands } from './vscode/commands.ts';
import { showError } from './vscode/messages/showError.ts';
import { registerDropAndPaste } from './vscode/dropAndPaste/dropAndPaste.ts';
import type { AssetSurfaces } from './vscode/assets/assetSurfaces.ts';
import { ComparePanels } from './vscode/compare/comparePanels.ts';
import { GalleryPanels } from './vscode/gallery/galleryPanels.ts';
import { registerReferences } from './vscode/regenerate/registerReferences.ts';
import { registerRecipes } from './vscode/recipes/registerRecipes.ts';
import { registerPromptSource } from './vscode/generate/promptSource.ts';
import { registerLinks } from './vscode/links/registerLinks.ts';
import type { CommandId } from './vscode/manifest/ids.ts';
import { SandboxHost } from './vscode/sandbox/sandboxHost.ts';
import { CurrentServer } from './vscode/host/currentServer.ts';
import { warnAboutInvalidSettings } from './vscode/host/invalidSettings.ts';
import { explainFailedActivation } from './vscode/host/failedActivation.ts';
import type { HostContext } from './vscode/host/hostContext.ts';
import type { Services } from './vscode/services.ts';
import { ViewsAndStatus } from './vscode/viewsAndStatus.ts';
import { offerReloadForLanguage } from './vscode/host/languageChange.ts';
import { hasOrphanedJobs } from './vscode/host/seat.ts';
import { timingsFor } from './vscode/host/timings.ts';
import { chooseLanguage } from './vscode/text/l10n.ts';
import { WebhooksTree } from './vscode/webhooks/webhooksTree.ts';

/** What the extension's own tests see of it. */
export interface TestAccess {
  readonly context: vscode.ExtensionContext;
  /** Whether nothing is under way of which somebody could hear later. */
  readonly isIdle: () => boolean;
  /** What VS Code's agents call. */
  readonly agents: Lazy<AgentDoor>;
}

/**
 * Builds what costs nothing and registers the views, commands and providers. No network and no database:
 * those come with the first need.
 * @returns nothing, except to its own tests
 * @throws what went wrong, after it was explained to the user
 */
export function activate(context: vscode.ExtensionContext): TestAccess | undefined {
  const channel = vscode.window.createOutputChannel('Rivya', { log: true });
  const store = new DisposableStore();
  // VS Code disposes these in their order: the channel comes last, because what is disposed may still write
  // to it.
  context.subscriptions.push(store, { dispose: () => setUnexpectedErrorHandler(undefined) }, channel);
  try {
    const account = store.add(new Account(context.secrets));
    const log = redactedLog(channel, () => account.seen);
    setUnexpectedErrorHandler(error => log.error(`Unexpected error: ${describeError(error)}`));
    const parts = start({ context, channel, store, account, log });
    return context.extensionMode === vscode.ExtensionMode.Test ? { context, ...parts } : undefined;
  } catch (error) {
    // Half of an extension would only fail later, and less plainly.
    store.dispose();
    explainFailedActivation(error, channel);
    throw error;
  }
}

/** What is read of package.json; a test holds that its commands are those of `commandIds`. */
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: CommandId }[];
    readonly languageModelTools: readonly { readonly name: string }[];
  };
}

interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly channel: vscode.LogOutputChannel;
  /** Disposes what was added last first, so nothing outlives what it uses. */
  readonly store: DisposableStore;
  readonly account: Account;
  readonly log: Log;
}

/** @returns what its own tests see besides the context */
function start({ context, channel, store, account, log }: Parts): Omit<TestAccess, 'context'> {
  chooseLanguage(context.extensionUri);
  const server = store.add(new CurrentServer());
  const balance: Balance = store.add(
    new Balance(async origin =>
      (await import('./vscode/host/hostContext.ts')).retrieveBalance(hostContext, origin),
    ),
  );
  const timings = timingsFor(context.extensionMode);
  const hostContext: HostContext = {
    context,
    log,
    server,
    account,
    balance,
    timings,
    clients: () => clients.get(),
  };
  const clients = store.add(
    new Lazy<Clients>(async () => (await import('./vscode/host/hostContext.ts')).createClients(hostContext)),
  );
  const sandbox = store.add(new SandboxHost(context, server, log));
  // After start-up, not during it. Nothing is generated before: a window that was in the sandbox must not
  // pay after a reload.
  const resumed = new Promise<void>(resolve => setImmediate(() => resolve(sandbox.resume())));

  const documents = store.add(
    new Lazy(async () => (await import('./vscode/placement/documents.ts')).createDocuments(hostContext)),
  );
  const services = store.add(
    new Lazy<Services>(async () => {
      await resumed;
      const { createServices } = await import('./vscode/services.ts');
      return createServices(hostContext, await hostContext.clients(), await documents.get());
    }),
  );
  const load = (): Promise<Services> => services.get();

  const storageFolder = context.globalStorageUri.fsPath;
  const hasLedger = (): boolean => existsSync(ledgerPath(storageFolder));
  const views = store.add(new ViewsAndStatus(hostContext, load, hasLedger));
  store.add(services.onDidLoad(loaded => views.watch(loaded)));
  store.add(warnAboutInvalidSettings(hostContext));
  store.add(offerReloadForLanguage(log));
  const webhooks = store.add(new WebhooksTree(hostContext));
  const chat = store.add(new ChatViewProvider(load, log));
  const gallery = store.add(new GalleryPanels(load, log));
  const compare = store.add(new ComparePanels(load, log));
  const doctor = store.add(
    new Lazy(
      async () =>
        new (await import('./vscode/doctor/doctor.ts')).Doctor(hostContext, load, () => external.value),
    ),
  );
  const agents = store.add(
    new Lazy(async () => new (await import('./vscode/agents/agentDoor.ts')).AgentDoor(await load())),
  );
  const external = store.add(
    new Lazy(
      async () => new (await import('./vscode/agents/externalAgents.ts')).ExternalAgents(hostContext, agents),
    ),
  );
  store.add(registerExternalAgents(external, log));
  store.add(registerReferences(load, hasLedger));
  store.add(registerRecipes());
  const links = store.add(
    new Lazy(async () => {
      const { LinkFeatures } = await import('./vscode/links/linkFeatures.ts');
      return new LinkFeatures(
        await documents.get(),
        () => services.value?.ledger.results.hosts() ?? new Set(),
      );
    }),
  );
  store.add(registerLinks(links, systemClock));
  const assets = store.add(
    new Lazy<AssetSurfaces>(
      async () => new (await import('./vscode/assets/assetSurfaces.ts')).AssetSurfaces(hostContext, services),
    ),
  );
  store.add(registerPromptSource(systemClock));
  store.add(registerDropAndPaste(load, vscode.Uri.joinPath(context.globalStorageUri, 'library')));
  const handlers = store.add(
    new Lazy(async () =>
      (await import('./vscode/handlers.ts')).createHandlers({
        hostContext,
        services: load,
        views,
        webhooks,
        chat,
        gallery,
        compare,
        assets,
        sandbox,
        doctor,
        external,
        channel,
      }),
    ),
  );
  const { contributes } = context.extension.packageJSON as Manifest;
  store.add(
    registerCommands(
      contributes.commands.map(({ command }) => command),
      handlers,
      log,
    ),
  );

  store.add(
    registerTools(
      contributes.languageModelTools.map(({ name }) => name),
      agents,
      log,
    ),
  );

  setImmediate(() => {
    import('./vscode/assets/startAssets.ts')
      .then(({ startAssets }) => store.add(startAssets(hostContext, assets, views.onDidShow)))
      .catch(onUnexpectedError);
  });

  // Jobs of an earlier window go on.
  setImmediate(() => {
    if (!mayHavePendingJobs(storageFolder) && !hasOrphanedJobs(context)) return;
    void load().catch((error: unknown) => showError(error, 'Pending jobs could not be taken up', log));
  });
  const isIdle = (): boolean => views.isIdle && services.isIdle && (services.value?.isIdle() ?? true);
  return { isIdle, agents };
}
