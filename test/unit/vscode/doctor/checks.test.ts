import { expect, it } from 'vitest';
import { createRivyaClient } from '../../../../src/api/client.ts';
import { checkScopes } from '../../../../src/vscode/doctor/checks.ts';
import { answer, startScriptedServer } from '../../../support/scriptedServer.ts';

const error = (code: string): unknown => ({ error: { code, message: 'x', requestId: 'req_1' } });

it.each([
  ['a block page', 403, '<html><title>Blocked</title></html>', { code: 'http_403' }],
  ['a gateway', 404, 'default backend - 404', { code: 'http_404' }],
  ['Rivya', 403, error('api_scope_denied'), 'denied'],
])('believes a refusal only as far as it is of Rivya: %s', async (_name, status, body, outcome) => {
  const reply = answer(status, body);
  await using server = await startScriptedServer(reply, reply, reply, reply, reply);
  const client = createRivyaClient({ baseUrl: server.url, apiKey: () => 'rvya_sk_test', fetch });
  const checks = await checkScopes(client, new AbortController().signal);
  expect(checks.map(each => each.outcome)).toEqual(Array.from({ length: 5 }, () => outcome));
});

it('takes the documented "not found" for a key that may look', async () => {
  const reply = answer(404, error('not_found'));
  await using server = await startScriptedServer(reply, reply, reply, reply, reply);
  const client = createRivyaClient({ baseUrl: server.url, apiKey: () => 'rvya_sk_test', fetch });
  const checks = await checkScopes(client, new AbortController().signal);
  const found = checks.filter(({ outcome }) => outcome === 'granted').map(({ scope }) => scope);
  expect(found).toEqual(['generations:read']);
});
