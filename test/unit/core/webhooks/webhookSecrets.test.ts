import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../../src/base/event.ts';
import { WebhookSecrets, type ListedSecretStore } from '../../../../src/core/webhooks/webhookSecrets.ts';

function memory(): ListedSecretStore {
  const values = new Map<string, string>();
  const changed = new Emitter<{ key: string }>();
  return {
    keys: () => Promise.resolve([...values.keys()]),
    get: key => Promise.resolve(values.get(key)),
    store: (key, value) => {
      values.set(key, value);
      changed.fire({ key });
      return Promise.resolve();
    },
    delete: key => {
      values.delete(key);
      changed.fire({ key });
      return Promise.resolve();
    },
    onDidChange: changed.event,
  };
}

describe('WebhookSecrets', () => {
  it('binds a secret to its server and endpoint', async () => {
    const store = memory();
    await store.store('rivya.apiKey:https://rivya.ai', 'rvya_sk_1');
    const secrets = new WebhookSecrets(store);
    await secrets.set('https://rivya.ai', 'whend_1', 'whsec_a');
    await secrets.set('http://127.0.0.1:4010', 'whend_1', 'whsec_b');
    await secrets.set('https://rivya.ai', 'odd/id ü', 'whsec_c');

    expect(await secrets.get('https://rivya.ai', 'whend_1')).toBe('whsec_a');
    expect(await secrets.get('http://127.0.0.1:4010', 'whend_1')).toBe('whsec_b');
    expect(await secrets.get('http://127.0.0.1:4010', 'whend_2')).toBeUndefined();
    expect(await secrets.known('https://rivya.ai')).toEqual(new Set(['whend_1', 'odd/id ü']));
    expect(await secrets.all()).toEqual([
      { origin: 'https://rivya.ai', endpointId: 'whend_1', secret: 'whsec_a' },
      { origin: 'http://127.0.0.1:4010', endpointId: 'whend_1', secret: 'whsec_b' },
      { origin: 'https://rivya.ai', endpointId: 'odd/id ü', secret: 'whsec_c' },
    ]);

    await secrets.remove('https://rivya.ai', 'whend_1');
    expect(await secrets.get('https://rivya.ai', 'whend_1')).toBeUndefined();
    expect(await secrets.known('http://127.0.0.1:4010')).toEqual(new Set(['whend_1']));
  });

  it('tells every secret that passes, with its prefix and without', async () => {
    const store = memory();
    const seen = new Set<string>();
    await new WebhookSecrets(store, secret => seen.add(secret)).set('https://rivya.ai', 'a', 'whsec_one');
    expect(seen).toEqual(new Set(['whsec_one', 'one']));
    seen.clear();
    await new WebhookSecrets(store, secret => seen.add(secret)).all();
    expect(seen).toEqual(new Set(['whsec_one', 'one']));
  });

  it('tells of its own changes only', async () => {
    const store = memory();
    const secrets = new WebhookSecrets(store);
    let changes = 0;
    secrets.onDidChange(() => changes++);
    await store.store('rivya.apiKey:https://rivya.ai', 'rvya_sk_1');
    expect(changes).toBe(0);
    await secrets.set('https://rivya.ai', 'whend_1', 'whsec_a');
    await secrets.remove('https://rivya.ai', 'whend_1');
    expect(changes).toBe(2);
  });
});
