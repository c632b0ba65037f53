import type { WebhookEndpoint } from '../../api/resources/webhooks.ts';
import type { ReceivedDelivery } from '../../core/webhooks/received.ts';

/** What a row of the Webhooks view stands for. */
export type WebhookNode =
  | { readonly type: 'endpoint'; readonly endpoint: WebhookEndpoint; readonly secretKnown: boolean }
  | { readonly type: 'failure'; readonly text: string }
  | { readonly type: 'receiver' }
  | { readonly type: 'received'; readonly delivery: ReceivedDelivery };
