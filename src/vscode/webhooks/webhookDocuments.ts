import * as vscode from 'vscode';
import { parseJson } from '../../base/json.ts';
import type { WebhookDelivery, WebhookEvent } from '../../api/resources/webhooks.ts';
import type { RawHeaders, ReceivedDelivery } from '../../core/webhooks/received.ts';
import type { ReplayAnswer } from '../../core/webhooks/replay.ts';
import { webhookScheme } from '../manifest/ids.ts';
import { deliveryText, errorText, timeText, verdictText } from './webhookText.ts';
import { l10n } from '../text/l10n.ts';

/** Open ones are asked for again by VS Code; older ones can be opened anew from where they came. */
const maximumKept = 100;

/**
 * Read-only documents of deliveries and events: what is known in comments, then the JSON. Kept in memory
 * only.
 */
export class WebhookDocuments {
  readonly #texts = new Map<string, string>();

  text(uri: vscode.Uri): string {
    return (
      this.#texts.get(uri.path) ??
      comment(l10n.t('This document is no longer available. Open it again from the Webhooks view.'))
    );
  }

  /** @param name of the tab, without the extension; made safe here, since parts of it come from the server */
  async open(name: string, text: string): Promise<void> {
    const path = `/${name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').slice(0, 100)}.jsonc`;
    this.#texts.delete(path);
    this.#texts.set(path, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > maximumKept && oldest !== undefined) this.#texts.delete(oldest);
    const document = await vscode.workspace.openTextDocument(
      vscode.Uri.from({ scheme: webhookScheme, path }),
    );
    await vscode.window.showTextDocument(document, { preview: true });
  }
}

/** @param payload what was sent, when the server's list tells it */
export function deliveryDocument(delivery: WebhookDelivery, payload: unknown): string {
  const { t } = l10n;
  const error = errorText(delivery.error);
  const lines = [
    t('Delivery {0} of {1}', delivery.id ?? '?', delivery.event_type ?? '?'),
    t('Status: {0}', deliveryText(delivery)),
    delivery.created_at === null ? '' : t('Created: {0}', timeText(delivery.created_at)),
    delivery.delivered_at === null ? '' : t('Sent: {0}', timeText(delivery.delivered_at)),
    delivery.duration_ms === null ? '' : t('Response time: {0} ms', delivery.duration_ms),
    delivery.next_attempt_at === null ? '' : t('Next attempt: {0}', timeText(delivery.next_attempt_at)),
    error === '' ? '' : t('Error: {0}', error),
    payload === undefined
      ? t("Rivya's response doesn't include the payload. This is the complete entry:")
      : t('Payload:'),
  ];
  return documentText(lines, payload ?? delivery);
}

export function eventDocument(event: WebhookEvent): string {
  const { t } = l10n;
  const lines = [
    t('Event {0}', event.id ?? event.type),
    event.created_at === null ? '' : t('Created: {0}', timeText(event.created_at)),
  ];
  return documentText(lines, event);
}

/** @param endpoint name of the webhook whose secret verified it */
export function receivedDocument(delivery: ReceivedDelivery, endpoint: string | undefined): string {
  const { t } = l10n;
  const { verdict } = delivery;
  const age =
    delivery.signedAt === undefined
      ? undefined
      : Math.round((delivery.receivedAt - delivery.signedAt) / 1000);
  const lines = [
    t('Delivery {0}, received {1}', delivery.number, timeText(delivery.receivedAt)),
    `${delivery.method} ${delivery.path}`,
    verdictText(delivery),
    endpoint === undefined ? '' : t('Signed with the secret of: {0}', endpoint),
    verdict.verified ? '' : t("This delivery isn't verified. Anyone could have sent it. Don't trust it."),
    age === undefined ? '' : t('Signed {0} s before it arrived', age),
    t('Response sent: {0}', delivery.status),
  ];
  return documentText(lines, { headers: headersObject(delivery.headers), body: readable(delivery.body) });
}

export function replayDocument(answer: ReplayAnswer, delivery: ReceivedDelivery, url: string): string {
  const { t } = l10n;
  const lines = [
    t('Delivery {0}, replayed to {1}', delivery.number, url),
    t('Response: {0}', `${answer.status} ${answer.statusText}`),
    t('Response time: {0} ms', Math.round(answer.milliseconds)),
    answer.cut ? t('The response is truncated.') : '',
  ];
  return documentText(lines, {
    headers: headersObject(answer.headers),
    body: parseJson(answer.body) ?? answer.body,
  });
}

function documentText(lines: readonly string[], value: unknown): string {
  const head = lines.filter(line => line !== '').map(comment);
  return `${[...head, JSON.stringify(value, undefined, 2)].join('\n')}\n`;
}

/** What a server says must not end the comment. */
function comment(line: string): string {
  return `// ${line.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`;
}

function headersObject(headers: RawHeaders): Record<string, string | string[]> {
  const all = new Map<string, string[]>();
  for (const [name, value] of headers) all.set(name, [...(all.get(name) ?? []), value]);
  return Object.fromEntries(
    [...all].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

function readable(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString();
  // What is no text would be shown changed.
  if (!Buffer.from(text).equals(body)) return { base64: Buffer.from(body).toString('base64') };
  return parseJson(text) ?? text;
}
