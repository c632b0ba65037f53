import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { SecretStore } from '../account/account.ts';

/** Where secrets are kept, with a way to find them; structurally a part of VS Code's `SecretStorage`. */
export interface ListedSecretStore extends SecretStore {
  keys(): PromiseLike<string[]>;
}

/** The signing secret of one endpoint of one server. */
export interface WebhookSecret {
  readonly origin: string;
  readonly endpointId: string;
  readonly secret: string;
}

const prefix = 'rivya.webhookSecret:';

/**
 * The signing secrets, each bound to its server and endpoint. Rivya tells one once only, so each is kept
 * before it is shown.
 */
export class WebhookSecrets implements Disposable {
  readonly #store: ListedSecretStore;
  readonly #seen: (secret: string) => void;
  readonly #changed = new Emitter<void>();
  readonly #subscription: Disposable;

  /** Fires when a secret came or went, in any window. */
  readonly onDidChange = this.#changed.event;

  /** @param seen is told every secret that passes through here, so that the log can leave it out */
  constructor(store: ListedSecretStore, seen: (secret: string) => void = () => undefined) {
    this.#store = store;
    this.#seen = seen;
    this.#subscription = store.onDidChange(({ key }) => {
      if (key.startsWith(prefix)) this.#changed.fire();
    });
  }

  async get(origin: string, endpointId: string): Promise<string | undefined> {
    const secret = await this.#store.get(keyOf(origin, endpointId));
    if (secret !== undefined) this.#hide(secret);
    return secret;
  }

  async set(origin: string, endpointId: string, secret: string): Promise<void> {
    this.#hide(secret);
    await this.#store.store(keyOf(origin, endpointId), secret);
  }

  async remove(origin: string, endpointId: string): Promise<void> {
    await this.#store.delete(keyOf(origin, endpointId));
  }

  /** The ids of the endpoints of a server whose secrets are known. */
  async known(origin: string): Promise<ReadonlySet<string>> {
    const own = (await this.#owners()).filter(owner => owner.origin === origin);
    return new Set(own.map(owner => owner.endpointId));
  }

  async all(): Promise<WebhookSecret[]> {
    const found: WebhookSecret[] = [];
    for (const owner of await this.#owners()) {
      const secret = await this.get(owner.origin, owner.endpointId);
      if (secret !== undefined) found.push({ ...owner, secret });
    }
    return found;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #hide(secret: string): void {
    this.#seen(secret);
    this.#seen(secret.replace(/^whsec_/, ''));
  }

  async #owners(): Promise<{ origin: string; endpointId: string }[]> {
    const keys = (await this.#store.keys()).filter(key => key.startsWith(prefix));
    return keys.map(key => {
      const cut = key.lastIndexOf('/');
      return { origin: key.slice(prefix.length, cut), endpointId: decodeURIComponent(key.slice(cut + 1)) };
    });
  }
}

function keyOf(origin: string, endpointId: string): string {
  return `${prefix}${origin}/${encodeURIComponent(endpointId)}`;
}
