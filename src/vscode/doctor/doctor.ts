import * as vscode from 'vscode';
import type { Basics } from '../clients.ts';
import { keyOf } from '../clients.ts';
import { Cancelled, messageOf } from '../messages.ts';
import type { Services } from '../services.ts';
import { ledgerPath } from '../storage.ts';
import { checkScopes, checkStorage, lookAt, untestedScopes } from './checks.ts';
import { doctorPage, type Findings } from './page.ts';

const scheme = 'rivya-doctor';
/** Each look is a document of its own, so that an older one stays as it was. */
const pages = new Map<string, string>();
let registration: vscode.Disposable | undefined;

/**
 * Looks at everything that a question for help needs, and opens it as one page that can be copied. It says whether there
 * is a key and what it may do, and never the key.
 * @param services may fail: that is one of the findings
 * @throws Cancelled
 */
export async function showDoctor(basics: Basics, services: () => Promise<Services>): Promise<void> {
  const findings = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Checking the installation'),
      cancellable: true,
    },
    (_progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort(new Cancelled()));
      return examine(basics, services, controller.signal);
    },
  );
  const query = String(pages.size + 1);
  const uri = vscode.Uri.from({ scheme, path: '/rivya-installation.md', query });
  pages.set(uri.toString(), doctorPage(findings));
  if (!registration) {
    registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: asked => pages.get(asked.toString()),
    });
    basics.context.subscriptions.push(registration);
  }
  await vscode.window.showTextDocument(uri, { preview: true });
}

async function examine(
  basics: Basics,
  services: () => Promise<Services>,
  signal: AbortSignal,
): Promise<Findings> {
  const { context, server, log } = basics;
  const { origin } = server;
  const base = origin === undefined ? undefined : server.base;
  const key = base && (await keyOf(basics, base.origin));
  const reach = base && (await lookAt(base, signal));
  const scopes =
    base && reach?.status !== undefined && key !== undefined
      ? await checkScopes(base, key, log, signal)
      : undefined;
  return {
    version: (context.extension.packageJSON as { version: string }).version,
    sandbox: server.isSandbox,
    base,
    reach,
    hasKey: key !== undefined,
    scopes,
    untestedScopes,
    proxy: proxySettings(),
    // First, because it makes the folder that is looked at then.
    ledger: await ledgerFindings(services),
    storage: await checkStorage(context.globalStorageUri.fsPath, ledgerPath(context)),
  };
}

async function ledgerFindings(services: () => Promise<Services>): Promise<Findings['ledger']> {
  try {
    const { ledger, library } = await services();
    return {
      tasks: ledger.count({}),
      running: ledger.runningCount(),
      waiting: ledger.count({ states: ['stored'] }),
      library: await library.diskUse(),
    };
  } catch (error) {
    return { problem: messageOf(error)?.text ?? String(error) };
  }
}

/** The settings and variables that steer the way to the server. A password in an address is left out. */
function proxySettings(): [name: string, value: string][] {
  const http = vscode.workspace.getConfiguration('http');
  const settings = [
    'proxy',
    'proxySupport',
    'proxyStrictSSL',
    'noProxy',
    'systemCertificates',
    'fetchAdditionalSupport',
  ];
  const variables = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];
  const values: [string, unknown][] = [
    ...settings.map((name): [string, unknown] => [`http.${name}`, http.get(name)]),
    ...variables.map((name): [string, unknown] => [
      name,
      process.env[name] ?? process.env[name.toLowerCase()],
    ]),
  ];
  return values.flatMap(([name, value]) => {
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return [];
    return [[name, textOf(value).replace(/\/\/[^/@\s]*@/g, '//…@')]];
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
