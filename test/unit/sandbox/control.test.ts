import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/server.ts';
import { call, errorOf, generate, sandboxForTest, type Json } from './client.ts';

async function control(
  sandbox: Sandbox,
  method: string,
  path: string,
  json?: unknown,
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${sandbox.url}/__sandbox/${path}`, {
    method,
    headers: { 'x-rivya-sandbox': sandbox.token },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

describe('the control interface over HTTP', () => {
  it('reads charges and requests, and is not among them', async () => {
    const sandbox = await sandboxForTest();
    await generate(sandbox, {}, 'key-1');
    expect((await control(sandbox, 'GET', 'charges')).body).toMatchObject([
      { model: 'z-image', idempotencyKey: 'key-1' },
    ]);
    expect((await control(sandbox, 'GET', 'requests')).body).toMatchObject([{ path: '/api/v1/generations' }]);
  });

  it('changes settings and credits', async () => {
    const sandbox = await sandboxForTest();
    const change = { credits: 7, taskDurationMs: 60_000, stream: { dialect: 'ndjson' } };
    const { body } = await control(sandbox, 'POST', 'settings', change);
    expect(body).toMatchObject({
      credits: 7,
      taskDurationMs: 60_000,
      stream: { dialect: 'ndjson', deltaIntervalMs: 0 },
    });
    expect((await control(sandbox, 'GET', 'settings')).body).toEqual(body);
    expect((await call(sandbox, '/credits')).body).toEqual({ current_credits: 7 });
  });

  it('adds and removes faults, which never hit itself', async () => {
    const sandbox = await sandboxForTest();
    const fault = { times: 'always', action: { type: 'status', status: 500 } };
    expect((await control(sandbox, 'POST', 'faults', fault)).body).toEqual([fault]);
    expect((await call(sandbox, '/credits')).status).toBe(500);
    expect((await control(sandbox, 'GET', 'faults')).body).toEqual([fault]);
    await control(sandbox, 'DELETE', 'faults');
    expect((await call(sandbox, '/credits')).status).toBe(200);
  });

  it('makes keys and changes them', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await control(sandbox, 'POST', 'keys', { scopes: ['models:read'] });
    const key = String(body['key']);
    expect(errorOf(await call(sandbox, '/credits', { key })).code).toBe('api_scope_denied');
    await control(sandbox, 'PATCH', `keys/${String(body['id'])}`, { scopes: ['credits:read'] });
    expect((await call(sandbox, '/credits', { key })).status).toBe(200);
    await control(sandbox, 'PATCH', `keys/${String(body['id'])}`, { status: 'expired' });
    expect(errorOf(await call(sandbox, '/credits', { key })).code).toBe('api_key_expired');
  });

  it('steers models, failures and time', async () => {
    const sandbox = await sandboxForTest({ taskDurationMs: 3_600_000 });
    await control(sandbox, 'POST', 'failures', { message: 'No.' });
    const { body } = await generate(sandbox, {});
    await control(sandbox, 'POST', 'finish');
    expect((await call(sandbox, `/generations/${String(body['id'])}`)).body).toMatchObject({
      status: 'failed',
      error: { code: 'generation_failed', message: 'No.' },
    });
    await control(sandbox, 'POST', 'models/z-image', { api_status: 'coming_soon' });
    expect(errorOf(await generate(sandbox, {})).message).toMatch(/coming soon/);
    await control(sandbox, 'DELETE', 'models/z-image');
    expect(errorOf(await generate(sandbox, {})).message).toMatch(/no model/);
  });

  it('puts everything back', async () => {
    const sandbox = await sandboxForTest();
    await generate(sandbox, {});
    sandbox.control.removeModel('z-image');
    sandbox.control.setKeyStatus(sandbox.apiKey, 'revoked');
    sandbox.control.addFault({ action: { type: 'hang' } });
    await control(sandbox, 'POST', 'reset');
    expect(sandbox.control.charges()).toEqual([]);
    expect(sandbox.control.requests()).toEqual([]);
    expect(sandbox.control.credits()).toBe(100);
    expect((await generate(sandbox, {})).status).toBe(202);
  });

  it.each([
    ['POST', 'faults', {}, /needs an action/],
    ['POST', 'faults', { action: { type: 'explode' } }, /one of status, body/],
    ['PATCH', 'keys/none', { status: 'revoked' }, /no such key/],
    ['DELETE', 'models/none', undefined, /no model none/],
  ])('says what is wrong with %s %s %j', async (method, path, json, message) => {
    const sandbox = await sandboxForTest();
    const { status, body } = await control(sandbox, method, path, json);
    expect(status).toBe(400);
    expect((body['error'] as { message: string }).message).toMatch(message);
  });
});
