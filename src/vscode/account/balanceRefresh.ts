import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { HostContext } from '../host/hostContext.ts';
import type { AccountStatus } from './accountStatus.ts';

/** A balance younger than this is not asked for again when somebody looks, in milliseconds. */
const freshMs = 60_000;

/**
 * When the balance is asked for: once things have settled after start-up and after a change of server or key,
 * and when a person comes back to it. There is no timer beside that; jobs and chats ask for it at their end.
 */
export class BalanceRefresh implements Disposable {
  readonly #hostContext: HostContext;
  readonly #status: AccountStatus;
  readonly #store = new DisposableStore();
  #askedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(hostContext: HostContext, status: AccountStatus) {
    this.#hostContext = hostContext;
    this.#status = status;
    this.#store.add(status.onDidRead(() => this.#schedule()));
    this.#store.add(vscode.window.onDidChangeWindowState(({ focused }) => focused && this.freshen()));
  }

  /** Asks, unless it was asked a moment ago. */
  freshen(): void {
    const { origin } = this.#hostContext.server;
    const isFresh = Date.now() - this.#askedAt < freshMs;
    if (this.#status.value !== 'ready' || origin === undefined || isFresh) return;
    this.#askedAt = Date.now();
    void this.#hostContext.balance.refresh(origin);
  }

  get isIdle(): boolean {
    return this.#timer === undefined;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#store.dispose();
  }

  /** The editor comes first, and so does a person who is there to see it. */
  #schedule(): void {
    clearTimeout(this.#timer);
    this.#askedAt = 0;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (vscode.window.state.focused) this.freshen();
    }, this.#hostContext.timings.settling);
  }
}
