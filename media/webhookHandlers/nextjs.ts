// A webhook of Rivya's for Next.js, app router. Save it as app/api/webhooks/rivya/route.ts.
//
// Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook ("whsec_…").
//
// Rivya has not documented its signature headers yet. This follows Standard Webhooks
// (https://www.standardwebhooks.com), as the Rivya sandbox does. If the live service differs, change the
// three header names below and `signatureOf`.

import { createHmac, timingSafeEqual } from 'node:crypto';

export const runtime = 'nodejs';

const headerNames = { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' };
const toleranceInSeconds = 5 * 60;
const maximumBytes = 1024 ** 2;

// Rivya may deliver an event more than once. Keep the ids in your database instead: a server has several
// processes, and memory is lost on a restart.
const handled = new Set<string>();

export async function POST(request: Request): Promise<Response> {
  // The signature covers the raw body.
  const body = await rawBody(request);
  if (!body) return new Response('The body is too large.', { status: 413 });
  const id = request.headers.get(headerNames.id) ?? '';
  const timestamp = request.headers.get(headerNames.timestamp) ?? '';
  const signatures = request.headers.get(headerNames.signature) ?? '';
  if (!isGenuine(id, timestamp, signatures, body)) {
    return new Response('The signature is not valid.', { status: 401 });
  }
  if (handled.has(id)) return new Response('Already handled.');
  const event = JSON.parse(body.toString('utf8')) as { type: string; data: unknown };
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
  return new Response('Handled.');
}

/** Nothing when it is too large; no header has to tell that. */
async function rawBody(request: Request): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maximumBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isGenuine(id: string, timestamp: string, signatures: string, body: Buffer): boolean {
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  // Written so that a timestamp that is no number is refused too. A full stop in the id would move the border
  // between the parts that are signed.
  if (!/^[^.]+$/.test(id) || !/^\d+$/.test(timestamp) || !(age <= toleranceInSeconds)) return false;
  const expected = signatureOf(id, timestamp, body);
  // There may be several, for example while a secret is being rotated.
  return signatures.split(' ').some(entry => {
    const [version, signature = ''] = entry.split(',', 2);
    const given = Buffer.from(signature, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function signatureOf(id: string, timestamp: string, body: Buffer): Buffer {
  const key = Buffer.from((process.env['RIVYA_WEBHOOK_SECRET'] ?? '').replace(/^whsec_/, ''), 'base64');
  // Anyone can sign with an empty key.
  if (key.length < 16) throw new Error('Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook.');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
