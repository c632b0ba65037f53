import { shorten } from '../../base/text.ts';
import { faultSwitches } from '../faults/faultSwitches.ts';
import { wireTask } from '../generations/wireTask.ts';
import type { Fault } from '../state/fault.ts';
import type { ApiKey, WebhookDelivery } from '../state/records.ts';
import { firstAccountId, type SandboxState } from '../state/sandboxState.ts';
import { wireEvent } from '../webhooks/webhookEvents.ts';

const rowsShown = 50;

/**
 * What the page shows: the newest of everything, newest first. Times are in milliseconds since the Unix
 * epoch.
 */
export function overview(state: SandboxState): Record<string, unknown> {
  const { settings } = state;
  return {
    url: state.url,
    credits: state.accounts.get(firstAccountId)?.credits ?? 0,
    keys: state.keys.map(showKey),
    taskDurationMs: settings.taskDurationMs,
    dialect: settings.stream.dialect,
    switches: faultSwitches.map(each => ({
      name: each.name,
      title: each.title,
      once: each.once,
      on: each.isOn(state),
    })),
    otherFaults: state.faults.filter(({ name }) => name === undefined).map(({ fault }) => describe(fault)),
    tasks: newest([...state.tasks.values()]).map(task => ({
      prompt: shorten(task.prompt, 80),
      kinds: task.outputs,
      ...wireTask(state, task, state.now()),
    })),
    charges: newest(state.charges).map(charge => ({ id: charge.taskId, ...charge })),
    webhooks: [...state.webhooks.values()].map(({ id, name, url, eventTypes, status, failures }) => ({
      id,
      name,
      url,
      eventTypes,
      status,
      failures,
    })),
    deliveries: newest(state.deliveries).map(delivery => showDelivery(state, delivery)),
    requests: newest(state.requests).map(({ number, at, method, path, status, replayed, faults }) => ({
      id: String(number),
      at,
      method,
      path,
      status,
      replayed,
      faults,
    })),
  };
}

function newest<T>(items: readonly T[]): T[] {
  return items.slice(-rowsShown).reverse();
}

/** Enough to tell keys apart; the whole key is only copied. */
function showKey({ id, key, account, scopes, status }: ApiKey): Record<string, unknown> {
  return { id, prefix: `${key.slice(0, 15)}…`, credits: account.credits, scopes, status };
}

function showDelivery(state: SandboxState, delivery: WebhookDelivery): Record<string, unknown> {
  const { id, endpointId, event, attempt, status, responseStatus, error, createdAt, dueAt } = delivery;
  return {
    id,
    endpoint: state.webhooks.get(endpointId)?.name ?? 'deleted',
    type: event.type,
    attempt,
    status,
    responseStatus,
    error,
    at: status === 'pending' ? dueAt : createdAt,
    payload: wireEvent(state, event),
  };
}

function describe({ method, path, times, action }: Fault): string {
  const which = [
    method ?? 'any method',
    path ?? 'any path',
    times === 'always' ? 'always' : `${times ?? 1}×`,
  ];
  return `${action.type}: ${which.join(', ')}`;
}
