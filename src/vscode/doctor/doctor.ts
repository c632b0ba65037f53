import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { systemClock } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import { startOfDay } from '../../core/tasks/groups.ts';
import type { ExternalAgents } from '../agents/externalAgents.ts';
import { setting } from '../manifest/settings.ts';
import { keyOf, type HostContext } from '../host/hostContext.ts';
import { isBuiltMachine } from '../host/seat.ts';
import { Cancelled } from '../messages/errors.ts';
import { messageOf } from '../messages/messageOf.ts';
import { withProgress } from '../messages/progress.ts';
import type { Library } from '../../core/assets/library.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { ledgerPath } from '../../core/tasks/storagePaths.ts';
import { checkScopes, checkStorage, lookAt, untestedScopes } from './checks.ts';
import { doctorPage, type Findings } from './page.ts';
import { proxySettings } from './proxySettings.ts';
import { l10n } from '../text/l10n.ts';

/** What the page counts in. */
interface Stores {
  readonly ledger: Ledger;
  readonly library: Library;
}

const scheme = 'rivya-doctor';

/** Among so many jobs of agents it is looked who has ordered. */
const mostSpendings = 200;

/**
 * Shows what a question for help needs: each look is a document of its own, so that an older one stays as it
 * was.
 */
export class Doctor implements Disposable {
  readonly #hostContext: HostContext;
  readonly #services: () => Promise<Stores>;
  readonly #external: () => ExternalAgents | undefined;
  readonly #store = new DisposableStore();
  /** By the address of the document: a preview reads it again when it likes. */
  readonly #pages = new Map<string, string>();
  #looks = 0;

  /**
   * @param services may fail: that is one of the findings
   * @param external undefined while nothing of it was needed
   */
  constructor(
    hostContext: HostContext,
    services: () => Promise<Stores>,
    external: () => ExternalAgents | undefined,
  ) {
    this.#hostContext = hostContext;
    this.#services = services;
    this.#external = external;
    this.#store.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: uri => this.#pages.get(uri.toString()),
      }),
    );
  }

  /**
   * Looks at everything and opens it as one page that can be copied. It says whether there is a key and what
   * it may do, and never the key.
   * @throws Cancelled
   */
  async show(): Promise<void> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Checking installation...'),
      cancellable: true,
    };
    const findings = await withProgress(options, async (_progress, token) => {
      const controller = new AbortController();
      const subscription = token.onCancellationRequested(() => controller.abort(new Cancelled()));
      try {
        return await examine(this.#hostContext, this.#services, this.#external(), controller.signal);
      } finally {
        subscription.dispose();
      }
    });
    this.#looks++;
    const uri = vscode.Uri.from({ scheme, path: '/rivya-installation.md', query: String(this.#looks) });
    this.#pages.set(uri.toString(), doctorPage(findings));
    // Some editors come without the preview of Markdown.
    if (vscode.extensions.getExtension('vscode.markdown-language-features')) {
      await vscode.commands.executeCommand('markdown.showPreview', await documentAt(uri));
    } else await vscode.window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** Opens the document, which the preview shows. */
async function documentAt(uri: vscode.Uri): Promise<vscode.Uri> {
  const document = await vscode.workspace.openTextDocument(uri);
  return document.uri;
}

async function examine(
  hostContext: HostContext,
  services: () => Promise<Stores>,
  external: ExternalAgents | undefined,
  signal: AbortSignal,
): Promise<Findings> {
  const { context, server } = hostContext;
  const { origin } = server;
  const base = origin === undefined ? undefined : server.base;
  const key = base && (await keyOf(hostContext, base.origin));
  const client = base && (await hostContext.clients()).of(base);
  const reach = base && client && (await lookAt(base, client, signal));
  const scopes =
    client && reach?.status !== undefined && key !== undefined
      ? await checkScopes(client, signal)
      : undefined;
  return {
    version: (context.extension.packageJSON as { version: string }).version,
    sandbox: server.isSandbox,
    base,
    reach,
    hasKey: key !== undefined,
    scopes,
    untestedScopes,
    isBuiltMachine: isBuiltMachine(),
    proxy: proxySettings(vscode.workspace.getConfiguration('http'), process.env),
    // First, because it makes the folder that is looked at then.
    ledger: await ledgerFindings(services),
    storage: await checkStorage(context.globalStorageUri.fsPath, ledgerPath(context.globalStorageUri.fsPath)),
    agents: await agentFindings(hostContext, services, external),
  };
}

async function ledgerFindings(services: () => Promise<Stores>): Promise<Findings['ledger']> {
  try {
    const { ledger, library } = await services();
    return {
      tasks: ledger.count(),
      running: ledger.runningCount(),
      waiting: ledger.count({ states: ['stored'] }),
      journal: ledger.journal,
      library: await library.diskUse(),
    };
  } catch (error) {
    return { problem: messageOf(error)?.text ?? String(error) };
  }
}

async function agentFindings(
  { context, server, log }: HostContext,
  services: () => Promise<Stores>,
  external: ExternalAgents | undefined,
): Promise<Findings['agents']> {
  const { contributes } = context.extension.packageJSON as {
    contributes: { languageModelTools: readonly { readonly name: string }[] };
  };
  const names = new Set(contributes.languageModelTools.map(({ name }) => name));
  const found = {
    isEnabled: setting('agents.enabled'),
    tools: { known: vscode.lm.tools.filter(({ name }) => names.has(name)).length, all: names.size },
    budget: setting('agents.dailyBudget'),
    bridge: external?.isOpen ?? false,
    seen: external?.seen ?? [],
  };
  try {
    const { agents } = (await services()).ledger;
    const now = systemClock.now();
    const origin = server.origin ?? '';
    return {
      ...found,
      spent: agents.spent(origin, startOfDay(now)),
      isStopped: agents.stops(origin, now).length > 0,
      clients: [...new Set(agents.spendings(mostSpendings).map(({ client }) => client))],
    };
  } catch (error) {
    // What is wrong with the list stands in its own section.
    log.debug(describeError(error));
    return { ...found, spent: undefined, isStopped: false, clients: [] };
  }
}
