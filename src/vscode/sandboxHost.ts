import * as vscode from 'vscode';
import type { Log } from '../base/log.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Sandbox } from '../sandbox/server.ts';
import type { CurrentServer } from './server.ts';

/** Enough that nobody who tries things out runs dry. */
const playCredits = 10_000;

/** The sandbox inside this window: while it runs, requests go to it and to nowhere else. */
export class SandboxHost implements Disposable {
  readonly #server: CurrentServer;
  readonly #log: Log;
  #sandbox: Sandbox | undefined;
  #starting: Promise<void> | undefined;

  constructor(server: CurrentServer, log: Log) {
    this.#server = server;
    this.#log = log;
  }

  /** Starts it, or tells that it runs. */
  async start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
    const text = vscode.l10n.t(
      'The sandbox runs. Generate as much as you like: nothing goes to the network, nothing costs money.',
    );
    void vscode.window.showInformationMessage(text);
  }

  async stop(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    this.#server.leaveSandbox();
    await sandbox?.close();
    this.#log.info('The sandbox was stopped.');
  }

  dispose(): void {
    void this.#sandbox?.close();
  }

  async #start(): Promise<void> {
    if (this.#sandbox) return;
    const { startSandbox } = await import('../sandbox/server.ts');
    this.#sandbox = await startSandbox({ credits: playCredits });
    this.#server.enterSandbox(this.#sandbox.url, this.#sandbox.apiKey);
    this.#log.info(`The sandbox runs at ${this.#sandbox.url}.`);
  }
}
