import { createHmac } from 'node:crypto';
import { errorSentence } from '../http/apiError.ts';
import { isLoopback } from '../http/loopback.ts';
import type { WebhookDelivery, WebhookEndpoint } from '../state/records.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import { planDelivery, wireEvent } from './webhookEvents.ts';

/**
 * Makes one attempt and notes how it went; a failed one plans the next, unless it was a test.
 * Never throws: what a receiver does wrong belongs into the record.
 * @param closing aborts when the sandbox ends; the delivery stays pending then
 */
export async function attemptDelivery(
  state: SandboxState,
  delivery: WebhookDelivery,
  closing: AbortSignal,
): Promise<void> {
  const endpoint = state.webhooks.get(delivery.endpointId);
  const obstacle = endpoint ? obstacleTo(endpoint) : 'The endpoint was deleted.';
  if (!endpoint || obstacle !== undefined) {
    end(state, delivery, { status: 'skipped', error: obstacle ?? null });
    return;
  }
  const startedAt = state.now();
  const outcome = await post(state, endpoint, delivery, closing);
  if (closing.aborted) return;
  end(state, delivery, { ...outcome, durationMs: Math.max(0, state.now() - startedAt) });
  if (outcome.status === 'succeeded') {
    endpoint.lastSuccessAt = state.now();
    endpoint.failures = 0;
    state.journal.put('webhook', endpoint.id, endpoint);
  } else {
    countFailure(state, endpoint);
    planRetry(state, endpoint, delivery);
  }
}

type Outcome = Pick<WebhookDelivery, 'status'> & Partial<WebhookDelivery>;

function end(state: SandboxState, delivery: WebhookDelivery, outcome: Outcome): void {
  Object.assign(delivery, outcome, { endedAt: state.now() });
  state.pendingDeliveries.delete(delivery);
  state.journal.put('delivery', delivery.id, delivery);
}

function obstacleTo(endpoint: WebhookEndpoint): string | undefined {
  if (endpoint.status === 'disabled') return 'The endpoint is disabled.';
  if (isLoopback(new URL(endpoint.url))) return undefined;
  return 'The sandbox sends nothing to the network: only receivers on this machine get deliveries.';
}

async function post(
  state: SandboxState,
  endpoint: WebhookEndpoint,
  delivery: WebhookDelivery,
  closing: AbortSignal,
): Promise<Outcome> {
  const { timeoutMs } = state.settings.webhooks;
  const body = JSON.stringify(wireEvent(state, delivery.event));
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Rivya-Sandbox-Webhooks/1',
        ...signatureHeaders(state, endpoint, delivery.event.id, body),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([timeout, closing]),
    });
    await response.body?.cancel();
    if (response.ok) return { status: 'succeeded', responseStatus: response.status };
    const redirect = response.status >= 300 && response.status < 400;
    return {
      status: 'failed',
      responseStatus: response.status,
      error: redirect
        ? 'The receiver answered with a redirect, which is not followed.'
        : `The receiver answered with HTTP ${response.status}.`,
    };
  } catch (error) {
    const reason = timeout.aborted
      ? `The receiver did not answer within ${timeoutMs} ms.`
      : `The receiver could not be reached: ${errorSentence(error)}`;
    return { status: 'failed', error: reason };
  }
}

/**
 * The headers of https://www.standardwebhooks.com; that Rivya uses this scheme is our guess (rivya-api.md
 * section 7). For a while after a rotation the old secret signs as well, so that a receiver can change its
 * own in peace.
 */
function signatureHeaders(
  state: SandboxState,
  endpoint: WebhookEndpoint,
  id: string,
  body: string,
): Record<string, string> {
  const timestamp = Math.floor(state.now() / 1000);
  const { secret, oldSecret } = endpoint;
  const secrets = oldSecret && state.now() < oldSecret.until ? [secret, oldSecret.secret] : [secret];
  const signatures = secrets.map(each => `v1,${sign(each, `${id}.${timestamp}.${body}`)}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

function sign(secret: string, text: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(text).digest('base64');
}

function countFailure(state: SandboxState, endpoint: WebhookEndpoint): void {
  endpoint.lastFailureAt = state.now();
  endpoint.failures += 1;
  state.journal.put('webhook', endpoint.id, endpoint);
  if (endpoint.failures < state.settings.webhooks.disableAfter) return;
  endpoint.status = 'disabled';
  endpoint.disabledAt = state.now();
}

function planRetry(state: SandboxState, endpoint: WebhookEndpoint, delivery: WebhookDelivery): void {
  const wait = state.settings.webhooks.retryDelaysMs[delivery.attempt - 1];
  if (wait === undefined || delivery.event.type === 'webhook.test' || endpoint.status === 'disabled') return;
  planDelivery(state, endpoint, delivery.event, delivery.attempt + 1, state.now() + wait);
}
