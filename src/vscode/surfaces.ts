import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { describeError } from '../base/log.ts';
import type { ContextKeys } from './ids.ts';
import { messageOf } from './messages.ts';
import type { Basics } from './clients.ts';
import type { Services } from './services.ts';
import { setting } from './settings.ts';
import { StatusBar, type StatusState } from './statusBar.ts';
import { ModelsTree } from './trees/modelsTree.ts';
import { TasksTree } from './trees/tasksTree.ts';

/** A burst of changes is drawn once, in milliseconds. */
const drawDelay = 50;
/** The editor comes first: the balance is asked for when things have settled, in milliseconds. */
const settling = 1_000;
/** A balance younger than this is not asked for again when the window comes to the front, in milliseconds. */
const freshBalance = 60_000;

/** The trees and the status bar. They hold no truth: each change only asks for drawing again. */
export class Surfaces implements Disposable {
  readonly tasks: TasksTree;
  readonly models: ModelsTree;
  readonly #basics: Basics;
  readonly #statusBar: StatusBar;
  readonly #store = new DisposableStore();
  #loaded: Services | undefined;
  #account: StatusState['account'] = 'unknown';
  #drawing: NodeJS.Timeout | undefined;
  #balanceAskedAt = 0;
  #balanceTimer: NodeJS.Timeout | undefined;

  /**
   * @param services loads what is built on first need
   * @param hasLedger whether any job was ever made here
   */
  constructor(basics: Basics, services: () => Promise<Services>, hasLedger: () => boolean) {
    this.#basics = basics;
    this.#statusBar = this.#store.add(new StatusBar());
    this.tasks = this.#store.add(new TasksTree(services, hasLedger));
    this.models = this.#store.add(
      new ModelsTree(services, async () => (await this.#readAccount()) === 'ready'),
    );
    const tasksView = this.#store.add(
      vscode.window.createTreeView('rivya.tasks', { treeDataProvider: this.tasks }),
    );
    const modelsView = this.#store.add(
      vscode.window.createTreeView('rivya.models', { treeDataProvider: this.models }),
    );
    for (const view of [tasksView, modelsView]) {
      this.#store.add(view.onDidChangeVisibility(({ visible }) => visible && this.#freshenBalance()));
    }
    this.#store.add(basics.server.onDidChange(() => this.#serverChanged()));
    this.#store.add(basics.account.onDidChangeKey(() => this.#serverChanged()));
    this.#store.add(basics.balance.onDidChange(() => this.#draw()));
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration(event => {
        if (!event.affectsConfiguration('rivya')) return;
        this.models.refresh();
        this.#draw();
      }),
    );
    this.#store.add(vscode.window.onDidChangeWindowState(({ focused }) => focused && this.#freshenBalance()));
    this.#serverChanged();
  }

  /** Follows what happens, from the moment on at which there is something that can happen. */
  watch(services: Services): void {
    this.#loaded = services;
    this.#store.add(services.ledger.onDidChange(() => this.#draw()));
    this.#store.add(services.catalogue.onDidChange(() => this.models.refresh()));
    this.#draw();
  }

  dispose(): void {
    clearTimeout(this.#drawing);
    clearTimeout(this.#balanceTimer);
    this.#store.dispose();
  }

  #serverChanged(): void {
    setContext('rivya.sandbox', this.#basics.server.isSandbox);
    this.#readAccount().then(
      account => {
        this.#account = account;
        setContext('rivya.account', account);
        this.models.refresh();
        this.#draw();
        this.#scheduleBalance();
      },
      (error: unknown) =>
        this.#basics.log.error(`The secret storage could not be read: ${describeError(error)}`),
    );
  }

  async #readAccount(): Promise<'none' | 'ready'> {
    const { server, account } = this.#basics;
    if (server.isSandbox) return 'ready';
    const origin = server.origin;
    return origin !== undefined && (await account.key(origin)) !== undefined ? 'ready' : 'none';
  }

  /** After start-up and after each change of server or key, when a person is there to see it. */
  #scheduleBalance(): void {
    clearTimeout(this.#balanceTimer);
    this.#balanceAskedAt = 0;
    this.#balanceTimer = setTimeout(() => vscode.window.state.focused && this.#freshenBalance(), settling);
  }

  #freshenBalance(): void {
    const { origin } = this.#basics.server;
    if (this.#account !== 'ready' || origin === undefined || Date.now() - this.#balanceAskedAt < freshBalance)
      return;
    this.#balanceAskedAt = Date.now();
    void this.#basics.balance.refresh(origin);
  }

  #draw(): void {
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      this.tasks.refresh();
      this.#statusBar.render(this.#state());
    }, drawDelay);
  }

  #state(): StatusState {
    const { server, balance, log } = this.#basics;
    const { origin } = server;
    let running = 0;
    try {
      running = this.#loaded?.ledger.runningCount() ?? 0;
    } catch (error) {
      log.warn(`The ledger could not be read: ${messageOf(error)?.text ?? ''} ${describeError(error)}`);
    }
    return {
      account: this.#account,
      sandbox: server.isSandbox,
      balance: balance.state(origin ?? ''),
      lowBalance: setting('credits.lowBalance'),
      running,
    };
  }
}

function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
