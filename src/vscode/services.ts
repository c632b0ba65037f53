import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Clients } from '../api/clients.ts';
import { systemClock } from '../base/clock.ts';
import { Lazy } from '../base/lazy.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { describeError } from '../base/log.ts';
import { liftStops } from '../core/agents/liftStops.ts';
import { Library } from '../core/assets/library.ts';
import { maximumResultBytes } from '../core/assets/resultLimits.ts';
import { fetchAgain } from '../core/assets/sync/fetchAgain.ts';
import type { ChatStore } from '../core/chat/chatStore.ts';
import { PriceWatch } from '../core/generate/priceWatch.ts';
import { RecentOrders } from '../core/generate/recentOrders.ts';
import { Pictures } from '../core/media/pictures.ts';
import { Mirror } from '../core/mirror/mirror.ts';
import { storageIdOf } from '../core/mirror/storageId.ts';
import { catalogueFiles } from '../core/models/catalogueFile.ts';
import { ModelCatalogue } from '../core/models/modelCatalogue.ts';
import { AccountMarks, type SenderAccount } from '../core/paidRequest/accountMarks.ts';
import { agentRowsMs } from '../core/tasks/agentJobs.ts';
import { ExternalChanges } from '../core/tasks/externalChanges.ts';
import { forgetRemoved, removedForMs, type HousekeepingPorts } from '../core/tasks/housekeeping.ts';
import { Ledger } from '../core/tasks/ledger.ts';
import { ledgerPath } from '../core/tasks/storagePaths.ts';
import { processHolder } from '../core/tasks/processRunner.ts';
import { Runner, type RunnerServer } from '../core/tasks/runner.ts';
import { pollPaceOf } from '../core/tasks/schedule.ts';
import { isRunningState } from '../shared/task.ts';
import { hostFetch, keyOf, type HostContext } from './host/hostContext.ts';
import { isBuiltMachine, knownStorage, noteStorage, placeOf } from './host/seat.ts';
import type { AssetServices } from './assets/assetServices.ts';
import { rememberedKey } from './generate/rememberedValues.ts';
import { actions } from './messages/message.ts';
import { tellOfLostFile } from './messages/lostFile.ts';
import { plain } from './messages/plain.ts';
import { show } from './messages/show.ts';
import { Announcer } from './orders/announcer.ts';
import { priceMessage } from './orders/jobMessages.ts';
import { placedFiles } from './placement/placedFiles.ts';
import { Placer } from './placement/placer.ts';
import type { Documents } from './placement/documents.ts';
import { FileRecipes } from './recipeFiles/fileRecipes.ts';
import { ResultRecipes } from './recipeFiles/resultRecipes.ts';
import { l10n } from './text/l10n.ts';

/** What is built on first need: the client, the ledger and all that works on it. */
export interface Services extends AssetServices, Disposable {
  readonly externalChanges: ExternalChanges;
  /** Whether nothing is under way; for tests, which would else hear of what an earlier one began. */
  readonly isIdle: () => boolean;
}

