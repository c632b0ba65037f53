import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Log } from '../../base/log.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { showError } from '../messages/showError.ts';
import { l10n } from '../text/l10n.ts';

const viewType = 'rivya.gallery';

/** The gallery, in one panel of the editor area. Its code comes with the first use. */
export class GalleryPanels implements vscode.WebviewPanelSerializer, Disposable {
  readonly #services: () => Promise<GenerateServices>;
  readonly #log: Log;
  readonly #registration: Disposable;
  #panel: vscode.WebviewPanel | undefined;

  /** @param services loads what is built on first need */
  constructor(services: () => Promise<GenerateServices>, log: Log) {
    this.#services = services;
    this.#log = log;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** Shows it, the one that there is or a new one. @throws when the storage folder cannot be used */
  async open(): Promise<void> {
    if (this.#panel) {
      this.#panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      viewType,
      l10n.t('Rivya Gallery'),
      vscode.ViewColumn.Active,
      {
        enableScripts: true,
      },
    );
    await this.#attach(panel);
  }

  /** After a reload of the window; what the page showed, it remembers itself. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    try {
      await this.#attach(panel);
    } catch (error) {
      await showError(error, 'The gallery could not be restored', this.#log);
    }
  }

  dispose(): void {
    this.#registration.dispose();
    this.#panel?.dispose();
  }

  async #attach(panel: vscode.WebviewPanel): Promise<void> {
    this.#panel = panel;
    panel.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
    });
    const [{ attachGallery }, services] = await Promise.all([import('./galleryHost.ts'), this.#services()]);
    await attachGallery(panel, services);
  }
}
