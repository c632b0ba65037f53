import { randomBytes } from 'node:crypto';
import { Hono, type Context } from 'hono';
import { codePoints } from '../../base/text.ts';
import { ApiError } from '../http/apiError.ts';
import { pageOf } from '../http/paging.ts';
import {
  oncePerKey,
  readJsonObject,
  refuseUnknownFields,
  requireScope,
  type SandboxEnv,
} from '../http/requestContext.ts';
import type { WebhookDelivery, WebhookEndpoint } from '../state/records.ts';
import { isoTime, newId, type SandboxState } from '../state/sandboxState.ts';
import { webhookEventTypes, type WebhookEventType } from '../state/webhookSettings.ts';
import { recordTestEvent, wireEvent } from './webhookEvents.ts';
import { requireWebhookUrl } from './webhookUrl.ts';

const mostEndpoints = 20;

/**
 * `/webhooks` and all below it. Source: rivya-api.md section 7; what is not told there is our guess.
 * @param deliver makes an attempt now
 */
export function webhookRoutes(
  state: SandboxState,
  deliver: (delivery: WebhookDelivery) => Promise<void>,
): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.use(requireScope(state, 'webhooks:manage'));

  routes.get('/', c => {
    const own = [...state.webhooks.values()].filter(each => each.account === c.get('key').account.id);
    return c.json(pageOf(c, own, endpoint => wireEndpoint(endpoint)));
  });
  routes.post('/', async c => {
    const body = await readJsonObject(c);
    const answer = await oncePerKey(state, c, body, () => {
      const endpoint = createEndpoint(state, c.get('key').account.id, body);
      return { status: 201, body: wireEndpoint(endpoint, endpoint.secret) };
    });
    return Response.json(answer.body, { status: answer.status });
  });
  routes.get('/:id', c => c.json(wireEndpoint(ownEndpoint(state, c))));
  routes.patch('/:id', async c => {
    const endpoint = ownEndpoint(state, c);
    changeEndpoint(state, endpoint, await readJsonObject(c));
    return c.json(wireEndpoint(endpoint));
  });
  routes.delete('/:id', c => {
    const { id } = ownEndpoint(state, c);
    state.webhooks.delete(id);
    state.journal.remove('webhook', id);
    return c.json({ id, object: 'webhook_endpoint', deleted: true });
  });
  routes.post('/:id/rotate-secret', async c => {
    const endpoint = ownEndpoint(state, c);
    const answer = await oncePerKey(state, c, null, () => {
      rotateSecret(state, endpoint);
      return { status: 200, body: wireEndpoint(endpoint, endpoint.secret) };
    });
    return Response.json(answer.body, { status: answer.status });
  });
  routes.post('/:id/test', async c => {
    const endpoint = ownEndpoint(state, c);
    if (endpoint.status === 'disabled') {
      throw new ApiError('validation_failed', 'This endpoint is disabled. Set its status to active first.');
    }
    const answer = await oncePerKey(state, c, null, async () => {
      const delivery = recordTestEvent(state, endpoint);
      await deliver(delivery);
      return { status: 200, body: wireDelivery(state, delivery) };
    });
    return Response.json(answer.body, { status: answer.status });
  });
  routes.get('/:id/deliveries', c => {
    const { id } = ownEndpoint(state, c);
    const own = state.deliveries.filter(each => each.endpointId === id).reverse();
    return c.json(pageOf(c, own, delivery => wireDelivery(state, delivery)));
  });
  return routes;
}

/** `GET /webhook-events`: what happened, whether an endpoint wanted to know or not, newest first. */
export function webhookEventRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/', requireScope(state, 'webhooks:manage'), c => {
    const own = state.webhookEvents.filter(each => each.account === c.get('key').account.id).reverse();
    return c.json(pageOf(c, own, event => ({ object: 'webhook_event', ...wireEvent(state, event) })));
  });
  return routes;
}

function ownEndpoint(state: SandboxState, c: Context<SandboxEnv>): WebhookEndpoint {
  const endpoint = state.webhooks.get(c.req.param('id') ?? '');
  if (endpoint?.account !== c.get('key').account.id) {
    throw new ApiError('not_found', 'There is no such webhook endpoint in this account.');
  }
  return endpoint;
}

function createEndpoint(
  state: SandboxState,
  account: string,
  body: Record<string, unknown>,
): WebhookEndpoint {
  refuseUnknownFields(body, ['name', 'url', 'event_types']);
  const name = requireName(body['name']);
  const url = requireUrl(state, body['url']);
  const eventTypes = requireEventTypes(body['event_types']);
  const own = [...state.webhooks.values()].filter(each => each.account === account);
  if (own.length >= mostEndpoints) refuse(`An account can have ${mostEndpoints} endpoints at most.`);
  const at = state.now();
  const endpoint: WebhookEndpoint = {
    id: newId('whend'),
    account,
    name,
    url,
    eventTypes,
    status: 'active',
    secret: newSecret(),
    oldSecret: null,
    lastSuccessAt: null,
    lastFailureAt: null,
    failures: 0,
    createdAt: at,
    updatedAt: at,
    disabledAt: null,
  };
  state.webhooks.set(endpoint.id, endpoint);
  state.journal.put('webhook', endpoint.id, endpoint);
  return endpoint;
}

