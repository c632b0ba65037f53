import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { describeError } from '../base/log.ts';
import { startOfDay } from '../core/tasks/groups.ts';
import { AccountStatus } from './account/accountStatus.ts';
import { BalanceRefresh } from './account/balanceRefresh.ts';
import { countTexts, StatusBar, type StatusState } from './account/statusBar.ts';
import type { HostContext } from './host/hostContext.ts';
import { setContext } from './manifest/contextKeys.ts';
import { setting } from './manifest/settings.ts';
import type { Message } from './messages/message.ts';
import { failureMessage } from './messages/showError.ts';
import { ModelsTree } from './models/modelsTree.ts';
import type { Services } from './services.ts';
import { TasksTree } from './tasks/tasksTree.ts';

/** A burst of changes is drawn once, in milliseconds. */
const drawDelayMs = 50;
const hasTasksKey = 'rivya.hasTasks';
const hasResultsKey = 'rivya.hasResults';

/** The Tasks and Models views and the status bar. Each change only asks for drawing them again. */
export class ViewsAndStatus implements Disposable {
  readonly tasks: TasksTree;
  readonly models: ModelsTree;
  readonly #hostContext: HostContext;
  readonly #store = new DisposableStore();
  readonly #statusBar = this.#store.add(new StatusBar());
  readonly #account: AccountStatus;
  readonly #balance: BalanceRefresh;
  readonly #tasksView: vscode.TreeView<unknown>;
  readonly #startedAt = Date.now();
  readonly #shown = this.#store.add(new Emitter<void>());
  #loaded: Services | undefined;
  #drawing: NodeJS.Timeout | undefined;
  #hasTasks: boolean;
  #hasResults: boolean;
  /** The latest failure of a look at the balance, and what it means. */
  #failure: { readonly error: Error; readonly message: Message | undefined } | undefined;

  /** Fires when one of our lists comes in sight. */
  readonly onDidShow = this.#shown.event;

  /**
   * @param services loads what is built on first need
   * @param hasLedger whether any job was ever made here
   */
  constructor(hostContext: HostContext, services: () => Promise<Services>, hasLedger: () => boolean) {
    this.#hostContext = hostContext;
    this.#account = this.#store.add(new AccountStatus(hostContext));
    this.#balance = this.#store.add(new BalanceRefresh(hostContext, this.#account));
    const { workspaceState } = hostContext.context;
    this.tasks = this.#store.add(new TasksTree(services, hasLedger, workspaceState));
    this.models = this.#store.add(new ModelsTree(services, workspaceState, hostContext.log));
    this.#tasksView = this.tasks.createView();
    // The ledger is not opened for it: an empty one is there as soon as the models were looked at.
    this.#hasTasks = hostContext.context.globalState.get(hasTasksKey, false);
    setContext('rivya.hasTasks', this.#hasTasks);
    this.#hasResults = hostContext.context.globalState.get(hasResultsKey, false);
    setContext('rivya.hasResults', this.#hasResults);
    for (const view of [this.#tasksView, this.models.createView()]) {
      this.#store.add(
        view.onDidChangeVisibility(({ visible }) => {
          if (!visible) return;
          this.#balance.freshen();
          this.#shown.fire();
        }),
      );
    }
    this.#store.add(
      this.#account.onDidRead(() => {
        this.models.refresh();
        this.#draw();
      }),
    );
    this.#store.add(hostContext.balance.onDidChange(() => this.#draw()));
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration(event => {
        if (!event.affectsConfiguration('rivya')) return;
        this.models.redraw();
        this.#draw();
      }),
    );
  }

  /** Follows what happens, from the moment on at which there is something that can happen. */
  watch(services: Services): void {
    this.#loaded = services;
    this.#store.add(services.ledger.onDidChange(() => this.#draw()));
    this.#store.add(services.catalogue.onDidChange(() => this.models.refresh()));
    const noteVisibility = (): void => services.externalChanges.setListVisible(this.#tasksView.visible);
    this.#store.add(this.#tasksView.onDidChangeVisibility(noteVisibility));
    noteVisibility();
    this.#draw();
  }

  /** Whether the latest change was followed. */
  get isIdle(): boolean {
    return this.#account.isIdle && this.#balance.isIdle && this.#drawing === undefined;
  }

  dispose(): void {
    clearTimeout(this.#drawing);
    this.#store.dispose();
  }

  #draw(): void {
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      const state = this.#state();
      this.tasks.refresh();
      this.#statusBar.render(state);
      this.#drawBadge(state);
    }, drawDelayMs);
  }

  #drawBadge(state: StatusState): void {
    const { running } = state;
    const tooltip = countTexts(state).join(' · ');
    const { badge } = this.#tasksView;
    if ((badge?.value ?? 0) === running && (badge?.tooltip ?? tooltip) === tooltip) return;
    this.#tasksView.badge = running > 0 ? { value: running, tooltip } : undefined;
  }

  #state(): StatusState {
    const { server, balance, log } = this.#hostContext;
    const { origin } = server;
    const ledger = this.#loaded?.ledger;
    let running = 0;
    let ready = 0;
    let spent: StatusState['spent'];
    try {
      if (ledger) {
        running = ledger.runningCount();
        ready = ledger.count({ states: ['stored'] });
        spent = {
          today: ledger.books.spent(origin ?? '', startOfDay(Date.now())),
          session: ledger.books.spent(origin ?? '', this.#startedAt),
          isMore: ledger.books.hasUnknownCharges(origin ?? '', startOfDay(Date.now())),
          agents: ledger.agents.spent(origin ?? '', startOfDay(Date.now())),
        };
        this.#noteTasks(ledger.tasks({ limit: 1 }).length > 0);
        // Files that were made once stay made: it is not looked for again.
        if (!this.#hasResults && ledger.lists.hasResults()) this.#noteResults();
      }
    } catch (error) {
      log.warn(`The ledger could not be read: ${describeError(error)}`);
    }
    return {
      account: this.#account.value,
      sandbox: server.isSandbox,
      sandboxLost: server.isSandboxLost,
      remoteServer: vscode.env.remoteName === undefined ? undefined : origin,
      balance: balance.state(origin ?? ''),
      problem: this.#explained(balance.state(origin ?? '').problem),
      lowBalance: setting('credits.lowBalance'),
      running,
      ready,
      spent,
    };
  }

  /** The words for a failure are loaded with the first one; the status bar is drawn again with them. */
  #explained(error: Error | undefined): Message | undefined {
    if (error === undefined || error === this.#failure?.error) return this.#failure?.message;
    this.#failure = { error, message: undefined };
    failureMessage(error).then(
      message => {
        if (this.#failure?.error !== error) return;
        this.#failure = { error, message };
        this.#draw();
      },
      (reason: unknown) => this.#hostContext.log.error(describeError(reason)),
    );
    return undefined;
  }

  #noteResults(): void {
    this.#hasResults = true;
    void this.#hostContext.context.globalState.update(hasResultsKey, true);
    setContext('rivya.hasResults', true);
  }

  #noteTasks(hasTasks: boolean): void {
    if (hasTasks === this.#hasTasks) return;
    this.#hasTasks = hasTasks;
    void this.#hostContext.context.globalState.update(hasTasksKey, hasTasks);
    setContext('rivya.hasTasks', hasTasks);
  }
}
