import type * as v from 'valibot';
import { abortable } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { abortableFetch, type Fetch } from './abortableFetch.ts';
import type { BaseUrl } from '../address/baseUrl.ts';
import { BodyTooLarge, discard, readBytes, readChunks, readErrorText } from './body.ts';
import { Deadline, DeadlineExceeded, type Deadlines } from './deadlines.ts';
import { DecodeError, type Decoder } from '../schema/decode.ts';
import { errorFromResponse, errorFromStream, isErrorAlone, requestIdOf } from '../errors/errorResponse.ts';
import { isRivyaError, RivyaError } from '../errors/errors.ts';
import { parseHttpDate } from '../errors/retryAfter.ts';
import { parseJson } from '../../base/json.ts';
import { isOfTheWay407, networkError } from '../errors/networkError.ts';
import type { OriginPause } from './originPause.ts';
import type { ApiRequest, OpenResponse, PostOptions } from './request.ts';
import { retryDelay, waitBefore } from './retryPolicy.ts';

export type ApiKeySource = () => string | undefined | Promise<string | undefined>;

export interface TransportOptions {
  readonly baseUrl: BaseUrl;
  readonly apiKey: ApiKeySource;
  readonly fetch: Fetch;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: () => number;
  /** Shared by all clients of the origin. */
  readonly pause: OriginPause;
  readonly userAgent: string | undefined;
  readonly deadlines: Deadlines;
  readonly maxRetries: number;
}

const maxResponseBytes = 16 * 1024 * 1024;
const maxRedirects = 3;

/** One attempt: what it is allowed, and how far it came. */
interface Attempt {
  readonly deadline: Deadline;
  readonly deadlines: Deadlines;
  bytesMayHaveLeft: boolean;
  response?: Response;
  secrets: readonly string[];
}

