import { describe, expect, it } from 'vitest';
import { scopes, type Scope } from '../../../src/sandbox/state/scopes.ts';
import { contract } from '../../../src/shared/openapi.ts';
import { call, errorOf, generate, sandboxForTest, send, type Json } from './client.ts';

describe('keys', () => {
  it.each([
    [null, 401, 'api_key_missing'],
    ['rvya_sk_wrong', 401, 'api_key_invalid'],
  ])('answers for the key %s: %i %s', async (key, status, code) => {
    const sandbox = await sandboxForTest();
    const answer = await call(sandbox, '/credits', { key });
    expect(answer.status).toBe(status);
    expect(errorOf(answer)).toMatchObject({ code, requestId: expect.stringMatching(/^req_/) as string });
  });

  it.each(['revoked', 'expired'] as const)(
    'answers for a %s key, and for one that is active again',
    async status => {
      const sandbox = await sandboxForTest();
      sandbox.control.setKeyStatus(sandbox.apiKey, status);
      const refused = await call(sandbox, '/credits');
      expect(refused.status).toBe(401);
      expect(errorOf(refused).code).toBe(`api_key_${status}`);
      sandbox.control.setKeyStatus(sandbox.apiKey, 'active');
      expect((await call(sandbox, '/credits')).status).toBe(200);
    },
  );

  it.each<[Scope, string, Json | undefined]>([
    ['generations:create', '/generations', {}],
    ['generations:read', '/generations/x', undefined],
    ['credits:read', '/credits', undefined],
    ['files:create', '/files', {}],
    ['files:read', '/files/x', undefined],
    ['chat:create', '/chat/completions', {}],
    ['chat:create', '/chat/completions/stream', {}],
    ['chat:read', '/chat/sessions', undefined],
    ['chat:read', '/chat/sessions/x', undefined],
    ['webhooks:manage', '/webhooks', undefined],
    ['webhooks:manage', '/webhooks', {}],
    ['webhooks:manage', '/webhooks/x/deliveries', undefined],
    ['webhooks:manage', '/webhook-events', undefined],
  ])('asks for %s at %s', async (scope, path, json) => {
    const sandbox = await sandboxForTest();
    const without = sandbox.control.addKey({ scopes: scopes.filter(other => other !== scope) });
    const only = sandbox.control.addKey({ scopes: [scope] });
    const body = json === undefined ? {} : { json };
    const denied = await call(sandbox, path, { key: without.key, ...body });
    expect(denied.status).toBe(403);
    expect(errorOf(denied)).toMatchObject({
      code: 'api_scope_denied',
      message: expect.stringContaining(scope) as string,
    });
    expect((await send(sandbox, path, { key: only.key, ...body })).status).not.toBe(403);
  });

  it('are noted by id and never by themselves', async () => {
    const sandbox = await sandboxForTest();
    await generate(sandbox, {}, 'key-1');
    await call(sandbox, '/credits', { key: 'rvya_sk_wrong' });
    await call(sandbox, '/models', { key: null });
    expect(sandbox.control.requests()).toMatchObject([
      {
        method: 'POST',
        path: '/api/v1/generations',
        status: 202,
        idempotencyKey: 'key-1',
        authorized: 'key_sandbox',
        body: { model: 'z-image' },
      },
      { path: '/api/v1/credits', status: 401, authorized: null, hasAuthorization: true },
      { path: '/api/v1/models', status: 200, authorized: null, hasAuthorization: false },
    ]);
    expect(JSON.stringify(sandbox.control.requests())).not.toContain('rvya_sk');
  });
});

