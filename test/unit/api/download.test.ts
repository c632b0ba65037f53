import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { fetch as undiciFetch } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { openResult, type DownloadOptions } from '../../../src/api/transport/download.ts';
import { isRivyaError, type RivyaError } from '../../../src/api/errors/errors.ts';
import { answer, broken, silent, stalled, startScriptedServer } from '../../support/scriptedServer.ts';
import { recordingLog, TestClock, testDeadlines } from './testClock.ts';

const fetchPort = undiciFetch as unknown as Fetch;
const picture = Buffer.from([...Array(5000).keys()].map(each => each % 251));

async function download(url: string, options: Partial<DownloadOptions> = {}): Promise<Buffer> {
  const result = await openResult(url, { fetch: fetchPort, baseUrl: new URL(url).origin, ...options });
  const chunks: Uint8Array[] = [];
  for await (const chunk of result.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function errorOf(promise: Promise<unknown>): Promise<RivyaError> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (!isRivyaError(outcome)) throw new Error('A RivyaError was expected.', { cause: outcome });
  return outcome;
}

describe('a result file', () => {
  test('comes whole, with what the server says about it, and without the key', async () => {
    await using server = await startScriptedServer(answer(200, picture, { 'content-type': 'image/png' }));
    const result = await openResult(`${server.url}/a.png`, { fetch: fetchPort, baseUrl: server.url });
    expect(result).toMatchObject({ contentType: 'image/png' });
    result.dispose();
    expect((await download(`${server.url}/a.png`)).equals(picture)).toBe(true);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test.each([403, 404, 410])('that is gone (%d) is not found', async status => {
    await using server = await startScriptedServer(answer(status, '<html>', { 'x-request-id': 'r1' }));
    const expected = { kind: 'notFound', code: 'result_gone', status, retryable: false, requestId: 'r1' };
    expect(await errorOf(download(server.url))).toMatchObject(expected);
  });

  test.each([
    [500, 'unavailable'],
    [429, 'rateLimit'],
  ])('can be asked for again after %d', async (status, kind) => {
    await using server = await startScriptedServer(answer(status, '', { 'retry-after': '3' }));
    expect(await errorOf(download(server.url))).toMatchObject({ kind, retryable: true, retryAfterMs: 3000 });
  });

  test('that breaks off is a network error, not a shorter file', async () => {
    await using server = await startScriptedServer(
      broken(200, picture, { 'content-length': picture.length + 1 }),
    );
    expect(await errorOf(download(server.url))).toMatchObject({ kind: 'network', retryable: true });
  });

  test('that ends early although the connection does not break is a network error', async () => {
    const fetch = (): Promise<Response> =>
      Promise.resolve(new Response(picture, { headers: { 'content-length': String(picture.length + 7) } }));
    const error = await errorOf(download('https://files.example/a.png', { fetch }));
    expect(error).toMatchObject({ kind: 'network', code: 'file_truncated' });
  });

  test.each([
    ['bytes 0-99/5000', false],
    ['bytes 100-4999/5000', false],
    ['bytes 4900-4999/*', false],
    ['bytes 0-4999/5000', true],
    ['bytes */5000', true],
    ['pages 1-2/9', true],
  ])('of which a server says that it is a part is none, whatever the status: %s', async (range, isWhole) => {
    await using server = await startScriptedServer(answer(200, picture, { 'content-range': range }));
    const outcome = await download(server.url).catch((error: unknown) => error);
    expect(outcome).toMatchObject(isWhole ? picture : { code: 'file_truncated', retryable: true });
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('that comes in %s unasked has no length by which its end is known', async (encoding, compress) => {
    const half = compress(picture).subarray(0, 200);
    await using server = await startScriptedServer(answer(200, half, { 'content-encoding': encoding }));
    // Whoever keeps it looks for the end of the file itself then.
    const result = await openResult(server.url, { fetch: fetchPort, baseUrl: server.url });
    expect(result.contentLength).toBeUndefined();
    result.dispose();
  });

  test.each([undefined, ''])('behind a redirect to nowhere is not sought: %j', async location => {
    const headers = location === undefined ? {} : { location };
    await using server = await startScriptedServer(answer(302, '', headers));
    expect(await errorOf(download(server.url))).toMatchObject({ kind: 'protocol', code: 'http_302' });
    expect(server.requests).toHaveLength(1);
  });

  test('that is announced as too large is not read', async () => {
    await using server = await startScriptedServer(
      answer(200, picture, { 'content-length': picture.length }),
    );
    const error = await errorOf(download(server.url, { maxBytes: picture.length - 1 }));
    expect(error).toMatchObject({ kind: 'protocol', code: 'file_too_large' });
    expect(await download(server.url, { maxBytes: picture.length })).toHaveLength(picture.length);
  });

  test('that grows beyond the limit is given up while it comes', async () => {
    await using server = await startScriptedServer(response => {
      response.writeHead(200);
      const more = (): void => void response.write(picture, error => error ?? more());
      more();
    });
    const error = await errorOf(download(server.url, { maxBytes: 100_000 }));
    expect(error).toMatchObject({ kind: 'protocol', code: 'file_too_large' });
    await server.aborted(1);
  });

  test.each([
    ['headers', silent, testDeadlines.headers, 'headers_timeout'],
    ['idle', stalled(200, 'x'), testDeadlines.idle, 'idle_timeout'],
    ['total', stalled(200, 'x'), testDeadlines.total, 'total_timeout'],
  ])('obeys the %s deadline', async (_name, fault, milliseconds, code) => {
    await using server = await startScriptedServer(fault);
    const clock = new TestClock();
    const call = errorOf(download(server.url, { clock, deadlines: testDeadlines }));
    await server.received(1);
    await clock.fire(milliseconds);
    expect(await call).toMatchObject({ kind: 'timeout', code });
    await server.aborted(1);
    expect(clock.running).toBe(0);
  });

  test.each([
    ['before the answer', silent],
    ['in the middle', stalled(200, 'x')],
  ])('can be cancelled %s', async (_name, fault) => {
    await using server = await startScriptedServer(fault);
    const controller = new AbortController();
    const call = errorOf(download(server.url, { signal: controller.signal }));
    await server.received(1);
    controller.abort();
    expect(await call).toMatchObject({ kind: 'cancelled' });
    await server.aborted(1);
  });

  test('that is left in the middle, or never read, releases its connection', async () => {
    await using server = await startScriptedServer(stalled(200, 'x'));
    const options = { fetch: fetchPort, baseUrl: server.url };
    const left = await openResult(server.url, options);
    for await (const chunk of left.body) {
      expect(String.fromCharCode(...chunk)).toBe('x');
      break;
    }
    await server.aborted(1);
    const unread = await openResult(server.url, options);
    unread.dispose();
    await server.aborted(2);
  });

  test('leaves its URL, which may be signed, out of the log', async () => {
    await using server = await startScriptedServer(answer(200, 'x'), answer(404));
    const log = recordingLog();
    await download(`${server.url}/a?signature=abc`, { log });
    await errorOf(download(`${server.url}/a?signature=abc`, { log }));
    expect(log.lines).toHaveLength(2);
    expect(log.lines.join()).not.toContain('signature');
  });
});

describe('the address of a result', () => {
  const elsewhere = 'https://rivya.ai';

  test.each([
    'http://media.example/a.png',
    'http://127.0.0.1/a.png',
    'https://127.0.0.1/a.png',
    'https://localhost./a.png',
    'https://2130706433/a.png',
    'https://10.1.2.3/',
    'https://172.20.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://router/',
    'https://printer.local/',
    'https://user:secret@media.example/',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    'javascript:alert(1)',
    'not a url',
    '',
  ])('%j is refused without a request', async url => {
    const fetch = vi.fn<Fetch>();
    const error = await errorOf(openResult(url, { fetch, baseUrl: elsewhere }));
    expect(error).toMatchObject({ kind: 'protocol', code: 'result_url_refused', retryable: false });
    expect(error.message).not.toContain('secret');
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each([
    'https://media.example/a.png',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://172.32.0.1/',
  ])('%j is fetched', async url => {
    const fetch = vi.fn<Fetch>(() => Promise.resolve(new Response('x')));
    expect(await download(url, { fetch, baseUrl: elsewhere })).toHaveLength(1);
  });

  test('on loopback is fetched only for a base URL on loopback', async () => {
    await using server = await startScriptedServer(answer(200, 'x'));
    expect(await download(server.url, { baseUrl: 'http://localhost:1' })).toHaveLength(1);
    await errorOf(download(server.url, { baseUrl: elsewhere }));
    await errorOf(download(server.url, { baseUrl: 'nonsense' }));
    expect(server.requests).toHaveLength(1);
  });

  test.each(['https://gateway.corp', 'https://192.168.1.1:8443'])(
    'on the host of the base URL itself is fetched: %s',
    async baseUrl => {
      const fetch = vi.fn<Fetch>(() => Promise.resolve(new Response('x')));
      const { hostname } = new URL(baseUrl);
      expect(await download(`https://${hostname}/a.png`, { fetch, baseUrl })).toHaveLength(1);
      await errorOf(download(`http://${hostname}/a.png`, { fetch, baseUrl }));
      await errorOf(download('https://192.168.1.2/a.png', { fetch, baseUrl }));
      expect(fetch).toHaveBeenCalledTimes(1);
    },
  );

  test.each([
    ['/media/a.png', 'https://10.1.2.3:8443/media/a.png'],
    ['media/a.png', 'https://10.1.2.3:8443/rivya/media/a.png'],
    ['//media.example/a.png', 'https://media.example/a.png'],
  ])('may be relative to the base URL: %s', async (url, expected) => {
    const fetch = vi.fn<Fetch>(() => Promise.resolve(new Response('x')));
    const baseUrl = 'https://10.1.2.3:8443/rivya';
    const { body } = await openResult(url, { fetch, baseUrl });
    for await (const chunk of body) expect(chunk).toHaveLength(1);
    expect(fetch.mock.calls.map(([called]) => called)).toEqual([expected]);
    await errorOf(openResult('//10.9.9.9/a.png', { fetch, baseUrl }));
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test('is checked again at each redirect', async () => {
    const to = (location: string): Response => new Response(null, { status: 302, headers: { location } });
    const fetch = vi.fn<Fetch>(url =>
      Promise.resolve(url === 'https://media.example/a' ? to('/b') : to('https://169.254.169.254/')),
    );
    const error = await errorOf(openResult('https://media.example/a', { fetch, baseUrl: elsewhere }));
    expect(error).toMatchObject({ code: 'result_url_refused' });
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([
      'https://media.example/a',
      'https://media.example/b',
    ]);
  });

  test.each([
    ['https://hidden.example/a', ['https://hidden.example/a'], []],
    ['https://media.example/a', ['https://media.example/a'], ['https://media.example/a']],
    [
      'https://media.example/b',
      ['https://media.example/b', 'https://hidden.example/a'],
      ['https://media.example/b'],
    ],
    ['https://unknown.example/a', ['https://unknown.example/a'], ['https://unknown.example/a']],
  ])('%s is looked up at each redirect, and no private one is asked', async (url, looked, asked) => {
    const fetch = vi.fn<Fetch>(own =>
      Promise.resolve(
        own === 'https://media.example/b'
          ? new Response(null, { status: 302, headers: { location: 'https://hidden.example/a' } })
          : new Response('x'),
      ),
    );
    const resolveHost = vi.fn((host: string) =>
      host.startsWith('unknown')
        ? Promise.reject(new Error('ENOTFOUND'))
        : Promise.resolve(host.startsWith('hidden') ? ['93.184.216.34', '10.0.0.7'] : ['93.184.216.34']),
    );
    const outcome = download(url, { fetch, baseUrl: elsewhere, resolveHost });
    if (looked.some(each => each.includes('hidden')))
      expect(await errorOf(outcome)).toMatchObject({ code: 'result_url_refused' });
    else expect(await outcome).toHaveLength(1);
    expect(resolveHost.mock.calls.map(([host]) => host)).toEqual(looked.map(each => new URL(each).hostname));
    expect(fetch.mock.calls.map(([own]) => own)).toEqual(asked);
  });

  test('is given up while its name is looked up', async () => {
    const controller = new AbortController();
    const fetch = vi.fn<Fetch>();
    const resolveHost = (): Promise<string[]> => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const call = openResult('https://a.example/', {
      fetch,
      baseUrl: elsewhere,
      resolveHost,
      signal: controller.signal,
    });
    expect(await errorOf(call)).toMatchObject({ kind: 'cancelled' });
    expect(fetch).not.toHaveBeenCalled();
  });

  test('may redirect five times and not more', async () => {
    const circle = answer(302, '', { location: '/again' });
    await using server = await startScriptedServer(
      circle,
      circle,
      circle,
      circle,
      circle,
      answer(200, 'x'),
      circle,
    );
    expect(await download(server.url)).toHaveLength(1);
    expect(await errorOf(download(server.url))).toMatchObject({ code: 'result_url_refused' });
    expect(server.requests).toHaveLength(12);
  });
});
