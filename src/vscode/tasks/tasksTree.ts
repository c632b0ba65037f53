import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { groupFilter, taskGroupsAt, type TaskGroup } from '../../core/tasks/groups.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { storedFiles, type Task } from '../../shared/task.ts';
import { setContext } from '../manifest/contextKeys.ts';
import { plain } from '../messages/plain.ts';
import { failureText } from '../messages/showError.ts';
import { withTooltip } from '../messages/treeItem.ts';
import {
  tasksMimeType,
  type ShownTasks,
  type TaskNode,
  type TasksNode,
  type TasksServices,
} from './tasksNode.ts';
import type * as items from './tasksTreeItems.ts';
import type { ItemParts } from './tasksTreeItems.ts';
import { l10n } from '../text/l10n.ts';
import { TreeSelection } from './treeSelection.ts';

type Items = typeof items;

/** What is on the screen of one group. */
interface Shown {
  readonly node: TasksNode;
  readonly more: TasksNode;
  count: number;
  limit: number;
  /** By task id, in their order; undefined while the group has never been opened. */
  tasks: Map<string, TaskNode> | undefined;
}

const pageSize = 50;
/**
 * From so many on a group only says that there are many: counting them all would take longer than drawing
 * them.
 */
const manyTasks = 1_000;
const openGroupsKey = 'rivya.tasks.openGroups';
const filterKey = 'rivya.tasks.filter';
/** What the groups hang on. */
const root = 'root';
const allTasks: ShownTasks = {
  kinds: [],
  models: [],
  folders: [],
  orderedBy: [],
  favouritesOnly: false,
};

/**
 * All jobs, in groups, a page at a time. The ledger is the truth; this only draws it, and of a change only
 * the rows that look otherwise.
 */