/**
 * Sends requests to one origin: key, deadlines, retries and the pause after a 429 are here and nowhere else.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #decoder: Decoder;
  #heard: { readonly time: number } | undefined;

  constructor(options: TransportOptions, decoder: Decoder) {
    this.#options = options;
    this.#decoder = decoder;
  }

  /**
   * The server's own time in its last answer, in milliseconds since the epoch; another object for each
   * answer, undefined before the first one that says it.
   */
  get heard(): { readonly time: number } | undefined {
    return this.#heard;
  }

  /** The silence that the server asked for. */
  get pause(): OriginPause {
    return this.#options.pause;
  }

  /**
   * Sends a request and reads its answer by the schema. An answer without a body, such as a 204, reads as
   * null.
   * @param name of the answer, for the log
   * @throws RivyaError and nothing else
   */
  async json<S extends v.GenericSchema>(
    request: ApiRequest,
    schema: S,
    name: string,
    options: PostOptions = {},
  ): Promise<v.InferOutput<S>> {
    return (await this.answer(request, schema, name, options)).value;
  }

  /**
   * As `json`.
   * @returns the secrets of the request too, which the server may have echoed
   */
  async answer<S extends v.GenericSchema>(
    request: ApiRequest,
    schema: S,
    name: string,
    options: PostOptions = {},
  ): Promise<{ readonly value: v.InferOutput<S>; readonly secrets: readonly string[] }> {
    const call = new Deadline(options.signal, this.#options.clock);
    try {
      return await this.#attempts(request, options, call, async (response, attempt) => {
        const limits = { idleMs: attempt.deadlines.idle, maxBytes: request.maxBytes ?? maxResponseBytes };
        const bytes = await readBytes(response.body, attempt.deadline, limits);
        const value = bytes.length === 0 ? null : parseJson(new TextDecoder().decode(bytes));
        if (value === undefined) throw new DecodeError(`${name} is not JSON.`);
        // Some answers need no field at all, so that an error under a status of success would pass for one.
        if (isErrorAlone(value)) throw new DecodeError(`${name} is an error.`);
        return { value: this.#decoder.decode(schema, value, name), secrets: attempt.secrets };
      });
    } finally {
      call.dispose();
    }
  }

  /**
   * Sends a request and hands its answer out unread.
   * @throws RivyaError and nothing else
   */
  async open(request: ApiRequest, options: PostOptions = {}): Promise<OpenResponse> {
    const call = new Deadline(options.signal, this.#options.clock);
    try {
      return await this.#attempts(request, options, call, (response, attempt) =>
        Promise.resolve(this.#openResponse(request, call, response, attempt)),
      );
    } catch (error) {
      call.dispose();
      throw error;
    }
  }

  #openResponse(request: ApiRequest, call: Deadline, response: Response, attempt: Attempt): OpenResponse {
    // The attempt's own deadline ends with the attempt; the body goes on under one of its own.
    const deadline = new Deadline(call.signal, this.#options.clock);
    const reading: Attempt = { ...attempt, deadline };
    const limits = { idleMs: attempt.deadlines.idle, maxBytes: request.maxBytes ?? maxResponseBytes };
    const requestId = requestIdOf(response.headers, attempt.secrets);
    const release = (): void => {
      deadline.dispose();
      call.dispose();
    };
    const failure = (cause: unknown): RivyaError => this.#failure(cause, request, reading);
    async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield* readChunks(response.body, deadline, limits);
      } catch (cause) {
        throw failure(cause);
      } finally {
        release();
      }
    }
    return {
      headers: response.headers,
      requestId,
      errorOf: event => errorFromStream(event, requestId, attempt.secrets),
      chunks: chunks(),
      setIdle: milliseconds => {
        limits.idleMs = milliseconds;
      },
      dispose: () => {
        release();
        if (!response.body?.locked) discard(response.body);
      },
    };
  }

  async #attempts<T>(
    request: ApiRequest,
    options: PostOptions,
    call: Deadline,
    consume: (response: Response, attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    const deadlines = { ...this.#options.deadlines, ...request.deadlines, ...defined(options.deadlines) };
    const maxRetries = options.maxRetries ?? this.#options.maxRetries;
    const repeatable = request.method === 'GET' || options.idempotencyKey !== undefined;
    call.start('total', deadlines.total);
    // Once an attempt got lost, no later answer can prove that it did nothing.
    let possiblyCharged = false;
    let hasWaited = false;
    for (let number = 0; ; number++) {
      const attempt: Attempt = {
        deadline: new Deadline(call.signal, this.#options.clock),
        deadlines,
        bytesMayHaveLeft: false,
        secrets: [],
      };
      try {
        await this.#ready(options, call, hasWaited);
      } catch (reason) {
        attempt.deadline.dispose();
        const stopped = this.#failure(reason, request, attempt);
        throw possiblyCharged ? stopped.asPossiblyCharged() : stopped;
      }
      try {
        return await this.#attempt(request, options, attempt, consume);
      } catch (cause) {
        const error = this.#failure(cause, request, attempt);
        possiblyCharged ||= error.mayHaveBeenCharged;
        const failed = {
          error,
          attempt: number,
          maxRetries,
          repeatable,
          bytesMayHaveLeft: attempt.bytesMayHaveLeft,
        };
        const wait = retryDelay(failed, this.#options.random);
        if (attempt.response && error.kind === 'rateLimit') {
          this.pause.extend(wait ?? waitBefore(error, number, this.#options.random));
        }
        if (wait === undefined || wait >= call.remaining)
          throw possiblyCharged ? error.asPossiblyCharged() : error;
        try {
          await this.pause.sleep(wait, call.signal);
          hasWaited = true;
        } catch (reason) {
          const stopped = this.#failure(reason, request, attempt);
          throw possiblyCharged ? stopped.asPossiblyCharged() : stopped;
        }
      } finally {
        attempt.deadline.dispose();
      }
    }
  }

  /** Waits until it may be sent, and asks the caller about what was slept through. */
  async #ready(options: PostOptions, call: Deadline, hasWaited: boolean): Promise<void> {
    let mayHaveSlept = hasWaited;
    // Asking may bring another pause.
    while ((await this.pause.wait(call)) || mayHaveSlept) {
      mayHaveSlept = false;
      await options.afterWait?.();
    }
  }

  /** Sends the request once; when the attempt is over, well or badly, it leaves one line in the log. */
  async #attempt<T>(
    request: ApiRequest,
    options: PostOptions,
    attempt: Attempt,
    consume: (response: Response, attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    const { clock, log } = this.#options;
    const startedAt = clock.now();
    const line = (outcome: string, requestId: string | undefined): string =>
      [
        request.method,
        `/api/v1${request.path}`,
        outcome,
        `${Math.round(clock.now() - startedAt)} ms`,
        requestId ?? '',
      ]
        .join(' ')
        .trimEnd();
    try {
      const response = await this.#send(request, options, attempt);
      if (!response.ok) throw await this.#errorResponse(request, response, attempt);
      const result = await consume(response, attempt);
      log.debug(line(String(response.status), requestIdOf(response.headers, attempt.secrets)));
      return result;
    } catch (cause) {
      const error = this.#failure(cause, request, attempt);
      const status = error.status === undefined ? '' : `${error.status} `;
      log[error.kind === 'cancelled' ? 'debug' : 'warn'](line(`${status}${error.code}`, error.requestId));
      throw error;
    }
  }

  async #send(request: ApiRequest, options: PostOptions, attempt: Attempt): Promise<Response> {
    const { baseUrl } = this.#options;
    const headers = await this.#headers(request, options, attempt);
    let url = new URL(`${baseUrl.href}/api/v1${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    attempt.deadline.start('headers', attempt.deadlines.headers);
    for (let hop = 0; ; hop++) {
      const response = await this.#fetch(url, request, headers, attempt);
      attempt.response = response;
      this.#hear(response.headers);
      if (!isRedirect(response)) {
        attempt.deadline.stop();
        return response;
      }
      discard(response.body);
      url = this.#redirectTarget(url, request, response, hop);
    }
  }

  #hear(headers: Headers): void {
    const time = parseHttpDate(headers.get('date')?.trim() ?? '');
    if (!Number.isNaN(time)) this.#heard = { time };
  }

  async #fetch(url: URL, request: ApiRequest, headers: Headers, attempt: Attempt): Promise<Response> {
    const { signal } = attempt.deadline;
    const body = request.json === undefined ? request.body?.open() : toJson(request.json);
    const init: RequestInit & { signal: AbortSignal } = {
      method: request.method,
      headers,
      redirect: 'manual',
      signal,
    };
    if (body !== undefined) init.body = body;
    if (body instanceof ReadableStream) init.duplex = 'half';
    signal.throwIfAborted();
    attempt.bytesMayHaveLeft = true;
    return abortableFetch(this.#options.fetch, url, init);
  }

  async #headers(request: ApiRequest, options: PostOptions, attempt: Attempt): Promise<Headers> {
    const headers = new Headers({ accept: request.accept ?? 'application/json' });
    if (this.#options.userAgent !== undefined) headers.set('user-agent', this.#options.userAgent);
    if (request.json !== undefined) headers.set('content-type', 'application/json');
    if (request.body) {
      headers.set('content-type', request.body.contentType);
      headers.set('content-length', String(request.body.length));
    }
    if (options.idempotencyKey !== undefined) {
      if (!isHeaderText(options.idempotencyKey)) {
        throw new RivyaError('validation', 'The idempotency key has characters that no header can hold.', {
          code: 'idempotency_key_invalid',
        });
      }
      headers.set('idempotency-key', options.idempotencyKey);
    }
    if (request.public) return headers;
    const key = await this.#key(attempt);
    if (key === '')
      throw new RivyaError('authentication', 'There is no API key.', { code: 'api_key_missing' });
    // Checked here, because `Headers` would quote the key in its own error.
    if (!isHeaderText(key)) {
      throw new RivyaError('authentication', 'The API key has characters that no key has.', {
        code: 'api_key_invalid',
      });
    }
    if (options.acceptsKey?.(key) === false) {
      throw new RivyaError('authentication', 'The API key was replaced before the request left.', {
        code: 'api_key_replaced',
        retryable: true,
      });
    }
    attempt.secrets = [key];
    headers.set('authorization', `Bearer ${key}`);
    return headers;
  }

  async #key({ deadline: { signal } }: Attempt): Promise<string> {
    try {
      return (await abortable(signal, async () => this.#options.apiKey()))?.trim() ?? '';
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new RivyaError('authentication', 'The API key could not be read.', {
        code: 'api_key_unreadable',
        cause,
      });
    }
  }

  /** The key stays at its origin; and a POST is not turned into something else on the way. */
  #redirectTarget(from: URL, request: ApiRequest, response: Response, hop: number): URL {
    // Without a place, or with an empty one, it would lead to where it comes from.
    const location = response.headers.get('location') ?? '';
    const target = location === '' ? null : URL.parse(location, from.href);
    // No request can be made of an address with a password in it.
    const isOwn = target?.origin === from.origin && target.username === '' && target.password === '';
    if (isOwn && request.method === 'GET' && hop < maxRedirects) return target;
    const place = target ? ` to ${target.origin}` : '';
    throw new RivyaError('protocol', `The server redirects${place}, which is not followed.`, {
      code: 'redirect_refused',
      status: response.status,
      requestId: requestIdOf(response.headers),
    });
  }

  async #errorResponse(request: ApiRequest, response: Response, attempt: Attempt): Promise<RivyaError> {
    const { paid = false } = request;
    const text = await readErrorText(response.body, attempt.deadline, attempt.deadlines.idle);
    const isPassedOn = response.status !== 407 || !isOfTheWay407(this.#options.baseUrl.origin);
    return errorFromResponse(response, text, {
      secrets: attempt.secrets,
      now: this.#options.clock.now(),
      paid: paid && isPassedOn,
    });
  }

  /** Turns whatever an attempt failed with into the one error family. */
  #failure(cause: unknown, request: ApiRequest, attempt: Attempt): RivyaError {
    if (isRivyaError(cause)) return cause;
    const { response, deadline } = attempt;
    const status = response?.status;
    const requestId = response && requestIdOf(response.headers, attempt.secrets);
    const lost = (request.paid ?? false) && attempt.bytesMayHaveLeft;
    const seen = { status, requestId, mayHaveBeenCharged: lost };
    if (deadline.signal.aborted) {
      const reason: unknown = deadline.signal.reason;
      if (!(reason instanceof DeadlineExceeded)) {
        return new RivyaError('cancelled', 'The request was cancelled.', {
          ...seen,
          code: 'cancelled',
          cause: reason,
        });
      }
      const code = `${reason.phase}_timeout`;
      return new RivyaError('timeout', `The server took too long. ${reason.message}`, {
        ...seen,
        code,
        cause: reason,
      });
    }
    if (cause instanceof BodyTooLarge) {
      return new RivyaError('protocol', cause.message, { ...seen, code: 'response_too_large', cause });
    }
    if (cause instanceof DecodeError) {
      // Another try may meet a server, not the proxy page or the half-deployed version that answered here.
      const details = { ...seen, code: 'response_unreadable', retryable: true, cause };
      return new RivyaError('protocol', `The server's answer could not be read: ${cause.message}`, details);
    }
    const { error, bytesMayHaveLeft } = networkError(cause, this.#options.baseUrl.origin);
    // `fetch` was called, but only now it shows whether a connection came about.
    if (!response) attempt.bytesMayHaveLeft &&= bytesMayHaveLeft;
    const charged = (request.paid ?? false) && attempt.bytesMayHaveLeft;
    const { kind, message, code, retryable } = error;
    return new RivyaError(kind, message, { ...seen, code, retryable, mayHaveBeenCharged: charged, cause });
  }
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new RivyaError('validation', 'The request cannot be written as JSON.', {
      code: 'request_invalid',
      cause,
    });
  }
}

function isRedirect(response: Response): boolean {
  return (
    response.type === 'opaqueredirect' ||
    (response.status >= 300 && response.status < 400 && response.status !== 304)
  );
}

function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]{1,1000}$/.test(text);
}

/** Leaves out what is explicitly undefined, so that it does not hide a default. */
function defined(deadlines: Partial<Deadlines> | undefined): Partial<Deadlines> {
  return Object.fromEntries(
    Object.entries(deadlines ?? {}).filter(([, value]) => (value as unknown) !== undefined),
  );
}
