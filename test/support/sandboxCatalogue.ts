import { fetch } from 'undici';
import { createRivyaClient } from '../../src/api/client.ts';
import type { Model } from '../../src/api/resources/models.ts';
import { startSandbox } from '../../src/sandbox/server.ts';

/** The models of the sandbox, which are those of Rivya, as the client reads them. */
export async function sandboxCatalogue(): Promise<Model[]> {
  const sandbox = await startSandbox();
  try {
    const client = createRivyaClient({
      baseUrl: sandbox.url,
      apiKey: () => sandbox.apiKey,
      fetch: fetch as unknown as typeof globalThis.fetch,
    });
    return (await client.models.list()).data;
  } finally {
    await sandbox.close();
  }
}

/** One of the models, with changes. */
export function modelOf(models: readonly Model[], id: string, change: Partial<Model> = {}): Model {
  const found = models.find(each => each.id === id);
  if (!found) throw new Error(`There is no model ${id}.`);
  return { ...found, ...change };
}
