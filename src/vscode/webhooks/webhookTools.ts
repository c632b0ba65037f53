import { lookup } from 'node:dns/promises';
import * as vscode from 'vscode';
import { isRivyaError } from '../../api/errors.ts';
import type { Webhooks } from '../../api/webhooks.ts';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { WebhookReceiver } from '../../core/webhooks/receiver.ts';
import { WebhookSecrets } from '../../core/webhooks/webhookSecrets.ts';
import type { ResolveHost } from '../../core/webhooks/webhookUrl.ts';
import { createClient, keyOf, type Basics } from '../clients.ts';
import type { ContextKeys } from '../ids.ts';
import { messageOf } from '../messages.ts';
import { WebhookDocuments } from './webhookDocuments.ts';
import { endpointName, webhookError } from './webhookText.ts';
import type { WebhookNode } from './webhooksTree.ts';

/** What the view and the commands of webhooks share; built on first need. */
export interface WebhookTools extends Basics, Disposable {
  readonly secrets: WebhookSecrets;
  readonly receiver: WebhookReceiver;
  readonly documents: WebhookDocuments;
  readonly resolveHost: ResolveHost;
  /** Has the view ask the server again. */
  readonly refresh: () => void;
  /** Of the current server. */
  webhooks(): Webhooks;
  /** By id, as the view last showed them. */
  readonly names: ReadonlyMap<string, string>;
  /** The endpoints as the view shows them, or what went wrong. Empty without a key or without the scope. */
  listNodes(): Promise<WebhookNode[]>;
}

export function createWebhookTools(basics: Basics, refresh: () => void): WebhookTools {
  const store = new DisposableStore();
  const secrets = store.add(new WebhookSecrets(basics.context.secrets));
  const receiver = store.add(
    new WebhookReceiver({ secrets: () => secrets.all(), clock: systemClock, log: basics.log }),
  );
  store.add(receiver.onDidChange(() => setContext('rivya.receiver', receiver.url !== undefined)));
  const documents = new WebhookDocuments();
  const names = new Map<string, string>();
  const webhooks = (): Webhooks => {
    const { origin, href } = basics.server.base;
    return createClient(basics, href, () => keyOf(basics, origin)).webhooks;
  };

  async function listNodes(): Promise<WebhookNode[]> {
    try {
      const { origin } = basics.server.base;
      if ((await keyOf(basics, origin)) === undefined) return [];
      const [{ data }, known] = await Promise.all([webhooks().list(), secrets.known(origin)]);
      setContext('rivya.webhookAccess', 'granted');
      for (const endpoint of data) names.set(endpoint.id, endpointName(endpoint));
      return data.map(endpoint => ({ type: 'endpoint', endpoint, secretKnown: known.has(endpoint.id) }));
    } catch (error) {
      if (isRivyaError(error) && error.kind === 'scope') {
        setContext('rivya.webhookAccess', 'denied');
        return [];
      }
      return [{ type: 'failure', text: messageOf(webhookError(error))?.text ?? String(error) }];
    }
  }

  return {
    ...basics,
    secrets,
    receiver,
    documents,
    resolveHost: async hostname => (await lookup(hostname, { all: true })).map(each => each.address),
    refresh,
    webhooks,
    names,
    listNodes,
    dispose: () => store.dispose(),
  };
}

function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
