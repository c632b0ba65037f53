import { createServer, type AddressInfo, type Server } from 'node:net';
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { isRivyaError } from '../../../src/api/errors/errors.ts';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { impatientClock, recordingLog } from './testClock.ts';

/** What a whole body, its head and what is around them look like on the wire. */
type Wire = (json: string) => Buffer;

function response(body: string | Buffer, headers: Record<string, string> = {}, status = '200 OK'): Buffer {
  const bytes = Buffer.from(body);
  const all = { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === '' ? [] : [`${name}: ${value}\r\n`],
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`), bytes]);
}

/** @param tail what ends it */
function chunked(parts: readonly Buffer[], tail = '0\r\n\r\n', extension = ''): Buffer {
  const chunks = parts.map(part => [
    Buffer.from(`${part.length.toString(16)}${extension}\r\n`),
    part,
    '\r\n',
  ]);
  const body = Buffer.concat([...chunks.flat(), tail].map(part => Buffer.from(part)));
  return response(body, { 'transfer-encoding': 'chunked', 'content-length': '' });
}

const bytesOf = (json: string): Buffer[] => [...Buffer.from(json)].map(byte => Buffer.from([byte]));
const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1);

/** Odd, and what the server has meant is there. */
const right: Readonly<Record<string, Wire>> = {
  'a byte order mark': json => response(`\ufeff${json}`),
  'blank lines around it': json => response(`\n\n  \r\n${json}\n\n`),
  'a charset in quotes': json => response(json, { 'content-type': 'application/json;charset="UTF8"' }),
  'no content type': json => response(json, { 'content-type': '' }),
  'the type of a page': json => response(json, { 'content-type': 'text/html' }),
  'gzip under an old name': json => response(gzipSync(json), { 'content-encoding': 'x-gzip' }),
  'gzip in capitals': json => response(gzipSync(json), { 'content-encoding': 'GZIP' }),
  'gzip in gzip': json => response(gzipSync(gzipSync(json)), { 'content-encoding': 'gzip, gzip' }),
  'deflate without its head': json => response(deflateRawSync(json), { 'content-encoding': 'deflate' }),
  brotli: json => response(brotliCompressSync(json), { 'content-encoding': 'br' }),
  'an encoding that says nothing': json => response(json, { 'content-encoding': 'aws-chunked' }),
  'chunks of one byte': json => chunked(bytesOf(json)),
  'chunks with extensions': json => chunked([Buffer.from(json)], undefined, ';a="b;c"'),
  'chunks with a trailer': json => chunked([Buffer.from(json)], '0\r\nx-checksum: 1\r\n\r\n'),
  'hundreds of headers': json =>
    response(json, Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`x-${at}`, 'a']))),
  'a header in Latin-1': json => response(json, { 'x-request-id': '\u00e9\u00ff' }),
  'an odd reason': json => response(json, {}, '200 \u00d6kay'),
  'no reason': json => response(json, {}, '200'),
  'early hints': json =>
    Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'), response(json)]),
  'an address to go to next': json => response(json, { refresh: '0;url=https://evil.example' }),
  'the status of a copy': json => response(json, {}, '203 Non-Authoritative Information'),
  'an older HTTP': json => Buffer.from(`HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${json}`),
  'keys of an object itself': json =>
    response(json.replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},')),
  'another answer behind it': json => Buffer.concat([response(json), response('', {}, '500 X')]),
};

/** Nobody can read them, so nothing is known. */
const unreadable: Readonly<Record<string, Wire>> = {
  'two byte order marks': json => response(`\ufeff\ufeff${json}`),
  'UTF-16': json =>
    response(Buffer.from(`\ufeff${json}`, 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }),
  'gzip that nobody tells of': json => response(gzipSync(json)),
  'half of what was in gzip': json => response(half(gzipSync(json)), { 'content-encoding': 'gzip' }),
  'gzip of nothing': () => response(gzipSync(''), { 'content-encoding': 'gzip' }),
  'gzip as a transfer': json =>
    response(
      Buffer.concat([
        Buffer.from(`${gzipSync(json).length.toString(16)}\r\n`),
        gzipSync(json),
        Buffer.from('\r\n0\r\n\r\n'),
      ]),
      {
        'transfer-encoding': 'gzip, chunked',
        'content-length': '',
      },
    ),
  'a length that is too small': json => response(json, { 'content-length': String(json.length - 9) }),
  'a length of nothing': json => response(json, { 'content-length': '0' }),
  'no content': json => response(json, {}, '204 No Content'),
  'a part': json => response(json.slice(0, 9), { 'content-range': 'bytes 0-8/100' }, '206 Partial Content'),
  'a guard against scripts': json => response(`)]}',\n${json}`),
  'a call of a script': json => response(`answer(${json});`),
  'two answers in one': json => response(`${json}\n${json}`),
  'zeros behind it': json => response(`${json}\0\0\0\0`),
  'a comma too many': json => response(json.replace(/\}$/, ',}')),
  'a comment': json => response(`/* ok */${json}`),
  'a text with JSON in it': json => response(JSON.stringify(json)),
  'a page that goes on to another': () =>
    response('<meta http-equiv=refresh content="0;url=/login">', { 'content-type': 'text/html' }),
  null: () => response('null'),
  'nothing but blanks': () => response(' \n'),
  'a failure as a success': () => response('{"success":false,"message":"Down"}'),
  'a failure and no data': () => response('{"ok":false,"data":null}'),
  'a maintenance as an error': () => response('{"error":"maintenance"}'),
};

