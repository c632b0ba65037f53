import { lookup } from 'node:dns/promises';

/** Every address of a host name, as the system resolves it. @throws where it cannot */
export async function resolveHost(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
