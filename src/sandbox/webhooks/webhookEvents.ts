import { wireTask } from '../generations/wireTask.ts';
import type { Task, WebhookDelivery, WebhookEndpoint, WebhookEvent } from '../state/records.ts';
import { isoTime, newId, type SandboxState } from '../state/sandboxState.ts';

const recordsKept = 5000;

/** Notes that a generation ended, and plans a delivery to each endpoint that wants to know. */
export function recordGenerationEvent(state: SandboxState, task: Task, at: number): void {
  const event: WebhookEvent = {
    id: newId('evt'),
    account: task.account,
    type: task.failure ? 'generation.failed' : 'generation.succeeded',
    createdAt: at,
    taskId: task.id,
  };
  recordEvent(state, event);
  for (const endpoint of state.webhooks.values()) {
    if (endpoint.account !== task.account || endpoint.status !== 'active') continue;
    if (endpoint.eventTypes.some(type => type === event.type)) planDelivery(state, endpoint, event, 1, at);
  }
}

/** Notes a test and plans its delivery. */
export function recordTestEvent(state: SandboxState, endpoint: WebhookEndpoint): WebhookDelivery {
  const at = state.now();
  const { account } = endpoint;
  const event: WebhookEvent = {
    id: newId('evt'),
    account,
    type: 'webhook.test',
    createdAt: at,
    taskId: null,
  };
  recordEvent(state, event);
  return planDelivery(state, endpoint, event, 1, at);
}

function recordEvent(state: SandboxState, event: WebhookEvent): void {
  state.webhookEvents.push(event);
  state.journal.put('event', event.id, event);
  const oldest = state.webhookEvents.length > recordsKept ? state.webhookEvents.shift() : undefined;
  if (oldest) state.journal.remove('event', oldest.id);
}

/** @param dueAt milliseconds since the Unix epoch */
export function planDelivery(
  state: SandboxState,
  endpoint: WebhookEndpoint,
  event: WebhookEvent,
  attempt: number,
  dueAt: number,
): WebhookDelivery {
  const delivery: WebhookDelivery = {
    id: newId('whdel'),
    endpointId: endpoint.id,
    event,
    attempt,
    status: 'pending',
    dueAt,
    responseStatus: null,
    durationMs: null,
    error: null,
    createdAt: state.now(),
    endedAt: null,
  };
  state.deliveries.push(delivery);
  state.pendingDeliveries.add(delivery);
  state.journal.put('delivery', delivery.id, delivery);
  const oldest = state.deliveries.length > recordsKept ? state.deliveries.shift() : undefined;
  if (oldest) {
    state.pendingDeliveries.delete(oldest);
    state.journal.remove('delivery', oldest.id);
  }
  return delivery;
}

/**
 * What a delivery carries. `data` holds the generation as `GET /generations/{taskId}` shows it; that the key
 * has this name is our guess (rivya-api.md section 7). A test carries an example of one.
 */
export function wireEvent(state: SandboxState, event: WebhookEvent): Record<string, unknown> {
  return {
    id: event.id,
    type: event.type,
    api_version: '2026-05-11',
    created_at: isoTime(event.createdAt),
    data: eventData(state, event),
  };
}

function eventData(state: SandboxState, event: WebhookEvent): Record<string, unknown> | null {
  if (event.taskId === null) return exampleTask(event);
  const task = state.tasks.get(event.taskId);
  return task ? wireTask(state, task, event.createdAt) : null;
}

function exampleTask(event: WebhookEvent): Record<string, unknown> {
  const at = isoTime(event.createdAt);
  const url = 'https://media.example/result.png';
  return {
    id: 'task_webhook_test',
    status: 'succeeded',
    model: 'z-image',
    reserved_credits: 1,
    final_credits: 1,
    created_at: at,
    updated_at: at,
    result: { primary_url: url, urls: [url] },
    error: null,
  };
}
