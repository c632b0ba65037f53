import * as vscode from 'vscode';
import { parseBaseUrl, type BaseUrl } from '../api/baseUrl.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { UserError } from './messages.ts';
import { setting } from './settings.ts';

/** Where requests go: the server of `rivya.baseUrl`, or the sandbox while it runs in this window. */
export class CurrentServer implements Disposable {
  #sandbox: (BaseUrl & { readonly apiKey: string }) | undefined;
  readonly #changed = new Emitter<void>();
  readonly #subscription: Disposable;

  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#subscription = vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('rivya.baseUrl')) this.#changed.fire();
    });
  }

  /** @throws UserError when the setting is not an address that a key may be sent to */
  get base(): BaseUrl {
    if (this.#sandbox) return this.#sandbox;
    const text = setting('baseUrl');
    const base = parseBaseUrl(text);
    if ('problem' in base) {
      throw new UserError(
        vscode.l10n.t(
          'The setting rivya.baseUrl is not an address of the Rivya API: "{0}". Use https, or http on this machine only. Nothing was sent.',
          text,
        ),
      );
    }
    return base;
  }

  /** The origin, or undefined while the setting is wrong; for surfaces that show state and must not fail. */
  get origin(): string | undefined {
    if (this.#sandbox) return this.#sandbox.origin;
    const base = parseBaseUrl(setting('baseUrl'));
    return 'problem' in base ? undefined : base.origin;
  }

  /** Every server whose jobs can go on: while the sandbox runs, those of the real one do too. */
  get reachable(): readonly BaseUrl[] {
    const base = parseBaseUrl(setting('baseUrl'));
    return [...(this.#sandbox ? [this.#sandbox] : []), ...('problem' in base ? [] : [base])];
  }

  get sandboxKey(): string | undefined {
    return this.#sandbox?.apiKey;
  }

  get isSandbox(): boolean {
    return this.#sandbox !== undefined;
  }

  enterSandbox(url: string, apiKey: string): void {
    const base = parseBaseUrl(url);
    if ('problem' in base) throw new Error(`The sandbox gave an unusable address: ${url}`);
    this.#sandbox = { ...base, apiKey };
    this.#changed.fire();
  }

  leaveSandbox(): void {
    this.#sandbox = undefined;
    this.#changed.fire();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
