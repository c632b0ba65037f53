/** Source: rivya-api.md section 7. */
export const webhookEventTypes = ['generation.succeeded', 'generation.failed'] as const;

export type WebhookEventType = (typeof webhookEventTypes)[number];

/** How webhooks are accepted and delivered; what the real service does is not documented. */
export interface WebhookSettings {
  /** False: endpoints on this machine are refused, as the real service does. */
  allowLoopback: boolean;
  /** How long a receiver may take to answer. */
  timeoutMs: number;
  /** Waits before the second attempt, the third and so on; after the last one an event is given up. */
  retryDelaysMs: number[];
  /** So many failed attempts in a row disable an endpoint. */
  disableAfter: number;
  /** How long after a rotation the old secret signs as well. */
  oldSecretMs: number;
}

const minute = 60_000;

export const defaultWebhookSettings: WebhookSettings = {
  allowLoopback: true,
  timeoutMs: 5000,
  retryDelaysMs: [5000, 30_000, 2 * minute, 10 * minute, 60 * minute],
  disableAfter: 20,
  oldSecretMs: 24 * 60 * minute,
};
