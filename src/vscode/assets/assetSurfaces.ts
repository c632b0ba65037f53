import { systemClock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { HostContext } from '../host/hostContext.ts';
import { Arrivals } from './arrivals.ts';
import { AssetPackages } from './assetPackages.ts';
import type { AssetServices, LazyAssetServices } from './assetServices.ts';
import { AssetsTree } from './assetsTree.ts';
import { ManifestFeatures } from './manifestFeatures.ts';

/** All that shows packages of this window. Built when there is reason to think that it has one. */
export class AssetSurfaces implements Disposable {
  readonly packages: AssetPackages;
  readonly #store = new DisposableStore();

  constructor(hostContext: HostContext, services: LazyAssetServices) {
    const { log, context } = hostContext;
    const load = (): Promise<AssetServices> => services.get();
    this.packages = this.#store.add(new AssetPackages(hostContext, load, systemClock));
    this.#store.add(new Arrivals(this.packages, services, systemClock));
    const tree = this.#store.add(new AssetsTree(this.packages, log));
    const models = async (): Promise<Awaited<ReturnType<AssetServices['catalogue']['models']>>> => {
      const { catalogue, server } = await load();
      return catalogue.models(server.base.origin);
    };
    const features = new ManifestFeatures(this.packages, models, { log, extension: context.extensionUri });
    this.#store.add(features);
    this.#store.add(tree.onDidShow(() => features.offerLenses()));
  }

  dispose(): void {
    this.#store.dispose();
  }
}