describe('the API as a whole', () => {
  it('describes itself: every described route exists and asks for the scope that it names', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await call(sandbox, '/openapi.json', { key: null });
    const nobody = sandbox.control.addKey({ scopes: [] });
    const paths = Object.entries(
      body['paths'] as Record<string, Record<string, { security: { bearer: string[] }[] }>>,
    );
    expect(paths).toHaveLength(17);
    for (const [path, operations] of paths) {
      for (const [method, { security }] of Object.entries(operations)) {
        const answer = await call(sandbox, path.replace(/\{\w+\}/, 'x'), {
          method: method.toUpperCase(),
          key: nobody.key,
        });
        const scope = security[0]?.bearer[0];
        if (scope === undefined) expect(answer.status).toBe(200);
        else
          expect(errorOf(answer)).toMatchObject({
            code: 'api_scope_denied',
            message: expect.stringContaining(scope) as string,
          });
      }
    }
  });

  it('answers another method on a path that it has with 405 and what it takes', async () => {
    const sandbox = await sandboxForTest();
    for (const [path, item] of Object.entries(contract.paths)) {
      const taken = Object.keys(item).map(method => method.toUpperCase());
      if (taken.includes('GET')) taken.push('HEAD');
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        if (taken.includes(method)) continue;
        const answer = await call(sandbox, path.replace(/\{\w+\}/, 'x'), { method });
        expect(answer.status, `${method} ${path}`).toBe(405);
        expect(answer.headers.get('allow')?.split(', ')).toEqual(taken.toSorted());
        expect(errorOf(answer).code).toBe('method_not_allowed');
      }
    }
  });

  it('names how each of its lists is paged, and pages so', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await call(sandbox, '/openapi.json', { key: null });
    const paths = body['paths'] as Record<string, Record<string, { parameters: { name: string }[] }>>;
    const paged = Object.entries(paths)
      .filter(([, item]) => item['get']?.parameters.some(({ name }) => name === 'after'))
      .map(([path]) => path);
    expect(paged).toEqual([
      '/chat/sessions',
      '/webhooks',
      '/webhooks/{endpointId}/deliveries',
      '/webhook-events',
    ]);
    for (const path of paged)
      expect(paths[path]?.['get']?.parameters.map(({ name }) => name)).toContain('limit');

    const url = `${sandbox.url}/nothing-here`;
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const json = { name, url, event_types: ['generation.succeeded'] };
      const created = await call(sandbox, '/webhooks', { json });
      ids.push(String(created.body['id']));
      await call(sandbox, '/chat/completions', { json: { model: 'gpt-5-2-chat', message: name } });
      await call(sandbox, `/webhooks/${ids[0] ?? ''}/test`, { method: 'POST' });
    }
    for (const path of paged) {
      const place = path.replace('{endpointId}', ids[0] ?? '');
      const all = (await call(sandbox, place)).body['data'] as Json[];
      expect(all).toHaveLength(3);
      const seen: Json[] = [];
      for (let query: string | undefined = 'limit=1'; query !== undefined;) {
        const { body: page } = await call(sandbox, `${place}?${query}`);
        expect(page['data']).toHaveLength(1);
        seen.push(...(page['data'] as Json[]));
        const cursor = page['next_cursor'];
        query = typeof cursor === 'string' ? `limit=1&after=${cursor}` : undefined;
      }
      expect(seen).toEqual(all);
      expect((await call(sandbox, `${place}?after=nobody`)).status).toBe(400);
    }
  });

  it('answers 503 everywhere while it is switched off', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ publicApiEnabled: false });
    for (const path of ['/models', '/credits']) {
      const answer = await call(sandbox, path);
      expect(answer.status).toBe(503);
      expect(errorOf(answer).code).toBe('public_api_disabled');
    }
  });

  it('answers unknown paths with its own error body', async () => {
    const sandbox = await sandboxForTest();
    const answer = await call(sandbox, '/nothing/here');
    expect(answer.status).toBe(404);
    expect(errorOf(answer)).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('/api/v1/nothing/here') as string,
    });
  });

  it('refuses a request body beyond the limit', async () => {
    const sandbox = await sandboxForTest();
    const answer = await generate(sandbox, { prompt: 'x'.repeat(1_100_000) });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).message).toBe('The request is larger than 1 MB.');
  });

  it.each([
    [100, 202],
    [1_100_000, 400],
  ])('takes a chunked body up to the limit: a prompt of %i characters gives %i', async (length, status) => {
    const sandbox = await sandboxForTest();
    const body = JSON.stringify({ model: 'nano-banana-2', prompt: 'x'.repeat(length) });
    const response = await fetch(`${sandbox.url}/api/v1/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
      body: ReadableStream.from([new TextEncoder().encode(body)]),
      duplex: 'half',
    });
    expect(response.status).toBe(status);
  });
});
