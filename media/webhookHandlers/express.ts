// A webhook of Rivya's for Express 5. Mount it before any express.json(), because the signature covers the
// raw body:
//
//   app.use(rivyaWebhooks);
//
// Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook ("whsec_…").
//
// Rivya has not documented its signature headers yet. This follows Standard Webhooks
// (https://www.standardwebhooks.com), as the Rivya sandbox does. If the live service differs, change the
// three header names below and `signatureOf`.

import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

const headerNames = { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' };
const toleranceInSeconds = 5 * 60;

// Rivya may deliver an event more than once. Keep the ids in your database instead: memory is lost on a
// restart.
const handled = new Set<string>();

export const rivyaWebhooks = express.Router();

rivyaWebhooks.post(
  '/webhooks/rivya',
  express.raw({ type: () => true, limit: '1mb' }),
  (request, response) => {
    const body: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const id = request.get(headerNames.id) ?? '';
    const timestamp = request.get(headerNames.timestamp) ?? '';
    const signatures = request.get(headerNames.signature) ?? '';
    if (!isGenuine(id, timestamp, signatures, body)) {
      response.status(401).send('The signature is not valid.');
      return;
    }
    if (handled.has(id)) {
      response.send('Already handled.');
      return;
    }
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
    response.send('Handled.');
  },
);

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
