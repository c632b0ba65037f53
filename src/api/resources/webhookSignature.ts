import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseJson } from '../../base/json.ts';

// To delete on the day Rivya documents how it signs (rivya-api.md 7): the other schemes with their `…Claims`
// functions, `claimsOf`, the forms of secrets that `keysOf` tries besides the documented one, and
// `bodyNotJson` if there is a time.

/** How a delivery was signed: which one Rivya uses is not documented (rivya-api.md 7). */
export type WebhookScheme = 'standardWebhooks' | 'stripe' | 'hmacHex' | 'hmacBase64';

export type WebhookRefusal =
  /** The secret is empty. */
  | 'secretUnusable'
  /** No header looks like a signature. */
  | 'signatureMissing'
  /** There are such headers, but none of a known scheme with all its parts. */
  | 'signatureUnreadable'
  /** The body or the time was changed, or the secret is another one. */
  | 'signatureMismatch'
  /**
   * The signature matches, but the body is not JSON, as deliveries are: it may be a replay of another
   * scheme's.
   */
  | 'bodyNotJson'
  /** The signature matches, but it was made too long ago: a replay, a late delivery or a wrong clock. */
  | 'timestampTooOld'
  /** The signature matches, but its time is yet to come: one of the clocks is wrong. */
  | 'timestampTooNew';

export type WebhookVerification =
  | { readonly verified: true; readonly scheme: WebhookScheme }
  | { readonly verified: false; readonly reason: WebhookRefusal };

export interface SignedWebhook {
  /** Exactly as received. */
  readonly body: Uint8Array;
  /** `Headers`, or the `headers` of a Node request. Names in any case. */
  readonly headers: WebhookHeaders;
  /** As shown at creation: the forms with and without `whsec_`, base64 or plain text, are all tried. */
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How far the signed time may be from `now`, either way; by default 300, as Standard Webhooks has it. */
  readonly toleranceSeconds?: number;
}

export type WebhookHeaders =
  Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A signature found in a header, and what it says to sign. */
interface Claim {
  readonly scheme: WebhookScheme;
  /** What is signed in front of the body. */
  readonly prefix: string;
  /** Seconds since the epoch; undefined when the scheme has no time. */
  readonly timestamp: number | undefined;
  readonly signature: Uint8Array;
}

const defaultToleranceSeconds = 300;
const signatureBytes = 32;
// Each header costs some HMACs of the body; no sender has more than a few.
const maxSignatureHeaders = 8;
const signatureHeader = /(?:^|-)signature(?:-256)?$/;

// What tells most about a genuine delivery first.
const refusals: readonly WebhookRefusal[] = [
  'timestampTooOld',
  'timestampTooNew',
  'bodyNotJson',
  'signatureMismatch',
];

/**
 * Checks that a delivery comes from the holder of the secret. Recognised: Standard Webhooks (`webhook-id`,
 * `-timestamp`, `-signature`, also under another common prefix), `t=…,v1=…` as Stripe has it, and the bare
 * HMAC-SHA256 of the body in hex or base64. Pure; never throws, whatever the headers and the body are.
 */
export function verifyWebhook(delivery: SignedWebhook): WebhookVerification {
  const keys = keysOf(delivery.secret);
  if (keys.length === 0) return { verified: false, reason: 'secretUnusable' };
  const headers = headerMap(delivery.headers);
  const names = [...headers.keys()].filter(name => signatureHeader.test(name));
  if (names.length === 0) return { verified: false, reason: 'signatureMissing' };
  const claims = names.slice(0, maxSignatureHeaders).flatMap(name => claimsOf(name, headers));
  if (claims.length === 0) return { verified: false, reason: 'signatureUnreadable' };

  const expected = expectedSignatures(keys, delivery.body);
  const found = new Set<WebhookRefusal>();
  for (const claim of claims) {
    const matches = expected(claim.prefix).some(each => timingSafeEqual(each, claim.signature));
    const refusal = matches ? refusalOfGenuine(claim, delivery) : 'signatureMismatch';
    if (refusal === undefined) return { verified: true, scheme: claim.scheme };
    found.add(refusal);
  }
  return { verified: false, reason: refusals.find(each => found.has(each)) ?? 'signatureMismatch' };
}

/** What speaks against a delivery whose signature matches. */
function refusalOfGenuine({ timestamp }: Claim, delivery: SignedWebhook): WebhookRefusal | undefined {
  if (timestamp === undefined) {
    // A scheme with a time signs "….time.body"; that text, sent as a body, would pass here at any later time.
    return parseJson(new TextDecoder().decode(delivery.body)) === undefined ? 'bodyNotJson' : undefined;
  }
  const age = delivery.now / 1000 - timestamp;
  // Stated so that a tolerance or a time that is not a number refuses.
  if (Math.abs(age) <= (delivery.toleranceSeconds ?? defaultToleranceSeconds)) return undefined;
  return age < 0 ? 'timestampTooNew' : 'timestampTooOld';
}

