import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * A loopback, private, link-local, shared, reserved or multicast address, or a name that only a local network
 * resolves.
 */
export type HostProblem = 'privateAddress' | 'localName';

/**
 * What speaks against a host in the internet. The one rule for where results are fetched and where webhooks
 * may lead. A public name that resolves to a private address is not seen here: see `leadsToPrivate`.
 * @param hostname as `URL.hostname` gives it, so that other notations of an address are already normalised
 */
export function hostProblem(hostname: string): HostProblem | undefined {
  const host = bareHost(hostname);
  if (isAddress(host)) return isPublicAddress(host) ? undefined : 'privateAddress';
  return isLocalName(host) ? 'localName' : undefined;
}

/** Whether the address can be one of a server in the internet: not one of IANA's special-purpose ranges. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !specialIPv4.check(address, 'ipv4');
  // Also "fe80::1%eth0", which a resolver may give, is none.
  if (!isIPv6(address) || address.includes('%')) return false;
  return globalIPv6.check(address, 'ipv6') && !specialIPv6.check(address, 'ipv6');
}

/** Every address of a host name, as the system resolves it. */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>;

/**
 * Whether a name leads to an address that is none of a server in the internet, as far as it can be resolved
 * here: behind a proxy perhaps only the proxy can.
 * @param host an address itself leads nowhere
 * @param signal ends the wait; then nothing is known
 */
export async function leadsToPrivate(
  host: string,
  resolveHost: ResolveHost,
  signal: AbortSignal,
): Promise<boolean> {
  if (isAddress(host)) return false;
  const ended = new Promise<readonly string[]>(resolve => {
    const end = (): void => resolve([]);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  // The resolver's own failure says nothing about the address.
  const addresses = await Promise.race([ended, resolveHost(host).catch((): readonly string[] => [])]);
  return !addresses.every(isPublicAddress);
}

/** Whether the host is an address, no name. @param host without brackets */
export function isAddress(host: string): boolean {
  return isIPv4(host) || isIPv6(host);
}

/** The host without the brackets of IPv6 and the dot of the root. */
export function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
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

// https://www.iana.org/assignments/iana-ipv6-special-registry: Teredo and other protocols, documentation,
// 6to4.
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
