import { isRivyaError } from '../../api/errors/errors.ts';
import type { Model } from '../../api/resources/models.ts';
import { systemClock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import type { ChatState } from '../../shared/chat.ts';
import { keyOf } from '../host/hostContext.ts';
import type { GenerateServices } from '../generate/generateServices.ts';

/** How often a server that cannot be reached is tried again while the view is visible, in milliseconds. */
const probeIntervalMs = 15_000;

/**
 * What became known: `server` is another server or key, `models` the catalogue, `offline` whether it can be
 * reached.
 */
export type ServerStatusChange = 'server' | 'account' | 'models' | 'offline';

/**
 * What the chat knows of the server in use: whether there is a key, which models there are, whether it can be
 * reached.
 */
export class ServerStatus implements Disposable {
  readonly #services: GenerateServices;
  readonly #changed = new Emitter<ServerStatusChange>();
  readonly #disposables = new DisposableStore();
  #account: ChatState['account'] = 'ready';
  #models: readonly Model[] = [];
  #offline = false;
  #isVisible = false;
  #probe: Disposable | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(services: GenerateServices) {
    this.#services = services;
    this.#disposables.add(this.#changed);
    this.#disposables.add(services.server.onDidChange(() => this.refresh()));
    this.#disposables.add(services.account.onDidChangeKey(() => this.refresh()));
    this.#disposables.add(services.catalogue.onDidChange(() => void this.#loadModels()));
  }

  get account(): ChatState['account'] {
    return this.#account;
  }

  /** Of every category; empty until they are known. */
  get models(): readonly Model[] {
    return this.#models;
  }

  get isOffline(): boolean {
    return this.#offline;
  }

  model(id: string | undefined): Model | undefined {
    return this.#models.find(each => each.id === id);
  }

  /** Only while the view is visible is a server that cannot be reached tried again. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (!isVisible) {
      this.#probe?.dispose();
      this.#probe = undefined;
    } else if (this.#offline) this.#probeSoon();
  }

  /** Reads everything again, after the server or the key has changed. */
  refresh(): void {
    this.#changed.fire('server');
    this.#readAccount().then(
      account => {
        this.#account = account;
        this.#changed.fire('account');
      },
      (error: unknown) =>
        this.#services.log.error(`The secret storage could not be read: ${describeError(error)}`),
    );
    void this.#loadModels();
  }

  /** Something was sent, or could not be sent. */
  setOffline(offline: boolean): void {
    if (offline) this.#probeSoon();
    if (this.#offline === offline) return;
    this.#offline = offline;
    this.#changed.fire('offline');
  }

  dispose(): void {
    this.setVisible(false);
    this.#disposables.dispose();
  }

  async #readAccount(): Promise<ChatState['account']> {
    const { origin } = this.#services.server;
    return origin !== undefined && (await keyOf(this.#services, origin)) !== undefined ? 'ready' : 'none';
  }

  async #loadModels(): Promise<void> {
    const { catalogue, server, log } = this.#services;
    const { origin } = server;
    if (origin === undefined) return;
    try {
      const models = await catalogue.models(origin);
      if (origin !== server.origin) return;
      this.#models = models;
      this.setOffline(false);
      this.#changed.fire('models');
    } catch (error) {
      log.warn(`The chat models could not be loaded: ${describeError(error)}`);
      if (isRivyaError(error) && error.kind === 'network') this.setOffline(true);
    }
  }

  /**
   * Tries again until the server can be reached or the view is hidden; asking for the models costs nothing.
   */
  #probeSoon(): void {
    if (!this.#isVisible) return;
    this.#probe ??= systemClock.after(probeIntervalMs, () => {
      this.#probe = undefined;
      const { catalogue, server } = this.#services;
      if (!this.#isVisible || server.origin === undefined) return;
      catalogue.refresh(server.origin).then(
        () => this.setOffline(false),
        () => this.#probeSoon(),
      );
    });
  }
}
