import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Log } from '../../base/log.ts';
import type { CompareSubject } from '../../shared/compare.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { showError } from '../messages/showError.ts';
import { l10n } from '../text/l10n.ts';

const viewType = 'rivya.compare';

/** Pages that compare results, in the editor area. Their code comes with the first use. */
export class ComparePanels implements vscode.WebviewPanelSerializer, Disposable {
  readonly #services: () => Promise<GenerateServices>;
  readonly #log: Log;
  readonly #registration: Disposable;

  /** @param services loads what is built on first need */
  constructor(services: () => Promise<GenerateServices>, log: Log) {
    this.#services = services;
    this.#log = log;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /**
   * Compares tasks or files in a page of their own.
   * @param chosen rows of the Tasks view, ids of tasks, or files of the Explorer
   * @throws UserError when there are not two
   */
  async open(chosen: readonly unknown[]): Promise<void> {
    const [{ subjectsOf }, services] = await Promise.all([import('./compareCommand.ts'), this.#services()]);
    const subjects = subjectsOf(services, chosen);
    const title = l10n.t('Compare Results');
    const panel = vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active, {
      enableScripts: true,
    });
    await this.#attach(panel, subjects);
  }

  /** After a reload of the window; what was compared, the page has kept. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    try {
      const { readSubjects } = await import('../../shared/compareSchema.ts');
      await this.#attach(panel, readSubjects(state));
    } catch (error) {
      await showError(error, 'What was compared could not be restored', this.#log);
    }
  }

  dispose(): void {
    this.#registration.dispose();
  }

  async #attach(panel: vscode.WebviewPanel, subjects: readonly CompareSubject[]): Promise<void> {
    const [{ attachCompare }, services] = await Promise.all([import('./compareHost.ts'), this.#services()]);
    await attachCompare(panel, services, subjects);
  }
}
