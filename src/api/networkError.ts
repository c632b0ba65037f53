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

const certificateCode = /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

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
  const message = `The connection to ${origin} broke${shown}.`;
  return {
    error: new RivyaError('network', message, { code: 'connection_lost', cause }),
    bytesMayHaveLeft: true,
  };
}

/** The `code` of an error and of everything below it; `fetch` hides the real one in `cause`, or in several attempts. */
function systemCodes(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [...own, ...inner.flatMap((each: unknown) => systemCodes(each, depth + 1))];
}

/** The status with which a proxy refused a tunnel; undici, which VS Code uses too, says it only in the text of its error. */
function proxyRefusal(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined;
  return /^Proxy response \((\d+)\)/.exec(error.message)?.[1] ?? proxyRefusal(error.cause, depth + 1);
}
