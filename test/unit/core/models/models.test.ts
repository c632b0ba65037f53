import { fetch as undiciFetch } from 'undici';
import { describe, expect, it } from 'vitest';
import { createRivyaClient } from '../../../../src/api/client.ts';
import type { Model } from '../../../../src/api/resources/models.ts';
import { ModelCatalogue, type ModelCache } from '../../../../src/core/models/modelCatalogue.ts';
import { modelName, modelsFor, promptExcess, unusable } from '../../../../src/core/models/usableModels.ts';
import { startSandbox } from '../../../../src/sandbox/server.ts';

const origin = 'https://rivya.ai';

function model(change: Partial<Model> = {}): Model {
  return {
    id: 'z-image',
    display_name: 'Z-Image',
    category: 'image',
    runtime: 'async_task',
    base_credits: 1,
    billing_type: 'FIXED',
    supported_modes: [],
    max_prompt_length: 10,
    reference_media: null,
    params: [],
    api_status: 'available',
    api_input_status: 'available_text',
    supported_api_inputs: ['text'],
    requires_files_api: false,
    requires_upload_for_modes: [],
    url_input_supported: false,
    file_kinds: [],
    chat_capabilities: null,
    notices: [],
    ...change,
  };
}

function memoryCache(kept?: Model[]): ModelCache & { kept: Model[] | undefined } {
  return {
    kept,
    read() {
      return Promise.resolve(this.kept);
    },
    write(_origin, models) {
      this.kept = [...models];
      return Promise.resolve();
    },
  };
}

const onCacheFailure = (error: unknown): never => {
  throw error;
};

describe('the catalogue', () => {
  it('is asked for once, kept, and refreshed on demand', async () => {
    let asked = 0;
    const cache = memoryCache();
    const catalogue = new ModelCatalogue({
      onCacheFailure,
      list: () => Promise.resolve([model({ id: `m${++asked}` })]),
      cache,
    });
    const told: string[] = [];
    catalogue.onDidChange(each => told.push(each));
    const both = await Promise.all([catalogue.models(origin), catalogue.models(origin)]);
    expect(both.map(models => models[0]?.id)).toEqual(['m1', 'm1']);
    expect(cache.kept?.[0]?.id).toBe('m1');
    await catalogue.refresh(origin);
    expect((await catalogue.models(origin))[0]?.id).toBe('m2');
    expect([cache.kept?.[0]?.id, told]).toEqual(['m2', [origin]]);
    catalogue.dispose();
  });

  it('is the one of before when the server cannot be reached', async () => {
    const offline = (): Promise<Model[]> => Promise.reject(new Error('offline'));
    const old = new ModelCatalogue({
      onCacheFailure,
      list: offline,
      cache: memoryCache([model({ id: 'old' })]),
    });
    expect((await old.models(origin))[0]?.id).toBe('old');
    await expect(old.refresh(origin)).rejects.toThrow('offline');
    expect((await old.models(origin))[0]?.id).toBe('old');
  });

  it('is asked for again after a failure with nothing kept', async () => {
    let answer: () => Promise<Model[]> = () => Promise.reject(new Error('offline'));
    const catalogue = new ModelCatalogue({ onCacheFailure, list: () => answer(), cache: memoryCache() });
    await expect(catalogue.models(origin)).rejects.toThrow('offline');
    answer = () => Promise.resolve([model()]);
    expect(await catalogue.models(origin)).toHaveLength(1);
  });

  it('of the sandbox has usable models of every kind', async () => {
    const sandbox = await startSandbox();
    const fetch = undiciFetch as unknown as typeof globalThis.fetch;
    const client = createRivyaClient({ baseUrl: sandbox.url, apiKey: () => undefined, fetch });
    const catalogue = new ModelCatalogue({
      onCacheFailure,
      list: async () => (await client.models.list()).data,
      cache: memoryCache(),
    });
    const models = await catalogue.models(sandbox.url);
    for (const kind of ['image', 'video', 'audio'] as const) {
      const [first] = modelsFor(models, kind);
      expect(first && unusable(first, kind)).toBeUndefined();
      expect(modelsFor(models, kind).length).toBeGreaterThan(1);
    }
    await sandbox.close();
  });
});

describe('whether a prompt alone starts a job', () => {
  it.each<[string, Partial<Model>, ReturnType<typeof unusable>]>([
    ['available', {}, undefined],
    ['a status of the future', { api_status: 'preview' }, undefined],
    ['no status at all', { api_status: null, api_input_status: null, supported_api_inputs: [] }, undefined],
    ['coming soon', { api_status: 'coming_soon' }, 'comingSoon'],
    ['studio only', { api_status: 'studio_only' }, 'studioOnly'],
    ['files needed', { api_input_status: 'requires_files_api' }, 'needsFiles'],
    ['no text input', { supported_api_inputs: ['file'] }, 'needsFiles'],
    ['text among others', { supported_api_inputs: ['file', 'text'] }, undefined],
    ['another kind', { category: 'video' }, 'otherKind'],
  ])('%s', (_, change, reason) => {
    expect(unusable(model(change), 'image')).toBe(reason);
  });
});

it('lists usable models first, then by name', () => {
  const models = [
    model({ id: 'soon', display_name: 'A', api_status: 'coming_soon' }),
    model({ id: 'c', display_name: 'C' }),
    model({ id: 'B', display_name: null }),
    model({ id: 'clip', category: 'video' }),
  ];
  expect(modelsFor(models, 'image').map(modelName)).toEqual(['B', 'C', 'A']);
});

it('counts a prompt in characters, not in UTF-16 units', () => {
  expect(promptExcess(model(), '🦊'.repeat(10))).toBe(0);
  expect(promptExcess(model(), '🦊'.repeat(12))).toBe(2);
  expect(promptExcess(model({ max_prompt_length: null }), 'x'.repeat(100_000))).toBe(0);
});

describe('a catalogue in trouble', () => {
  it('is good although it cannot be kept', async () => {
    const failures: unknown[] = [];
    const catalogue = new ModelCatalogue({
      list: () => Promise.resolve([model({ id: 'm' })]),
      cache: { read: () => Promise.resolve(undefined), write: () => Promise.reject(new Error('disk full')) },
      onCacheFailure: error => failures.push(error),
    });
    expect((await catalogue.models(origin))[0]?.id).toBe('m');
    expect(failures).toEqual([new Error('disk full')]);
  });

  it('asks again after it had to make do with an old one', async () => {
    let online = false;
    const catalogue = new ModelCatalogue({
      list: () => (online ? Promise.resolve([model({ id: 'new' })]) : Promise.reject(new Error('offline'))),
      cache: { read: () => Promise.resolve([model({ id: 'old' })]), write: () => Promise.resolve() },
      onCacheFailure,
    });
    expect((await catalogue.models(origin))[0]?.id).toBe('old');
    online = true;
    expect((await catalogue.models(origin))[0]?.id).toBe('new');
  });
});
