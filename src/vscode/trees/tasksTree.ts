import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { groupFilter, startOfDay, taskGroups, type TaskGroup } from '../../core/tasks/groups.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { storedFiles, type Task } from '../../shared/task.ts';
import { messageOf } from '../messages.ts';
import type { Services } from '../services.ts';
import type * as items from './tasksTreeItems.ts';

export type TasksNode =
  | { readonly type: 'group'; readonly group: TaskGroup }
  | { readonly type: 'task'; readonly group: TaskGroup; task: Task; drawn?: string }
  | { readonly type: 'more'; readonly group: TaskGroup }
  | { readonly type: 'failure'; readonly text: string };
type TaskNode = TasksNode & { readonly type: 'task' };
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

/** What a drag of tasks carries; a JSON list of ids. */
export const tasksMimeType = 'application/vnd.rivya.task';

const pageSize = 50;
/** From so many on a group only says that there are many: counting them all would take longer than drawing them. */
const manyTasks = 1_000;
const openGroupsKey = 'rivya.tasks.openGroups';

/**
 * All jobs, in groups, a page at a time. The ledger is the truth; this only draws it, and of a change only the rows that
 * look otherwise.
 */
export class TasksTree
  implements
    vscode.TreeDataProvider<TasksNode>,
    vscode.TreeDragAndDropController<TasksNode>,
    vscode.Disposable
{
  readonly dropMimeTypes: readonly string[] = [];
  readonly dragMimeTypes: readonly string[] = [tasksMimeType, 'text/uri-list'];
  readonly #services: () => Promise<Services>;
  readonly #hasLedger: () => boolean;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<TasksNode | TasksNode[] | undefined>();
  readonly #shown = new Map<TaskGroup, Shown>(taskGroups.map(group => [group, nothingShown(group)]));
  #loaded: Services | undefined;
  /** How rows look; loaded with the first ones, so that a view that nobody opens costs nothing. */
  #items: Items | undefined;
  #view: vscode.TreeView<TasksNode> | undefined;
  #isStale = false;

  readonly onDidChangeTreeData = this.#changed.event;

  /**
   * @param hasLedger whether any job was ever made here; without one nothing is opened
   * @param memory keeps which groups are open
   */
  constructor(services: () => Promise<Services>, hasLedger: () => boolean, memory: vscode.Memento) {
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
    this.#view = view;
    return view;
  }

  /** What is selected in the view, for a command that comes by keyboard. */
  get selection(): readonly TasksNode[] {
    return this.#view?.selection ?? [];
  }

  /** Draws what has changed since. Costs nothing while nobody looks. */
  refresh(): void {
    this.#isStale = this.#view?.visible === false;
    if (this.#isStale) return;
    const changed = this.#loaded ? this.#changedNodes(this.#loaded.ledger) : 'all';
    if (changed === 'all') this.#changed.fire(undefined);
    else if (changed.length > 0) this.#changed.fire(changed);
  }

  showMore(group: TaskGroup): void {
    const shown = this.#of(group);
    shown.limit += pageSize;
    this.#changed.fire(shown.node);
  }

  async getChildren(node?: TasksNode): Promise<TasksNode[]> {
    if (!this.#hasLedger()) return [];
    this.#items ??= await import('./tasksTreeItems.ts');
    try {
      this.#loaded = await this.#services();
      const { ledger } = this.#loaded;
      if (!node) return this.#groups(ledger);
      return node.type === 'group' ? this.#page(ledger, node.group) : [];
    } catch (error) {
      return [{ type: 'failure', text: messageOf(error)?.text ?? String(error) }];
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
        const item = this.#draw.taskItem(node.task, node.group, systemClock.now());
        node.drawn = looksOf(item);
        return item;
      }
      case 'more':
        return this.#draw.moreItem(node.group);
      case 'failure':
        return this.#draw.failureItem(node.text);
    }
  }

  async resolveTreeItem(item: vscode.TreeItem, node: TasksNode): Promise<vscode.TreeItem> {
    if (node.type === 'task') item.tooltip = this.#draw.taskTooltip(node.task, await this.#services());
    return item;
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
    this.#view?.dispose();
  }

  #groups(ledger: Ledger): TasksNode[] {
    const today = startOfDay(systemClock.now());
    return taskGroups.flatMap(group => {
      const shown = this.#of(group);
      shown.count = countOf(ledger, shown, group, today);
      return shown.count > 0 ? [shown.node] : [];
    });
  }

  #page(ledger: Ledger, group: TaskGroup): TasksNode[] {
    const shown = this.#of(group);
    const tasks = tasksOf(ledger, shown, group);
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

  /** `all` when another set of groups is to be shown. */
  #changedNodes(ledger: Ledger): TasksNode[] | 'all' {
    const now = systemClock.now();
    const changed: TasksNode[] = [];
    for (const [group, shown] of this.#shown) {
      const count = countOf(ledger, shown, group, startOfDay(now));
      if (count > 0 !== shown.count > 0) return 'all';
      const isOther = count !== shown.count;
      shown.count = count;
      if (count === 0) continue;
      const tasks = shown.tasks && tasksOf(ledger, shown, group);
      const isSameList =
        !tasks || tasks.map(task => task.id).join() === [...(shown.tasks?.keys() ?? [])].join();
      if (isOther || !isSameList) {
        changed.push(shown.node);
        continue;
      }
      for (const task of tasks ?? []) {
        const node = shown.tasks?.get(task.id);
        if (!node || node.drawn === looksOf(this.#draw.taskItem(task, group, now))) continue;
        node.task = task;
        changed.push(node);
      }
    }
    return changed;
  }

  get #draw(): Items {
    if (!this.#items) throw new Error('A row is drawn that was never asked for.');
    return this.#items;
  }

  #of(group: TaskGroup): Shown {
    const shown = this.#shown.get(group);
    if (!shown) throw new Error(`There is no group ${group}.`);
    return shown;
  }

  #isOpen(group: TaskGroup): boolean {
    return this.#openGroups()[group] ?? this.#draw.openAtFirst[group];
  }

  #openGroups(): Partial<Record<TaskGroup, boolean>> {
    return this.#memory.get<Partial<Record<TaskGroup, boolean>>>(openGroupsKey, {});
  }

  #remember(node: TasksNode, isOpen: boolean): void {
    if (node.type !== 'group') return;
    void this.#memory.update(openGroupsKey, { ...this.#openGroups(), [node.group]: isOpen });
  }
}

