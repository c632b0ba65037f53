import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { messageOf, show } from '../messages.ts';
import type { Services } from '../services.ts';
import type { ChatHost } from './chatHost.ts';

/** The view of the chat. Its code and its database come with the first use. */
export class ChatView implements vscode.WebviewViewProvider, Disposable {
  readonly #services: () => Promise<Services>;
  readonly #log: Log;
  readonly #registration: Disposable;
  #host: Promise<ChatHost> | undefined;
  #loaded: ChatHost | undefined;
  #disposed = false;

  /** @param services loads what is built on first need */
  constructor(services: () => Promise<Services>, log: Log) {
    this.#services = services;
    this.#log = log;
    this.#registration = vscode.window.registerWebviewViewProvider('rivya.chat', this);
  }

  async resolveWebviewView(view: vscode.WebviewView): Promise<void> {
    try {
      await (await this.host()).attach(view);
    } catch (error) {
      this.#log.error(`The chat could not be opened: ${describeError(error)}`);
      const message = messageOf(error);
      if (message) show('error', message, this.#log);
    }
  }

  /** @throws when the storage folder cannot be used */
  host(): Promise<ChatHost> {
    if (!this.#host) {
      const host = this.#load();
      this.#host = host;
      // A failure is not kept: a full disk may have room at the next try.
      host.catch(() => (this.#host = undefined));
    }
    return this.#host;
  }

  dispose(): void {
    this.#disposed = true;
    this.#registration.dispose();
    // At once: the window may end before any promise is kept, and what runs must be given back first.
    this.#loaded?.dispose();
  }

  async #load(): Promise<ChatHost> {
    const [{ createChatHost }, services] = await Promise.all([import('./chatHost.ts'), this.#services()]);
    const host = createChatHost(services);
    if (this.#disposed) host.dispose();
    else this.#loaded = host;
    return host;
  }
}
