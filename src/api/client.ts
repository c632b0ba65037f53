import { systemClock, type Clock } from '../base/clock.ts';
import { silentLog, type Log } from '../base/log.ts';
import type { Fetch } from './transport/abortableFetch.ts';
import { parseBaseUrl } from './address/baseUrl.ts';
import { createChat, type Chat } from './chat/chat.ts';
import { createCredits, type CreditsResource } from './resources/credits.ts';
import { defaultDeadlines, type Deadlines } from './transport/deadlines.ts';
import { Decoder } from './schema/decode.ts';
import { RivyaError } from './errors/errors.ts';
import { createFiles, type Files } from './resources/files.ts';
import { createGenerations, type Generations } from './resources/generations.ts';
import { createServerTime, type ServerTime } from './resources/serverTime.ts';
import { createModels, type Models } from './resources/models.ts';
import { createOpenapi, type Openapi } from './resources/openapi.ts';
import { OriginPause } from './transport/originPause.ts';
import { Transport, type ApiKeySource } from './transport/transport.ts';
import { createWebhooks, type Webhooks } from './resources/webhooks.ts';

export interface RivyaClientOptions {
  /** See `parseBaseUrl`. */
  readonly baseUrl: string;
  /** Read for each request, so that a key that was changed or removed counts at once. */
  readonly apiKey: ApiKeySource;
  /** In the editor the host's own, which knows the user's proxy and certificates. */
  readonly fetch: Fetch;
  /** Gets one line a request and what was not understood in answers; never a key, a prompt or a body. */
  readonly log?: Log;
  readonly clock?: Clock;
  /** 0 (inclusive) to 1 (exclusive); spreads retries. */
  readonly random?: () => number;
  readonly userAgent?: string;
  /** Of the origin, when other clients ask it too; by default one of its own. */
  readonly pause?: OriginPause;
  /** In milliseconds. */
  readonly deadlines?: Partial<Deadlines>;
  /** After the first attempt; by default 3. */
  readonly maxRetries?: number;
}

/** Rivya's v1 API. The names follow the documented SDK (rivya-api.md 11). */
export interface RivyaClient {
  readonly origin: string;
  readonly models: Models;
  readonly generations: Generations;
  readonly credits: CreditsResource;
  readonly files: Files;
  readonly chat: Chat;
  readonly webhooks: Webhooks;
  readonly openapi: Openapi;
  readonly serverTime: ServerTime;
  /** Milliseconds since the epoch until which the origin asked for silence; 0 when it did not. */
  pausedUntil(): number;
}

/** @throws RivyaError `validation` when the base URL is not allowed */
export function createRivyaClient(options: RivyaClientOptions): RivyaClient {
  const baseUrl = parseBaseUrl(options.baseUrl);
  if ('problem' in baseUrl) {
    throw new RivyaError('validation', `The base URL is not allowed: ${baseUrl.problem}.`, {
      code: 'base_url_invalid',
    });
  }
  const log = options.log ?? silentLog;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const transport = new Transport(
    {
      baseUrl,
      apiKey: options.apiKey,
      fetch: options.fetch,
      log,
      clock,
      random,
      pause: options.pause ?? new OriginPause(clock, random),
      userAgent: options.userAgent,
      deadlines: { ...defaultDeadlines, ...options.deadlines },
      maxRetries: options.maxRetries ?? 3,
    },
    new Decoder(log),
  );
  const credits = createCredits(transport);
  return {
    origin: baseUrl.origin,
    models: createModels(transport),
    generations: createGenerations(transport),
    credits,
    files: createFiles(transport),
    chat: createChat(transport, log, clock),
    webhooks: createWebhooks(transport),
    openapi: createOpenapi(transport),
    serverTime: createServerTime(transport, credits),
    pausedUntil: () => transport.pause.until,
  };
}
