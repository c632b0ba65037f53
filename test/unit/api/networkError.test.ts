import { createServer } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { fetch as undiciFetch } from 'undici';
import { expect, it } from 'vitest';
import { networkError } from '../../../src/api/errors/networkError.ts';
import { createCertificate } from '../../support/certificates.ts';
import { answer, startScriptedServer } from '../../support/scriptedServer.ts';

/** As `fetch` fails: what went wrong is hidden in its cause. */
function failed(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('SSL'), { code }) });
}

it.each([
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_missing', /does not speak TLS/, true],
  ['ERR_SSL_HTTP_REQUEST', 'tls_missing', /does not speak TLS/, true],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls_outdated', /no version of TLS/, false],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls_outdated', /no version of TLS/, false],
  ['ERR_SSL_WRONG_SSL_VERSION', 'tls_outdated', /no version of TLS/, false],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls_outdated', /no version of TLS/, true],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'tls_missing', /does not speak TLS/, true],
  ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'tls_failed', /broke/, true],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'certificate_rejected', /certificate/, false],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'certificate_rejected', /certificate/, false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate_rejected', /certificate/, false],
  ['CERT_HAS_EXPIRED', 'certificate_rejected', /certificate/, false],
  ['CRL_HAS_EXPIRED', 'certificate_rejected', /certificate/, false],
  ['INVALID_CA', 'certificate_rejected', /certificate/, false],
  ['ERR_SSL_EE_KEY_TOO_SMALL', 'certificate_rejected', /certificate/, false],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate_rejected', /certificate/, false],
])('%s is %s', (code, name, message, left) => {
  const { error, bytesMayHaveLeft } = networkError(failed(code), 'https://rivya.ai');
  expect(error).toMatchObject({ code: name, kind: 'network' });
  expect(error.message).toMatch(message);
  expect(bytesMayHaveLeft).toBe(left);
});

it.each([
  ["Node's own fetch", fetch],
  ['undici', undiciFetch as unknown as typeof fetch],
])('names what really happens, by %s', async (_name, ask) => {
  const causeOf = async (url: string): Promise<unknown> =>
    ask(url).then(
      () => undefined,
      (cause: unknown) => cause,
    );
  // Plain HTTP on the port of https.
  const plain = createServer(socket => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => plain.once('listening', resolve));
  const { port } = plain.address() as { port: number };
  const tls = networkError(await causeOf(`https://127.0.0.1:${port}/`), 'https://rivya.ai');
  plain.close();
  expect(tls.error).toMatchObject({ code: 'tls_missing', retryable: false });

  // Only what is no longer safe: versions of TLS before 1.2.
  const { key, cert } = await createCertificate(['127.0.0.1']);
  const options = {
    key,
    cert,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL@SECLEVEL=0',
  } as const;
  const old = createSecureServer(options, socket => socket.on('error', () => undefined));
  old.on('tlsClientError', () => undefined);
  old.listen(0, '127.0.0.1');
  await new Promise(resolve => old.once('listening', resolve));
  const { port: oldPort } = old.address() as { port: number };
  const outdated = networkError(await causeOf(`https://127.0.0.1:${oldPort}/`), 'https://rivya.ai');
  old.close();
  expect(outdated).toMatchObject({
    error: { code: 'tls_outdated', retryable: false },
    bytesMayHaveLeft: false,
  });

  // A proxy that answers in place of the server asks for a password.
  await using server = await startScriptedServer(
    answer(407, '', { 'proxy-authenticate': 'Basic realm="x"' }),
  );
  const cause = await causeOf(server.url);
  const proxy = networkError(cause, server.url);
  expect(proxy).toMatchObject({
    error: { code: 'proxy_refused', retryable: false },
    bytesMayHaveLeft: false,
  });
  expect(proxy.error.message).toContain('407');
  // Within TLS it is the other end that answers so.
  expect(networkError(cause, 'https://rivya.ai').bytesMayHaveLeft).toBe(true);
});
