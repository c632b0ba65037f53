import { expect, it } from 'vitest';
import { createRivyaClient } from '../../../src/api/client.ts';
import { answer, startScriptedServer } from '../../support/scriptedServer.ts';

it.each([429, 503])('an upload is sent again after %s, as the same one', async status => {
  await using server = await startScriptedServer(
    answer(status, '', { 'retry-after': '0' }),
    answer(201, { id: 'file_1', url: 'https://media.example/a.png' }),
  );
  const client = createRivyaClient({ baseUrl: server.url, apiKey: () => 'rvya_sk_test', fetch });
  const data = new Blob(['x']);
  const file = await client.files.upload({ kind: 'image', name: 'a.png', type: 'image/png', data });
  expect(file.id).toBe('file_1');
  const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
  expect(new Set(keys).size).toBe(1);
});
