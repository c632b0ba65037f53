import * as vscode from 'vscode';
import type { WebhookEndpoint } from '../../api/resources/webhooks.ts';
import type { ReceivedDelivery } from '../../core/webhooks/received.ts';
import type { WebhookReceiver } from '../../core/webhooks/receiver.ts';
import { treeItem } from '../messages/treeItem.ts';
import { endpointName, receivedName, statusText, timeText, verdictText } from './webhookText.ts';
import type { WebhookNode } from './webhookNode.ts';
import { l10n } from '../text/l10n.ts';

/** How a node of the view looks, and by `contextValue` what its menu offers. */
export function itemOf(
  node: Exclude<WebhookNode, { type: 'failure' }>,
  receiver: WebhookReceiver,
): vscode.TreeItem {
  switch (node.type) {
    case 'endpoint':
      return endpointItem(node.endpoint, node.secretKnown);
    case 'receiver':
      return receiverItem(receiver);
    case 'received':
      return receivedItem(node);
  }
}

function endpointItem(endpoint: WebhookEndpoint, secretKnown: boolean): vscode.TreeItem {
  const { t } = l10n;
  const failures = endpoint.failure_count ?? 0;
  const active = endpoint.status === 'active' || endpoint.status === null;
  const label = endpointName(endpoint);
  const description = [
    active ? '' : statusText(endpoint.status),
    failures > 0 ? t('failures: {0}', failures) : '',
    endpoint.event_types.map(shortEvent).join(', '),
    secretKnown ? '' : t('no signing secret'),
  ]
    .filter(Boolean)
    .join(' · ');
  const item = treeItem({
    label,
    description,
    tooltip: endpointTooltip(endpoint, secretKnown),
    // The state of one that is not active begins the description.
    accessibleLabel: [label, active ? statusText(endpoint.status) : '', description]
      .filter(Boolean)
      .join(', '),
  });
  item.id = `endpoint:${endpoint.id}`;
  item.iconPath = !active
    ? new vscode.ThemeIcon('circle-slash', new vscode.ThemeColor('disabledForeground'))
    : failures > 0
      ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'))
      : new vscode.ThemeIcon('radio-tower');
  item.contextValue = `endpoint.${active ? 'active' : 'inactive'}.${secretKnown ? 'known' : 'unknown'}.`;
  return item;
}

function endpointTooltip(endpoint: WebhookEndpoint, secretKnown: boolean): string[] {
  const { t } = l10n;
  return [
    endpointName(endpoint),
    endpoint.url ?? '',
    t('Status: {0}', statusText(endpoint.status)),
    t('Events: {0}', endpoint.event_types.join(', ')),
    t('Failures: {0}', endpoint.failure_count ?? 0),
    t(
      'Last success: {0}',
      endpoint.last_success_at === null
        ? t({ message: 'never', comment: 'When a delivery last succeeded, or failed' })
        : timeText(endpoint.last_success_at),
    ),
    t(
      'Last failure: {0}',
      endpoint.last_failure_at === null
        ? t({ message: 'never', comment: 'When a delivery last succeeded, or failed' })
        : timeText(endpoint.last_failure_at),
    ),
    endpoint.secret_preview === null ? '' : t('Signing secret: {0}', endpoint.secret_preview),
    secretKnown
      ? t('The signing secret is stored on this computer.')
      : t(
          "The signing secret isn't stored on this computer. Rivya shows it only once. Enter it, or rotate it.",
        ),
  ];
}

function shortEvent(type: string): string {
  const { t } = l10n;
  if (type === 'generation.succeeded')
    return t({ message: 'succeeded', comment: 'Short name of the event generation.succeeded' });
  return type === 'generation.failed'
    ? t({ message: 'failed', comment: 'Short name of the event generation.failed' })
    : type;
}

/** The row that says why there is nothing to show; selecting it tries again. */
export function failureItem(text: string): vscode.TreeItem {
  const label = l10n.t("Couldn't load the webhooks. Select to try again.");
  const item = treeItem({ label, tooltip: [text], accessibleLabel: `${label} ${text}` });
  item.iconPath = new vscode.ThemeIcon('warning');
  item.command = { command: 'rivya.webhooks.refresh', title: l10n.t('Refresh Webhooks') };
  return item;
}

function receiverItem({ url, deliveries }: WebhookReceiver): vscode.TreeItem {
  const { t } = l10n;
  const label = t('Receiver');
  const description = url ?? t({ message: 'stopped', comment: 'State of the local receiver of webhooks' });
  const tooltip = [
    url === undefined
      ? t("The receiver isn't running.")
      : t('The receiver is listening at {0}, on this computer only.', url),
    t('Deliveries: {0}. The last 500 are kept until the window closes.', deliveries.length),
  ];
  const item = treeItem(
    { label, description, tooltip, accessibleLabel: `${label}, ${description}` },
    vscode.TreeItemCollapsibleState.Expanded,
  );
  item.id = 'receiver';
  item.iconPath = new vscode.ThemeIcon(url === undefined ? 'debug-disconnect' : 'plug');
  item.contextValue = url === undefined ? 'receiver.stopped.' : 'receiver.running.';
  return item;
}

function receivedItem(node: Extract<WebhookNode, { type: 'received' }>): vscode.TreeItem {
  const { delivery } = node;
  const label = receivedName(delivery);
  const description = `${verdictText(delivery)} · ${timeText(delivery.receivedAt)}`;
  const item = treeItem({
    label,
    description,
    tooltip: [label, description],
    accessibleLabel: `${label}, ${description}`,
  });
  item.id = `received:${delivery.number}`;
  item.iconPath = receivedIcon(delivery);
  item.contextValue = 'received.';
  item.command = {
    command: 'rivya.webhook.openReceived',
    title: l10n.t('Open Delivery'),
    arguments: [node],
  };
  return item;
}

function receivedIcon({ verdict, duplicateOf }: ReceivedDelivery): vscode.ThemeIcon {
  if (!verdict.verified) {
    return new vscode.ThemeIcon('unverified', new vscode.ThemeColor('list.errorForeground'));
  }
  return duplicateOf === undefined
    ? new vscode.ThemeIcon('verified', new vscode.ThemeColor('charts.green'))
    : new vscode.ThemeIcon('copy');
}
