import type { ResolveHost } from '../../api/address/publicHost.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import type { Clients } from '../../api/clients.ts';
import type { Webhooks } from '../../api/resources/webhooks.ts';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { WebhookReceiver } from '../../core/webhooks/receiver.ts';
import { WebhookSecrets } from '../../core/webhooks/webhookSecrets.ts';
import { keyOf, type HostContext } from '../host/hostContext.ts';
import { resolveHost } from '../host/resolveHost.ts';
import { setContext } from '../manifest/contextKeys.ts';
import { messageOf } from '../messages/messageOf.ts';
import { WebhookDocuments } from './webhookDocuments.ts';
import { endpointName } from './webhookText.ts';
import type { WebhookNode } from './webhookNode.ts';

/** What the view and the commands of webhooks share; built on first need. */
export interface WebhookTools extends HostContext, Disposable {
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

export function createWebhookTools(
  hostContext: HostContext,
  clients: Clients,
  refresh: () => void,
): WebhookTools {
  const store = new DisposableStore();
  const { context, account } = hostContext;
  const secrets = store.add(new WebhookSecrets(context.secrets, secret => account.hide(secret)));
  const receiver = store.add(
    new WebhookReceiver({ secrets: () => secrets.all(), clock: systemClock, log: hostContext.log }),
  );
  store.add(receiver.onDidChange(() => setContext('rivya.receiver', receiver.url !== undefined)));
  const documents = new WebhookDocuments();
  const names = new Map<string, string>();
  const webhooks = (): Webhooks => clients.of(hostContext.server.base).webhooks;

  async function listNodes(): Promise<WebhookNode[]> {
    try {
      const { origin } = hostContext.server.base;
      if ((await keyOf(hostContext, origin)) === undefined) return [];
      const [endpoints, known] = await Promise.all([webhooks().listAll(), secrets.known(origin)]);
      setContext('rivya.webhookAccess', 'granted');
      setContext('rivya.hasWebhooks', endpoints.length > 0);
      for (const endpoint of endpoints) names.set(endpoint.id, endpointName(endpoint));
      return endpoints.map(endpoint => ({ type: 'endpoint', endpoint, secretKnown: known.has(endpoint.id) }));
    } catch (error) {
      if (isRivyaError(error) && error.kind === 'scope' && error.isRivyasWord) {
        setContext('rivya.webhookAccess', 'denied');
        return [];
      }
      return [{ type: 'failure', text: messageOf(error, 'webhook')?.text ?? String(error) }];
    }
  }

  return {
    ...hostContext,
    secrets,
    receiver,
    documents,
    resolveHost,
    refresh,
    webhooks,
    names,
    listNodes,
    dispose: () => store.dispose(),
  };
}
