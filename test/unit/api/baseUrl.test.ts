import { describe, expect, test } from 'vitest';
import { parseBaseUrl } from '../../../src/api/address/baseUrl.ts';
import { createRivyaClient } from '../../../src/api/client.ts';

describe('a base URL', () => {
  test.each([
    ['https://rivya.ai', 'https://rivya.ai', false],
    [' https://rivya.ai/ ', 'https://rivya.ai', false],
    ['https://rivya.ai/api/v1', 'https://rivya.ai', false],
    ['https://rivya.ai:8443/gateway/api/v1/', 'https://rivya.ai:8443/gateway', false],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010', true],
    ['http://localhost:4010/', 'http://localhost:4010', true],
    ['http://[::1]:4010', 'http://[::1]:4010', true],
    ['http://127.9.9.9', 'http://127.9.9.9', true],
    ['https://app.localhost', 'https://app.localhost', false],
    ['http://[::ffff:127.0.0.1]', 'http://[::ffff:7f00:1]', true],
  ])('%j is %s', (text, href, loopback) => {
    expect(parseBaseUrl(text)).toEqual({ href, origin: new URL(href).origin, loopback });
  });

  test.each([
    ['', 'invalid'],
    ['rivya.ai', 'invalid'],
    ['http://rivya.ai', 'insecure'],
    ['http://127.0.0.1.evil.example', 'insecure'],
    ['http://localhost.evil.example', 'insecure'],
    // Node asks a name server for them.
    ['http://app.localhost:4010', 'insecure'],
    ['http://localhost.:4010', 'insecure'],
    ['http://192.168.1.1', 'insecure'],
    ['http://[::ffff:10.0.0.1]', 'insecure'],
    ['http://[64:ff9b::7f00:1]', 'insecure'],
    ['ftp://127.0.0.1', 'insecure'],
    ['https://me:secret@rivya.ai', 'credentials'],
    ['https://rivya.ai@evil.example', 'credentials'],
    ['https://rivya.ai?x=1', 'query'],
    ['https://rivya.ai/?', 'query'],
    ['https://rivya.ai/#', 'fragment'],
  ])('%j is refused as %s', (text, problem) => {
    expect(parseBaseUrl(text)).toEqual({ problem });
  });

  test('that is refused makes no client, and the error does not quote it', () => {
    const options = { baseUrl: 'https://me:secret@rivya.ai', apiKey: () => undefined, fetch };
    expect(() => createRivyaClient(options)).toThrow(
      expect.objectContaining({ code: 'base_url_invalid' }) as Error,
    );
    expect(() => createRivyaClient(options)).not.toThrow(/secret/);
  });
});
