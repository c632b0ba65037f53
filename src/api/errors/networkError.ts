import { RivyaError } from './errors.ts';

// System and undici codes that say that no connection came about, so that no byte of the request left.
const notConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

// Node's names for the errors of X.509, and the alerts of TLS about certificates.
const certificateCode =
  /^(?:CERT_|CRL_|ERROR_IN_C|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_SSL_.*(?:CERTIF|UNKNOWN_CA|_KEY_TOO_SMALL|_MD_TOO_WEAK))/;
/** The other side speaks something else, most often plain HTTP. */
const noTlsCode =
  /^ERR_SSL_(?:WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG)$/;
const tlsVersionCode = /^ERR_SSL_\w*(?:PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|SSL_VERSION)$/;
/** Also the ciphers belong to what both sides have to agree on. */
const noCommonCode = /^ERR_SSL_\w*(?:HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER)$/;

/**
 * Makes an error of what `fetch` or a body stream failed with.
 * @returns also whether bytes of the request may have reached the server; false only when that is certain
 */
export function networkError(
  cause: unknown,
  origin: string,
): { error: RivyaError; bytesMayHaveLeft: boolean } {
  const codes = systemCodes(cause);
  const certificate = codes.find(code => certificateCode.test(code));
  if (certificate !== undefined) {
    const message = `The certificate of ${origin} was not accepted (${certificate}).`;
    const details = { code: 'certificate_rejected', retryable: false, cause };
    return { error: new RivyaError('network', message, details), bytesMayHaveLeft: false };
  }
  const tls = codes.find(each => each.startsWith('ERR_SSL_'));
  if (tls !== undefined) {
    const { code, says } = tlsFailure(tls);
    const details = { code, retryable: code === 'tls_failed', cause };
    const error = new RivyaError('network', `${says(origin)} (${tls}).`, details);
    // A record that was damaged in the middle of a connection looks the same as one at its beginning.
    return { error, bytesMayHaveLeft: !tlsVersionCode.test(tls) };
  }
  const code = codes[0];
  const shown = code === undefined ? '' : ` (${code})`;
  if (codes.includes('ENOTFOUND') || codes.includes('EAI_AGAIN')) {
    const message = `The host of ${origin} was not found${shown}.`;
    return {
      error: new RivyaError('network', message, { code: 'host_not_found', cause }),
      bytesMayHaveLeft: false,
    };
  }
  const refusal = proxyRefusal(cause);
  if (refusal !== undefined) {
    const message = `The proxy did not connect to ${origin} (status ${refusal}).`;
    const details = { code: 'proxy_refused', retryable: false, cause };
    return { error: new RivyaError('network', message, details), bytesMayHaveLeft: false };
  }
  if (codes.length > 0 && codes.every(each => notConnected.has(each))) {
    const message = `No connection to ${origin}${shown}.`;
    return {
      error: new RivyaError('network', message, { code: 'connection_failed', cause }),
      bytesMayHaveLeft: false,
    };
  }
  if (isWordless(cause)) {
    const message = `A proxy on the way to ${origin} asks for a password (status 407).`;
    const details = { code: 'proxy_refused', retryable: false, cause };
    return { error: new RivyaError('network', message, details), bytesMayHaveLeft: !isOfTheWay407(origin) };
  }
  const message = `The connection to ${origin} broke${shown}.`;
  return {
    error: new RivyaError('network', message, { code: 'connection_lost', cause }),
    bytesMayHaveLeft: true,
  };
}

/**
 * Whether a status 407 in place of an answer is the word of a proxy on the way, which has passed nothing on.
 * Within TLS no proxy on the way can speak: there it comes from the other end, of which nothing is known.
 */
export function isOfTheWay407(origin: string): boolean {
  return !origin.startsWith('https:');
}

/** What went wrong with the encryption, by OpenSSL's code. */
function tlsFailure(code: string): { readonly code: string; readonly says: (origin: string) => string } {
  if (noTlsCode.test(code)) {
    const says = (origin: string): string =>
      `${origin} does not speak TLS, or something on the way answers in its place`;
    return { code: 'tls_missing', says };
  }
  if (tlsVersionCode.test(code) || noCommonCode.test(code))
    return { code: 'tls_outdated', says: origin => `${origin} offers no version of TLS that is safe` };
  return { code: 'tls_failed', says: origin => `The encrypted connection to ${origin} broke` };
}

/**
 * The `code` of an error and of everything below it; `fetch` hides the real one in `cause`, or in several
 * attempts.
 */
function systemCodes(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [...own, ...inner.flatMap((each: unknown) => systemCodes(each, depth + 1))];
}

/**
 * As `fetch` fails when a status 407 comes without a tunnel: of all its failures that one alone has neither
 * code nor text.
 */
function isWordless(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return cause instanceof Error && cause.message === '' && systemCodes(cause).length === 0;
}

/**
 * The status with which a proxy refused a tunnel, or asked for a password without one; undici, which VS Code
 * uses too, says it only in the text of its errors.
 */
function proxyRefusal(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined;
  return (
    /^Proxy (?:response|Authentication Required) \((\d+)\)/.exec(error.message)?.[1] ??
    proxyRefusal(error.cause, depth + 1)
  );
}
