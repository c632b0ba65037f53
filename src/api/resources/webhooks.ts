import * as v from 'valibot';
import {
  also,
  anything,
  inEnvelope,
  number,
  openEnum,
  requiredText,
  text,
  textList,
} from '../schema/decode.ts';
import { allPages, listOf, type Page, type PageQuery } from '../schema/list.ts';
import { pathPart, type PostOptions, type RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

const endpointFields = {
  name: text,
  url: text,
  event_types: also(textList, 'events', 'enabled_events'),
  status: v.nullish(openEnum(['active', 'disabled', 'revoked']), null),
  secret_preview: text,
  /** Only in the answers that make one: keep it then, for it cannot be read again. */
  signing_secret: also(text, 'secret', 'new_secret'),
  last_success_at: text,
  last_failure_at: text,
  failure_count: number,
  created_at: text,
  updated_at: text,
  disabled_at: text,
  revoked_at: text,
};
const envelopes = ['webhook_endpoint', 'endpoint', 'webhook', 'data'];

const endpointSchema = inEnvelope(
  v.looseObject({ id: also(requiredText, 'endpoint_id', 'webhook_id'), ...endpointFields }),
  ...envelopes,
);

// The answer may be the secret alone; without an id it is still the only copy.
const rotationSchema = inEnvelope(
  v.looseObject({ id: also(text, 'endpoint_id', 'webhook_id'), ...endpointFields }),
  ...envelopes,
);

const deliverySchema = inEnvelope(
  v.looseObject({
    id: also(text, 'delivery_id'),
    endpoint_id: also(text, 'webhook_id', 'webhook_endpoint_id'),
    event_id: text,
    event_type: also(text, 'type'),
    /** Of unknown words. */
    status: also(text, 'state'),
    /** What the receiver answered with; null when it did not. */
    response_status: also(number, 'status_code', 'http_status', 'response_code', 'response_status_code'),
    attempt: also(number, 'attempts', 'attempt_count', 'attempt_number'),
    duration_ms: also(number, 'latency_ms'),
    /** Text, or an object with a code and a message. */
    error: also(anything, 'error_message', 'last_error'),
    next_attempt_at: also(text, 'next_retry_at'),
    created_at: text,
    delivered_at: also(text, 'attempted_at', 'completed_at'),
    /** What was sent, if the list tells it. */
    payload: also(anything, 'request_body', 'body', 'event'),
  }),
  'webhook_delivery',
  'delivery',
  'data',
);

const eventSchema = v.looseObject({
  id: also(text, 'event_id'),
  type: also(requiredText, 'event_type', 'name'),
  api_version: text,
  created_at: text,
  /** The generation, under a name that is not documented. */
  data: also(anything, 'generation', 'payload'),
});

/** An endpoint (rivya-api.md 7). A `status` other than the three known ones is kept as it came. */
export type WebhookEndpoint = v.InferOutput<typeof endpointSchema>;
/** One attempt to deliver an event; its shape is not documented, so every field may be null. */
export type WebhookDelivery = v.InferOutput<typeof deliverySchema>;
/** An event, or, should the server list those, a kind of event: then only `type` is set. */
export type WebhookEvent = v.InferOutput<typeof eventSchema>;

export interface CreateWebhook {
  readonly name: string;
  /** Public HTTPS: the server refuses local and private addresses with `webhook_url_rejected`. */
  readonly url: string;
  /** Documented: `generation.succeeded`, `generation.failed`. */
  readonly event_types: readonly string[];
}

/** What is to change; which fields the server lets change is not documented. */
export interface UpdateWebhook extends Partial<CreateWebhook> {
  readonly status?: 'active' | 'disabled';
}

export interface WebhookListOptions extends RequestOptions {
  /** Paging, whose names are not documented. */
  readonly query?: PageQuery;
}

/** Endpoints and what was sent to them. Needs the scope `webhooks:manage`; costs no credits. */
export interface Webhooks {
  /** One page of them. @throws RivyaError */
  list(options?: WebhookListOptions): Promise<Page<WebhookEndpoint>>;
  /** Every endpoint, with as many requests as there are pages. @throws RivyaError */
  listAll(options?: RequestOptions): Promise<WebhookEndpoint[]>;
  /**
   * The answer alone holds the `signing_secret`.
   * @throws RivyaError, with the code `webhook_url_rejected` for a URL that is not public HTTPS
   */
  create(body: CreateWebhook, options?: PostOptions): Promise<WebhookEndpoint>;
  /** @throws RivyaError */
  retrieve(id: string, options?: RequestOptions): Promise<WebhookEndpoint>;
  /** Without an idempotency key it is sent at most once. @throws RivyaError */
  update(id: string, body: UpdateWebhook, options?: PostOptions): Promise<WebhookEndpoint>;
  /** Sent at most once; after a lost answer `notFound` means that it was done. @throws RivyaError */
  delete(id: string, options?: RequestOptions): Promise<void>;
  /**
   * From now on deliveries are signed with the `signing_secret` of the answer, which is null should the
   * server not tell it; that answers hold it is inferred. Without an idempotency key it is sent at most once.
   * @throws RivyaError
   */
  rotateSecret(id: string, options?: PostOptions): Promise<WebhookEndpoint>;
  /**
   * Has a test event sent.
   * @returns null when the server tells nothing about the delivery
   * @throws RivyaError
   */
  test(id: string, options?: PostOptions): Promise<WebhookDelivery | null>;
  readonly deliveries: {
    /** @throws RivyaError */
    list(endpointId: string, options?: WebhookListOptions): Promise<Page<WebhookDelivery>>;
  };
  readonly events: {
    /** @throws RivyaError */
    list(options?: WebhookListOptions): Promise<Page<WebhookEvent>>;
  };
}

export function createWebhooks(transport: Transport): Webhooks {
  const retrieve: Webhooks['retrieve'] = async (id, options) => {
    const request = { method: 'GET', path: endpointPath(id) } as const;
    return transport.json(request, endpointSchema, 'webhook', options);
  };
  const list: Webhooks['list'] = async options => {
    const request = { method: 'GET', path: '/webhooks', query: options?.query } as const;
    return transport.json(request, listOf(endpointSchema, 'webhooks'), 'webhooks', options);
  };
  return {
    retrieve,
    list,
    listAll: options => allPages(query => list({ ...options, query })),
    async create(body, options) {
      const request = { method: 'POST', path: '/webhooks', json: body } as const;
      return transport.json(request, endpointSchema, 'webhook', options);
    },
    async update(id, body, options) {
      const request = { method: 'PATCH', path: endpointPath(id), json: body } as const;
      const updated = await transport.json(request, v.nullish(endpointSchema, null), 'webhook', options);
      return updated ?? retrieve(id, options);
    },
    async delete(id, options) {
      const request = { method: 'DELETE', path: endpointPath(id) } as const;
      await transport.json(request, anything, 'webhook.deletion', options);
    },
    async rotateSecret(id, options) {
      const request = { method: 'POST', path: `${endpointPath(id)}/rotate-secret` } as const;
      const rotated = await transport.json(request, rotationSchema, 'webhook.rotation', options);
      return { ...rotated, id: rotated.id ?? id };
    },
    async test(id, options) {
      const request = { method: 'POST', path: `${endpointPath(id)}/test` } as const;
      return transport.json(request, v.nullish(deliverySchema, null), 'webhook.test', options);
    },
    deliveries: {
      async list(endpointId, options) {
        const path = `${endpointPath(endpointId)}/deliveries` as const;
        const request = { method: 'GET', path, query: options?.query } as const;
        return transport.json(request, listOf(deliverySchema, 'deliveries'), 'deliveries', options);
      },
    },
    events: {
      async list(options) {
        const request = { method: 'GET', path: '/webhook-events', query: options?.query } as const;
        return transport.json(request, listOf(eventSchema, 'events'), 'events', options);
      },
    },
  };
}

function endpointPath(id: string): `/${string}` {
  return `/webhooks/${pathPart(id)}`;
}
