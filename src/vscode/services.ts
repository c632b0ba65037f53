import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { BaseUrl } from '../api/baseUrl.ts';
import type { RivyaClient } from '../api/client.ts';
import type { Model } from '../api/models.ts';
import { systemClock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { describeError } from '../base/log.ts';
import { Library } from '../core/assets/library.ts';
import { ModelCatalogue, type ModelCache } from '../core/models/models.ts';
import { Ledger } from '../core/tasks/ledger.ts';
import { Runner, type RunnerServer } from '../core/tasks/runner.ts';
import { isRunningState } from '../shared/task.ts';
import { createClient, hostFetch, keyOf, type Basics } from './clients.ts';
import { announceEnd, announceTrouble, Arrivals } from './generate/progress.ts';
import { rememberedKey } from './generate/rememberedValues.ts';
import { actions, show } from './messages.ts';
import { Placer } from './placement/placer.ts';
import { ledgerPath } from './storage.ts';

/** What is built on first need: the client, the ledger and all that works on it. */
export interface Services extends Basics, Disposable {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly catalogue: ModelCatalogue;
  readonly runner: Runner;
  readonly placer: Placer;
  /** The client of a server that this window can reach; undefined for any other. */
  readonly clientOf: (origin: string) => RivyaClient | undefined;
}

/** Results larger than this are not downloaded: the largest of the catalogue have a tenth of it. */
const maximumResultBytes = { image: 100 * 1024 ** 2, video: 2 * 1024 ** 3, audio: 500 * 1024 ** 2 };
/** How often other windows' writes are looked for, in milliseconds: one pragma. */
const noticeInterval = 1_000;

/** Opens the ledger and starts everything that works on it. @throws when the storage folder cannot be used */
export function createServices(basics: Basics): Services {
  const { context, log, server, account, balance } = basics;
  const store = new DisposableStore();
  const storage = context.globalStorageUri.fsPath;
  mkdirSync(storage, { recursive: true });
  const { ledger, setAside } = Ledger.open(ledgerPath(context), log);
  store.add(ledger);
  if (setAside) {
    const text = vscode.l10n.t(
      'The list of Rivya tasks could not be read: {0}. It was kept as {1}, and a new list begun with the tasks that could be read ({2}). Files that were generated are still in the library.',
      setAside.reason,
      setAside.path,
      setAside.rescued,
    );
    show('warning', { text, actions: [actions().showLog] }, log);
  }
  const library = new Library(join(storage, 'library'));
  const clients = new Map<string, RivyaClient>();
  const clientOf = (base: BaseUrl): RivyaClient => {
    let client = clients.get(base.href);
    if (!client) {
      client = createClient(basics, base.href, () => keyOf(basics, base.origin));
      clients.set(base.href, client);
    }
    return client;
  };
  const servers = (): Map<string, RunnerServer> => {
    const known = new Map<string, RunnerServer>();
    for (const base of server.reachable) {
      known.set(base.origin, { client: clientOf(base), baseUrl: base.href, fetch: hostFetch });
    }
    return known;
  };

  const catalogue = store.add(
    new ModelCatalogue({
      list: async origin => {
        const base = server.reachable.find(each => each.origin === origin);
        if (!base) throw new Error(`The server ${origin} is no longer the one that is set.`);
        return (await clientOf(base).models.list()).data;
      },
      cache: fileCache(storage),
      onCacheFailure: error => log.warn(`The catalogue could not be kept: ${describeError(error)}`),
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
  store.add(account.onDidChangeKey(origin => runner.keyChanged(origin)));
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
  store.add(placer.onDidPlace(placed => arrivals.add(placed)));

  const services: Services = {
    ...basics,
    ledger,
    library,
    catalogue,
    runner,
    placer,
    clientOf: origin => {
      const base = server.reachable.find(each => each.origin === origin);
      return base && clientOf(base);
    },
    dispose: () => store.dispose(),
  };
  const arrivals = store.add(new Arrivals(services));
  // The parameters last used with each model follow the user to other computers.
  context.globalState.setKeysForSync([rememberedKey]);
  placer.start();
  runner.poke();
  return services;
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
