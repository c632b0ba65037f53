import * as vscode from 'vscode';
import { describeError, type Log } from '../../base/log.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { SharedSandbox } from '../../sandbox/sharedSandbox.ts';
import { ask } from '../messages/dialogs.ts';
import { UserError } from '../messages/errors.ts';
import { sentence } from '../messages/plain.ts';
import { actions } from '../messages/message.ts';
import { show } from '../messages/show.ts';
import { sandboxLostMessage, type CurrentServer } from '../host/currentServer.ts';
import { l10n } from '../text/l10n.ts';

/** Enough that nobody who tries things out runs dry. */
const playCredits = 10_000;

/** Whether the sandbox was running in this window: it is meant to outlive a reload. */
const runsKey = 'rivya.sandbox';

/**
 * The sandbox of this machine's user: while it runs in a window, that window's requests go to it and to
 * nowhere else. All windows share one: the first runs it, the others join, and when its window closes another
 * takes over under the same address.
 */
export class SandboxHost implements Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #server: CurrentServer;
  readonly #log: Log;
  #sandbox: SharedSandbox | undefined;
  #opening: Promise<SharedSandbox> | undefined;

  constructor(context: vscode.ExtensionContext, server: CurrentServer, log: Log) {
    this.#context = context;
    this.#server = server;
    this.#log = log;
  }

  /** Starts or joins it, and tells how other programs can use it. @throws when its data cannot be used */
  async start(): Promise<void> {
    const { workspaceState } = this.#context;
    const ran = workspaceState.get(runsKey);
    // Before the first request can go there: a reload in between must not lead to the server that costs
    // credits.
    await workspaceState.update(runsKey, true);
    const { url } = await this.#open().catch(async (error: unknown) => {
      await workspaceState.update(runsKey, ran);
      throw error;
    });
    this.#tell(url).catch((error: unknown) =>
      this.#log.error(`The message about the sandbox could not be followed: ${describeError(error)}`),
    );
  }

  /**
   * Goes on after a reload of the window, or says that it cannot and lets nothing be sent until the person
   * has chosen. Costs nothing when it did not run before.
   */
  async resume(): Promise<void> {
    if (this.#context.workspaceState.get(runsKey) !== true) return;
    try {
      await this.#open();
    } catch (error) {
      this.#lose(error);
    }
  }

  /** @throws UserError when it does not run */
  async openPage(): Promise<void> {
    if (!this.#sandbox) {
      const { t } = l10n;
      const start = { title: t('Start Sandbox'), command: 'rivya.sandbox.start' } as const;
      throw new UserError(t("The sandbox isn't running."), [start]);
    }
    await vscode.env.openExternal(vscode.Uri.parse(this.#sandbox.pageUrl, true));
  }

  /** Leaves it, also when it is lost; it ends unless another window uses it. */
  async stop(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    this.#server.leaveSandbox();
    await this.#context.workspaceState.update(runsKey, undefined);
    await sandbox?.close();
    this.#log.info('The sandbox was stopped.');
  }

  dispose(): void {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    void sandbox?.close();
  }

  #open(): Promise<SharedSandbox> {
    this.#opening ??= this.#openNow().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #openNow(): Promise<SharedSandbox> {
    if (this.#sandbox) return this.#sandbox;
    const { openSharedSandbox } = await import('../../sandbox/sharedSandbox.ts');
    const dataDirectory = vscode.Uri.joinPath(this.#context.globalStorageUri, 'sandbox').fsPath;
    const sandbox = await openSharedSandbox({ credits: playCredits, dataDirectory }).catch(
      (error: unknown) => {
        throw new UserError(
          l10n.t(
            "Couldn't start the sandbox: {0} To reset it, delete its data folder: {1}",
            sentence(error instanceof Error ? error.message : String(error)),
            dataDirectory,
          ),
          [actions().showLog],
          { cause: error },
        );
      },
    );
    this.#sandbox = sandbox;
    this.#server.enterSandbox(sandbox.url, sandbox.apiKey);
    this.#log.info(`The sandbox ${sandbox.own ? 'runs' : 'of another window is used'} at ${sandbox.url}.`);
    void sandbox.ended.then(() => this.#takeOver(sandbox));
    return sandbox;
  }

  /** The window that ran it has closed. */
  async #takeOver(ended: SharedSandbox): Promise<void> {
    if (this.#sandbox !== ended) return;
    this.#sandbox = undefined;
    try {
      await this.#open();
    } catch (error) {
      this.#lose(error);
    }
  }

  /**
   * Nobody must believe that things cost nothing when they do: nothing is sent until the person has chosen.
   */
  #lose(error: unknown): void {
    this.#log.error(`The sandbox could not be started again: ${describeError(error)}`);
    this.#server.loseSandbox();
    const { text, actions: buttons } = sandboxLostMessage();
    show('warning', { text, actions: [...buttons, actions().showLog] }, this.#log);
  }

  async #tell(url: string): Promise<void> {
    const generate = l10n.t('Generate an Image');
    const openPage = l10n.t('Open Sandbox Page');
    const chosen = await ask(
      'info',
      l10n.t('The sandbox is running at {0}. Nothing is sent to the network, and nothing costs money.', url),
      [generate, openPage],
    );
    if (chosen === generate) await vscode.commands.executeCommand('rivya.generate.image');
    if (chosen === openPage) await this.openPage();
  }
}
