import { nextPage, type Page, type PageQuery } from '../../api/schema/list.ts';
import type { WebhookDelivery, WebhookEvent } from '../../api/resources/webhooks.ts';
import { isRecord } from '../../base/json.ts';
import { chooseOne, type RowText } from '../messages/quickPick.ts';
import { endpointFrom } from './endpointCommands.ts';
import { deliveryDocument, eventDocument } from './webhookDocuments.ts';
import { deliveryText, endpointName, errorText, timeText } from './webhookText.ts';
import type { WebhookTools } from './webhookTools.ts';
import { l10n } from '../text/l10n.ts';

const pageSize = '50';

export const listCommands = {
  /** The deliveries to an endpoint, newest first as Rivya has them; the chosen one opens as a document. */
  async deliveries(tools: WebhookTools, argument: unknown): Promise<void> {
    const endpoint = await endpointFrom(tools, argument);
    const delivery = await pickFromPages(
      l10n.t('Deliveries to {0}', endpointName(endpoint)),
      query => tools.webhooks().deliveries.list(endpoint.id, { query }),
      deliveryItem,
    );
    const payload = isRecord(delivery.payload)
      ? delivery.payload
      : await payloadOfEvent(tools, delivery.event_id);
    await tools.documents.open(`delivery-${delivery.id ?? 'unknown'}`, deliveryDocument(delivery, payload));
  },

  /** All events of the account, whether an endpoint wanted them or not. */
  async events(tools: WebhookTools): Promise<void> {
    const event = await pickFromPages(
      l10n.t('Webhook Events'),
      query => tools.webhooks().events.list({ query }),
      eventItem,
    );
    await tools.documents.open(`event-${event.id ?? event.type}`, eventDocument(event));
  },
} satisfies Record<string, (tools: WebhookTools, argument: unknown) => Promise<void>>;

/**
 * A picker over pages, which are asked for one after the other when the user wants more.
 * @throws Cancelled
 */
async function pickFromPages<T extends { readonly id: string | null }>(
  title: string,
  load: (query: PageQuery) => Promise<Page<T>>,
  itemOf: (entry: T) => RowText,
): Promise<T> {
  const { t } = l10n;
  const entries: T[] = [];
  let next: PageQuery | undefined = {};
  for (;;) {
    const page: Page<T> = await load({ limit: pageSize, ...next });
    const first = entries.length;
    entries.push(...page.data);
    next = nextPage(page);
    const items: (RowText & { entry?: T })[] = entries.map(entry => ({
      ...itemOf(entry),
      entry,
    }));
    const more = { icon: 'ellipsis', label: t('Show More') };
    if (next) items.push(more);
    const chosen = await chooseOne(items, {
      title: first === 0 ? title : t('{0} ({1} shown)', title, entries.length),
      placeholder: items.length === 0 ? t('Nothing here yet') : t('Select an item to open'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (chosen.entry !== undefined) return chosen.entry;
  }
}

function deliveryItem(delivery: WebhookDelivery): RowText {
  const icon =
    { succeeded: 'pass', failed: 'error', pending: 'clock' }[delivery.status ?? ''] ?? 'circle-outline';
  const at = delivery.delivered_at ?? delivery.created_at;
  return {
    icon,
    label: delivery.event_type ?? delivery.id ?? '?',
    description: deliveryText(delivery),
    detail: [at === null ? '' : timeText(at), errorText(delivery.error)].filter(Boolean).join(' · '),
  };
}

function eventItem(event: WebhookEvent): RowText {
  return {
    label: event.type,
    description: event.id ?? '',
    detail: event.created_at === null ? '' : timeText(event.created_at),
  };
}

/** A list of deliveries may hold no payloads; those of late events are in the list of events. */
async function payloadOfEvent(tools: WebhookTools, eventId: string | null): Promise<unknown> {
  if (eventId === null) return undefined;
  const { data } = await tools.webhooks().events.list({ query: { limit: '100' } });
  const event: unknown = data.find(each => each.id === eventId);
  return isRecord(event) ? event : undefined;
}
