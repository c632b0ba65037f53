import { getEventListeners } from 'node:events';
import { fetch as undiciFetch } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { patiently } from '../../support/patiently.ts';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { createRivyaClient, type RivyaClient, type RivyaClientOptions } from '../../../src/api/client.ts';
import { isRivyaError, type RivyaError } from '../../../src/api/errors/errors.ts';
import {
  answer,
  broken,
  dropped,
  silent,
  stalled,
  startScriptedServer,
  type Answer,
  type ScriptedServer,
} from '../../support/scriptedServer.ts';
import { recordingLog, TestClock, testDeadlines } from './testClock.ts';

const fetchPort = undiciFetch as unknown as Fetch;
const key = 'rvya_sk_test_secret';
const task = { id: 'task_1', status: 'queued', model: 'z-image' };
const body = { model: 'z-image', prompt: 'a lighthouse' };
const failure = (code: string) => ({ error: { code, message: `about ${code}`, requestId: 'req_7' } });

interface Setup extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly client: RivyaClient;
  readonly clock: TestClock;
  readonly log: ReturnType<typeof recordingLog>;
}

async function setup(
  answers: [Answer, ...Answer[]],
  options: Partial<RivyaClientOptions> = {},
): Promise<Setup> {
  const server = await startScriptedServer(...answers);
  const clock = new TestClock();
  const log = recordingLog();
  const client = createRivyaClient({
    baseUrl: server.url,
    apiKey: () => key,
    fetch: fetchPort,
    clock,
    log,
    random: () => 0,
    deadlines: testDeadlines,
    ...options,
  });
  return { server, client, clock, log, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
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

describe('a request', () => {
  test('carries the key, the idempotency key and the body', async () => {
    await using t = await setup([answer(202, task)], { userAgent: 'rivya-test' });
    const created = await t.client.generations.create(body, { idempotencyKey: 'key-1' });
    expect(created).toMatchObject({ id: 'task_1', status: 'queued', result: null });
    const [request] = t.server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/api/v1/generations' });
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${key}`,
      'idempotency-key': 'key-1',
      'content-type': 'application/json',
      'user-agent': 'rivya-test',
    });
    expect(JSON.parse(String(request?.body))).toEqual(body);
  });

  test('to a public endpoint carries no key and needs none', async () => {
    await using t = await setup([answer(200, { data: [] })], { apiKey: () => undefined });
    await t.client.models.list();
    expect(t.server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('reads the key anew each time and trims it', async () => {
    const keys = [' rvya_sk_one\n', 'rvya_sk_two'];
    await using t = await setup([answer(200, { current_credits: 1 })], { apiKey: () => keys.shift() });
    await t.client.credits.retrieve();
    await t.client.credits.retrieve();
    expect(t.server.requests.map(each => each.headers.authorization)).toEqual([
      'Bearer rvya_sk_one',
      'Bearer rvya_sk_two',
    ]);
  });

  test.each([
    ['no key', () => undefined, 'api_key_missing'],
    ['a blank key', () => '  ', 'api_key_missing'],
    ['a key that no header can hold', () => 'rvya_sk_ä\n1', 'api_key_invalid'],
  ])('with %s fails without reaching the server', async (_name, apiKey, code) => {
    await using t = await setup([answer(200)], { apiKey });
    const error = await errorOf(t.client.credits.retrieve());
    expect(error).toMatchObject({ kind: 'authentication', code, retryable: false });
    expect(String(error.stack) + String(error.cause)).not.toContain('rvya_sk_ä');
    expect(t.server.requests).toHaveLength(0);
  });

  test('whose key cannot be read, or whose body is no JSON, fails without a retry', async () => {
    const locked = (): Promise<string> => Promise.reject(new Error('keyring locked'));
    await using t = await setup([answer(200)], { apiKey: locked });
    const unread = await errorOf(t.client.credits.retrieve());
    expect(unread).toMatchObject({ kind: 'authentication', code: 'api_key_unreadable', retryable: false });
    await using u = await setup([answer(200)]);
    const options = { idempotencyKey: 'k' };
    const invalid = await errorOf(u.client.generations.create({ model: 'm', params: { seed: 1n } }, options));
    expect(invalid).toMatchObject({ kind: 'validation', code: 'request_invalid', mayHaveBeenCharged: false });
    expect([...t.clock.waits, ...u.clock.waits]).toEqual([]);
  });

  test('with an idempotency key that no header can hold is not sent', async () => {
    await using t = await setup([answer(200)]);
    const error = await errorOf(t.client.generations.create(body, { idempotencyKey: 'a\nb' }));
    expect(error).toMatchObject({ kind: 'validation', code: 'idempotency_key_invalid' });
    expect(t.server.requests).toHaveLength(0);
  });

  test.each(['', '.', '..'])('for the id %j is refused, because its path would be another', async id => {
    await using t = await setup([answer(200, task)]);
    expect(await errorOf(t.client.generations.retrieve(id))).toMatchObject({
      kind: 'validation',
      code: 'id_invalid',
    });
    expect(t.server.requests).toHaveLength(0);
  });

  test('encodes ids', async () => {
    await using t = await setup([answer(200, task)]);
    await t.client.generations.retrieve('a/../b?c#d');
    expect(t.server.requests[0]?.url).toBe('/api/v1/generations/a%2F..%2Fb%3Fc%23d');
  });

  test('leaves one line in the log, without key, prompt or body', async () => {
    await using t = await setup([
      answer(202, task, { 'x-request-id': 'req_1' }),
      answer(401, { error: `bad ${key}` }),
    ]);
    await t.client.generations.create(body, { idempotencyKey: 'key-1' });
    await errorOf(t.client.credits.retrieve());
    expect(t.log.lines).toEqual([
      'debug POST /api/v1/generations 202 0 ms req_1',
      'warn GET /api/v1/credits 401 http_401 0 ms',
    ]);
  });

  test('leaves no timer behind, however it ends', async () => {
    await using t = await setup([answer(200, { current_credits: 1 }), answer(404, ''), dropped], {
      maxRetries: 0,
    });
    await t.client.credits.retrieve();
    await errorOf(t.client.credits.retrieve());
    await errorOf(t.client.credits.retrieve());
    expect(t.clock.running).toBe(0);
  });
});

describe('an error of the server', () => {
  test.each([
    [401, 'api_key_missing', 'authentication', false],
    [401, 'api_key_invalid', 'authentication', false],
    [401, 'api_key_revoked', 'authentication', false],
    [401, 'api_key_expired', 'authentication', false],
    [403, 'api_scope_denied', 'scope', false],
    [402, 'insufficient_credits', 'credits', false],
    [400, 'insufficient_credits', 'credits', false],
    [400, 'validation_failed', 'validation', false],
    [404, 'not_found', 'notFound', false],
    [409, 'idempotency_conflict', 'conflict', false],
    [409, 'chat_session_conflict', 'conflict', false],
    [400, 'chat_model_not_supported', 'validation', false],
    [400, 'chat_attachment_not_supported', 'validation', false],
    [400, 'webhook_url_rejected', 'validation', false],
    [429, 'rate_limited', 'rateLimit', true],
    [400, 'rate_limited', 'rateLimit', true],
    [503, 'public_api_disabled', 'unavailable', true],
    [500, 'internal_error', 'unavailable', true],
    [418, 'brand_new_code', 'validation', false],
  ])('%d %s is of kind %s', async (status, code, kind, retryable) => {
    await using t = await setup([answer(status, failure(code))], { maxRetries: 0 });
    const error = await errorOf(t.client.credits.retrieve());
    expect(error).toMatchObject({
      kind,
      code,
      status,
      retryable,
      requestId: 'req_7',
      message: `about ${code}`,
    });
    expect(error.mayHaveBeenCharged).toBe(false);
  });

  test.each([
    ['HTML', 502, '<html><h1>Bad gateway</h1>', 'unavailable', 'http_502', undefined],
    ['nothing', 404, '', 'notFound', 'http_404', undefined],
    ['JSON cut off', 400, '{"error":{"code":"valid', 'validation', 'http_400', undefined],
    ['a list', 400, '[1,2]', 'validation', 'http_400', undefined],
    ['null', 402, 'null', 'credits', 'http_402', undefined],
    ['a bare code', 429, '{"error":"rate_limited","request_id":"r"}', 'rateLimit', 'rate_limited', 'r'],
    [
      'snake case',
      400,
      '{"error":{"code":"validation_failed","request_id":"r"}}',
      'validation',
      'validation_failed',
      'r',
    ],
    [
      'flat',
      403,
      '{"code":"api_scope_denied","message":"no","requestId":"r"}',
      'scope',
      'api_scope_denied',
      'r',
    ],
    ['errors', 404, '{"errors":[{"code":"not_found","message":"no"}]}', 'notFound', 'not_found', undefined],
    [
      'wrong types',
      500,
      '{"error":{"code":{},"message":[],"requestId":{}}}',
      'unavailable',
      'http_500',
      undefined,
    ],
  ])('with %s for a body is still classified', async (_name, status, text, kind, code, requestId) => {
    await using t = await setup([answer(status, text)], { maxRetries: 0 });
    expect(await errorOf(t.client.credits.retrieve())).toMatchObject({ kind, status, code, requestId });
  });

  test.each([
    ['a status as its code', '{"error":{"code":"404","message":"The page could not be found"}}'],
    ['a number as its code', '{"error":{"code":404,"message":"Not found","status":"NOT_FOUND"}}'],
    ['capitals', '{"error":{"code":"NOT_FOUND","message":"No such deployment","requestId":"r"}}'],
    ['words', '{"error":{"code":"Resource Not Found","message":"No such thing"}}'],
    ['a code alone', '{"error":{"code":"not_found"}}'],
    ['a message alone', '{"message":"no Route matched with those values"}'],
    ['a status beside a message', '{"statusCode":404,"message":"Resource not found"}'],
    ['a string', '{"error":"not_found"}'],
    ['a list', '{"errors":[{"code":"not_found","message":"no"}]}'],
    ['a problem document', '{"type":"about:blank","title":"Not Found","status":404}'],
  ])('with %s is not in the words of Rivya', async (_name, text) => {
    await using t = await setup([answer(404, text)], { maxRetries: 0 });
    expect(await errorOf(t.client.credits.retrieve())).toMatchObject({ status: 404, isRivyasWord: false });
  });

  test('takes the request id from a header when the body has none', async () => {
    await using t = await setup([answer(404, '', { 'x-request-id': 'req_h' })]);
    expect(await errorOf(t.client.credits.retrieve())).toMatchObject({ requestId: 'req_h' });
  });

  test('that echoes the key does not spread it', async () => {
    const odd = 'unusually-shaped-key';
    const echo = { error: { code: `c ${odd}`, message: `Key ${odd}\n\u001b[31m is bad`, requestId: odd } };
    await using t = await setup([answer(401, echo, { 'x-request-id': odd })], { apiKey: () => odd });
    const error = await errorOf(t.client.credits.retrieve());
    expect(error.message).toBe('Key [redacted] [31m is bad');
    expect(JSON.stringify([error, error.message, error.stack, t.log.lines])).not.toContain(odd);
  });

  test('whose body breaks off or stalls keeps its status', async () => {
    await using t = await setup([broken(404, 'x', { 'content-length': 100 }), stalled(403, '{"error":')]);
    expect(await errorOf(t.client.credits.retrieve())).toMatchObject({ kind: 'notFound', status: 404 });
    const stalling = errorOf(t.client.credits.retrieve());
    await t.server.received(2);
    await t.clock.fire(testDeadlines.idle);
    expect(await stalling).toMatchObject({ kind: 'scope', status: 403 });
  });

  test('with an endless body is read only as far as needed', async () => {
    const endless: Answer = response => {
      response.writeHead(500);
      const more = (): void => void response.write('x'.repeat(65_536), error => error ?? more());
      more();
    };
    await using t = await setup([endless], { maxRetries: 0 });
    expect(await errorOf(t.client.credits.retrieve())).toMatchObject({ kind: 'unavailable', status: 500 });
    await t.server.aborted(1);
  });
});

describe('an answer of success', () => {
  test.each([
    ['HTML', '<html>Log in to the Wi-Fi</html>'],
    ['nothing', ''],
    ['JSON cut off', '{"id":"task_1","stat'],
    ['another shape', '{"hello":1}'],
    ['a list', '[]'],
  ])('with %s in it is a protocol error that says that credits may be gone', async (_name, text) => {
    await using t = await setup([answer(200, text, { 'x-request-id': 'req_9' })]);
    const error = await errorOf(t.client.generations.create(body, { idempotencyKey: 'k' }));
    expect(error).toMatchObject({
      kind: 'protocol',
      code: 'response_unreadable',
      status: 200,
      requestId: 'req_9',
      retryable: true,
      mayHaveBeenCharged: true,
    });
    expect(t.server.requests).toHaveLength(1);
  });

  test('that breaks off is fetched again', async () => {
    await using t = await setup([
      broken(200, '{"current', { 'content-length': 30 }),
      answer(200, { current_credits: 3 }),
    ]);
    expect(await t.client.credits.retrieve()).toEqual({ current_credits: 3 });
  });

  test('that is larger than allowed is given up while it comes', async () => {
    const endless: Answer = response => {
      response.writeHead(200);
      const more = (): void => void response.write('x'.repeat(1_000_000), error => error ?? more());
      more();
    };
    await using t = await setup([endless]);
    expect(await errorOf(t.client.credits.retrieve())).toMatchObject({
      kind: 'protocol',
      code: 'response_too_large',
    });
    await t.server.aborted(1);
  });
});

describe('retries', () => {
  test.each([
    ['a lost connection', dropped, 1000],
    ['408', answer(408), 1000],
    ['429', answer(429, failure('rate_limited')), 3000],
    ['500', answer(500), 1000],
    ['503', answer(503, '<html>'), 1000],
  ])('a GET and a POST with a key after %s', async (_name, fault, wait) => {
    await using get = await setup([fault, answer(200, { current_credits: 5 })]);
    expect(await get.client.credits.retrieve()).toEqual({ current_credits: 5 });
    expect(get.clock.waits).toEqual([wait]);
    await using post = await setup([fault, answer(201, task)]);
    await post.client.generations.create(body, { idempotencyKey: 'same' });
    expect(post.server.requests.map(each => each.headers['idempotency-key'])).toEqual(['same', 'same']);
    expect(post.server.requests[0]?.body).toEqual(post.server.requests[1]?.body);
  });

  test.each([
    ['a lost connection', dropped, true],
    ['429', answer(429, failure('rate_limited')), false],
    ['500', answer(500), true],
  ])('no POST without a key after %s', async (_name, fault, charged) => {
    await using t = await setup([fault, answer(201, task)]);
    const error = await errorOf(t.client.generations.create(body));
    expect(error.mayHaveBeenCharged).toBe(charged);
    expect(t.server.requests).toHaveLength(1);
  });

  test('a POST without a key when no connection came about, and then nothing can have been charged', async () => {
    const server = await startScriptedServer(answer(200));
    await server[Symbol.asyncDispose]();
    const clock = new TestClock();
    const options = { apiKey: () => key, fetch: fetchPort, clock, random: () => 0, deadlines: testDeadlines };
    const client = createRivyaClient({ baseUrl: server.url, ...options });
    const error = await errorOf(client.generations.create(body));
    expect(error).toMatchObject({ kind: 'network', code: 'connection_failed', mayHaveBeenCharged: false });
    expect(error.message).toContain('ECONNREFUSED');
    expect(clock.waits).toEqual([1000, 2000, 4000]);
  });

  test.each([400, 401, 402, 403, 404, 409, 422])('nothing after %d', async status => {
    await using t = await setup([answer(status)]);
    await errorOf(t.client.generations.create(body, { idempotencyKey: 'k' }));
    expect(t.server.requests).toHaveLength(1);
  });

  test('only a few times and slowly while the API is switched off', async () => {
    await using t = await setup([answer(503, failure('public_api_disabled'))], { maxRetries: 9 });
    const error = await errorOf(t.client.generations.create(body, { idempotencyKey: 'k' }));
    expect(error).toMatchObject({
      kind: 'unavailable',
      code: 'public_api_disabled',
      mayHaveBeenCharged: false,
    });
    expect(t.clock.waits).toEqual([5000, 10_000]);
  });

  test('as often as the caller says', async () => {
    await using t = await setup([answer(500)]);
    await errorOf(t.client.credits.retrieve({ maxRetries: 1 }));
    expect(t.server.requests).toHaveLength(2);
  });

  test('remember that an earlier attempt may have been charged', async () => {
    await using t = await setup([dropped, answer(402, failure('insufficient_credits'))]);
    const error = await errorOf(t.client.generations.create(body, { idempotencyKey: 'k' }));
    expect(error).toMatchObject({ kind: 'credits', mayHaveBeenCharged: true });
  });

  test('add jitter and never shorten the wait', async () => {
    await using t = await setup([answer(500), answer(200, { current_credits: 1 })], { random: () => 0.999 });
    await t.client.credits.retrieve();
    expect(t.clock.waits).toEqual([1250]);
  });
});

describe('Retry-After', () => {
  test('in seconds is waited for', async () => {
    await using t = await setup([
      answer(429, '', { 'retry-after': '7' }),
      answer(200, { current_credits: 1 }),
    ]);
    await t.client.credits.retrieve();
    expect(t.clock.waits).toEqual([7000]);
  });

  test('as a date is waited for', async () => {
    // The server's clock is an hour behind.
    const sent = new TestClock().now() - 3_600_000;
    const utc = (milliseconds: number): string => new Date(milliseconds).toUTCString();
    await using t = await setup([
      answer(503, '', { 'retry-after': utc(sent + 9000), date: utc(sent) }),
      answer(200, { current_credits: 1 }),
    ]);
    await t.client.credits.retrieve();
    expect(t.clock.waits).toEqual([9000]);
  });

  test.each(['soon', '-5', ''])('of %j is as good as none', async header => {
    await using t = await setup([
      answer(429, '', { 'retry-after': header }),
      answer(200, { current_credits: 1 }),
    ]);
    await t.client.credits.retrieve();
    expect(t.clock.waits).toEqual([3000]);
  });

  test('that is too long fails at once, says how long, and is capped', async () => {
    await using t = await setup([
      answer(429, '', { 'retry-after': '99999' }),
      answer(200, { current_credits: 1 }),
    ]);
    expect(await errorOf(t.client.credits.retrieve())).toMatchObject({
      kind: 'rateLimit',
      retryAfterMs: 300_000,
    });
    expect(t.client.pausedUntil()).toBe(t.clock.now() + 300_000);
    const second = await errorOf(t.client.models.list());
    expect(second).toMatchObject({ kind: 'rateLimit', code: 'rate_limited', retryAfterMs: 300_000 });
    expect(t.server.requests).toHaveLength(1);
  });
});

describe('the time of the server', () => {
  const time = Date.UTC(2026, 4, 11, 12);
  const date = new Date(time).toUTCString();
  const credits = (headers: Record<string, string>): Answer => answer(200, { current_credits: 1 }, headers);
  /** Node itself says the time, if nobody else does. */
  const timeless: Answer = (response, request) => {
    response.sendDate = false;
    credits({})(response, request);
  };

  test('is that of the last answer, whatever that said', async () => {
    await using t = await setup([
      timeless,
      answer(404, failure('not_found'), { date }),
      credits({ date: new Date(time + 2_000).toUTCString() }),
      credits({ date: 'yesterday' }),
    ]);
    await t.client.credits.retrieve();
    expect(t.client.serverTime.last()).toBeUndefined();
    await errorOf(t.client.generations.retrieve('task_1'));
    expect(t.client.serverTime.last()).toBe(time);
    for (let count = 0; count < 2; count++) await t.client.credits.retrieve();
    expect(t.client.serverTime.last()).toBe(time + 2_000);
  });

  test('is asked for anew, by a request that costs nothing', async () => {
    await using t = await setup(
      [credits({ date }), answer(401, failure('api_key_revoked'), { date }), timeless],
      { maxRetries: 0 },
    );
    expect(await t.client.serverTime.ask()).toBe(time);
    // The same second again, from an answer that says nothing else.
    expect(await t.client.serverTime.ask()).toBe(time);
    // What was heard before is not what it is now.
    expect(await t.client.serverTime.ask()).toBeUndefined();
    expect(t.server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array.from({ length: 3 }, () => 'GET /api/v1/credits'),
    );
  });

  test('is not known without an answer, and nothing goes on where silence is asked for', async () => {
    await using t = await setup([dropped, answer(429, '', { date, 'retry-after': '9' })], { maxRetries: 0 });
    expect(await errorOf(t.client.serverTime.ask())).toMatchObject({ kind: 'network' });
    expect(await errorOf(t.client.serverTime.ask())).toMatchObject({ kind: 'rateLimit' });
    expect(t.client.serverTime.last()).toBe(time);
  });
});

describe('the pause after a 429', () => {
  test('holds all other requests of the client too', async () => {
    const credits = answer(200, { current_credits: 1 });
    await using t = await setup([answer(429, '', { 'retry-after': '20' }), credits]);
    await errorOf(t.client.generations.create(body));
    expect(t.client.pausedUntil()).toBe(t.clock.now() + 20_000);
    await t.client.credits.retrieve();
    expect(t.clock.waits).toEqual([20_000]);
    expect(t.client.pausedUntil()).toBe(0);
  });
});

describe('the pause after several', () => {
  test('ends with the longest', async () => {
    const after = (seconds: string): Answer => answer(429, '', { 'retry-after': seconds });
    // Both are on their way before either is answered: an answer would hold back what has not left yet.
    let answerCredits = (): void => undefined;
    let answerModels = (): void => undefined;
    const byPath: Answer = (response, request) => {
      if (request.url.endsWith('/models')) answerModels = () => after('40')(response, request);
      else answerCredits = () => after('20')(response, request);
    };
    await using t = await setup([byPath], { maxRetries: 0 });
    const [credits, models] = [errorOf(t.client.credits.retrieve()), errorOf(t.client.models.list())];
    await t.server.received(2);
    answerModels();
    await models;
    answerCredits();
    await credits;
    expect(t.client.pausedUntil()).toBe(t.clock.now() + 40_000);
  });
});

test('a signal that lives long collects no listeners', async () => {
  await using t = await setup([answer(500), answer(200, { current_credits: 1 }), answer(404)]);
  const { signal } = new AbortController();
  await t.client.credits.retrieve({ signal });
  await errorOf(t.client.credits.retrieve({ signal }));
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

describe('an abort', () => {
  test('before the request sends nothing', async () => {
    await using t = await setup([answer(201, task)]);
    const options = { idempotencyKey: 'k', signal: AbortSignal.abort() };
    const error = await errorOf(t.client.generations.create(body, options));
    expect(error).toMatchObject({ kind: 'cancelled', retryable: false, mayHaveBeenCharged: false });
    expect(t.server.requests).toHaveLength(0);
  });

  test.each([
    ['headers', silent],
    ['the body', stalled(200, '{"id":')],
  ])('while waiting for %s rejects at once and closes the connection', async (_name, fault) => {
    await using t = await setup([fault]);
    const controller = new AbortController();
    const call = errorOf(
      t.client.generations.create(body, { idempotencyKey: 'k', signal: controller.signal }),
    );
    await t.server.received(1);
    controller.abort();
    expect(await call).toMatchObject({ kind: 'cancelled', mayHaveBeenCharged: true });
    await t.server.aborted(1);
    expect(t.clock.running).toBe(0);
  });

  test('rejects at once although the fetch port and its body do not listen', async () => {
    const never = new Promise<Response>(() => undefined);
    const deaf = new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }));
    for (const port of [() => never, () => Promise.resolve(deaf)]) {
      const controller = new AbortController();
      const fetch = vi.fn(port);
      const client = createRivyaClient({ baseUrl: 'https://api.example', apiKey: () => key, fetch });
      const call = errorOf(client.credits.retrieve({ signal: controller.signal }));
      await vi.waitFor(() => expect(fetch).toHaveBeenCalled(), patiently);
      controller.abort();
      expect(await call).toMatchObject({ kind: 'cancelled' });
    }
  });

  test('rejects at once while the key is being read', async () => {
    const controller = new AbortController();
    await using t = await setup([answer(200)], { apiKey: () => new Promise(() => undefined) });
    const call = errorOf(t.client.credits.retrieve({ signal: controller.signal }));
    controller.abort();
    expect(await call).toMatchObject({ kind: 'cancelled' });
  });

  test('in the middle of a wait rejects at once', async () => {
    const controller = new AbortController();
    // Here waits last for ever: only the abort can end them.
    const clock = { now: () => 0, after: vi.fn(() => ({ dispose: () => undefined })) };
    await using t = await setup([answer(500)], { clock, deadlines: { headers: 5, idle: 5, total: 1e9 } });
    const call = errorOf(t.client.credits.retrieve({ signal: controller.signal }));
    await vi.waitFor(() => expect(clock.after).toHaveBeenCalledWith(1000, expect.any(Function)), patiently);
    controller.abort();
    expect(await call).toMatchObject({ kind: 'cancelled' });
    expect(t.server.requests).toHaveLength(1);
  });
});

describe('deadlines', () => {
  test.each([
    ['headers', silent, testDeadlines.headers, 'headers_timeout'],
    ['idle', stalled(200, '{"id":'), testDeadlines.idle, 'idle_timeout'],
    ['total', silent, testDeadlines.total, 'total_timeout'],
  ])('%s', async (_name, fault, milliseconds, code) => {
    await using t = await setup([fault], { maxRetries: 0 });
    const call = errorOf(t.client.generations.create(body, { idempotencyKey: 'k' }));
    await t.server.received(1);
    await t.clock.fire(milliseconds);
    expect(await call).toMatchObject({ kind: 'timeout', code, retryable: true, mayHaveBeenCharged: true });
    await t.server.aborted(1);
  });

  test('the attempt after one that timed out gets its own', async () => {
    await using t = await setup([silent, answer(200, { current_credits: 2 })]);
    const call = t.client.credits.retrieve();
    await t.server.received(1);
    await t.clock.fire(testDeadlines.headers);
    expect(await call).toEqual({ current_credits: 2 });
  });

  test('a wait that would outlast the total is not begun', async () => {
    // Time stands still here: a wait, once begun, would never end.
    const clock = { now: () => 0, after: () => ({ dispose: () => undefined }) };
    await using t = await setup([answer(500, failure('internal'))], { clock });
    const call = errorOf(t.client.credits.retrieve({ deadlines: { total: 900 } }));
    expect(await call).toMatchObject({ kind: 'unavailable', code: 'internal' });
  });
});

describe('redirects', () => {
  test('to another origin are not followed', async () => {
    await using other = await startScriptedServer(answer(200, { current_credits: 1 }));
    await using t = await setup([answer(302, '', { location: `${other.url}/api/v1/credits` })]);
    const error = await errorOf(t.client.credits.retrieve());
    expect(error).toMatchObject({ kind: 'protocol', code: 'redirect_refused', status: 302 });
    expect(error.message).toContain(other.url);
    expect(other.requests).toHaveLength(0);
  });

  test.each([
    ['to nowhere', undefined],
    ['to an empty address', ''],
    ['to no address', 'http://['],
    ['to a script', 'javascript:alert(1)'],
    ['with a password', 'http://a:b@HOST/api/v1/credits'],
  ])('%s are refused at once', async (_how, location) => {
    const there = (host: string): { location?: string } =>
      location === undefined ? {} : { location: location.replace('HOST', host) };
    await using t = await setup([
      (response, request) => answer(302, '', there(request.headers.host ?? ''))(response, request),
    ]);
    const error = await errorOf(t.client.credits.retrieve());
    expect(error).toMatchObject({ kind: 'protocol', code: 'redirect_refused', status: 302 });
    expect(t.server.requests).toHaveLength(1);
  });

  test('of a POST are not followed', async () => {
    await using t = await setup([answer(307, '', { location: '/api/v1/elsewhere' })]);
    const error = await errorOf(t.client.generations.create(body, { idempotencyKey: 'k' }));
    expect(error).toMatchObject({ code: 'redirect_refused', mayHaveBeenCharged: false });
    expect(t.server.requests).toHaveLength(1);
  });

  test('of a GET within the origin are followed, but not for ever', async () => {
    const circle = answer(308, '', { location: '/api/v1/credits/' });
    await using t = await setup([circle, answer(200, { current_credits: 4 }), circle]);
    expect(await t.client.credits.retrieve()).toEqual({ current_credits: 4 });
    expect(await errorOf(t.client.credits.retrieve())).toMatchObject({ code: 'redirect_refused' });
    expect(t.server.requests).toHaveLength(2 + 4);
  });
});