/** The ids of the tasks that a command is about: rows of the tree, or the id itself from a button. */
export function taskIdsOf(nodes: readonly unknown[]): string[] {
  const ids = nodes.flatMap(node => {
    if (typeof node === 'string') return [node];
    const candidate = node as Partial<TasksNode> | undefined;
    return candidate?.type === 'task' ? [(candidate as TaskNode).task.id] : [];
  });
  return [...new Set(ids)];
}

function countText(count: number): string {
  const most = (manyTasks - 1).toLocaleString(vscode.env.language);
  return count < manyTasks ? count.toLocaleString(vscode.env.language) : `${most}+`;
}

function nothingShown(group: TaskGroup): Shown {
  const node = { type: 'group', group } as const;
  return { node, more: { type: 'more', group }, count: 0, limit: pageSize, tasks: undefined };
}

/** Exact as far as anything depends on it: up to what a row says, and one more than is shown. */
function countOf(ledger: Ledger, { limit }: Shown, group: TaskGroup, today: number): number {
  return ledger.count(groupFilter(group, today), Math.max(manyTasks, limit + 1));
}

function tasksOf(ledger: Ledger, shown: Shown, group: TaskGroup): Task[] {
  return ledger.tasks({ limit: shown.limit, ...groupFilter(group, startOfDay(systemClock.now())) });
}

/** Everything of a row that a change of the job, or the time that passes, can change. */
function looksOf({ description, contextValue }: vscode.TreeItem): string {
  return `${String(description)}\n${contextValue ?? ''}`;
}
