import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/base/event.ts';
import {
  Account,
  cleanKey,
  hasForbiddenCharacter,
  looksLikeKey,
  type SecretStore,
} from '../../../src/core/account/account.ts';

/** Secrets as the editor keeps them: every window hears of a change. */
class MemorySecrets implements SecretStore {
  readonly kept = new Map<string, string>();
  readonly #changed = new Emitter<{ key: string }>();
  readonly onDidChange = this.#changed.event;

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.kept.get(key));
  }

  store(key: string, value: string): Promise<void> {
    this.kept.set(key, value);
    this.#changed.fire({ key });
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.kept.delete(key);
    this.#changed.fire({ key });
    return Promise.resolve();
  }
}

describe('keys', () => {
  it('are told to the log with other secrets that are to be hidden, but for tiny ones', async () => {
    const account = new Account(new MemorySecrets());
    await account.store('https://rivya.ai', 'odd-key');
    account.hide('another secret');
    account.hide('a');
    expect([...account.seen]).toEqual(['odd-key', 'another secret']);
  });

  it('are kept by origin, and never given for another', async () => {
    const secrets = new MemorySecrets();
    const account = new Account(secrets);
    await account.store('https://rivya.ai', 'rvya_sk_one');
    await account.store('http://127.0.0.1:4010', 'rvya_sk_two');
    expect(await account.key('https://rivya.ai')).toBe('rvya_sk_one');
    expect(await account.key('https://rivya.ai.evil.example')).toBeUndefined();
    await account.remove('https://rivya.ai');
    expect(await account.key('https://rivya.ai')).toBeUndefined();
    expect([...secrets.kept.keys()]).toEqual(['rivya.apiKey:http://127.0.0.1:4010']);
  });

  it('that are blank count as none', async () => {
    const secrets = new MemorySecrets();
    secrets.kept.set('rivya.apiKey:https://rivya.ai', ' \n');
    expect(await new Account(secrets).key('https://rivya.ai')).toBeUndefined();
  });

  it('that change here or in another window are told by origin; other secrets are not', async () => {
    const secrets = new MemorySecrets();
    const account = new Account(secrets);
    const told: string[] = [];
    account.onDidChangeKey(origin => told.push(origin));
    await account.store('https://rivya.ai', 'rvya_sk_one');
    await secrets.store('someone.else', 'x');
    await account.remove('https://rivya.ai');
    expect(told).toEqual(['https://rivya.ai', 'https://rivya.ai']);
    account.dispose();
    await secrets.store('rivya.apiKey:https://rivya.ai', 'y');
    expect(told).toHaveLength(2);
  });
});

describe('a pasted key', () => {
  it.each([
    ['rvya_sk_abc', 'rvya_sk_abc'],
    ['  rvya_sk_abc\r\n', 'rvya_sk_abc'],
    ['Bearer rvya_sk_abc', 'rvya_sk_abc'],
    ['bearer   "rvya_sk_abc" ', 'rvya_sk_abc'],
    ["'rvya_sk_abc'", 'rvya_sk_abc'],
    ['`rvya_sk_abc`', 'rvya_sk_abc'],
    ['"rvya_sk_abc', '"rvya_sk_abc'],
    ['', ''],
  ])('%j is cleaned', (pasted, clean) => {
    expect(cleanKey(pasted)).toBe(clean);
  });

  it('is known by its documented shape, as a hint', () => {
    expect(looksLikeKey('rvya_sk_aB3-_')).toBe(true);
    expect(['sk_live_1', 'rvya_sk_', 'rvya_sk_a b', 'xrvya_sk_a'].filter(looksLikeKey)).toEqual([]);
  });

  it('with a character that no header carries is found out', () => {
    expect(['rvya_sk_é', 'a b', 'a\u0000', 'a\u200b', '狐'].every(hasForbiddenCharacter)).toBe(true);
    expect(hasForbiddenCharacter('rvya_sk_aB3-_.~')).toBe(false);
  });
});
