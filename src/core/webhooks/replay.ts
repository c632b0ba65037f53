import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isLoopbackHost } from '../../api/address/baseUrl.ts';
import { pairedHeaders, type RawHeaders, type ReceivedDelivery } from './received.ts';

export type ReplayUrlProblem = 'invalid' | 'notHttp' | 'notThisMachine';

/** What the user's own server said to a replayed delivery. */
export interface ReplayAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  /** At most 64 KB of it. */
  readonly body: string;
  readonly cut: boolean;
  readonly milliseconds: number;
}

const maximumAnswerBytes = 64 * 1024;

// They belong to the connection on which the delivery came, not to the delivery (RFC 9110, 7.6.1); the rest
// is set anew.
const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Reads where to replay to. A delivery may hold what is nobody else's business, so it never leaves this
 * machine.
 */
export function parseReplayUrl(text: string): { readonly url: URL } | { readonly problem: ReplayUrlProblem } {
  const url = URL.parse(text.trim());
  if (!url || url.hostname === '') return { problem: 'invalid' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { problem: 'notHttp' };
  const isThisMachine = isLoopbackHost(url.hostname) || /(?:^|\.)localhost\.?$/.test(url.hostname);
  return isThisMachine ? { url } : { problem: 'notThisMachine' };
}

/**
 * Sends a delivery once more, with its headers and body as they came. Redirects are not followed.
 * @throws the system's error when nobody listens there, and the signal's reason
 */
export function replayDelivery(
  delivery: ReceivedDelivery,
  url: URL,
  signal: AbortSignal,
): Promise<ReplayAnswer> {
  const started = performance.now();
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      url,
      {
        method: delivery.method,
        headers: { ...headersOf(delivery.headers), 'content-length': delivery.body.length },
        lookup: loopbackLookup,
        agent: false,
        signal,
      },
      incoming => {
        readAnswer(incoming).then(
          ({ body, cut }) =>
            resolve({
              status: incoming.statusCode ?? 0,
              statusText: incoming.statusMessage ?? '',
              headers: pairedHeaders(incoming.rawHeaders),
              body,
              cut,
              milliseconds: performance.now() - started,
            }),
          reject,
        );
      },
    );
    outgoing.once('error', reject);
    outgoing.end(delivery.body);
  });
}

/** No name server is asked, so a name such as `app.localhost` is this machine, whatever it would say. */
const loopbackLookup: LookupFunction = (_hostname, options, callback) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (options.all === true) callback(null, addresses);
  else callback(null, '127.0.0.1', 4);
};

function headersOf(headers: RawHeaders): OutgoingHttpHeaders {
  const kept = new Map<string, string[]>();
  for (const [name, value] of headers) {
    if (connectionHeaders.has(name.toLowerCase())) continue;
    kept.set(name, [...(kept.get(name) ?? []), value]);
  }
  return Object.fromEntries(kept);
}

async function readAnswer(incoming: IncomingMessage): Promise<{ body: string; cut: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > maximumAnswerBytes) break;
  }
  const bytes = Buffer.concat(chunks);
  return { body: bytes.toString('utf8', 0, maximumAnswerBytes), cut: size > maximumAnswerBytes };
}
