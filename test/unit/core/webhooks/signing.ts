import { Webhook } from 'standardwebhooks';

/** A secret in the form that Rivya documents. */
export const secret = `whsec_${Buffer.from('a secret of thirty-two bytes....').toString('base64')}`;
export const otherSecret = `whsec_${Buffer.from('another secret, also thirty-two.').toString('base64')}`;

export interface Signing {
  readonly id?: string;
  readonly secret?: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
}

/** The headers of a delivery, signed by the reference library of Standard Webhooks. */
export function signedHeaders(body: string, signing: Signing = {}): Record<string, string> {
  const id = signing.id ?? 'msg_1';
  const at = new Date(signing.at ?? Date.now());
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(signing.secret ?? secret).sign(id, at, body),
  };
}

/** The body of a delivery as rivya-api.md 7 begins it. */
export function eventBody(id = 'evt_1'): string {
  return JSON.stringify({
    id,
    type: 'generation.succeeded',
    api_version: '2026-05-11',
    created_at: '2026-05-12T10:00:00Z',
    data: { id: 'task_1', status: 'succeeded' },
  });
}
