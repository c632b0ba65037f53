import { generate } from 'selfsigned';

/** A certificate and its private key, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Names the file with the authority, as JSON, that the extension host of an integration test trusts. */
export const authorityVariable = 'RIVYA_TEST_AUTHORITY';

/** A certificate authority that nobody knows, such as a company has its own. */
export async function createAuthority(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'Rivya test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return { key, cert };
}

/** A server's certificate for these host names. Without an authority it vouches for itself. */
export async function createCertificate(
  names: readonly string[],
  authority?: Certificate,
): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: names.map(value => ({ type: 2, value })) }],
    ...(authority && { ca: { key: authority.key, cert: authority.cert } }),
  });
  return { key, cert };
}
