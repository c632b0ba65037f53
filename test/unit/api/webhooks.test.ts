import { fetch as undiciFetch } from 'undici';
import { describe, expect, test } from 'vitest';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { isRivyaError, type RivyaError } from '../../../src/api/errors/errors.ts';
import {
  answer,
  dropped,
  startScriptedServer,
  type Answer,
  type ScriptedServer,
} from '../../support/scriptedServer.ts';
import { recordingLog, TestClock, testDeadlines } from './testClock.ts';

const secret = 'whsec_c2VjcmV0+for/tests==';
/** As in rivya-api.md 7. */
const endpoint = {
  id: 'whend_1',
  object: 'webhook_endpoint',
  name: 'Builds',
  url: 'https://hooks.example/rivya',
  event_types: ['generation.succeeded', 'generation.failed'],
  status: 'active',
  secret_preview: 'whsec_12...abc123',
  last_success_at: null,
  last_failure_at: null,
  failure_count: 0,
  created_at: '2026-05-11T00:00:00.000Z',
  updated_at: '2026-05-11T00:00:00.000Z',
  disabled_at: null,
  revoked_at: null,
};
const create = { name: 'Builds', url: endpoint.url, event_types: endpoint.event_types };

interface Setup extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly webhooks: RivyaClient['webhooks'];
  readonly log: ReturnType<typeof recordingLog>;
}

