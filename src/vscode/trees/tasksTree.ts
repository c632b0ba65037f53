import * as vscode from 'vscode';
import { creditsOf, isRunningState, storedFiles, type Task, type TaskState } from '../../shared/task.ts';
import { altTextOf } from '../../core/references/altText.ts';
import { costNothing, explain, messageOf } from '../messages.ts';
import type { Services } from '../services.ts';
import { stateText } from '../tasks/taskText.ts';

type Node =
  | { readonly type: 'task'; readonly task: Task }
  | { readonly type: 'more' }
  | { readonly type: 'failure'; readonly text: string };

const pageSize = 50;

/** All jobs, newest first, a page at a time. The ledger is the truth; this only draws it. */
export class TasksTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #services: () => Promise<Services>;
  readonly #hasLedger: () => boolean;
  readonly #changed = new vscode.EventEmitter<undefined>();
  #shown = pageSize;

  readonly onDidChangeTreeData = this.#changed.event;

  /** @param hasLedger whether any job was ever made here; without one nothing is opened */
  constructor(services: () => Promise<Services>, hasLedger: () => boolean) {
    this.#services = services;
    this.#hasLedger = hasLedger;
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  showMore(): void {
    this.#shown += pageSize;
    this.refresh();
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node || !this.#hasLedger()) return [];
    try {
      const { ledger } = await this.#services();
      const tasks = ledger.tasks({ limit: this.#shown + 1 });
      const nodes = tasks.slice(0, this.#shown).map((task): Node => ({ type: 'task', task }));
      return tasks.length > this.#shown ? [...nodes, { type: 'more' }] : nodes;
    } catch (error) {
      return [{ type: 'failure', text: messageOf(error)?.text ?? String(error) }];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if (node.type === 'task') return taskItem(node.task);
    if (node.type === 'more') return moreItem();
    const item = new vscode.TreeItem(vscode.l10n.t('The tasks could not be read.'));
    item.iconPath = new vscode.ThemeIcon('warning');
    item.tooltip = node.text;
    return item;
  }

  async resolveTreeItem(item: vscode.TreeItem, node: Node): Promise<vscode.TreeItem> {
    if (node.type === 'task') item.tooltip = tooltipOf(node.task, await this.#services());
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** The id of the task that a command is about: a tree item, or the id itself from a button. */
export function taskIdOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  const node = argument as Partial<Node> | undefined;
  return node?.type === 'task' ? (node as { task: Task }).task.id : undefined;
}

const icons: Record<TaskState, [icon: string, color?: string]> = {
  draft: ['loading~spin'],
  submitting: ['loading~spin'],
  queued: ['loading~spin'],
  processing: ['loading~spin'],
  succeeded: ['cloud-download'],
  stored: ['inbox', 'charts.blue'],
  placed: ['pass', 'testing.iconPassed'],
  failed: ['error', 'testing.iconFailed'],
  untracked: ['archive'],
};

function taskItem(task: Task): vscode.TreeItem {
  const item = new vscode.TreeItem(altTextOf(task.prompt));
  const [icon, color] = task.hold ? (['warning', 'list.warningForeground'] as const) : icons[task.state];
  item.id = task.id;
  item.description = [stateText(task), task.model, creditsText(task)].filter(Boolean).join(' · ');
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.contextValue = `task.${flagsOf(task).join('.')}.`;
  item.accessibilityInformation = { label: `${altTextOf(task.prompt)}, ${item.description}` };
  return item;
}

/** What the menus of package.json ask for, each between dots. */
function flagsOf(task: Task): string[] {
  const running = isRunningState(task.state);
  return [
    ...(storedFiles(task).length > 0 ? ['files'] : []),
    ...(storedFiles(task).length === 0 && task.results.length > 0 ? ['link'] : []),
    ...(running ? [] : ['ended']),
    ...(task.state === 'failed' || task.state === 'placed' ? [task.state] : []),
    ...(task.remoteId === undefined ? [] : ['known']),
    ...(task.state === 'failed' && task.remoteId !== undefined ? ['lost'] : []),
    ...(task.wanted && (running || task.state === 'stored') ? ['tracked'] : []),
    ...(task.hold ? [task.hold] : []),
  ];
}

function creditsText(task: Task): string {
  const credits = creditsOf(task);
  if (credits === undefined || (credits === 0 && task.state !== 'failed')) return '';
  return credits === 1 ? vscode.l10n.t('1 credit') : vscode.l10n.t('{0} credits', credits);
}

function tooltipOf(task: Task, { library }: Services): vscode.MarkdownString {
  const { t } = vscode.l10n;
  const tooltip = new vscode.MarkdownString();
  tooltip.supportHtml = false;
  const file = storedFiles(task).find(each => each.mediaType.startsWith('image/'));
  if (file) {
    tooltip.appendMarkdown(`![](${vscode.Uri.file(library.pathOf(file)).toString(true)}|width=256)\n\n`);
    tooltip.baseUri = vscode.Uri.file(`${library.folder}/`);
  }
  const lines = [
    task.prompt,
    t('Model: {0}', task.model),
    t('Started: {0}', new Date(task.createdAt).toLocaleString()),
    file?.width === undefined ? '' : t('{0} × {1} pixels', file.width, file.height ?? 0),
    task.problem ? explain(task.problem, costNothing(task)).text : '',
    task.problem?.requestId === undefined ? '' : t('Request: {0}', task.problem.requestId),
    task.remoteId === undefined ? '' : t('Task: {0}', task.remoteId),
  ];
  for (const line of lines) if (line !== '') tooltip.appendText(line).appendMarkdown('\n\n');
  return tooltip;
}

function moreItem(): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Show More'));
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: 'rivya.tasks.refresh', title: vscode.l10n.t('Show More'), arguments: ['more'] };
  return item;
}
