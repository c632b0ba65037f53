import * as vscode from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Log } from '../../base/log.ts';
import { showError } from '../messages/showError.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import type { ChatHost } from './chatHost.ts';

/** The view of the chat. Its code and its database come with the first use. */
export class ChatViewProvider implements vscode.WebviewViewProvider, Disposable {
  readonly #log: Log;
  readonly #registration: Disposable;
  readonly #host: Lazy<ChatHost>;

  /** @param services loads what is built on first need */
  constructor(services: () => Promise<GenerateServices>, log: Log) {
    this.#log = log;
    this.#host = new Lazy(async () => {
      const [{ createChatHost }, loaded] = await Promise.all([import('./chatHost.ts'), services()]);
      return createChatHost(loaded, await loaded.chats());
    });
    this.#registration = vscode.window.registerWebviewViewProvider('rivya.chat', this);
  }

  async resolveWebviewView(view: vscode.WebviewView): Promise<void> {
    try {
      await (await this.host()).attach(view);
    } catch (error) {
      await showError(error, 'The chat could not be opened', this.#log);
    }
  }

  /** @throws when the storage folder cannot be used */
  host(): Promise<ChatHost> {
    return this.#host.get();
  }

  dispose(): void {
    this.#registration.dispose();
    this.#host.dispose();
  }
}
