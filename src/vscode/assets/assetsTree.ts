import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { failureText } from '../messages/showError.ts';
import { withTooltip } from '../messages/treeItem.ts';
import type { AssetPackage, PackageState } from './assetPackage.ts';
import type { AssetPackages } from './assetPackages.ts';
import { AssetRow, PackageRow, assetsNodeItem, assetTooltip, type AssetsNode } from './assetRows.ts';
import { statesInOrder } from './assetText.ts';

/** The Assets view: what manifests wish, by how it stands. Read when somebody looks. */
export class AssetsTree implements vscode.TreeDataProvider<AssetsNode>, vscode.Disposable {
  readonly #packages: AssetPackages;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<undefined>());
  readonly #view: vscode.TreeView<AssetsNode>;
  readonly #shown = this.#store.add(new vscode.EventEmitter<void>());
  #isStale = false;

  readonly onDidChangeTreeData = this.#changed.event;
  /** Fires when the view comes in sight. */
  readonly onDidShow = this.#shown.event;

  constructor(packages: AssetPackages, log: Log) {
    this.#packages = packages;
    this.#log = log;
    this.#view = this.#store.add(
      vscode.window.createTreeView('rivya.assets', { treeDataProvider: this, showCollapseAll: true }),
    );
    this.#store.add(
      packages.onDidChange(() => {
        this.#isStale = !this.#view.visible;
        if (this.#view.visible) this.#changed.fire(undefined);
      }),
    );
    this.#store.add(
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (!visible) return;
        this.#shown.fire();
        if (!this.#isStale) return;
        this.#isStale = false;
        this.#changed.fire(undefined);
      }),
    );
  }

  async getChildren(node?: AssetsNode): Promise<AssetsNode[]> {
    try {
      if (!node) {
        const packages = await this.#packages.find();
        const [first, ...others] = packages;
        if (!first) return [];
        return others.length === 0 ? await this.#rowsOf(first) : packages.map(each => new PackageRow(each));
      }
      if (node.type === 'package') return await this.#rowsOf(node.package);
      if (node.type === 'group') return node.items.map(item => new AssetRow(node.state, item));
      return [];
    } catch (error) {
      this.#log.error(`Assets could not be read: ${describeError(error)}`);
      return [{ type: 'failure', text: await failureText(error) }];
    }
  }

  getTreeItem(node: AssetsNode): vscode.TreeItem {
    return assetsNodeItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: AssetsNode): vscode.TreeItem {
    return node.type === 'asset' ? withTooltip(item, assetTooltip(node.state, node.item)) : item;
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #rowsOf(each: AssetPackage): Promise<AssetsNode[]> {
    return rowsOf(await this.#packages.state(each));
  }
}

/** The groups of a package; what is wrong with its manifest comes in their place. */
export function rowsOf(state: PackageState): AssetsNode[] {
  if (!state.facts.hasManifest) return [];
  const count = state.problems.filter(({ severity }) => severity === 'error').length;
  if (count > 0) return [{ type: 'problems', state, count }];
  const groups = Map.groupBy(state.plan.items, item => item.state);
  return statesInOrder.flatMap((group): AssetsNode[] => {
    const items = groups.get(group);
    return items ? [{ type: 'group', state, group, items }] : [];
  });
}
