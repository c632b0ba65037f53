import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ApiKeySource } from '../../api/transport/transport.ts';

const saltBytes = 32;

/** The account that requests of one origin are sent for, as far as its API key tells. */
export interface SenderAccount {
  /** The mark of the API key that a request would carry now; undefined without a key. */
  mark(): Promise<string | undefined>;
  /** Whether this key has this mark. */
  is(mark: string | undefined, apiKey: string): boolean;
}

/**
 * Tells API keys apart without keeping them: a mark is a salted hash of a key. The salt is random and lies
 * beside the databases, so that marks of two machines cannot be compared. Rivya names no account in its
 * answers; another key may belong to the same account, which then costs a question and nothing else.
 */
export class AccountMarks {
  readonly #salt: Buffer;

  private constructor(salt: Buffer) {
    this.#salt = salt;
  }

  /**
   * Reads the salt, or makes one; of several windows that make it at once, one wins.
   * @throws an error of the file system
   */
  static open(path: string): AccountMarks {
    try {
      writeFileSync(path, randomBytes(saltBytes), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const salt = readFileSync(path);
    if (salt.length >= saltBytes) return new AccountMarks(salt);
    // Cut off while it was written. With another salt every key looks new, and the person is asked.
    writeFileSync(path, randomBytes(saltBytes), { mode: 0o600 });
    return new AccountMarks(readFileSync(path));
  }

  /** @param apiKey reads the key that a request of one origin would carry now */
  sender(apiKey: ApiKeySource): SenderAccount {
    const mark = async (): Promise<string | undefined> => {
      const key = (await apiKey())?.trim() ?? '';
      return key === '' ? undefined : this.of(key);
    };
    return { mark, is: (expected, key) => expected === this.of(key) };
  }

  of(apiKey: string): string {
    return createHmac('sha256', this.#salt).update(apiKey.trim()).digest('hex').slice(0, 32);
  }
}
