import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseBaseUrl, type BaseUrl } from '../../api/address/baseUrl.ts';
import type { RivyaClient } from '../../api/client.ts';
import { Clients } from '../../api/clients.ts';
import type { Model } from '../../api/resources/models.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import { systemClock } from '../../base/clock.ts';
import { redactedLog, type Log } from '../../base/log.ts';
import { Library } from '../../core/assets/library.ts';
import { fetchAgain } from '../../core/assets/sync/fetchAgain.ts';
import type { SyncServices } from '../../core/assets/sync/sync.ts';
import { readPackage } from '../../core/assets/plan/facts.ts';
import { AccountMarks } from '../../core/paidRequest/accountMarks.ts';
import type { PackageFolder } from '../../core/recipes/packageFolder.ts';
import { Ledger } from '../../core/tasks/ledger.ts';
import { processHolder, processRunner } from '../../core/tasks/processRunner.ts';
import { stateFolder } from '../../core/storage/stateFolder.ts';
import { ledgerPath } from '../../core/tasks/storagePaths.ts';
import { CommandFailure, exitCodes } from './exitCodes.ts';
import type { Terminal } from './terminal.ts';

type Environment = Terminal['env'];

/** The server of `RIVYA_BASE_URL`. @throws CommandFailure for an address that no key may be sent to */
export function serverOf(env: Environment): BaseUrl {
  const base = parseBaseUrl(env['RIVYA_BASE_URL'] ?? 'https://rivya.ai');
  if ('problem' in base) {
    throw new CommandFailure(
      "RIVYA_BASE_URL isn't a valid Rivya API address. Use an https address, or http for this computer.",
    );
  }
  return base;
}

/** @returns undefined without a key */
export function apiKeyOf(env: Environment): string | undefined {
  const key = env['RIVYA_API_KEY']?.trim() ?? '';
  return key === '' ? undefined : key;
}

/** Where orders and results are kept: `$RIVYA_STATE`, else where the platform keeps the state of programs. */
function stateOf(env: Environment): string {
  const chosen = env['RIVYA_STATE']?.trim() ?? '';
  return chosen === '' ? stateFolder(env) : path.resolve(chosen);
}

/** A client of the server, with the key of the environment. */
export function clientOf(env: Environment, server: BaseUrl, log: Log): RivyaClient {
  return new Clients(origin => (origin === server.origin ? apiKeyOf(env) : undefined), {
    fetch: globalThis.fetch,
    log,
  }).of(server);
}

/** The catalogue, which is public. @throws CommandFailure when it cannot be had */
export async function modelsOf(client: RivyaClient, signal: AbortSignal): Promise<Model[]> {
  try {
    return (await client.models.list({ signal })).data;
  } catch (error) {
    if (!isRivyaError(error)) throw error;
    throw new CommandFailure(`Couldn't load the models from Rivya: ${error.message}`, exitCodes.server);
  }
}

/**
 * The ledger of this user, if there is one. A plan makes none.
 * @throws as `openLedger`
 */
export function existingLedger(env: Environment): Ledger | undefined {
  return existsSync(ledgerPath(stateOf(env))) ? openLedger(env, () => undefined) : undefined;
}

/** @throws CommandFailure when it cannot be used; it is left as it is then */
function openLedger(env: Environment, tell: (text: string) => void): Ledger {
  const folder = stateOf(env);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { ledger, quarantined } = Ledger.open(ledgerPath(folder));
    if (quarantined)
      tell(
        `The list of orders was damaged. A backup is at ${quarantined.path}. Orders recovered: ${quarantined.rescued}.`,
      );
    return ledger;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(
      `The list of orders in ${folder} can't be used: ${reason} RIVYA_STATE names another folder.`,
    );
  }
}

/** Everything that a sync works with. */
export interface Session extends Disposable {
  readonly services: SyncServices;
}

export interface SessionParts {
  readonly env: Environment;
  readonly folder: PackageFolder;
  readonly server: BaseUrl;
  readonly client: RivyaClient;
  readonly models: readonly Model[];
  readonly log: Log;
  readonly tell: (text: string) => void;
  readonly tool: string;
}

/** @throws CommandFailure when the state folder cannot be used */
export function openSession({ env, folder, server, client, models, log, tell, tool }: SessionParts): Session {
  const state = stateOf(env);
  const ledger = openLedger(env, tell);
  const library = new Library(path.join(state, 'library'));
  const marks = AccountMarks.open(path.join(state, 'account.salt'));
  const holder = processHolder();
  const { fetch } = globalThis;
  const runner = processRunner({
    ...{ ledger, library, server, client, fetch, holder, log },
    account: marks.sender(() => apiKeyOf(env)),
    clock: systemClock,
    focused: () => true,
  });
  return {
    services: {
      folder,
      ledger,
      library,
      runner,
      client,
      origin: server.origin,
      models,
      holder,
      clock: systemClock,
      log,
      tool,
      fetchAgain: task => fetchAgain({ client, library, holder, fetch, baseUrl: server.href, log }, task),
      read: () => readPackage(folder),
    },
    [Symbol.dispose]: () => {
      runner.dispose();
      ledger.dispose();
    },
  };
}

/** The log of a command: silent, or with `RIVYA_LOG=debug` on standard error, without secrets. */
export function commandLog({ env, error }: Pick<Terminal, 'env' | 'error'>): Log {
  const shown = env['RIVYA_LOG'] === 'debug';
  const write = (message: string): void => {
    if (shown) error(message);
  };
  const target = { trace: () => undefined, debug: write, info: write, warn: write, error: write };
  return redactedLog(target, () => [apiKeyOf(env) ?? '']);
}
