import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import type { HostContext } from '../host/hostContext.ts';
import { setContext } from '../manifest/contextKeys.ts';

/** Whether there is a key for the server in use; for the sandbox there always is. */
export class AccountStatus implements Disposable {
  readonly #hostContext: Pick<HostContext, 'server' | 'account' | 'log'>;
  readonly #store = new DisposableStore();
  readonly #read = this.#store.add(new Emitter<void>());
  #value: 'unknown' | 'none' | 'ready' = 'unknown';
  /** The latest look at the secrets; undefined once it has ended. */
  #reading: Promise<'none' | 'ready'> | undefined;

  /** Fires after each change of server or key, when it is known what it means. */
  readonly onDidRead = this.#read.event;

  constructor(hostContext: Pick<HostContext, 'server' | 'account' | 'log'>) {
    this.#hostContext = hostContext;
    this.#store.add(hostContext.server.onDidChange(() => this.#refresh()));
    this.#store.add(hostContext.account.onDidChangeKey(() => this.#refresh()));
    this.#refresh();
  }

  get value(): 'unknown' | 'none' | 'ready' {
    return this.#value;
  }

  get isIdle(): boolean {
    return this.#reading === undefined;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #refresh(): void {
    const { server, log } = this.#hostContext;
    setContext('rivya.sandbox', server.isSandbox);
    const reading = this.#readSecrets();
    this.#reading = reading;
    reading.then(
      value => {
        // Secrets may come so late that another server is in use by then.
        if (reading !== this.#reading) return;
        this.#reading = undefined;
        this.#value = value;
        setContext('rivya.account', value);
        this.#read.fire();
      },
      (error: unknown) => {
        if (reading === this.#reading) this.#reading = undefined;
        log.error(`The secret storage could not be read: ${describeError(error)}`);
      },
    );
  }

  async #readSecrets(): Promise<'none' | 'ready'> {
    const { server, account } = this.#hostContext;
    if (server.isSandbox) return 'ready';
    const { origin } = server;
    return origin !== undefined && (await account.key(origin)) !== undefined ? 'ready' : 'none';
  }
}
