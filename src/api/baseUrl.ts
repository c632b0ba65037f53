import { isIPv4, isIPv6 } from 'node:net';

/** Where the API is. */
export interface BaseUrl {
  /** Without a trailing slash; `/api/v1/…` is appended to it. */
  readonly href: string;
  readonly origin: string;
  /** True on this machine only: the sandbox, or a gateway of the user's own. */
  readonly loopback: boolean;
}

/** `insecure`: neither https nor http on loopback. */
export type BaseUrlProblem = 'invalid' | 'insecure' | 'credentials' | 'query' | 'fragment';

/**
 * Reads a base URL: https, or http on loopback; no credentials, query or fragment. A trailing slash or `/api/v1`,
 * pasted along from the docs, is taken off.
 */
export function parseBaseUrl(text: string): BaseUrl | { readonly problem: BaseUrlProblem } {
  const url = URL.parse(text.trim());
  if (!url || url.hostname === '') return { problem: 'invalid' };
  const loopback = isLoopbackHost(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) return { problem: 'insecure' };
  if (url.username !== '' || url.password !== '') return { problem: 'credentials' };
  // The text is asked too, because a bare "?" or "#" leaves no trace in the parsed parts.
  if (text.includes('?')) return { problem: 'query' };
  if (text.includes('#')) return { problem: 'fragment' };
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
  return { href: url.origin + path, origin: url.origin, loopback };
}

/** @param hostname as `URL.hostname` gives it, so that other notations of an address are already normalised */
export function isLoopbackHost(hostname: string): boolean {
  const host = bareHost(hostname);
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return embeddedIPv4(host)?.[0] === 127;
}

/**
 * True for addresses that no public server has: loopback, private, link-local, carrier-grade NAT, unspecified,
 * multicast and reserved ranges, and names that only a local network resolves. A public name that resolves to
 * such an address is not seen here, since `fetch` does the lookup.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = bareHost(hostname);
  if (isLoopbackHost(hostname) || /\.(?:local|internal|lan|home\.arpa)$/.test(host)) return true;
  const ipv4 = embeddedIPv4(host);
  if (ipv4) return isPrivateIPv4(ipv4);
  if (isIPv6(host)) return host === '::' || /^(?:f[cd]|fe[89a-f]|ff)/.test(host);
  return !host.includes('.');
}

function isPrivateIPv4([first = 0, second = 0]: readonly number[]): boolean {
  if (first === 0 || first === 10 || first === 127 || first >= 224) return true;
  if (first === 100) return second >= 64 && second < 128;
  if (first === 169) return second === 254;
  if (first === 172) return second >= 16 && second < 32;
  if (first === 192) return second === 168 || second === 0;
  return first === 198 && (second === 18 || second === 19);
}

/** The bytes of an IPv4 address, also of one inside an IPv4-mapped or NAT64 IPv6 address. */
function embeddedIPv4(host: string): number[] | undefined {
  if (isIPv4(host)) return host.split('.').map(Number);
  const mapped = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (!mapped) return undefined;
  return mapped
    .slice(1)
    .flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}

function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}
