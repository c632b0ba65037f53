import type * as vscode from 'vscode';
import { createRivyaClient, type RivyaClient } from '../api/client.ts';
import { isRivyaError } from '../api/errors.ts';
import type { Log } from '../base/log.ts';
import type { Account } from '../core/account/account.ts';
import type { Balance } from '../core/credits/balance.ts';
import type { CurrentServer } from './server.ts';

/** What exists from the start, and costs nothing. */
export interface Basics {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly server: CurrentServer;
  readonly account: Account;
  readonly balance: Balance;
}

/** VS Code's own `fetch`, with the user's proxy and certificates; looked up at each call, because VS Code may replace it. */
export const hostFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

export function createClient(
  { context, log }: Basics,
  baseUrl: string,
  apiKey: () => string | Promise<string | undefined>,
): RivyaClient {
  const { version } = context.extension.packageJSON as { version: string };
  return createRivyaClient({ baseUrl, apiKey, fetch: hostFetch, log, userAgent: `rivya-vscode/${version}` });
}

/** The key for an origin: the sandbox brings its own. */
export async function keyOf({ account, server }: Basics, origin: string): Promise<string | undefined> {
  if (server.isSandbox && server.origin === origin) return server.sandboxKey;
  return account.key(origin);
}

/**
 * Asks for the balance with this key.
 * @returns undefined for a key that may not read it: it may be a good key all the same
 * @throws RivyaError
 */
export async function retrieveCredits(
  basics: Basics,
  baseUrl: string,
  key: string,
): Promise<number | undefined> {
  try {
    return (await createClient(basics, baseUrl, () => key).credits.retrieve()).current_credits;
  } catch (error) {
    if (isRivyaError(error) && error.kind === 'scope') return undefined;
    throw error;
  }
}

/** The balance of an origin with its own key; undefined when there is no key for it. @throws RivyaError */
export async function retrieveBalance(basics: Basics, origin: string): Promise<number | undefined> {
  const base = basics.server.reachable.find(each => each.origin === origin);
  const key = base && (await keyOf(basics, origin));
  return base && key !== undefined ? retrieveCredits(basics, base.href, key) : undefined;
}
