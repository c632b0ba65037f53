import { systemClock, type Clock } from '../../base/clock.ts';
import { silentLog, type Log } from '../../base/log.ts';
import { abortableFetch, type Fetch } from './abortableFetch.ts';
import { isLoopbackHost, parseBaseUrl } from '../address/baseUrl.ts';
import { bareHost, hostProblem, leadsToPrivate, type ResolveHost } from '../address/publicHost.ts';
import { BodyTooLarge, discard, readChunks } from './body.ts';
import { Deadline, DeadlineExceeded, type Deadlines } from './deadlines.ts';
import { errorFromResponse, requestIdOf } from '../errors/errorResponse.ts';
import { isRivyaError, RivyaError } from '../errors/errors.ts';
import { networkError } from '../errors/networkError.ts';

export interface DownloadOptions {
  readonly fetch: Fetch;
  /**
   * With it, a name is resolved before each request, and one that leads into a private network is refused.
   * The request resolves it again: this keeps out what lies about itself in a document, not an attacker who
   * changes the answer in between, and who learns nothing but whether there was a picture.
   */
  readonly resolveHost?: ResolveHost | undefined;
  /**
   * Of the API that named the result: only one on loopback may lead to loopback, and each to its own host.
   */
  readonly baseUrl: string;
  readonly signal?: AbortSignal | undefined;
  /** By default 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** In milliseconds; by default 30 s for headers and idle, an hour in total. */
  readonly deadlines?: Partial<Deadlines> | undefined;
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
}

export interface Download {
  /** What the server claims; the bytes decide. */
  readonly contentType: string | undefined;
  /** In bytes, when the server says it. */
  readonly contentLength: number | undefined;
  /**
   * The file, to be read once. It ends normally only when all of it has come.
   * @throws RivyaError
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives an unread body up. */
  dispose(): void;
}

const maxRedirects = 5;
const defaultMaxBytes = 1024 ** 3;
const defaultDeadlines: Deadlines = { headers: 30_000, idle: 30_000, total: 3_600_000 };

/**
 * Opens a result file; its address may be relative to the API's. The key is not sent. Only https is
 * fetched, from public hosts (`hostProblem`) and the API's own, or http on loopback when the API itself is
 * there, and each redirect is checked again. Makes one attempt: repeating costs nothing and is the
 * caller's to decide.
 * @throws RivyaError; `notFound` for a dead link (403, 404, 410), `protocol` for one that must not be
 * followed
 */
export async function openResult(url: string, options: DownloadOptions): Promise<Download> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? silentLog;
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const startedAt = clock.now();
  const call = new Deadline(options.signal, clock);
  const phase = new Deadline(call.signal, clock);
  const release = (): void => {
    phase.dispose();
    call.dispose();
  };
  const failure = (cause: unknown): RivyaError => {
    const error = downloadError(cause, phase.signal);
    log.warn(`GET result file ${error.status ?? ''} ${error.code} ${Math.round(clock.now() - startedAt)} ms`);
    return error;
  };
  call.start('total', deadlines.total);
  phase.start('headers', deadlines.headers);
  try {
    const response = await follow(url, options, phase, clock);
    phase.stop();
    const contentLength = lengthOf(response.headers);
    if (contentLength !== undefined && contentLength > maxBytes) {
      discard(response.body);
      throw new BodyTooLarge(maxBytes);
    }
    const limits = { idleMs: deadlines.idle, maxBytes };
    async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
      let received = 0;
      try {
        for await (const chunk of readChunks(response.body, phase, limits)) {
          received += chunk.byteLength;
          yield chunk;
        }
        if (contentLength !== undefined && received !== contentLength) {
          throw new RivyaError('network', `Only ${received} of ${contentLength} bytes came.`, {
            code: 'file_truncated',
          });
        }
        log.debug(
          `GET result file ${response.status} ${received} bytes ${Math.round(clock.now() - startedAt)} ms`,
        );
      } catch (cause) {
        throw failure(cause);
      } finally {
        release();
      }
    }
    return {
      contentType: response.headers.get('content-type') ?? undefined,
      contentLength,
      body: body(),
      dispose: () => {
        release();
        if (!response.body?.locked) discard(response.body);
      },
    };
  } catch (cause) {
    release();
    throw failure(cause);
  }
}

