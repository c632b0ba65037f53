import ipaddr from 'ipaddr.js';

/** Whether a URL leads to this machine, by its address or by the name `localhost`. */
export function isLoopback(url: URL): boolean {
  const host = bareHost(url);
  return host === 'localhost' || addressOf(host)?.range() === 'loopback';
}

/** The host of a URL without brackets and root dot. */
export function bareHost(url: URL): string {
  // The URL standard has turned decimal, octal and hex forms into dotted ones; brackets and the root dot are
  // left.
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/** The address, an IPv4 address that is wrapped into an IPv6 one as itself; undefined for a name. */
export function addressOf(host: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return ipaddr.isValid(host) ? ipaddr.process(host) : undefined;
}
