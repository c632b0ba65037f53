import * as vscode from 'vscode';
import { altTextOf } from '../../core/references/altText.ts';
import type { TaskGroup } from '../../core/tasks/groups.ts';
import { creditsOf, isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import { kindWords } from '../generate/kindWords.ts';
import { costNothing, explain } from '../messages.ts';
import type { Services } from '../services.ts';
import { ageText, creditsText, promptText, stateText } from '../tasks/taskText.ts';

/** Which groups are open before the user has touched them. */
export const openAtFirst: Readonly<Record<TaskGroup, boolean>> = {
  running: true,
  waiting: true,
  today: true,
  earlier: false,
  failed: false,
};

export function groupItem(group: TaskGroup, count: string, open: boolean): vscode.TreeItem {
  const { t } = vscode.l10n;
  const labels: Record<TaskGroup, string> = {
    running: t('Running'),
    waiting: t('Ready to insert'),
    today: t('Today'),
    earlier: t('Earlier'),
    failed: t('Failed'),
  };
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(labels[group], open ? Expanded : Collapsed);
  item.id = `group:${group}`;
  item.description = count;
  item.contextValue = `group.${group}.`;
  item.accessibilityInformation = { label: t('{0}, tasks: {1}', labels[group], count) };
  return item;
}

export function taskItem(task: Task, group: TaskGroup, now: number): vscode.TreeItem {
  // Short, so that what is said of it has room beside it.
  const item = new vscode.TreeItem(promptText(task.prompt));
  // A job that goes over into another group is another row there; two rows of one id would be refused.
  item.id = `${group}:${task.id}`;
  item.description = [stateText(task), task.model, paidText(task), ageText(task.createdAt, now)]
    .filter(Boolean)
    .join(' · ');
  item.iconPath = taskIcon(task);
  item.contextValue = `task.${flagsOf(task).join('.')}.`;
  item.accessibilityInformation = { label: `${altTextOf(task.prompt)}, ${item.description}` };
  if (storedFiles(task).length > 0) {
    item.command = {
      command: 'rivya.task.open',
      title: vscode.l10n.t('Open Result'),
      arguments: [task.id],
    };
  }
  return item;
}

/** Loaded when it is to be shown: it reads the attempts, and the picture is drawn by VS Code. */
export function taskTooltip(task: Task, { library, ledger }: Services): vscode.MarkdownString {
  const { t } = vscode.l10n;
  const tooltip = new vscode.MarkdownString();
  const file = storedFiles(task).find(each => each.mediaType.startsWith('image/'));
  if (file) {
    tooltip.appendMarkdown(`![](${vscode.Uri.file(library.pathOf(file)).toString(true)}|width=256)\n\n`);
    tooltip.baseUri = vscode.Uri.file(`${library.folder}/`);
  }
  const requestId =
    task.problem?.requestId ?? ledger.attempts(task.id).findLast(each => each.requestId)?.requestId;
  const lines = [
    task.prompt,
    t('Model: {0}', task.model),
    ...paramsOf(task).map(([key, value]) => `${key}: ${value}`),
    t('Started: {0}', new Date(task.createdAt).toLocaleString(vscode.env.language)),
    paidText(task),
    file?.width === undefined ? '' : t('{0} × {1} pixels', file.width, file.height ?? 0),
    task.problem ? explain(task.problem, costNothing(task)).text : '',
    task.remoteId === undefined ? '' : t('Task: {0}', task.remoteId),
    requestId === undefined ? '' : t('Request: {0}', requestId),
  ];
  // What the user, the server or a model has written: as text, never as Markdown.
  for (const line of lines) if (line !== '') tooltip.appendText(line).appendMarkdown('\n\n');
  return tooltip;
}

/** Nothing is said of nothing, except where it matters: that a failure was free. */
function paidText(task: Task): string {
  const credits = creditsOf(task);
  return credits === undefined || (credits === 0 && task.state !== 'failed') ? '' : creditsText(credits);
}

/** The params of a job as it was sent, for reading. */
function paramsOf(task: Task): [key: string, value: string][] {
  const { params } = JSON.parse(task.body) as { params?: Record<string, unknown> };
  return Object.entries(params ?? {}).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

export function moreItem(group: TaskGroup): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Show More'));
  item.id = `more:${group}`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = {
    command: 'rivya.tasks.refresh',
    title: vscode.l10n.t('Show More'),
    arguments: [{ more: group }],
  };
  return item;
}

export function failureItem(text: string): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('The tasks could not be read.'));
  item.iconPath = new vscode.ThemeIcon('warning');
  item.description = text;
  item.tooltip = text;
  item.command = { command: 'rivya.tasks.refresh', title: vscode.l10n.t('Refresh Tasks') };
  return item;
}

/** What it is doing while it does something, what went wrong, and else what it made. */
function taskIcon(task: Task): vscode.ThemeIcon {
  if (task.hold) return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  if (task.state === 'failed') {
    return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  }
  if (task.state === 'succeeded') return new vscode.ThemeIcon('cloud-download');
  if (isRunningState(task.state)) return new vscode.ThemeIcon('loading~spin');
  const color = { stored: 'charts.blue', placed: 'charts.green' }[task.state as string];
  return new vscode.ThemeIcon(
    kindWords(task.kind).icon,
    color === undefined ? undefined : new vscode.ThemeColor(color),
  );
}

/** What the menus of package.json ask for, each between dots. */
function flagsOf(task: Task): string[] {
  const running = isRunningState(task.state);
  return [
    task.kind,
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
