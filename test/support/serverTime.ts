import type { RivyaClient } from '../../src/api/client.ts';

/**
 * The client of a window that has heard from its server already, as it has when a person generates: so the
 * first request of a test is the paid one.
 * @param serverNow the server's clock
 */
export function heardBefore(client: RivyaClient, serverNow: () => number): RivyaClient {
  const { serverTime } = client;
  const last = (): number => serverTime.last() ?? serverNow();
  return { ...client, serverTime: { ...serverTime, last } };
}
