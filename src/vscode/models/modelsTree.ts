import * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import { describeError, type Log } from '../../base/log.ts';
import { failureText } from '../messages/showError.ts';
import { plain } from '../messages/plain.ts';
import { withTooltip } from '../messages/treeItem.ts';
import type { ModelCatalogue } from '../../core/models/modelCatalogue.ts';
import type { CurrentServer } from '../host/currentServer.ts';
import type { ModelsFilter, ModelsNode } from './modelsNode.ts';
import type * as items from './modelsTreeItems.ts';

type Items = typeof items;

/** Where the models come from. */
export interface ModelsServices {
  readonly catalogue: ModelCatalogue;
  readonly server: CurrentServer;
}

const noFilter: ModelsFilter = { categories: [], usableOnly: false };
const filterKey = 'rivya.models.filter';

/**
 * The models of the current server, by category. Shown at once from what is kept, and drawn again when the
 * server has something else to say. The catalogue is public, so no key is needed.
 */
export class ModelsTree implements vscode.TreeDataProvider<ModelsNode>, vscode.Disposable {
  readonly #services: () => Promise<ModelsServices>;
  readonly #memory: vscode.Memento;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<undefined>();
  #shown: { readonly origin: string; readonly models: readonly Model[] } | undefined;
  /** How rows look; loaded with the first ones, so that a view that nobody opens costs nothing. */
  #items: Items | undefined;
  #view: vscode.TreeView<ModelsNode> | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  /** @param memory keeps the filter */
  constructor(services: () => Promise<ModelsServices>, memory: vscode.Memento, log: Log) {
    this.#services = services;
    this.#memory = memory;
    this.#log = log;
  }

  /** Makes the view; the tree owns it from then on. */
  createView(): vscode.TreeView<ModelsNode> {
    this.#view = vscode.window.createTreeView('rivya.models', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    return this.#view;
  }

  /** Draws again what is known, for a change of the settings. */
  redraw(): void {
    this.#changed.fire(undefined);
  }

  /** Draws again what the catalogue says, for a change of the server or of the list. */
  refresh(): void {
    this.#shown = undefined;
    this.redraw();
  }

  async getChildren(node?: ModelsNode): Promise<ModelsNode[]> {
    if (node) return node.type === 'category' ? node.models.map(model => ({ type: 'model', model })) : [];
    this.#items ??= await import('./modelsTreeItems.ts');
    if (this.#view) this.#view.description = plain(this.#items.filterText(this.#filter), 'description');
    try {
      const services = await this.#services();
      const { origin } = services.server.base;
      if (this.#shown?.origin !== origin) {
        this.#shown = { origin, models: await this.#firstKnown(services, origin) };
      }
      return this.#items.modelNodes(this.#shown.models, this.#filter);
    } catch (error) {
      return [{ type: 'failure', text: await failureText(error) }];
    }
  }

  getTreeItem(node: ModelsNode): vscode.TreeItem {
    return this.#draw.modelsNodeItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: ModelsNode): vscode.TreeItem {
    return node.type === 'model' ? withTooltip(item, this.#draw.modelTooltip(node.model)) : item;
  }

  /** Lets the user choose what the view shows. @throws Cancelled */
  async chooseFilter(): Promise<void> {
    const { askFilter } = await import('./modelsTreeFilter.ts');
    await this.#memory.update(filterKey, await askFilter(this.#filter));
    this.redraw();
  }

  dispose(): void {
    this.#changed.dispose();
    this.#view?.dispose();
  }

  get #filter(): ModelsFilter {
    return this.#memory.get<ModelsFilter>(filterKey, noFilter);
  }

  get #draw(): Items {
    if (!this.#items) throw new Error('A row is drawn that was never asked for.');
    return this.#items;
  }

  async #firstKnown({ catalogue }: ModelsServices, origin: string): Promise<readonly Model[]> {
    const kept = await catalogue.kept(origin);
    if (!kept) return catalogue.models(origin);
    catalogue.models(origin).then(
      models => {
        if (this.#shown?.origin !== origin || JSON.stringify(models) === JSON.stringify(kept)) return;
        this.#shown = { origin, models };
        this.redraw();
      },
      // Nobody waits for it: what was known is shown.
      (error: unknown) => this.#log.info(`The catalogue could not be refreshed: ${describeError(error)}`),
    );
    return kept;
  }
}
