import { access } from 'node:fs/promises';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { AskedThread } from '../../base/askedThread.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import type { Model } from '../../api/resources/models.ts';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { onUnexpectedError } from '../../base/unexpectedError.ts';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import type { PackageLook, PackageQuestion } from '../../core/assets/plan/look.ts';
import { AssetOrders } from '../../core/assets/sync/assetOrders.ts';
import type { HostContext } from '../host/hostContext.ts';
import { setContext } from '../manifest/contextKeys.ts';
import {
  isManifest,
  packageAt,
  packagesKey,
  packageState,
  type AssetPackage,
  type PackageState,
} from './assetPackage.ts';
import type { AssetServices } from './assetServices.ts';

const filesOfPackages = 'png jpg jpeg webp avif mp4 webm mov mp3 wav m4a ogg opus flac csv md txt';
/** What belongs to packages, of all that may change. VS Code takes no braces inside of braces. */
const ofPackages = `{${[
  `**/${manifestName}`,
  '**/.rivya/recipes/**',
  ...filesOfPackages.split(' ').map(extension => `**/*.${extension}`),
].join(',')}}`;
/** More packages than that are not shown. */
const mostPackages = 200;
/** A burst of changes is looked at once, in milliseconds. */
const settleMs = 250;
/** A thread that nobody asks gives its memory back, in milliseconds. */
const idleMs = 60_000;

/**
 * The packages of this window and how each stands. They are looked for when somebody looks at them, and read
 * in a thread, because a package may have gigabytes to hash.
 */
export class AssetPackages implements Disposable {
  readonly #hostContext: HostContext;
  readonly #load: () => Promise<AssetServices>;
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  readonly #thread: AskedThread<PackageQuestion, PackageLook>;
  readonly #packages = new Map<string, AssetPackage>();
  /** By package, and by the version of a text that is not saved. */
  readonly #states = new Map<string, { readonly key: string; readonly state: Promise<PackageState> }>();
  readonly #catalogues = new Map<string, Promise<Model[] | undefined>>();
  #search: Promise<void> | undefined;
  #settling: Disposable | undefined;
  #isWatching = false;

  /** Fires when packages may stand otherwise. */
  readonly onDidChange = this.#changed.event;

