import type { WebhookRefusal, WebhookScheme } from '../../api/resources/webhookSignature.ts';
import { isRecord, parseJson } from '../../base/json.ts';

/** Header names and values in the order and the case in which they came. */
export type RawHeaders = readonly (readonly [name: string, value: string])[];

/** @param flat names and values in turn, as `IncomingMessage.rawHeaders` has them */
export function pairedHeaders(flat: readonly string[]): RawHeaders {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.push([flat[index] ?? '', flat[index + 1] ?? '']);
  }
  return pairs;
}

export type ReceiverRefusal =
  | WebhookRefusal
  /** No secret of any endpoint is known here. */
  | 'noSecret'
  | 'secretsUnreadable'
  | 'wrongMethod'
  | 'bodyTooLarge';

export type Verdict =
  | {
      readonly verified: true;
      readonly scheme: WebhookScheme;
      readonly origin: string;
      readonly endpointId: string;
    }
  | { readonly verified: false; readonly reason: ReceiverRefusal };

/** One request that came to the receiver, good or not. */
export interface ReceivedDelivery {
  /** 1 for the first since the receiver was made. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: RawHeaders;
  /** Exactly as received; empty when it was refused for its size or method. */
  readonly body: Uint8Array;
  readonly verdict: Verdict;
  /** What the receiver answered with. */
  readonly status: number;
  /** As the sender says; only that of a verified delivery can be believed. */
  readonly eventId: string | undefined;
  readonly eventType: string | undefined;
  /** When the sender says that it signed, in milliseconds since the epoch. */
  readonly signedAt: number | undefined;
  /** The number of the first verified delivery of the same event. */
  readonly duplicateOf: number | undefined;
}

/** What a delivery says about itself. Nothing of it is proven. */
export interface Claims {
  readonly eventId: string | undefined;
  readonly eventType: string | undefined;
  readonly signedAt: number | undefined;
}

/** Reads the id of the message, the type of the event and the time of the signature (rivya-api.md 7). */
export function claimsOf(headers: RawHeaders, body: Uint8Array): Claims {
  const value = (pattern: RegExp): string | undefined => headers.find(([name]) => pattern.test(name))?.[1];
  const event = parseJson(new TextDecoder().decode(body));
  const field = (name: string): string | undefined => {
    const found = isRecord(event) ? event[name] : undefined;
    return typeof found === 'string' ? found : undefined;
  };
  const signature = value(/signature/i) ?? '';
  const seconds = value(/-timestamp$/i) ?? /(?:^|,)\s*t=(\d+)/.exec(signature)?.[1] ?? '';
  return {
    // The body first: every scheme signs it, the header only some.
    eventId: field('id') ?? value(/^(?:webhook|svix|rivya)-id$/i),
    eventType: field('type'),
    signedAt: /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : undefined,
  };
}
