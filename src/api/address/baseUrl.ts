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
 * Reads a base URL: https, or http on loopback; no credentials, query or fragment. A trailing slash or
 * `/api/v1`, pasted along from the docs, is taken off.
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

/**
 * Whether the host is this machine, for what trusts it with a key or with plain http. Read at start-up, so
 * without `node:net`.
 *
 * Of names only `localhost` itself. RFC 6761 (6.3) wants all names below it to be this machine as well, but
 * leaves that to resolvers, and the rule for secure contexts of browsers counts them only where the program
 * itself resolves them. Node asks the system: glibc without systemd sends `app.localhost`, and `localhost.`
 * with the root's dot, to a name server, whose answer may be any machine.
 * @param hostname as `URL.hostname` gives it, so that other notations of an address are already normalised
 */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|::ffff:7f[\da-f]{2}:[\da-f]{1,4})$/i.test(host);
}
