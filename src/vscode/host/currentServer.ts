import * as vscode from 'vscode';
import { parseBaseUrl, type BaseUrl } from '../../api/address/baseUrl.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { UserError } from '../messages/errors.ts';
import { setting } from '../manifest/settings.ts';
import type { Message } from '../messages/message.ts';
import { l10n } from '../text/l10n.ts';

/** What a person is asked when the sandbox has ended by itself. */
export function sandboxLostMessage(): Message {
  const { t } = l10n;
  return {
    text: t(
      "The sandbox stopped and couldn't be restarted. Nothing is sent until you choose: start it again, or use Rivya, where generating and asking costs credits.",
    ),
    actions: [
      { title: t('Start Sandbox Again'), command: 'rivya.sandbox.start' },
      { title: t('Use Rivya'), command: 'rivya.sandbox.stop' },
    ],
  };
}

/**
 * Where requests go: the server of `rivya.baseUrl`, or the sandbox while it runs in this window. When the
 * sandbox is lost they go nowhere until the person has chosen: nobody must pay who believes that nothing
 * costs anything.
 */
export class CurrentServer implements Disposable {
  #sandbox: (BaseUrl & { readonly apiKey: string }) | undefined;
  #isSandboxLost = false;
  readonly #changed = new Emitter<void>();
  readonly #subscription: Disposable;

  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#subscription = vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('rivya.baseUrl')) this.#changed.fire();
    });
  }

  /**
   * @throws UserError when the sandbox is lost, or the setting is not an address that a key may be sent to
   */
  get base(): BaseUrl {
    if (this.#sandbox) return this.#sandbox;
    if (this.#isSandboxLost) {
      const { text, actions } = sandboxLostMessage();
      throw new UserError(text, actions);
    }
    const base = parseBaseUrl(setting('baseUrl'));
    if ('problem' in base) {
      throw new UserError(
        l10n.t(
          "The setting rivya.baseUrl isn't a valid Rivya API address. Use an https address, or http for this computer. Nothing was sent.",
        ),
      );
    }
    return base;
  }

  /** The origin, or undefined where `base` throws; for surfaces that show state and must not fail. */
  get origin(): string | undefined {
    if (this.#sandbox) return this.#sandbox.origin;
    if (this.#isSandboxLost) return undefined;
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

  /** Whether the sandbox ended by itself, and the person has not said what is to be used now. */
  get isSandboxLost(): boolean {
    return this.#isSandboxLost;
  }

  enterSandbox(url: string, apiKey: string): void {
    const base = parseBaseUrl(url);
    if ('problem' in base) throw new Error(`The sandbox gave an unusable address: ${url}`);
    this.#sandbox = { ...base, apiKey };
    this.#isSandboxLost = false;
    this.#changed.fire();
  }

  /** The sandbox is gone and cannot be had again. */
  loseSandbox(): void {
    this.#sandbox = undefined;
    this.#isSandboxLost = true;
    this.#changed.fire();
  }

  /** The person wants the server of the settings. */
  leaveSandbox(): void {
    this.#sandbox = undefined;
    this.#isSandboxLost = false;
    this.#changed.fire();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
