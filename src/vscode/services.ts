import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createRivyaClient, type RivyaClient } from '../api/client.ts';
import { isRivyaError } from '../api/errors.ts';
import type { Model } from '../api/models.ts';
import { systemClock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { describeError, type Log } from '../base/log.ts';
import type { Account } from '../core/account/account.ts';
import { Library } from '../core/assets/library.ts';
import type { Balance } from '../core/credits/balance.ts';
import { ModelCatalogue, type ModelCache } from '../core/models/models.ts';
import { Ledger } from '../core/tasks/ledger.ts';
import { decide, Runner, type RunnerServer } from '../core/tasks/runner.ts';
import { isRunningState } from '../core/tasks/task.ts';
import { announceEnd, announcePlaced, announceTrouble } from './generate/progress.ts';
import { actions, show } from './messages.ts';
import { Placer } from './placement/placer.ts';
import type { CurrentServer } from './server.ts';
import { ledgerPath } from './storage.ts';

/** What exists from the start, and costs nothing. */
export interface Basics {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly server: CurrentServer;
  readonly account: Account;
  readonly balance: Balance;
}

/** What is built on first need: the client, the ledger and all that works on it. */
export interface Services extends Basics, Disposable {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly catalogue: ModelCatalogue;
  readonly runner: Runner;
  readonly placer: Placer;
  /** The client of the current server. @throws UserError while the base URL is wrong */
  client(): RivyaClient;
  /** The balance of an origin that can be reached; undefined when the key may not read it. @throws RivyaError */
  retrieveBalance(origin: string): Promise<number | undefined>;
}

/** A result larger than this is not downloaded: a long video in high quality has a tenth of it. */
const maximumResultBytes = 1024 ** 3;
/** How often other windows' writes are looked for, in milliseconds: one pragma. */
const noticeInterval = 1_000;

/** Opens the ledger and starts everything that works on it. @throws when the storage folder cannot be used */
export function createServices(basics: Basics): Services {
  const { context, log, server, account, balance } = basics;
  const store = new DisposableStore();
  const storage = context.globalStorageUri.fsPath;
  mkdirSync(storage, { recursive: true });
  const { ledger, setAside } = Ledger.open(ledgerPath(context));
  store.add(ledger);
  if (setAside) {
    const text = vscode.l10n.t(
      'The list of Rivya tasks could not be read: {0}. It was kept as {1}, and a new list begun. Files that were generated are still in the library.',
      setAside.reason,
      setAside.path,
    );
    show('warning', { text, actions: [actions().showLog] }, log);
  }
  const library = new Library(join(storage, 'library'));
  const clients = new Map<string, RivyaClient>();
  // Looked up at each call: VS Code may replace the global when the proxy settings change.
  const fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

  const clientOf = (baseUrl: string, key: () => Promise<string | undefined>): RivyaClient => {
    let client = clients.get(baseUrl);
    if (!client) {
      client = createRivyaClient({ baseUrl, apiKey: key, fetch, log, userAgent: userAgent(context) });
      clients.set(baseUrl, client);
    }
    return client;
  };
  const currentClient = (): RivyaClient => {
    const { href, origin } = server.base;
    return clientOf(href, () => keyOf(basics, origin));
  };
  const servers = (): Map<string, RunnerServer> => {
    const known = new Map<string, RunnerServer>();
    for (const base of server.reachable) {
      const client = clientOf(base.href, () => keyOf(basics, base.origin));
      known.set(base.origin, { client, baseUrl: base.href, fetch });
    }
    return known;
  };

  const catalogue = store.add(
    new ModelCatalogue({
      list: async () => (await currentClient().models.list()).data,
      cache: fileCache(storage),
    }),
  );
  const holder = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`.replace(/[^\w-]/g, '_');
  const runner = store.add(
    new Runner({
      ledger,
      library,
      servers,
      holder,
      clock: systemClock,
      random: Math.random,
      focused: () => vscode.window.state.focused,
      log,
      maximumResultBytes,
    }),
  );
  const placer = store.add(new Placer({ ledger, library, log, holder, clock: systemClock }));

  store.add(
    runner.onDidAdvance(({ before, after }) => {
      announceEnd(services, before, after);
      announceTrouble(services, before, after);
      // Every end of a job may have changed the balance: what a failure gives back is not known otherwise.
      if (isRunningState(before.state) && !isRunningState(after.state)) void balance.refresh(after.origin);
    }),
  );
  store.add(
    account.onDidChangeKey(origin => {
      for (const task of ledger.heldForKey(origin))
        decide(ledger, task.id, { type: 'released' }, systemClock.now());
      runner.poke();
    }),
  );
  store.add(server.onDidChange(() => runner.poke()));
  store.add(vscode.window.onDidChangeWindowState(state => state.focused && runner.poke()));
  const notice = setInterval(() => {
    try {
      ledger.notice();
    } catch (error) {
      log.warn(`The ledger could not be looked at: ${describeError(error)}`);
    }
  }, noticeInterval);
  store.add({ dispose: () => clearInterval(notice) });
  store.add(placer.onDidPlace(placed => announcePlaced(services, placed)));

  const services: Services = {
    ...basics,
    ledger,
    library,
    catalogue,
    runner,
    placer,
    client: currentClient,
    retrieveBalance: async origin => {
      const base = server.reachable.find(each => each.origin === origin);
      const key = base && (await keyOf(basics, origin));
      return base && key !== undefined ? retrieveCredits(basics, base.href, key) : undefined;
    },
    dispose: () => store.dispose(),
  };
  placer.start();
  runner.poke();
  return services;
}

/** The key for an origin: the sandbox brings its own. */
export async function keyOf({ account, server }: Basics, origin: string): Promise<string | undefined> {
  if (server.isSandbox && server.origin === origin) return server.sandboxKey;
  return account.key(origin);
}

/** Asks for the balance with the given key, or the stored one. @throws RivyaError */
export async function retrieveCredits(
  basics: Basics,
  baseUrl: string,
  key: string,
): Promise<number | undefined> {
  const client = createRivyaClient({
    baseUrl,
    apiKey: () => key,
    fetch: (input, init) => globalThis.fetch(input, init),
    log: basics.log,
    userAgent: userAgent(basics.context),
  });
  try {
    return (await client.credits.retrieve()).current_credits;
  } catch (error) {
    // A key that may generate but not read credits is a good key; its balance is unknown.
    if (isRivyaError(error) && error.kind === 'scope') return undefined;
    throw error;
  }
}

function userAgent(context: vscode.ExtensionContext): string {
  const { version } = context.extension.packageJSON as { version: string };
  return `rivya-vscode/${version}`;
}

function fileCache(folder: string): ModelCache {
  const pathOf = (origin: string): string => join(folder, `models-${origin.replace(/[^\w.-]+/g, '_')}.json`);
  return {
    async read(origin) {
      try {
        return JSON.parse(await readFile(pathOf(origin), 'utf8')) as Model[];
      } catch (error) {
        if (
          error instanceof SyntaxError ||
          (error instanceof Error && 'code' in error && error.code === 'ENOENT')
        ) {
          return undefined;
        }
        throw error;
      }
    },
    async write(origin, models) {
      const temporary = `${pathOf(origin)}.${process.pid}`;
      await writeFile(temporary, JSON.stringify(models));
      await rename(temporary, pathOf(origin));
    },
  };
}
