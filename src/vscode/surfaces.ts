import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { describeError } from '../base/log.ts';
import { startOfDay } from '../core/tasks/groups.ts';
import type { ContextKeys } from './ids.ts';
import { messageOf, show } from './messages.ts';
import type { Basics } from './clients.ts';
import type { Services } from './services.ts';
import { setting, wrongSettings, type WrongSetting } from './settings.ts';
import { StatusBar, type StatusState } from './statusBar.ts';
import { ModelsTree } from './trees/modelsTree.ts';
import { TasksTree } from './trees/tasksTree.ts';

/** A burst of changes is drawn once, in milliseconds. */
const drawDelay = 50;
/** The editor comes first: the balance is asked for when things have settled, in milliseconds. */
const settling = 1_000;
/** A balance younger than this is not asked for again when the window comes to the front, in milliseconds. */
const freshBalance = 60_000;
const hasTasksKey = 'rivya.hasTasks';

/** The trees and the status bar. They hold no truth: each change only asks for drawing again. */
export class Surfaces implements Disposable {
  readonly tasks: TasksTree;
  readonly models: ModelsTree;
  readonly #basics: Basics;
  readonly #statusBar: StatusBar;
  readonly #store = new DisposableStore();
  #loaded: Services | undefined;
  #account: StatusState['account'] = 'unknown';
  /** The latest look at the account. */
  #reading: Promise<'none' | 'ready'> | undefined;
  #drawing: NodeJS.Timeout | undefined;
  readonly #startedAt = Date.now();
  /** Wrong settings that were explained: each once. */
  readonly #explained = new Set<string>();
  #hasTasks: boolean;
  #tasksView: vscode.TreeView<unknown>;
  #balanceAskedAt = 0;
  #balanceTimer: NodeJS.Timeout | undefined;

  /**
   * @param services loads what is built on first need
   * @param hasLedger whether any job was ever made here
   */
  constructor(basics: Basics, services: () => Promise<Services>, hasLedger: () => boolean) {
    this.#basics = basics;
    this.#statusBar = this.#store.add(new StatusBar());
    const { workspaceState } = basics.context;
    this.tasks = this.#store.add(new TasksTree(services, hasLedger, workspaceState));
    this.models = this.#store.add(new ModelsTree(services, workspaceState, basics.log));
    this.#tasksView = this.tasks.createView();
    // The ledger is not opened for it: an empty one is there as soon as the models were looked at.
    this.#hasTasks = basics.context.globalState.get(hasTasksKey, false);
    setContext('rivya.hasTasks', this.#hasTasks);
    for (const view of [this.#tasksView, this.models.createView()]) {
      this.#store.add(view.onDidChangeVisibility(({ visible }) => visible && this.#freshenBalance()));
    }
    this.#store.add(basics.server.onDidChange(() => this.#serverChanged()));
    this.#store.add(basics.account.onDidChangeKey(() => this.#serverChanged()));
    this.#store.add(basics.balance.onDidChange(() => this.#draw()));
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration(event => {
        if (!event.affectsConfiguration('rivya')) return;
        this.models.redraw();
        this.#explainSettings();
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
    const reading = this.#readAccount();
    this.#reading = reading;
    reading.then(
      account => {
        // Secrets may come so late that another server is in use by then.
        if (reading !== this.#reading) return;
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
    this.#balanceTimer = setTimeout(() => {
      this.#explainSettings();
      if (vscode.window.state.focused) this.#freshenBalance();
    }, settling);
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
      const state = this.#state();
      this.tasks.refresh();
      this.#statusBar.render(state);
      this.#drawBadge(state.running);
    }, drawDelay);
  }

  #drawBadge(running: number): void {
    if (this.#tasksView.badge?.value === running || (running === 0 && !this.#tasksView.badge)) return;
    const tooltip = vscode.l10n.t('Jobs running: {0}', running);
    this.#tasksView.badge = running > 0 ? { value: running, tooltip } : undefined;
  }

  /** Says once of each value that makes no sense that it is not obeyed. */
  #explainSettings(): void {
    for (const wrong of wrongSettings(this.#basics.context.extension)) {
      const id = JSON.stringify(wrong);
      if (this.#explained.has(id)) continue;
      this.#explained.add(id);
      const open = {
        title: vscode.l10n.t('Open Settings'),
        command: 'rivya.openSettings',
        arguments: [wrong.key],
      } as const;
      show('warning', { text: wrongSettingText(wrong), actions: [open] }, this.#basics.log);
    }
  }

  #state(): StatusState {
    const { server, balance, log } = this.#basics;
    const { origin } = server;
    const ledger = this.#loaded?.ledger;
    let running = 0;
    let spent: StatusState['spent'];
    try {
      if (ledger) {
        running = ledger.runningCount();
        spent = {
          today: ledger.spent(origin ?? '', startOfDay(Date.now())),
          session: ledger.spent(origin ?? '', this.#startedAt),
        };
        this.#noteTasks(ledger.tasks({ limit: 1 }).length > 0);
      }
    } catch (error) {
      log.warn(`The ledger could not be read: ${messageOf(error)?.text ?? ''} ${describeError(error)}`);
    }
    return {
      account: this.#account,
      sandbox: server.isSandbox,
      balance: balance.state(origin ?? ''),
      lowBalance: setting('credits.lowBalance'),
      running,
      spent,
    };
  }

  #noteTasks(hasTasks: boolean): void {
    if (hasTasks === this.#hasTasks) return;
    this.#hasTasks = hasTasks;
    void this.#basics.context.globalState.update(hasTasksKey, hasTasks);
    setContext('rivya.hasTasks', hasTasks);
  }
}

function wrongSettingText({ key, value }: WrongSetting): string {
  const { t } = vscode.l10n;
  const shown = JSON.stringify(value);
  if (key === 'baseUrl') {
    return t(
      'The setting rivya.baseUrl is not an address of the Rivya API: {0}. Use https, or http on this machine only. Until then nothing is sent.',
      shown,
    );
  }
  return t('The value of the setting rivya.{0} makes no sense and is ignored: {1}.', key, shown);
}

function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