async function follow(
  text: string,
  options: DownloadOptions,
  phase: Deadline,
  clock: Clock,
): Promise<Response> {
  const baseUrl = parseBaseUrl(options.baseUrl);
  // Relative to the API, as any link in an answer is.
  const base = 'problem' in baseUrl ? undefined : `${baseUrl.href}/`;
  let url = allowedUrl(/^$|\s/.test(text) ? null : URL.parse(text, base), baseUrl);
  for (let hop = 0; ; hop++) {
    // A compressed body would have another length than the one announced.
    const headers = { accept: '*/*', 'accept-encoding': 'identity' };
    const init = { headers, redirect: 'manual', signal: phase.signal, credentials: 'omit' } as const;
    if (await isHiddenPrivate(url, baseUrl, options.resolveHost, phase.signal)) throw refused(inPrivate);
    const response = await abortableFetch(options.fetch, url, init);
    // Of what was not asked for, a part (206) is the worst: it looks like a file.
    if (response.status === 200 && !isPart(response.headers)) return response;
    discard(response.body);
    if (response.ok) {
      const { status } = response;
      const details = { code: 'file_truncated', status, retryable: true };
      throw new RivyaError('network', `The file server sent no whole file (status ${status}).`, details);
    }
    const location = response.headers.get('location') ?? '';
    if (response.status < 300 || response.status >= 400 || location === '')
      throw statusError(response, clock);
    if (hop === maxRedirects) throw refused('too many redirects', response);
    url = allowedUrl(URL.parse(location, url.href), baseUrl, response);
  }
}

/** @throws RivyaError for an address that a result file cannot have */
function allowedUrl(url: URL | null, baseUrl: ReturnType<typeof parseBaseUrl>, from?: Response): URL {
  if (!url) throw refused('not a URL', from);
  if (url.username !== '' || url.password !== '') throw refused('a URL with credentials', from);
  const own = 'problem' in baseUrl ? undefined : baseUrl;
  if (own?.loopback && isLoopbackHost(url.hostname) && /^https?:$/.test(url.protocol)) return url;
  if (url.protocol !== 'https:') throw refused('not https', from);
  // The host that gets the key may hold the results too, as a gateway in the user's own network does.
  if (own && url.hostname === new URL(own.origin).hostname) return url;
  if (hostProblem(url.hostname)) throw refused(inPrivate, from);
  return url;
}

const inPrivate = 'an address in a private network';

/** Whether a host has a public name and lies in a private network all the same; the API's own may. */
async function isHiddenPrivate(
  url: URL,
  baseUrl: ReturnType<typeof parseBaseUrl>,
  resolveHost: ResolveHost | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const isOwn = !('problem' in baseUrl) && url.hostname === new URL(baseUrl.origin).hostname;
  if (!resolveHost || isOwn || isLoopbackHost(url.hostname)) return false;
  const isHidden = await leadsToPrivate(bareHost(url.hostname), resolveHost, signal);
  signal.throwIfAborted();
  return isHidden;
}

function refused(why: string, response?: Response): RivyaError {
  const details = { code: 'result_url_refused', status: response?.status };
  return new RivyaError('protocol', `The result's address is not followed: ${why}.`, details);
}

function statusError(response: Response, clock: Clock): RivyaError {
  const { status } = response;
  const requestId = requestIdOf(response.headers);
  if ([401, 403, 404, 410].includes(status)) {
    const message = `The result file is not there any more (status ${status}).`;
    return new RivyaError('notFound', message, { code: 'result_gone', status, requestId });
  }
  return errorFromResponse(response, '', { secrets: [], now: clock.now(), paid: false });
}

function downloadError(cause: unknown, signal: AbortSignal): RivyaError {
  if (isRivyaError(cause)) return cause;
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    if (!(reason instanceof DeadlineExceeded)) {
      return new RivyaError('cancelled', 'The download was cancelled.', { code: 'cancelled', cause: reason });
    }
    const code = `${reason.phase}_timeout`;
    return new RivyaError('timeout', `The file server took too long. ${reason.message}`, {
      code,
      cause: reason,
    });
  }
  if (cause instanceof BodyTooLarge)
    return new RivyaError('protocol', cause.message, { code: 'file_too_large', cause });
  return networkError(cause, 'the file server').error;
}

/** Whether a server or a cache says that this is a part of a file, whatever its status is. */
function isPart(headers: Headers): boolean {
  const [, first, last, length] =
    /^bytes (\d+)-(\d+)\/(\d+|\*)/.exec(headers.get('content-range') ?? '') ?? [];
  return (
    first !== undefined && (Number(first) !== 0 || (length !== '*' && Number(last) + 1 !== Number(length)))
  );
}

/** The announced length in bytes; of a compressed body it says nothing about the bytes that come out. */
function lengthOf(headers: Headers): number | undefined {
  const encoding = headers.get('content-encoding') ?? 'identity';
  const text = headers.get('content-length') ?? '';
  return encoding === 'identity' && /^\d+$/.test(text) ? Number(text) : undefined;
}
