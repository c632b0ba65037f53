import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { onUnexpectedError } from '../../base/unexpectedError.ts';
import { settleArrived } from '../../core/assets/sync/settle.ts';
import { isSameAddress } from '../../core/places/addressKey.ts';
import type { Action } from '../messages/message.ts';
import { show } from '../messages/show.ts';
import { l10n } from '../text/l10n.ts';
import type { AssetPackage } from './assetPackage.ts';
import type { AssetPackages } from './assetPackages.ts';
import type { AssetServices, LazyAssetServices } from './assetServices.ts';
import { afterSync, settlerParts, showAssets } from './syncing.ts';

/** Results that come together are one message, in milliseconds. */
const gatherMs = 500;

/**
 * Results of a sync that come when it is no longer there, because its window was closed or reloaded: they
 * are paid, and were asked for, so they go to their places without a question.
 */
export class Arrivals implements Disposable {
  readonly #packages: AssetPackages;
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  /** Ids of jobs. */
  readonly #come = new Set<string>();
  #gathering: Disposable | undefined;

  constructor(packages: AssetPackages, services: LazyAssetServices, clock: Clock) {
    this.#packages = packages;
    this.#clock = clock;
    if (services.value) this.#watch(services.value);
    else this.#store.add(services.onDidLoad(loaded => this.#watch(loaded)));
    this.#store.add({ dispose: () => this.#gathering?.dispose() });
  }

  dispose(): void {
    this.#store.dispose();
  }

  #watch(services: AssetServices): void {
    const { placer } = services;
    this.#store.add(placer.onDidLeave(({ taskId }) => this.#note(services, [taskId])));
    this.#store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#note(services, [])));
    this.#note(
      services,
      placer.left().map(({ taskId }) => taskId),
    );
  }

  #note(services: AssetServices, ids: readonly string[]): void {
    for (const id of ids) this.#come.add(id);
    if (this.#come.size === 0) return;
    this.#gathering ??= this.#clock.after(gatherMs, () => {
      this.#gathering = undefined;
      this.#bring(services).catch(onUnexpectedError);
    });
  }

  async #bring(services: AssetServices): Promise<void> {
    // Its own sync places them.
    await afterSync();
    if (!vscode.workspace.isTrusted || this.#store.disposed) return;
    const { ledger } = services;
    const ids = [...this.#come];
    this.#come.clear();
    const known = await this.#packages.find();
    const jobs = ids.flatMap(id => {
      const placement = ledger.placements.of(id);
      const origin = ledger.task(id)?.origin;
      const own = known.find(({ root }) => isSameAddress(root.toString(), placement?.folder));
      return placement?.state === 'waiting' && own && origin !== undefined ? [{ id, own, origin }] : [];
    });
    for (const own of known) {
      const origins = Map.groupBy(
        jobs.filter(job => job.own === own),
        ({ origin }) => origin,
      );
      for (const [origin, arrived] of origins)
        await this.#settle(
          services,
          own,
          origin,
          arrived.map(({ id }) => id),
        );
    }
  }

  async #settle(
    services: AssetServices,
    own: AssetPackage,
    origin: string,
    ids: readonly string[],
  ): Promise<void> {
    const { t } = l10n;
    const read = async (): ReturnType<Parameters<typeof settleArrived>[0]['read']> =>
      (await this.#packages.read(own)).facts;
    const { made, kept } = await settleArrived(
      { ...settlerParts(services, own, origin), read },
      new Set(ids),
    );
    this.#packages.refresh();
    if (made.length + kept === 0) return;
    const text = [
      made.length > 0 ? t('Files of an earlier sync are ready: {0}.', made.length) : '',
      kept > 0 ? t('In the library, because the manifest or the file has changed: {0}.', kept) : '',
    ];
    const sync: Action = {
      title: t({ message: 'Sync', comment: 'Button: makes what a manifest wishes' }),
      command: 'rivya.assets.sync',
      arguments: [own.manifest],
    };
    const actions = [showAssets(), ...(kept > 0 ? [sync] : [])];
    show('info', { text: text.filter(Boolean).join(' '), actions }, services.log);
  }
}
