import { Emitter, type Event } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/** Where secrets are kept; structurally a part of VS Code's `SecretStorage`. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
  /** Fires in every window when a secret was stored or deleted in one of them. */
  onDidChange: Event<{ readonly key: string }>;
}

const prefix = 'rivya.apiKey:';

/** The API keys, one an origin: the key of one server is never sent to another. */
export class Account implements Disposable {
  readonly #secrets: SecretStore;
  readonly #changed = new Emitter<string>();
  readonly #seen = new Set<string>();
  readonly #subscription: Disposable;

  /** Fires with the origin whose key was stored or removed, here or in another window. */
  readonly onDidChangeKey = this.#changed.event;

  constructor(secrets: SecretStore) {
    this.#secrets = secrets;
    this.#subscription = secrets.onDidChange(({ key }) => {
      if (key.startsWith(prefix)) this.#changed.fire(key.slice(prefix.length));
    });
  }

  async key(origin: string): Promise<string | undefined> {
    const key = (await this.#secrets.get(prefix + origin))?.trim();
    if (key === undefined || key === '') return undefined;
    this.#seen.add(key);
    return key;
  }

  /** Every key and secret that passed through here, so that the log can leave it out whatever its shape. */
  get seen(): Iterable<string> {
    return this.#seen;
  }

  /** Keeps another secret out of the log. One that is very short would take words out of it. */
  hide(secret: string): void {
    if (secret.length >= 8) this.#seen.add(secret);
  }

  /** @param key without blanks around it; see `cleanKey` */
  async store(origin: string, key: string): Promise<void> {
    this.#seen.add(key);
    await this.#secrets.store(prefix + origin, key);
  }

  async remove(origin: string): Promise<void> {
    await this.#secrets.delete(prefix + origin);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

/** A key as pasted: blanks, line breaks, quotes and a leading "Bearer" are not part of it. */
export function cleanKey(pasted: string): string {
  return pasted
    .trim()
    .replace(/^Bearer\s+/i, '')
    .replace(/^(["'`])(.*)\1$/s, '$2')
    .trim();
}

/** Whether it has the documented shape `rvya_sk_…` (rivya-api.md 0). A hint only: the server decides. */
export function looksLikeKey(key: string): boolean {
  return /^rvya_sk_[\w-]+$/.test(key);
}

/** A character that no HTTP header can carry, so that the key could not even be sent. */
export function hasForbiddenCharacter(key: string): boolean {
  return /[^\x21-\x7e]/.test(key);
}
