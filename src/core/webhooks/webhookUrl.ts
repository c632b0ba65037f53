import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { isLoopbackHost } from '../../api/baseUrl.ts';

/** Why Rivya would not deliver to an address (rivya-api.md 7). */
export type WebhookUrlProblem =
  | 'invalid'
  | 'notHttps'
  | 'credentials'
  | 'fragment'
  /** A name that only this machine or its network resolves. */
  | 'localName'
  /** A loopback, private, link-local, shared, reserved or multicast address, however it is written. */
  | 'privateAddress'
  /** A public name that leads to such an address. */
  | 'resolvesToPrivate';

export interface WebhookUrlRules {
  /** A server on this machine, as the sandbox is, can deliver to this machine: then http and loopback are allowed. */
  readonly loopback: boolean;
}

/** Every address of a host name, as the system resolves it. */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>;

/**
 * Checks an address by the rules that Rivya documents, before it is sent. The URL parser brings decimal, hexadecimal,
 * octal and short forms of an address, percent-encoding and international names to one form first. Pure.
 */
export function parseWebhookUrl(
  text: string,
  rules: WebhookUrlRules,
): { readonly url: URL } | { readonly problem: WebhookUrlProblem } {
  const trimmed = text.trim();
  const url = URL.parse(trimmed);
  if (!url) return { problem: 'invalid' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { problem: 'notHttps' };
  // The text is asked too: an empty user or fragment leaves no trace in the parsed parts.
  if (url.username !== '' || url.password !== '' || /^[^/\\]*[/\\]+[^/\\?#]*@/.test(trimmed)) {
    return { problem: 'credentials' };
  }
  if (trimmed.includes('#')) return { problem: 'fragment' };
  const host = bareHost(url.hostname);
  if (rules.loopback && isLoopbackHost(host)) return { url };
  if (url.protocol !== 'https:') return { problem: 'notHttps' };
  if (isIPv4(host) || isIPv6(host)) return isPublicAddress(host) ? { url } : { problem: 'privateAddress' };
  if (host.split('.').includes('')) return { problem: 'invalid' };
  return isLocalName(host) ? { problem: 'localName' } : { url };
}

/**
 * Whether the name of an address that passed `parseWebhookUrl` leads to a private address, as one of many ways to reach
 * into a network from outside. A name that cannot be resolved here is left to the server: it may resolve there.
 * @param signal ends the wait; then nothing is known, and undefined is returned
 */
export async function resolvedProblem(
  url: URL,
  resolveHost: ResolveHost,
  rules: WebhookUrlRules,
  signal: AbortSignal,
): Promise<'resolvesToPrivate' | undefined> {
  const host = bareHost(url.hostname);
  if (isIPv4(host) || isIPv6(host) || (rules.loopback && isLoopbackHost(host))) return undefined;
  const ended = new Promise<readonly string[]>(resolve => {
    const end = (): void => resolve([]);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  // The resolver's own failure says nothing about the address.
  const addresses = await Promise.race([ended, resolveHost(host).catch((): readonly string[] => [])]);
  return addresses.every(isPublicAddress) ? undefined : 'resolvesToPrivate';
}

/** Whether the address can be one of a server in the internet: not one of IANA's special-purpose ranges. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !specialIPv4.check(address, 'ipv4');
  // Also "fe80::1%eth0", which a resolver may give, is none.
  if (!isIPv6(address) || address.includes('%')) return false;
  return globalIPv6.check(address, 'ipv6') && !specialIPv6.check(address, 'ipv6');
}

// RFC 6761, 6762, 8375, 9476; .internal and the undelegated names as ICANN has them.
const localZones = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'private',
  'lan',
  'home',
  'home.arpa',
  'corp',
  'test',
  'invalid',
  'onion',
  'alt',
];

function isLocalName(host: string): boolean {
  return !host.includes('.') || localZones.some(zone => host === zone || host.endsWith(`.${zone}`));
}

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
const specialIPv4 = blockList('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);

// All else is unassigned or special: loopback, IPv4-mapped, NAT64, unique local, link-local, multicast.
const globalIPv6 = blockList('ipv6', [['2000::', 3]]);

// https://www.iana.org/assignments/iana-ipv6-special-registry: Teredo and other protocols, documentation, 6to4.
const specialIPv6 = blockList('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}

/** Without the brackets of IPv6 and the dot of the root. */
function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
