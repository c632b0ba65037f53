// A webhook of Rivya's for Hono, on Node, Bun, Deno or at the edge: it needs Web Crypto only. Mount it in
// your app:
//
//   app.route('/', rivyaWebhooks);
//
// Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook ("whsec_…").
//
// Rivya has not documented its signature headers yet. This follows Standard Webhooks
// (https://www.standardwebhooks.com), as the Rivya sandbox does. If the live service differs, change the
// three header names below and `isGenuine`.

import { Hono } from 'hono';
import { env } from 'hono/adapter';
import { bodyLimit } from 'hono/body-limit';

const headerNames = { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' };
const toleranceInSeconds = 5 * 60;

// Rivya may deliver an event more than once. Keep the ids in your database instead: memory is lost on a
// restart.
const handled = new Set<string>();

export const rivyaWebhooks = new Hono();

rivyaWebhooks.post('/webhooks/rivya', bodyLimit({ maxSize: 1024 ** 2 }), async c => {
  const { RIVYA_WEBHOOK_SECRET: secret } = env<{ RIVYA_WEBHOOK_SECRET?: string }>(c);
  // The signature covers the raw body.
  const body = await c.req.arrayBuffer();
  const id = c.req.header(headerNames.id) ?? '';
  const timestamp = c.req.header(headerNames.timestamp) ?? '';
  const signatures = c.req.header(headerNames.signature) ?? '';
  if (!(await isGenuine(secret ?? '', id, timestamp, signatures, body))) {
    return c.text('The signature is not valid.', 401);
  }
  if (handled.has(id)) return c.text('Already handled.');
  const event = JSON.parse(new TextDecoder().decode(body)) as { type: string; data: unknown };
  switch (event.type) {
    case 'generation.succeeded':
      // event.data is the generation, with its result URLs. Download them soon. Do long work after you have
      // answered.
      break;
    case 'generation.failed':
      // event.data is the generation, with its error.
      break;
  }
  handled.add(id);
  return c.text('Handled.');
});

async function isGenuine(
  secret: string,
  id: string,
  timestamp: string,
  signatures: string,
  body: ArrayBuffer,
): Promise<boolean> {
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  // Written so that a timestamp that is no number is refused too. A full stop in the id would move the border
  // between the parts that are signed.
  if (!/^[^.]+$/.test(id) || !/^\d+$/.test(timestamp) || !(age <= toleranceInSeconds)) return false;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const rawKey = bytesOf(secret.replace(/^whsec_/, ''));
  // Anyone can sign with an empty key.
  if (!rawKey || rawKey.length < 16) {
    throw new Error('Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook.');
  }
  const key = await crypto.subtle.importKey('raw', rawKey, algorithm, false, ['verify']);
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array([...head, ...new Uint8Array(body)]);
  // There may be several, for example while a secret is being rotated.
  for (const entry of signatures.split(' ')) {
    const [version, signature = ''] = entry.split(',', 2);
    const given = bytesOf(signature);
    // `verify` compares in constant time.
    if (version === 'v1' && given && (await crypto.subtle.verify('HMAC', key, given, signed))) return true;
  }
  return false;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  return Uint8Array.from(atob(base64), character => character.charCodeAt(0));
}