function changeEndpoint(state: SandboxState, endpoint: WebhookEndpoint, body: Record<string, unknown>): void {
  refuseUnknownFields(body, ['name', 'url', 'event_types', 'status']);
  // All is checked before anything is changed.
  const change: Partial<WebhookEndpoint> = { updatedAt: state.now() };
  if ('name' in body) change.name = requireName(body['name']);
  if ('url' in body) change.url = requireUrl(state, body['url']);
  if ('event_types' in body) change.eventTypes = requireEventTypes(body['event_types']);
  if ('status' in body) Object.assign(change, changedStatus(state, endpoint, body['status']));
  Object.assign(endpoint, change);
  state.journal.put('webhook', endpoint.id, endpoint);
}

function changedStatus(
  state: SandboxState,
  endpoint: WebhookEndpoint,
  value: unknown,
): Partial<WebhookEndpoint> {
  if (value === endpoint.status) return {};
  if (value === 'active') return { status: value, disabledAt: null, failures: 0 };
  if (value === 'disabled') return { status: value, disabledAt: state.now() };
  return refuse('status must be active or disabled.');
}

function rotateSecret(state: SandboxState, endpoint: WebhookEndpoint): void {
  const at = state.now();
  endpoint.oldSecret = { secret: endpoint.secret, until: at + state.settings.webhooks.oldSecretMs };
  endpoint.secret = newSecret();
  endpoint.updatedAt = at;
  state.journal.put('webhook', endpoint.id, endpoint);
}

function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

function refuse(message: string): never {
  throw new ApiError('validation_failed', message);
}

function requireName(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') refuse('name is required.');
  if (codePoints(value).length > 100) refuse('name must have at most 100 characters.');
  return value.trim();
}

function requireUrl(state: SandboxState, value: unknown): string {
  if (typeof value !== 'string' || value === '') refuse('url is required.');
  return requireWebhookUrl(value, state.settings.webhooks.allowLoopback);
}

function requireEventTypes(value: unknown): WebhookEventType[] {
  if (!Array.isArray(value) || value.length === 0)
    refuse('event_types must be a list of at least one event.');
  const known = webhookEventTypes.filter(type => value.includes(type));
  const unknown = value.find(each => !webhookEventTypes.some(type => type === each)) as unknown;
  if (unknown !== undefined) {
    refuse(`${JSON.stringify(unknown)} is not an event. Events: ${webhookEventTypes.join(', ')}.`);
  }
  return known;
}

/** @param signingSecret only in the answers to creation and rotation */
function wireEndpoint(endpoint: WebhookEndpoint, signingSecret?: string): Record<string, unknown> {
  const { secret } = endpoint;
  return {
    id: endpoint.id,
    object: 'webhook_endpoint',
    name: endpoint.name,
    url: endpoint.url,
    event_types: endpoint.eventTypes,
    status: endpoint.status,
    secret_preview: `${secret.slice(0, 8)}...${secret.slice(-6)}`,
    ...(signingSecret === undefined ? {} : { signing_secret: signingSecret }),
    last_success_at: isoTimeOrNull(endpoint.lastSuccessAt),
    last_failure_at: isoTimeOrNull(endpoint.lastFailureAt),
    failure_count: endpoint.failures,
    created_at: isoTime(endpoint.createdAt),
    updated_at: isoTime(endpoint.updatedAt),
    disabled_at: isoTimeOrNull(endpoint.disabledAt),
    revoked_at: null,
  };
}

function wireDelivery(state: SandboxState, delivery: WebhookDelivery): Record<string, unknown> {
  const { event } = delivery;
  const pending = delivery.status === 'pending';
  return {
    id: delivery.id,
    object: 'webhook_delivery',
    endpoint_id: delivery.endpointId,
    event_id: event.id,
    event_type: event.type,
    status: delivery.status,
    attempt: delivery.attempt,
    response_status: delivery.responseStatus,
    duration_ms: delivery.durationMs,
    error: delivery.error,
    next_attempt_at: pending ? isoTime(delivery.dueAt) : null,
    created_at: isoTime(delivery.createdAt),
    delivered_at: isoTimeOrNull(delivery.endedAt),
    payload: wireEvent(state, event),
  };
}

function isoTimeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : isoTime(milliseconds);
}