/** Opens the ledger and starts everything that works on it. @throws when the storage folder cannot be used */
export function createServices(
  hostContext: HostContext,
  clients: Clients,
  { projects, finder }: Documents,
): Services {
  const { context, log, server, account, balance, timings } = hostContext;
  const store = new DisposableStore();
  const storage = context.globalStorageUri.fsPath;
  mkdirSync(storage, { recursive: true });
  const isFresh = !existsSync(ledgerPath(storage));
  const { ledger, quarantined, merged, unmerged } = Ledger.open(ledgerPath(storage));
  store.add(ledger);
  const { mode, fileSystem, problem } = ledger.journal;
  log.info(`The ledger has the journal "${mode}"${fileSystem === undefined ? '' : `, on ${fileSystem}`}.`);
  if (problem !== undefined) log.warn(`The write-ahead log could not be used: ${problem}`);
  store.add(ledger.onDidLoseFile(() => tellOfLostFile(ledgerPath(storage), log)));
  if (quarantined) {
    const text = l10n.t(
      "Couldn't read the list of tasks: {0}. A backup is at {1}. Tasks recovered into a new list: {2}. Generated files are still in the library.",
      plain(quarantined.reason, 'value'),
      quarantined.path,
      quarantined.rescued,
    );
    show('warning', { text, actions: [actions().showLog] }, log);
  }
  const recovered = merged.reduce((sum, { rescued }) => sum + rescued, 0);
  if (recovered > 0) {
    const text = l10n.t('Missing tasks restored from an earlier list: {0}.', recovered);
    show('info', { text, actions: [actions().showLog] }, log);
  }
  for (const { path, rescued } of merged) log.info(`Tasks taken over from ${path}: ${rescued}`);
  for (const why of unmerged) log.warn(`An earlier list of tasks could not be read: ${why}`);
  const chats = store.add(
    new Lazy<ChatStore>(async () => (await import('./chat/openChats.ts')).openChats(storage, log)),
  );

  const mirror = store.add(
    new Mirror({
      ledger,
      storageId: storageIdOf(storage, work => ledger.openJobs.whileNobodyWrites(work)),
      store: context.globalState,
      place: placeOf(),
      isFresh,
      clock: systemClock,
      log,
      isKept: origin => !(server.isSandbox && server.origin === origin),
      chatsSpent: since => chats.value?.spentSlots(since),
    }),
  );
  const marks = AccountMarks.open(join(storage, 'account.salt'));
  const accountOf = (origin: string): SenderAccount => marks.sender(() => keyOf(hostContext, origin));
  const library = new Library(join(storage, 'library'));
  const pictures = store.add(
    new Pictures({
      threadFile: context.asAbsolutePath('dist/mediaThread.cjs'),
      codecs: context.asAbsolutePath('dist/codecs'),
      clock: systemClock,
    }),
  );
  const servers = (): Map<string, RunnerServer> => {
    const known = new Map<string, RunnerServer>();
    for (const base of server.reachable) {
      const { href, origin } = base;
      known.set(origin, {
        client: clients.of(base),
        account: accountOf(origin),
        baseUrl: href,
        fetch: hostFetch,
        pollPace: pollPaceOf(base),
      });
    }
    return known;
  };

  const catalogue = store.add(
    new ModelCatalogue({
      list: async origin => {
        const base = server.reachable.find(each => each.origin === origin);
        if (!base) throw new Error(`The server ${origin} is no longer the one that is set.`);
        return (await clients.of(base).models.list()).data;
      },
      cache: catalogueFiles(storage),
      onCacheFailure: error => log.warn(`The catalogue could not be kept: ${describeError(error)}`),
    }),
  );
  const holder = processHolder();
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
      timings: { retryPace: timings.retryPace },
      ...(isBuiltMachine() && { beforeSending: () => mirror.save() }),
    }),
  );
  const recipes = new ResultRecipes(hostContext);
  const placer = store.add(
    new Placer({ ledger, library, pictures, projects, finder, recipes, log, holder, clock: systemClock }),
  );
  const announcer = store.add(new Announcer(log));
  const prices = new PriceWatch(ledger);

  store.add(
    runner.onDidAdvance(({ before, after }) => {
      if (!announcer.isLeft(after)) {
        announcer.advanced(before, after);
        const surprise = prices.advanced(before, after, systemClock.now());
        if (surprise) show('warning', priceMessage(after, surprise), log);
      }
      // Every end of a job may have changed the balance: what a failure gives back is not known otherwise.
      if (isRunningState(before.state) && !isRunningState(after.state)) void balance.refresh(after.origin);
    }),
  );
  store.add(account.onDidChangeKey(origin => runner.keyChanged(origin)));
  store.add(
    server.onDidChange(() => {
      for (const { origin } of server.reachable) runner.lookAgain(origin);
    }),
  );
  const externalChanges = store.add(new ExternalChanges({ ledger, clock: systemClock, log }));
  store.add(
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (!focused) return;
      externalChanges.check();
      runner.poke();
    }),
  );
  store.add(placer.onDidPlace(placed => announcer.placed(placed)));

  const services: Services = {
    ...hostContext,
    ledger,
    library,
    pictures,
    catalogue,
    runner,
    placer,
    projects,
    finder,
    announcer,
    recentOrders: new RecentOrders(systemClock),
    recipes,
    fileRecipes: store.add(new FileRecipes()),
    spentElsewhere: (origin, since) => mirror.spentElsewhere(origin, since),
    chats: () => chats.get(),
    externalChanges,
    clientOf: origin => {
      const base = server.reachable.find(each => each.origin === origin);
      return base && clients.of(base);
    },
    accountOf,
    holder,
    fetchAgain: async task => {
      const base = server.reachable.find(({ origin }) => origin === task.origin);
      if (!base) throw new Error(`The server ${task.origin} is no longer the one that is set.`);
      const parts = { client: clients.of(base), library, holder, fetch: hostFetch, baseUrl: base.href, log };
      return fetchAgain(parts, task);
    },
    isIdle: () => runner.isIdle && placer.isIdle && announcer.isIdle && balance.isIdle,
    dispose: () => store.dispose(),
  };
  // The parameters last used with each model follow the user to other computers.
  context.globalState.setKeysForSync([rememberedKey]);
  // Chats tell of nothing when they are paid, but the balance is asked for then.
  store.add(balance.onDidChange(() => mirror.saveSoon()));
  adoptOrphans(hostContext, mirror).catch((error: unknown) =>
    log.warn(`Jobs of a ledger that is gone could not be taken over: ${describeError(error)}`),
  );
  forgetOld({ ledger, library, placedFiles }).catch((error: unknown) =>
    log.warn(`What is over could not be deleted, and is at the next start: ${describeError(error)}`),
  );
  store.add(liftStops(ledger, balance, systemClock));
  placer.start();
  runner.poke();
  return services;
}

/** What the person has removed some time ago, and what agents have done long ago, goes for good. */
async function forgetOld(house: HousekeepingPorts): Promise<void> {
  const now = systemClock.now();
  await forgetRemoved(house, now - removedForMs);
  house.ledger.agents.forget(now - agentRowsMs);
}

/** Jobs of a ledger that went with its machine come back, and the person hears of it. */
async function adoptOrphans({ context, log }: HostContext, mirror: Mirror): Promise<void> {
  const adopted = await mirror.adopt(knownStorage(context), id => noteStorage(context, id));
  if (adopted === 0) return;
  const text = l10n.t(
    "This workspace's storage folder is gone, for example because a container was rebuilt. Unfinished tasks restored to the list: {0}. Tasks that Rivya may or may not have received need your decision.",
    adopted,
  );
  show('warning', { text, actions: [actions().showLog] }, log);
}