export class TasksTree
  implements
    vscode.TreeDataProvider<TasksNode>,
    vscode.TreeDragAndDropController<TasksNode>,
    vscode.Disposable
{
  readonly dropMimeTypes: readonly string[] = [];
  readonly dragMimeTypes: readonly string[] = [tasksMimeType, 'text/uri-list'];
  readonly #services: () => Promise<TasksServices>;
  readonly #hasLedger: () => boolean;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<TasksNode | TasksNode[] | undefined>();
  readonly #shown = new Map<TaskGroup, Shown>();
  readonly #names = new Map<string, string>();
  #loaded: TasksServices | undefined;
  /** How rows look; loaded with the first ones, so that a view that nobody opens costs nothing. */
  #items: Items | undefined;
  #view: vscode.TreeView<TasksNode> | undefined;
  #selected: TreeSelection<TasksNode> | undefined;
  #isStale = false;

  readonly onDidChangeTreeData = this.#changed.event;

  /**
   * @param hasLedger whether any job was ever made here; without one nothing is opened
   * @param memory keeps which groups are open, and the filter
   */
  constructor(services: () => Promise<TasksServices>, hasLedger: () => boolean, memory: vscode.Memento) {
    this.#services = services;
    this.#hasLedger = hasLedger;
    this.#memory = memory;
  }

  /** Makes the view; the tree owns it from then on. */
  createView(): vscode.TreeView<TasksNode> {
    const view = vscode.window.createTreeView('rivya.tasks', {
      treeDataProvider: this,
      canSelectMany: true,
      dragAndDropController: this,
    });
    view.onDidExpandElement(({ element }) => this.#remember(element, true));
    view.onDidCollapseElement(({ element }) => this.#remember(element, false));
    view.onDidChangeVisibility(({ visible }) => visible && this.#isStale && this.refresh());
    this.#selected = new TreeSelection(view, systemClock);
    this.#view = view;
    setContext('rivya.tasksFiltered', this.#isFiltered);
    return view;
  }

  /** What is selected in the view, for a command that comes by keyboard. */
  async selection(): Promise<readonly TasksNode[]> {
    return (await this.#selected?.current()) ?? [];
  }

  /** Draws what has changed since. Costs nothing while nobody looks. */
  refresh(): void {
    this.#isStale = this.#view?.visible === false;
    if (this.#isStale) return;
    const changed = this.#loaded ? this.#changedNodes(this.#loaded.ledger) : 'all';
    if (changed === 'all') this.#drawAnew();
    else if (changed.length > 0) this.#drawAnew(changed);
  }

  showMore(group: TaskGroup): void {
    const shown = this.#of(group);
    shown.limit += pageSize;
    this.#drawAnew([shown.node]);
  }

  /** Lets the person choose which tasks are shown. @throws Cancelled */
  async chooseFilter(): Promise<void> {
    const { askTasksFilter } = await import('./tasksFilter.ts');
    this.#loaded = await this.#services();
    if (this.#names.size === 0) await this.#readNames(this.#loaded);
    await this.#setFilter(await askTasksFilter(this.#loaded.ledger, this.#filter, this.#nameOf));
  }

  /** Shows all tasks again. */
  async clearFilter(): Promise<void> {
    await this.#setFilter(allTasks);
  }

  async getChildren(node?: TasksNode): Promise<TasksNode[]> {
    const children = await this.#childrenOf(node);
    if (node) this.#selected?.give(node.type === 'group' ? [node.group] : []);
    else {
      // Of groups that are there no more, nobody asks for rows.
      const groups = new Set(children.flatMap(child => (child.type === 'group' ? [child.group] : [])));
      this.#selected?.give([root, ...this.#openGroupsNow().filter(group => !groups.has(group))]);
    }
    return children;
  }

  async #childrenOf(node: TasksNode | undefined): Promise<TasksNode[]> {
    if (!this.#hasLedger()) return [];
    this.#items ??= await import('./tasksTreeItems.ts');
    try {
      this.#loaded = await this.#services();
      const { ledger } = this.#loaded;
      if (!node && this.#names.size === 0) await this.#readNames(this.#loaded);
      if (!node) {
        if (this.#view) this.#view.description = await this.#filterText();
        const groups = this.#groups(ledger);
        return groups.length === 0 && this.#isFiltered ? [{ type: 'nothing' }] : groups;
      }
      return node.type === 'group' ? this.#page(ledger, node.group) : [];
    } catch (error) {
      return [{ type: 'failure', text: await failureText(error) }];
    }
  }

  getParent(node: TasksNode): TasksNode | undefined {
    return node.type === 'task' || node.type === 'more' ? this.#of(node.group).node : undefined;
  }

  getTreeItem(node: TasksNode): vscode.TreeItem {
    switch (node.type) {
      case 'group':
        return this.#draw.groupItem(
          node.group,
          countText(this.#of(node.group).count),
          this.#isOpen(node.group),
        );
      case 'task': {
        const item = this.#draw.taskItem(node.task, node.group, systemClock.now(), this.#itemParts);
        node.drawn = looksOf(item);
        return item;
      }
      case 'more':
        return this.#draw.moreItem(node.group);
      case 'nothing':
        return this.#draw.nothingItem();
      case 'failure':
        return this.#draw.failureItem(node.text);
    }
  }

  async resolveTreeItem(item: vscode.TreeItem, node: TasksNode): Promise<vscode.TreeItem> {
    if (node.type !== 'task') return item;
    const services = await this.#services();
    return withTooltip(item, this.#draw.taskTooltip(node.task, services, this.#itemParts.nameOf));
  }

  /** Ids for our own drop target, and the files for every other one. */
  handleDrag(nodes: readonly TasksNode[], transfer: vscode.DataTransfer): void {
    const tasks = nodes.flatMap(node => (node.type === 'task' ? [node.task] : []));
    if (tasks.length === 0 || !this.#loaded) return;
    const { library } = this.#loaded;
    transfer.set(tasksMimeType, new vscode.DataTransferItem(JSON.stringify(tasks.map(task => task.id))));
    const files = tasks.flatMap(task => storedFiles(task).map(file => vscode.Uri.file(library.pathOf(file))));
    if (files.length === 0) return;
    const list = files.map(file => file.toString()).join('\r\n');
    transfer.set('text/uri-list', new vscode.DataTransferItem(list));
  }

  dispose(): void {
    this.#changed.dispose();
    this.#selected?.dispose();
    this.#view?.dispose();
  }

  #groups(ledger: Ledger): TasksNode[] {
    const counts = this.#counts(ledger);
    return [...counts].flatMap(([group, count]) => {
      const shown = this.#of(group);
      shown.count = count;
      return shown.count > 0 ? [shown.node] : [];
    });
  }

  #page(ledger: Ledger, group: TaskGroup): TasksNode[] {
    const shown = this.#of(group);
    const tasks = this.#tasksOf(ledger, shown, group);
    const known = shown.tasks;
    shown.tasks = new Map(
      tasks.map(task => {
        const node: TaskNode = known?.get(task.id) ?? { type: 'task', group, task };
        node.task = task;
        return [task.id, node];
      }),
    );
    const nodes = [...shown.tasks.values()];
    return shown.count > nodes.length ? [...nodes, shown.more] : nodes;
  }

  /** Has these rows drawn, and those below them; without any, all. */
  #drawAnew(nodes?: TasksNode[]): void {
    // A row that changes alone stays known.
    const open = this.#openGroupsNow();
    const groups = nodes?.flatMap(node => (node.type === 'group' ? [node.group] : []));
    this.#selected?.forget(groups ? groups.filter(group => open.includes(group)) : [root, ...open]);
    this.#changed.fire(nodes);
  }

  /** Those whose rows VS Code has asked for, and asks for again. */
  #openGroupsNow(): TaskGroup[] {
    return [...this.#shown].flatMap(([group, { tasks }]) => (tasks && this.#isOpen(group) ? [group] : []));
  }

  /** `all` when another set of groups is to be shown. */
  #changedNodes(ledger: Ledger): TasksNode[] | 'all' {
    const now = systemClock.now();
    const changed: TasksNode[] = [];
    const counts = this.#counts(ledger);
    // A group of yesterday's that is none today.
    const isGone = ([group, { count }]: [TaskGroup, Shown]): boolean => count > 0 && !counts.has(group);
    if ([...this.#shown].some(isGone)) {
      for (const entry of this.#shown) if (isGone(entry)) this.#shown.delete(entry[0]);
      return 'all';
    }
    for (const [group, count] of counts) {
      const shown = this.#of(group);
      if (count > 0 !== shown.count > 0) return 'all';
      const isOther = count !== shown.count;
      shown.count = count;
      if (count === 0) continue;
      const tasks = shown.tasks && this.#tasksOf(ledger, shown, group);
      const isSameList =
        !tasks || tasks.map(task => task.id).join() === [...(shown.tasks?.keys() ?? [])].join();
      if (isOther || !isSameList) {
        changed.push(shown.node);
        continue;
      }
      for (const task of tasks ?? []) {
        const node = shown.tasks?.get(task.id);
        if (!node || node.drawn === looksOf(this.#draw.taskItem(task, group, now, this.#itemParts))) continue;
        node.task = task;
        changed.push(node);
      }
    }
    return changed;
  }

  /** Exact as far as anything depends on it: up to what a row says, and one more than is shown. */
  #counts(ledger: Ledger): Map<TaskGroup, number> {
    const now = systemClock.now();
    for (const { row, taskId, client } of ledger.agents.orderedAfter(this.#lastOrdered)) {
      this.#clients.set(taskId, client);
      this.#lastOrdered = row;
    }
    const groups = taskGroupsAt(now, ledger.lists.earliest());
    const limit = Math.max(
      manyTasks,
      pageSize + 1,
      ...[...this.#shown.values()].map(shown => shown.limit + 1),
    );
    const counts = ledger.counts(
      groups.map(group => ({ ...groupFilter(group, now), ...this.#filter })),
      limit,
    );
    return new Map(groups.map((group, index) => [group, counts[index] ?? 0]));
  }

  get #draw(): Items {
    if (!this.#items) throw new Error('A row is drawn that was never asked for.');
    return this.#items;
  }

  get #itemParts(): ItemParts {
    if (!this.#loaded) throw new Error('A row is drawn that was never read.');
    const { library } = this.#loaded;
    return { library, nameOf: this.#nameOf, clientOf: id => this.#clients.get(id) };
  }

  /** The agents that have ordered jobs, by the ids of these; that never changes. */
  readonly #clients = new Map<string, string>();
  #lastOrdered = 0;

  readonly #nameOf = (model: string): string => this.#names.get(model) ?? model;

  #tasksOf(ledger: Ledger, shown: Shown, group: TaskGroup): Task[] {
    const filter = { ...groupFilter(group, systemClock.now()), ...this.#filter };
    return ledger.tasks({ limit: shown.limit, ...filter });
  }

  get #filter(): ShownTasks {
    return { ...allTasks, ...this.#memory.get<Partial<ShownTasks>>(filterKey) };
  }

  get #isFiltered(): boolean {
    const { kinds, models, folders, favouritesOnly } = this.#filter;
    return favouritesOnly || [kinds, models, folders].some(values => values.length > 0);
  }

  async #setFilter(filter: ShownTasks): Promise<void> {
    await this.#memory.update(filterKey, filter);
    setContext('rivya.tasksFiltered', this.#isFiltered);
    this.#drawAnew();
    this.#shown.clear();
  }

  async #filterText(): Promise<string> {
    if (!this.#isFiltered) return '';
    const { tasksFilterText } = await import('./tasksFilter.ts');
    return plain(tasksFilterText(this.#filter, this.#nameOf), 'description');
  }

  /** The names of the models as far as they are kept; without a network, and once for each redraw of all. */
  async #readNames({ catalogue, server }: TasksServices): Promise<void> {
    if (!catalogue) return;
    const { keptModelNames } = await import('../../core/models/modelNames.ts');
    for (const [id, name] of await keptModelNames(catalogue, server?.origin)) this.#names.set(id, name);
  }

  #of(group: TaskGroup): Shown {
    let shown = this.#shown.get(group);
    if (!shown) {
      shown = nothingShown(group);
      this.#shown.set(group, shown);
    }
    return shown;
  }

  #isOpen(group: TaskGroup): boolean {
    return this.#openGroups()[group] ?? this.#draw.openAtFirst.includes(group);
  }

  #openGroups(): Partial<Record<TaskGroup, boolean>> {
    return this.#memory.get<Partial<Record<TaskGroup, boolean>>>(openGroupsKey, {});
  }

  #remember(node: TasksNode, isOpen: boolean): void {
    if (node.type !== 'group') return;
    void this.#memory.update(openGroupsKey, { ...this.#openGroups(), [node.group]: isOpen });
  }
}

function countText(count: number): string {
  const most = (manyTasks - 1).toLocaleString(l10n.language);
  return count < manyTasks ? count.toLocaleString(l10n.language) : `${most}+`;
}

function nothingShown(group: TaskGroup): Shown {
  const node = { type: 'group', group } as const;
  return { node, more: { type: 'more', group }, count: 0, limit: pageSize, tasks: undefined };
}

/** Everything of a row that a change of the job, or the time that passes, can change. */
function looksOf({ label, description, contextValue, iconPath }: vscode.TreeItem): string {
  return JSON.stringify([label, description, contextValue, iconPath]);
}