/**
 * The keys that a secret can stand for. An unreadable form must not become an empty key, which anyone has.
 */
function keysOf(secret: string): Buffer[] {
  const whole = secret.trim();
  const bare = whole.replace(/^whsec_/, '');
  if (bare === '') return [];
  const decoded = base64Bytes(bare);
  const texts = [...new Set([whole, bare])].map(each => Buffer.from(each));
  return decoded ? [decoded, ...texts] : texts;
}

/** The signatures that the keys make of a prefix and the body, each computed once. */
function expectedSignatures(keys: readonly Buffer[], body: Uint8Array): (prefix: string) => Buffer[] {
  const known = new Map<string, Buffer[]>();
  return prefix => {
    const signatures =
      known.get(prefix) ?? keys.map(key => createHmac('sha256', key).update(prefix).update(body).digest());
    known.set(prefix, signatures);
    return signatures;
  };
}

function claimsOf(name: string, headers: ReadonlyMap<string, string>): Claim[] {
  const value = headers.get(name) ?? '';
  if (/(?:^|\s)v\w+,/.test(value)) return standardClaims(name, value, headers);
  if (/(?:^|,)\s*t=/.test(value)) return stripeClaims(value);
  return plainClaims(value);
}

/** https://www.standardwebhooks.com: `v1,<base64>` entries, split by spaces, over `id.timestamp.body`. */
function standardClaims(name: string, value: string, headers: ReadonlyMap<string, string>): Claim[] {
  const common = name.replace(signatureHeader, '');
  const id = headers.get(`${common}-id`) ?? '';
  const time = headers.get(`${common}-timestamp`) ?? '';
  const timestamp = seconds(time);
  // A full stop in the id would let the parts be cut elsewhere.
  if (timestamp === undefined || !/^[\w:-]+$/.test(id)) return [];
  return value.split(/\s+/).flatMap(entry => {
    const signature = signatureOf(/^v1,([^,]+),?$/.exec(entry)?.[1] ?? '');
    if (!signature) return [];
    return [{ scheme: 'standardWebhooks', prefix: `${id}.${time}.`, timestamp, signature }];
  });
}

/** https://docs.stripe.com/webhooks/signature: `t=<seconds>,v1=<hex>,…` over `t.body`. */
function stripeClaims(value: string): Claim[] {
  const parts = value.split(',').map(part => part.trim());
  const of = (key: string): string[] =>
    parts.filter(part => part.startsWith(`${key}=`)).map(part => part.slice(key.length + 1));
  const [time = '', ...more] = of('t');
  const timestamp = seconds(time);
  if (timestamp === undefined || more.length > 0) return [];
  return of('v1').flatMap(each => {
    const signature = signatureOf(each);
    return signature ? [{ scheme: 'stripe', prefix: `${time}.`, timestamp, signature }] : [];
  });
}

/** The bare signature of the body, also with the name of the hash in front, as GitHub has it. */
function plainClaims(value: string): Claim[] {
  return value.split(/[\s,]+/).flatMap(entry => {
    const encoded = entry.replace(/^sha256=/i, '');
    const signature = signatureOf(encoded);
    if (!signature) return [];
    return [
      { scheme: isHex(encoded) ? 'hmacHex' : 'hmacBase64', prefix: '', timestamp: undefined, signature },
    ];
  });
}

/** @returns undefined for what is not 32 bytes in hex or base64; the two differ in length */
function signatureOf(encoded: string): Buffer | undefined {
  const bytes = isHex(encoded) ? Buffer.from(encoded, 'hex') : base64Bytes(encoded);
  return bytes?.length === signatureBytes ? bytes : undefined;
}

function isHex(encoded: string): boolean {
  return /^[0-9a-f]{64}$/i.test(encoded);
}

/** Both base64 alphabets, with or without padding. @returns undefined for anything else, and for nothing */
function base64Bytes(encoded: string): Buffer | undefined {
  const digits = /^([\w+/-]+)={0,2}$/.exec(encoded)?.[1];
  return digits === undefined || digits.length % 4 === 1 ? undefined : Buffer.from(digits, 'base64');
}

function seconds(time: string): number | undefined {
  return /^\d{1,12}$/.test(time) ? Number(time) : undefined;
}

/** By lower-case name; a header that came several times is joined, as HTTP has it. */
function headerMap(headers: WebhookHeaders): Map<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of isIterable(headers) ? headers : Object.entries(headers)) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    const values = [map.get(key), ...(typeof value === 'string' ? [value] : value)];
    map.set(key, values.filter(each => each !== undefined).join(', '));
  }
  return map;
}

function isIterable(headers: WebhookHeaders): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
