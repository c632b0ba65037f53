import { systemClock } from '../base/clock.ts';
import type { BaseUrl } from './address/baseUrl.ts';
import { createRivyaClient, type RivyaClient, type RivyaClientOptions } from './client.ts';
import { OriginPause } from './transport/originPause.ts';
import type { ApiKeySource } from './transport/transport.ts';

/**
 * The clients of one window: one for each server, and one pause after a 429 for each origin, so that whoever
 * asks next keeps to it.
 */
export class Clients {
  readonly #keyOf: (origin: string) => ReturnType<ApiKeySource>;
  readonly #options: Omit<RivyaClientOptions, 'baseUrl' | 'apiKey' | 'pause'>;
  readonly #clients = new Map<string, RivyaClient>();
  readonly #pauses = new Map<string, OriginPause>();

  /** @param keyOf reads the key of an origin, for each request */
  constructor(
    keyOf: (origin: string) => ReturnType<ApiKeySource>,
    options: Omit<RivyaClientOptions, 'baseUrl' | 'apiKey' | 'pause'>,
  ) {
    this.#keyOf = keyOf;
    this.#options = options;
  }

  /** The one client of a server. */
  of(base: BaseUrl): RivyaClient {
    let client = this.#clients.get(base.href);
    if (!client) {
      client = this.#create(base, () => this.#keyOf(base.origin));
      this.#clients.set(base.href, client);
    }
    return client;
  }

  /** A client with a key that is not stored yet. It keeps to the pause of the origin like all others. */
  withKey(base: BaseUrl, key: string): RivyaClient {
    return this.#create(base, () => key);
  }

  #create({ href, origin }: BaseUrl, apiKey: ApiKeySource): RivyaClient {
    const { clock = systemClock, random = Math.random } = this.#options;
    const pause = this.#pauses.get(origin) ?? new OriginPause(clock, random);
    this.#pauses.set(origin, pause);
    return createRivyaClient({ ...this.#options, baseUrl: href, apiKey, pause });
  }
}
