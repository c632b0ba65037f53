import * as vscode from 'vscode';
import { describeError } from '../../base/log.ts';
import type { ReceivedDelivery } from '../../core/webhooks/received.ts';
import { parseReplayUrl, replayDelivery } from '../../core/webhooks/replay.ts';
import { parseWebhookUrl } from '../../core/webhooks/webhookUrl.ts';
import { ask, askText } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { actions } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { withProgress } from '../messages/progress.ts';
import { chooseOne } from '../messages/quickPick.ts';
import { show } from '../messages/show.ts';
import { setting } from '../manifest/settings.ts';
import { checkedUrl, register, rulesOf } from './endpointCommands.ts';
import { receivedDocument, replayDocument } from './webhookDocuments.ts';
import { receivedName, replayUrlProblemText, timeText, verdictText } from './webhookText.ts';
import type { WebhookTools } from './webhookTools.ts';
import type { WebhookNode } from './webhookNode.ts';
import { l10n } from '../text/l10n.ts';

const replayUrlKey = 'rivya.webhooks.replayUrl';
/** How long the user's server may take, in milliseconds: a debugger may hold it. */
const replayTimeout = 60_000;
const allEvents = ['generation.succeeded', 'generation.failed'];

export const receiverCommands = {
  async startReceiver(tools: WebhookTools): Promise<void> {
    const { t } = l10n;
    const { receiver } = tools;
    const port = setting('webhooks.receiverPort');
    try {
      await receiver.start(port);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
      const free = t('Use a Free Port');
      const answer = await ask(
        'error',
        code === 'EADDRINUSE'
          ? t("The receiver couldn't start because port {0} is in use.", port)
          : t("The receiver couldn't start because you don't have permission to use port {0}.", port),
        [free],
      );
      if (answer !== free) throw new Cancelled();
      await receiver.start(0);
    }
    const text = t(
      'The webhook receiver is listening at {0}, on this computer only. Deliveries appear in the Webhooks view.',
      receiver.url ?? '',
    );
    const register = { title: t('Register as Webhook'), command: 'rivya.webhook.registerReceiver' } as const;
    show('info', { text, actions: [register] }, tools.log);
    await vscode.commands.executeCommand('rivya.webhooks.focus', { preserveFocus: true });
  },

  async stopReceiver({ receiver }: WebhookTools): Promise<void> {
    await receiver.stop();
  },

  /**
   * Makes a webhook of the receiver: on the server of this machine at once; on Rivya by a forwarded port,
   * which is opened only after the user has been told what that means.
   */
  async registerReceiver(tools: WebhookTools): Promise<void> {
    const { t } = l10n;
    const local = tools.receiver.url;
    if (local === undefined) {
      throw new UserError(t("The webhook receiver isn't running."), [
        { title: t('Start Receiver'), command: 'rivya.webhook.startReceiver' },
      ]);
    }
    const name = t('VS Code receiver');
    if (rulesOf(tools).loopback) {
      await register(tools, name, new URL(local), allEvents);
      return;
    }
    const open = t('Forward Port and Register');
    const answer = await ask('warning', t("Forward the receiver's port to the internet?"), [open], {
      detail: [
        t(
          'VS Code will forward {0}. Anyone who knows the public address can then send requests to this computer. The receiver shows them and marks only signed ones as verified. If asked for the port visibility, select Public. To stop, use Stop Forwarding Port in the Ports view.',
          local,
        ),
      ],
    });
    if (answer !== open) throw new Cancelled();
    const external = await vscode.env.asExternalUri(vscode.Uri.parse(local));
    const address = external.toString(true);
    if (!('url' in parseWebhookUrl(address, rulesOf(tools)))) {
      throw new UserError(
        t(
          "This editor can't provide a public https address for the receiver, only {0}. Rivya can't reach it, but the sandbox can. Nothing was registered.",
          address,
        ),
        [actions().sandbox],
      );
    }
    await register(tools, name, await checkedUrl(tools, address), allEvents);
  },

  async openReceived(tools: WebhookTools, argument: unknown): Promise<void> {
    const delivery = await receivedFrom(tools, argument);
    await tools.documents.open(
      `received-${delivery.number}`,
      receivedDocument(delivery, nameOfEndpoint(tools, delivery)),
    );
  },

  /** Sends a delivery to the user's own server on this machine, and shows what it said. */
  async replay(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const delivery = await receivedFrom(tools, argument);
    const { workspaceState } = tools.context;
    const text = await askText({
      title: t('Replay Delivery {0}', delivery.number),
      prompt: t('URL of your server on this computer. Headers and body are sent unchanged.'),
      value: workspaceState.get(replayUrlKey, 'http://localhost:3000/webhooks/rivya'),
      validate: value => {
        const parsed = parseReplayUrl(value);
        return 'problem' in parsed ? replayUrlProblemText(parsed.problem) : undefined;
      },
    });
    if (text === undefined) throw new Cancelled();
    const parsed = parseReplayUrl(text);
    if ('problem' in parsed) throw new UserError(replayUrlProblemText(parsed.problem));
    await workspaceState.update(replayUrlKey, parsed.url.href);
    const answer = await withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t('Replaying delivery...'),
        cancellable: true,
      },
      (_progress, token) => replayUntil(token, delivery, parsed.url),
    );
    await tools.documents.open(
      `replay-${delivery.number}`,
      replayDocument(answer, delivery, parsed.url.href),
    );
  },
} satisfies Record<string, (tools: WebhookTools, argument: unknown) => Promise<void>>;

async function replayUntil(token: vscode.CancellationToken, delivery: ReceivedDelivery, url: URL) {
  const cancelled = new AbortController();
  const subscription = token.onCancellationRequested(() => cancelled.abort());
  const timeout = AbortSignal.timeout(replayTimeout);
  try {
    return await replayDelivery(delivery, url, AbortSignal.any([cancelled.signal, timeout]));
  } catch (error) {
    if (cancelled.signal.aborted) throw new Cancelled();
    throw new UserError(
      timeout.aborted
        ? l10n.t("{0} didn't respond within one minute.", url.href)
        : l10n.t("Couldn't connect to {0}: {1}", url.href, plain(describeError(error), 'value')),
      [],
      { cause: error },
    );
  } finally {
    subscription.dispose();
  }
}

/** The name of the webhook whose secret verified it, as far as it is known. */
function nameOfEndpoint(tools: WebhookTools, { verdict }: ReceivedDelivery): string | undefined {
  if (!verdict.verified) return undefined;
  return tools.names.get(verdict.endpointId) ?? `${verdict.endpointId} (${verdict.origin})`;
}

/** The delivery of a menu, or one that the user picks. @throws Cancelled, UserError when there is none */
async function receivedFrom({ receiver }: WebhookTools, argument: unknown): Promise<ReceivedDelivery> {
  const node = argument as WebhookNode | undefined;
  if (node?.type === 'received') return node.delivery;
  const { t } = l10n;
  if (receiver.deliveries.length === 0) {
    const start = { title: t('Start Receiver'), command: 'rivya.webhook.startReceiver' } as const;
    throw new UserError(
      t("The webhook receiver hasn't received any deliveries yet."),
      receiver.url === undefined ? [start] : [],
    );
  }
  const items = receiver.deliveries.map(delivery => ({
    label: `${delivery.number}: ${receivedName(delivery)}`,
    description: verdictText(delivery),
    detail: timeText(delivery.receivedAt),
    delivery,
  }));
  const chosen = await chooseOne(items, { title: t('Received Deliveries') });
  return chosen.delivery;
}