async function setup(...answers: [Answer, ...Answer[]]): Promise<Setup> {
  const server = await startScriptedServer(...answers);
  const log = recordingLog();
  const { webhooks } = createRivyaClient({
    baseUrl: server.url,
    apiKey: () => 'rvya_sk_test',
    fetch: undiciFetch as unknown as Fetch,
    clock: new TestClock(),
    log,
    random: () => 0,
    deadlines: testDeadlines,
  });
  return { server, webhooks, log, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function sent(server: ScriptedServer): string[] {
  return server.requests.map(({ method, url, body }) => `${method} ${url} ${String(body)}`.trimEnd());
}

async function errorOf(promise: Promise<unknown>): Promise<RivyaError> {
  try {
    await promise;
  } catch (error) {
    if (isRivyaError(error)) return error;
    throw error;
  }
  throw new Error('The call should have failed.');
}

describe('each call is one request', () => {
  const cases: [string, (webhooks: RivyaClient['webhooks']) => Promise<unknown>, string][] = [
    ['list', webhooks => webhooks.list({ query: { cursor: 'a b' } }), 'GET /api/v1/webhooks?cursor=a+b'],
    ['create', webhooks => webhooks.create(create), `POST /api/v1/webhooks ${JSON.stringify(create)}`],
    ['retrieve', webhooks => webhooks.retrieve('a/b'), 'GET /api/v1/webhooks/a%2Fb'],
    [
      'update',
      webhooks => webhooks.update('whend_1', { status: 'disabled' }),
      'PATCH /api/v1/webhooks/whend_1 {"status":"disabled"}',
    ],
    ['delete', webhooks => webhooks.delete('whend_1'), 'DELETE /api/v1/webhooks/whend_1'],
    [
      'rotateSecret',
      webhooks => webhooks.rotateSecret('whend_1'),
      'POST /api/v1/webhooks/whend_1/rotate-secret',
    ],
    ['test', webhooks => webhooks.test('whend_1'), 'POST /api/v1/webhooks/whend_1/test'],
    [
      'deliveries.list',
      webhooks => webhooks.deliveries.list('whend_1', { query: { limit: '5' } }),
      'GET /api/v1/webhooks/whend_1/deliveries?limit=5',
    ],
    ['events.list', webhooks => webhooks.events.list(), 'GET /api/v1/webhook-events'],
  ];

  test.each(cases)('%s', async (_name, call, request) => {
    await using t = await setup(answer(200, { ...endpoint, data: [] }));
    await call(t.webhooks);
    expect(sent(t.server)).toEqual([request]);
    expect(t.server.requests[0]?.headers.authorization).toBe('Bearer rvya_sk_test');
  });

  test.each(cases.filter(([name]) => ['create', 'update', 'delete', 'rotateSecret', 'test'].includes(name)))(
    '%s is not repeated when its answer gets lost',
    async (_name, call) => {
      await using t = await setup(dropped);
      const error = await errorOf(call(t.webhooks));
      expect(error).toMatchObject({ kind: 'network', mayHaveBeenCharged: false });
      expect(t.server.requests).toHaveLength(1);
    },
  );

  test('with an idempotency key it is repeated under that key', async () => {
    await using t = await setup(dropped, answer(200, { signing_secret: secret }));
    await t.webhooks.rotateSecret('whend_1', { idempotencyKey: 'key-1' });
    expect(t.server.requests.map(each => each.headers['idempotency-key'])).toEqual(['key-1', 'key-1']);
  });

  test('listAll makes one for each page', async () => {
    const first = { data: [endpoint], has_more: true };
    const last = { data: [{ ...endpoint, id: 'whend_2' }], has_more: false };
    await using t = await setup(answer(200, first), answer(200, last));
    expect((await t.webhooks.listAll()).map(each => each.id)).toEqual([endpoint.id, 'whend_2']);
    expect(sent(t.server)).toEqual(['GET /api/v1/webhooks', `GET /api/v1/webhooks?after=${endpoint.id}`]);
  });

  test('an id cannot lead to another path', async () => {
    await using t = await setup(answer(204));
    for (const id of ['', '.', '..']) {
      expect(await errorOf(t.webhooks.delete(id))).toMatchObject({ kind: 'validation', code: 'id_invalid' });
    }
    expect(t.server.requests).toEqual([]);
  });
});

describe('an endpoint', () => {
  test('is read as documented', async () => {
    await using t = await setup(answer(201, { ...endpoint, signing_secret: secret }));
    expect(await t.webhooks.create(create)).toEqual({ ...endpoint, signing_secret: secret });
    expect(t.log.lines.filter(line => line.startsWith('info'))).toEqual([]);
  });

  test.each([
    ['an envelope', { data: endpoint }],
    ['another envelope', { webhook: endpoint }],
    ['camelCase', { id: 'whend_1', secretPreview: endpoint.secret_preview, eventTypes: create.event_types }],
    ['other names', { endpoint_id: 'whend_1', events: create.event_types }],
  ])('is read from %s', async (_name, body) => {
    await using t = await setup(answer(200, body));
    expect(await t.webhooks.retrieve('whend_1')).toMatchObject({
      id: 'whend_1',
      event_types: create.event_types,
      signing_secret: null,
    });
  });

  test('keeps a status and fields that are new', async () => {
    await using t = await setup(answer(200, { ...endpoint, status: 'paused', region: 'eu' }));
    expect(await t.webhooks.retrieve('whend_1')).toMatchObject({ status: 'paused', region: 'eu' });
    expect(t.log.lines.join('\n')).toMatch(/webhook\.status: new value "paused"[^]*webhook\."region"/);
  });

  test('without an id is refused', async () => {
    await using t = await setup(answer(200, { name: 'Builds' }));
    expect(await errorOf(t.webhooks.retrieve('whend_1'))).toMatchObject({ code: 'response_unreadable' });
  });

  test('is read anew when the update answers nothing', async () => {
    await using t = await setup(answer(204), answer(200, { ...endpoint, name: 'New' }));
    expect(await t.webhooks.update('whend_1', { name: 'New' })).toMatchObject({ name: 'New' });
    expect(sent(t.server)).toEqual([
      'PATCH /api/v1/webhooks/whend_1 {"name":"New"}',
      'GET /api/v1/webhooks/whend_1',
    ]);
  });

  test('refused for its URL says so', async () => {
    const error = { code: 'webhook_url_rejected', message: 'Not public.', requestId: 'req_1' };
    await using t = await setup(answer(400, { error }));
    expect(await errorOf(t.webhooks.create(create))).toMatchObject({
      kind: 'validation',
      code: 'webhook_url_rejected',
      requestId: 'req_1',
    });
  });
});

describe('a deletion', () => {
  test.each([
    ['nothing', answer(204)],
    ['an empty 200', answer(200)],
    ['an object', answer(200, { id: 'whend_1', deleted: true })],
  ])('may be answered with %s', async (_name, each) => {
    await using t = await setup(each);
    await expect(t.webhooks.delete('whend_1')).resolves.toBeUndefined();
  });

  test('is not believed of a page that is not the API', async () => {
    await using t = await setup(answer(200, '<html>Sign in</html>'));
    expect(await errorOf(t.webhooks.delete('whend_1'))).toMatchObject({ code: 'response_unreadable' });
  });

  test('of what does not exist fails', async () => {
    await using t = await setup(answer(404, { error: { code: 'not_found', message: 'No.' } }));
    expect(await errorOf(t.webhooks.delete('whend_1'))).toMatchObject({ kind: 'notFound' });
  });
});

test('an empty answer where an object is needed is an error', async () => {
  await using t = await setup(answer(204));
  expect(await errorOf(t.webhooks.retrieve('whend_1'))).toMatchObject({
    kind: 'protocol',
    code: 'response_unreadable',
  });
});

describe('a new secret', () => {
  test.each([
    ['the endpoint', { ...endpoint, signing_secret: secret }],
    ['the secret alone', { signing_secret: secret }],
    ['another spelling', { data: { id: 'whend_1', signingSecret: secret } }],
    ['another name', { secret }],
    ['a secret beside the endpoint', { endpoint, signing_secret: secret }],
  ])('is read from %s', async (_name, body) => {
    await using t = await setup(answer(200, body));
    expect(await t.webhooks.rotateSecret('whend_1')).toMatchObject({
      id: 'whend_1',
      signing_secret: secret,
    });
  });

  test.each([
    ['read', 200, { ...endpoint, signing_secret: secret }],
    ['of the wrong type', 200, { ...endpoint, status: 7, signing_secret: { value: secret } }],
    ['in an unknown field', 200, { ...endpoint, signing_key: secret }],
    ['in an unreadable answer', 200, { signing_secret: secret }],
    ['in a broken answer', 200, `{"signing_secret":"${secret}"`],
  ])('never reaches the log: %s', async (_name, status, body) => {
    await using t = await setup(answer(status, body));
    const outcome = await t.webhooks.create(create).catch((error: unknown) => String(error));
    expect(typeof outcome === 'string' ? outcome : '').not.toContain('c2VjcmV0');
    expect(t.log.lines.length).toBeGreaterThan(0);
    expect(t.log.lines.join('\n')).not.toMatch(/c2VjcmV0|for\/tests/);
  });
});

describe('lists', () => {
  test.each([
    ['as documented elsewhere', { object: 'list', data: [endpoint], has_more: true, next_cursor: 'c' }],
    ['under the name of the resource', { webhooks: [endpoint], hasMore: true, cursor: 'c' }],
  ])('of endpoints, %s', async (_name, body) => {
    await using t = await setup(answer(200, body));
    const page = await t.webhooks.list();
    expect(page).toMatchObject({ data: [endpoint], has_more: true, next_cursor: 'c' });
  });

  test('bare, losing only the entries that cannot be read', async () => {
    await using t = await setup(answer(200, [endpoint, 7, { name: 'no id' }]));
    expect((await t.webhooks.list()).data).toMatchObject([{ id: 'whend_1' }]);
  });

  test('of deliveries, in other spellings', async () => {
    const deliveries = [
      { delivery_id: 'd1', type: 'generation.failed', status: 'failed', status_code: 500, attempts: 2 },
      { id: 'd2', eventType: 'generation.succeeded', state: 'delivered', responseStatus: '200' },
      { error: { code: 'timeout' }, next_retry_at: '2026-05-11T00:01:00.000Z' },
    ];
    await using t = await setup(answer(200, { deliveries }));
    expect((await t.webhooks.deliveries.list('whend_1')).data).toMatchObject([
      { id: 'd1', event_type: 'generation.failed', status: 'failed', response_status: 500, attempt: 2 },
      { id: 'd2', event_type: 'generation.succeeded', status: 'delivered', response_status: 200 },
      { id: null, error: { code: 'timeout' }, next_attempt_at: '2026-05-11T00:01:00.000Z' },
    ]);
  });

  test('of events, and of kinds of events', async () => {
    const generation = { id: 'task_1', status: 'succeeded' };
    const event = { id: 'evt_1', type: 'generation.succeeded', api_version: '2026-05-11', generation };
    await using t = await setup(answer(200, { data: [event, { name: 'generation.failed' }] }));
    expect((await t.webhooks.events.list()).data).toMatchObject([
      { id: 'evt_1', type: 'generation.succeeded', api_version: '2026-05-11', data: generation },
      { id: null, type: 'generation.failed', data: null },
    ]);
  });
});

describe('a test delivery', () => {
  test('is read when it is told', async () => {
    await using t = await setup(answer(202, { delivery: { id: 'd1', status: 'pending' } }));
    expect(await t.webhooks.test('whend_1')).toMatchObject({ id: 'd1', status: 'pending' });
  });

  test.each([answer(202), answer(204), answer(200, [])])('is null when nothing is told', async each => {
    await using t = await setup(each);
    expect(await t.webhooks.test('whend_1')).toBeNull();
  });
});