/** The connection has failed, or what speaks there is no HTTP. */
const lost: Readonly<Record<string, Wire>> = {
  'plain words said to be gzip': json => response(json, { 'content-encoding': 'gzip' }),
  'chunks without an end': json => chunked([Buffer.from(json)], ''),
  'half a chunk': json => chunked([Buffer.from(json)]).subarray(0, -20),
  'a chunk without a size': json => chunked([Buffer.from(json)], 'zz\r\n'),
  'a chunk of less than nothing': json => chunked([], `-5\r\n${json}`),
  'chunks and a length': json =>
    response(chunked([Buffer.from(json)]).subarray(-json.length - 12), { 'transfer-encoding': 'chunked' }),
  'a length that is too large': json => response(json, { 'content-length': String(json.length + 30) }),
  'a length that is none': json => response(json, { 'content-length': 'abc' }),
  'two lengths': json => response(json, { 'content-length': `${json.length}, ${json.length}` }),
  'a header without a name': json => response(json, { 'x-a': 'b\r\nnonsense' }),
  'a header with a zero': json => response(json, { 'x-a': 'a\0b' }),
  'a header of twenty kilobytes': json => response(json, { 'x-a': 'x'.repeat(20_000) }),
  'a change of protocols': () =>
    Buffer.from('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  'JSON and nothing else': json => Buffer.from(json),
  'half a status': () => Buffer.from('HTTP/1.1 200 O'),
  nothing: () => Buffer.alloc(0),
  'a mail server': () => Buffer.from('220 mail ESMTP\r\n'),
  'an alert of TLS': () => Buffer.from([0x15, 3, 1, 0, 2, 2, 0x46]),
};

const upload = { data: new Blob(['x']), name: 'n', type: 't', kind: 'image' } as const;
const operations: Readonly<
  Record<string, readonly [call: (client: RivyaClient) => Promise<unknown>, json: string, means: object]>
> = {
  balance: [
    client => client.credits.retrieve(),
    '{"data":{"current_credits":120}}',
    { current_credits: 120 },
  ],
  catalogue: [
    client => client.models.list(),
    '{"data":[{"id":"m","display_name":"M\u00e9"}]}',
    [{ id: 'm', display_name: 'M\u00e9' }],
  ],
  upload: [
    client => client.files.upload(upload),
    '{"id":"f1","url":"https://a.example/c"}',
    { id: 'f1', url: 'https://a.example/c' },
  ],
  webhooks: [
    client => client.webhooks.list(),
    '{"data":[{"id":"w1","name":"\u00e9","url":"https://a.example","event_types":[]}]}',
    [{ id: 'w1', name: '\u00e9' }],
  ],
  'new webhook': [
    client => client.webhooks.create({ name: 'n', url: 'u', event_types: [] }),
    '{"id":"w1","signing_secret":"whsec_abc"}',
    { id: 'w1', signing_secret: 'whsec_abc' },
  ],
  session: [client => client.chat.sessions.retrieve('s'), '{"id":"s","messages":[]}', { id: 's' }],
};

let server: Server;
let wire: Buffer = Buffer.alloc(0);

/** Says what is on the wire to each request, as soon as all of that has come, and closes. */
beforeAll(async () => {
  server = createServer(socket => {
    let received = '';
    // Clients that have seen enough reset the connection.
    socket.on('error', () => undefined);
    socket.on('data', chunk => {
      received += chunk.toString('latin1');
      const body = received.indexOf('\r\n\r\n') + 4;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (body > 3 && received.length >= body + length) socket.end(wire);
    });
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

async function outcomeOf(operation: keyof typeof operations, made: Wire): Promise<unknown> {
  const [call, json] = operations[operation] ?? [];
  wire = made(json ?? '');
  const client = createRivyaClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: () => 'rvya_sk_test_secret',
    fetch: undiciFetch as unknown as Fetch,
    maxRetries: 0,
    clock: impatientClock,
    log: recordingLog(),
  });
  return await call?.(client).catch((error: unknown) => {
    if (isRivyaError(error)) return error;
    throw error;
  });
}

describe.each(Object.keys(operations))('of an answer about %s', operation => {
  test.each(Object.entries(right))('what was meant is read: %s', async (_how, made) => {
    const outcome = await outcomeOf(operation, made);
    const [, , means] = operations[operation] ?? [];
    const value =
      Array.isArray(means) && !Array.isArray(outcome) ? (outcome as { data: unknown }).data : outcome;
    expect(value).toMatchObject(means ?? {});
    expect({}).not.toHaveProperty('polluted');
  });

  test.each(Object.entries(unreadable))('nothing is believed: %s', async (_how, made) => {
    expect(await outcomeOf(operation, made)).toMatchObject({ kind: 'protocol', code: 'response_unreadable' });
  });

  test.each(Object.entries(lost))('it is known that it was lost: %s', async (_how, made) => {
    expect(await outcomeOf(operation, made)).toMatchObject({ kind: 'network', code: 'connection_lost' });
  });
});
