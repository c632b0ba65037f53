import type * as vscode from 'vscode';
import type { RivyaClient } from '../../api/client.ts';
import { Clients } from '../../api/clients.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Account } from '../../core/account/account.ts';
import type { Balance } from '../../core/credits/balance.ts';
import type { CurrentServer } from './currentServer.ts';
import type { Timings } from './timings.ts';

/** What exists from the start, and costs nothing. */
export interface HostContext {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly server: CurrentServer;
  readonly account: Account;
  readonly balance: Balance;
  readonly timings: Timings;
  /** Loaded on first need. */
  readonly clients: () => Promise<Clients>;
}

/**
 * VS Code's own `fetch`, with the user's proxy and certificates; looked up at each call, because VS Code may
 * replace it.
 */
export const hostFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

/** The clients of this window. Everything that talks to a server does it through them. */
export function createClients(
  hostContext: Pick<HostContext, 'context' | 'log' | 'account' | 'server'>,
): Clients {
  const { context, log } = hostContext;
  const { version } = context.extension.packageJSON as { version: string };
  const options = { fetch: hostFetch, log, userAgent: `rivya-vscode/${version}` };
  return new Clients(origin => keyOf(hostContext, origin), options);
}

/** The key for an origin: the sandbox brings its own. */
export async function keyOf(
  { account, server }: Pick<HostContext, 'account' | 'server'>,
  origin: string,
): Promise<string | undefined> {
  if (server.isSandbox && server.origin === origin) return server.sandboxKey;
  return account.key(origin);
}

/**
 * Asks for the balance of the client's key.
 * @returns undefined for a key that may not read it: it may be a good key all the same
 * @throws RivyaError
 */
export async function retrieveCredits({ credits }: RivyaClient): Promise<number | undefined> {
  try {
    return (await credits.retrieve()).current_credits;
  } catch (error) {
    // A page of a firewall says nothing about the key.
    if (isRivyaError(error) && error.kind === 'scope' && error.isRivyasWord) return undefined;
    throw error;
  }
}

/** The balance of an origin with its own key; undefined when there is no key for it. @throws RivyaError */
export async function retrieveBalance(hostContext: HostContext, origin: string): Promise<number | undefined> {
  const base = hostContext.server.reachable.find(each => each.origin === origin);
  if (!base || (await keyOf(hostContext, origin)) === undefined) return undefined;
  return retrieveCredits((await hostContext.clients()).of(base));
}