  constructor(hostContext: HostContext, load: () => Promise<AssetServices>, clock: Clock) {
    this.#hostContext = hostContext;
    this.#load = load;
    this.#clock = clock;
    const file = hostContext.context.asAbsolutePath('dist/packageThread.cjs');
    this.#thread = this.#store.add(new AskedThread({ file, name: 'packages', idleMs, clock }));
    this.#store.add({ dispose: () => this.#settling?.dispose() });
    const watcher = this.#store.add(vscode.workspace.createFileSystemWatcher(ofPackages));
    const touched = (uri: vscode.Uri): void => {
      if (isManifest(uri)) this.#note(uri);
      this.#age();
    };
    this.#store.add(watcher.onDidCreate(touched));
    this.#store.add(watcher.onDidChange(touched));
    this.#store.add(
      watcher.onDidDelete(uri => {
        if (isManifest(uri)) this.find(true).catch(onUnexpectedError);
        this.#age();
      }),
    );
    this.#store.add(hostContext.server.onDidChange(() => this.#age()));
    this.#store.add(
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.#search = undefined;
        this.#age();
      }),
    );
  }

  /** Those that are known, in the order of their paths. */
  get known(): readonly AssetPackage[] {
    return [...this.#packages.values()].toSorted((a, b) => (a.root.path < b.root.path ? -1 : 1));
  }

  /** Takes up a manifest that was opened or seen. */
  noteManifest(uri: vscode.Uri): void {
    if (isManifest(uri)) this.#note(uri);
  }

  /**
   * Looks for them once, and after folders came or went; what is excluded from searches has none.
   * @param again whether an earlier look counts no more
   */
  async find(again = false): Promise<readonly AssetPackage[]> {
    if (again) this.#search = undefined;
    await (this.#search ??= this.#lookFor());
    return this.known;
  }

  /**
   * How a package stands on the disk, for display.
   * @throws an error of the disk or of the ledger
   */
  state(each: AssetPackage): Promise<PackageState> {
    return this.#kept(each, 'disk', undefined);
  }

  /** The same, with the manifest as it stands in an editor. @throws the same */
  stateOf(document: vscode.TextDocument): Promise<PackageState> {
    const each = packageAt(vscode.Uri.joinPath(document.uri, '..'));
    return document.isDirty
      ? this.#kept(each, `version ${document.version}`, document.getText())
      : this.state(each);
  }

  /**
   * How it stands now, with the prices that Rivya names now.
   * @throws RivyaError without a catalogue; an error of the disk or of the ledger; UserError without a server
   */
  async fresh(each: AssetPackage): Promise<PackageState & { readonly models: Model[] }> {
    const services = await this.#load();
    const { origin } = services.server.base;
    const models = await services.catalogue.models(origin);
    const state = await this.#compute(services, each, undefined, models, origin);
    return { ...state, models };
  }

  /** How it stands now, by files alone: nothing is asked of a server. @throws an error of the disk */
  async checked(each: AssetPackage): Promise<PackageState> {
    return this.#compute(await this.#load(), each, undefined, undefined, undefined);
  }

  /** A package as it is read for a sync, without prices. @throws an error of the disk */
  read(each: AssetPackage): Promise<PackageLook> {
    return this.#thread.ask({ root: each.root.fsPath, edited: undefined, models: undefined });
  }

  /** What is shown may not hold any more. */
  refresh(): void {
    this.#catalogues.clear();
    this.#states.clear();
    this.#changed.fire();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #age(): void {
    this.#settling ??= this.#clock.after(settleMs, () => {
      this.#settling = undefined;
      this.#states.clear();
      this.#changed.fire();
    });
  }

  #note(manifest: vscode.Uri): void {
    const each = packageAt(vscode.Uri.joinPath(manifest, '..'));
    const key = each.root.toString();
    if (this.#packages.has(key)) return;
    this.#packages.set(key, each);
    this.#tellWhether();
  }

  #forget(manifest: vscode.Uri): void {
    this.#packages.delete(vscode.Uri.joinPath(manifest, '..').toString());
    this.#tellWhether();
  }

  #tellWhether(): void {
    setContext('rivya.hasPackage', this.#packages.size > 0);
    const manifests = this.known.map(({ manifest }) => manifest.toString());
    const { workspaceState } = this.#hostContext.context;
    workspaceState.update(packagesKey, manifests).then(undefined, onUnexpectedError);
    this.#changed.fire();
  }

  async #lookFor(): Promise<void> {
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      if (uri.scheme !== 'file') continue;
      // Recipes without a manifest make a package, too.
      if (await isThere(vscode.Uri.joinPath(uri, '.rivya')))
        this.#note(vscode.Uri.joinPath(uri, manifestName));
    }
    const pattern = posix.join('**', manifestName);
    const found = await vscode.workspace.findFiles(pattern, '**/{node_modules,.git}/**', mostPackages);
    for (const uri of found) this.noteManifest(uri);
    const standing = new Set(found.map(uri => vscode.Uri.joinPath(uri, '..').toString()));
    // What was remembered from an earlier window may be gone since.
    for (const { root, manifest } of this.known) {
      if (standing.has(root.toString()) || (await isThere(manifest))) continue;
      if (!(await isThere(vscode.Uri.joinPath(root, '.rivya')))) this.#forget(manifest);
    }
  }

  #kept(each: AssetPackage, key: string, edited: string | undefined): Promise<PackageState> {
    const name = `${each.root.toString()} ${edited === undefined ? '' : 'edited'}`;
    const known = this.#states.get(name);
    if (known?.key === key) return known.state;
    const state = this.#shown(each, edited);
    this.#states.set(name, { key, state });
    // What failed is tried again at the next look.
    state.catch(() => this.#states.delete(name));
    return state;
  }

  async #shown(each: AssetPackage, edited: string | undefined): Promise<PackageState> {
    const services = await this.#load();
    if (!this.#isWatching) {
      this.#isWatching = true;
      this.#store.add(services.ledger.onDidChange(() => this.#age()));
      this.#store.add(
        services.catalogue.onDidChange(origin => {
          this.#catalogues.delete(origin);
          this.#age();
        }),
      );
    }
    const { origin } = services.server;
    const models = origin === undefined ? undefined : await this.#catalogue(services, origin);
    return this.#compute(services, each, edited, models, origin);
  }

  /** What is kept from before, at once; what Rivya says now comes after it. */
  #catalogue(services: AssetServices, origin: string): Promise<Model[] | undefined> {
    const known = this.#catalogues.get(origin);
    if (known) return known;
    const asked = services.catalogue.models(origin).catch((error: unknown) => {
      if (!isRivyaError(error)) throw error;
      this.#hostContext.log.warn(`There are no prices for assets: ${describeError(error)}`);
      return undefined;
    });
    const shown = services.catalogue.kept(origin).then(kept => {
      if (!kept) return asked;
      asked
        .then(models => {
          this.#catalogues.set(origin, asked);
          if (models && JSON.stringify(models) !== JSON.stringify(kept)) this.#age();
        })
        .catch(onUnexpectedError);
      return kept;
    });
    this.#catalogues.set(origin, shown);
    shown.catch(() => this.#catalogues.delete(origin));
    return shown;
  }

  async #compute(
    { ledger }: AssetServices,
    each: AssetPackage,
    edited: string | undefined,
    models: readonly Model[] | undefined,
    origin: string | undefined,
  ): Promise<PackageState> {
    const look = await this.#thread.ask({ root: each.root.fsPath, edited, models });
    const orders = origin === undefined ? undefined : new AssetOrders(ledger, origin);
    return packageState(each, look, orders);
  }
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
  return access(uri.fsPath).then(
    () => true,
    () => false,
  );
}
