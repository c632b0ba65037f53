import * as vscode from 'vscode';
import { inertText } from '../../base/text.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { systemClock } from '../../base/clock.ts';
import type { Library } from '../../core/assets/library.ts';
import { monthOf, type TaskGroup } from '../../core/tasks/groups.ts';
import { neutralExtension } from '../../core/assets/resultType.ts';
import { isRemovable, isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import type { CommandId } from '../manifest/ids.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { creditsLine } from '../messages/chargeText.ts';
import { explain } from '../messages/explain.ts';
import { pictureTooltip, tooltipOf, type CommandAction } from '../messages/tooltip.ts';
import { treeItem } from '../messages/treeItem.ts';
import type { TasksServices } from './tasksNode.ts';
import { pictureOf } from '../text/taskPicture.ts';
import { ageText, paidText, paramsOf, stateText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** What rows of tasks are made with. */
export interface ItemParts {
  readonly library: Library;
  /** What a model is called. */
  readonly nameOf: (model: string) => string;
  /** The agent that has ordered a job, by the job's id; undefined where a person did. */
  readonly clientOf?: (id: string) => string | undefined;
}

/** Which groups are open before the user has touched them. */
export const openAtFirst: readonly TaskGroup[] = ['running', 'unreachable', 'waiting', 'today', 'yesterday'];

/** So long that beside it age and price are seen in a view of 300 pixels, where many begin alike. */
const labelLength = 18;

export function groupItem(group: TaskGroup, count: string, open: boolean): vscode.TreeItem {
  const { t } = l10n;
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const label = groupLabel(group);
  const item = treeItem(
    { label, description: count, accessibleLabel: t('{0}, tasks: {1}', label, count) },
    open ? Expanded : Collapsed,
  );
  item.id = `group:${group}`;
  item.contextValue = `group.${group}.`;
  return item;
}

function groupLabel(group: TaskGroup): string {
  const { t } = l10n;
  switch (group) {
    case 'running':
      return t({ message: 'Running', comment: 'Group of tasks' });
    case 'unreachable':
      return t({ message: 'Unreachable', comment: 'Group of tasks that nobody looks for any more' });
    case 'waiting':
      return t('Ready to insert');
    case 'today':
      return t('Today');
    case 'yesterday':
      return t('Yesterday');
    case 'week':
      return t('Last 7 days');
    case 'earlier':
      return t('Earlier');
    case 'failed':
      return t({ message: 'Failed', comment: 'Group of tasks' });
    default:
      return new Intl.DateTimeFormat(l10n.language, { month: 'long', year: 'numeric' }).format(
        monthOf(group),
      );
  }
}

/** What is said of a job beside its prompt. */
export function taskAbout(
  task: Task,
  now: number,
  { nameOf, clientOf }: Pick<ItemParts, 'nameOf' | 'clientOf'>,
): string {
  // In a narrow view the beginning alone is seen: what differs comes first. That all is well needs no word,
  // and where a result lies can wait.
  const isWell = task.state === 'placed' && !task.hold;
  const isOver = (task.state === 'stored' || task.state === 'untracked') && !task.hold;
  const client = clientOf?.(task.id);
  return [
    ageText(task.createdAt, now),
    isWell || isOver ? '' : stateText(task),
    paidText(task),
    isOver ? stateText(task) : '',
    nameOf(task.model),
    client === undefined ? '' : l10n.t('by {0}', client),
  ]
    .filter(Boolean)
    .join(' · ');
}

export function taskItem(task: Task, group: TaskGroup, now: number, parts: ItemParts): vscode.TreeItem {
  const description = taskAbout(task, now, parts);
  const mark = task.isFavourite ? '★ ' : '';
  const item = treeItem({
    label: `${mark}${inertText(promptTitle(task.prompt), labelLength)}`,
    description,
    accessibleLabel: [
      mediaKindLabels(task.kind).name,
      promptTitle(task.prompt),
      task.isFavourite ? l10n.t({ message: 'favorite', comment: 'A task that the person has marked' }) : '',
      description,
    ]
      .filter(Boolean)
      .join(', '),
  });
  // A job that goes over into another group is another row there; two rows of one id would be refused.
  item.id = `${group}:${task.id}`;
  item.iconPath = taskIcon(task, parts.library);
  item.contextValue = `task.${flagsOf(task).join('.')}.`;
  if (storedFiles(task).length > 0) {
    item.command = {
      command: 'rivya.task.open',
      title: l10n.t({ message: 'Open', comment: 'Button: opens the generated file' }),
      arguments: [task.id],
    };
  }
  return item;
}

/** Loaded when it is to be shown: it reads the attempts, and the picture is drawn by VS Code. */
export function taskTooltip(
  task: Task,
  { library, ledger }: TasksServices,
  nameOf: ItemParts['nameOf'],
): vscode.MarkdownString {
  const { t } = l10n;
  const file = storedFiles(task).find(
    each => each.mediaType.startsWith('image/') && each.extension !== neutralExtension,
  );
  const requestId =
    task.problem?.requestId ?? ledger.attempts(task.id).findLast(each => each.requestId)?.requestId;
  const [first] = storedFiles(task);
  const size =
    file?.width !== undefined
      ? t('{0} × {1} pixels', file.width, file.height ?? 0)
      : first
        ? megabytesText(first.bytes)
        : '';
  // What is no picture has one when the gallery has drawn it.
  const thumbnail = first && library.thumbnails.find(first);
  const picture = file ? library.pathOf(file) : thumbnail;
  const lines = [
    [nameOf(task.model), creditsLine(task), size, ageText(task.createdAt, systemClock.now())]
      .filter(Boolean)
      .join(' · '),
    task.prompt,
    task.problem ? explain(task.problem, undefined, 'job').text : '',
    [
      ...paramsOf(task).map(([key, value]) => `${key}: ${value}`),
      t('Created: {0}', new Date(task.createdAt).toLocaleString(l10n.language)),
    ].join(' · '),
    task.remoteId === undefined ? '' : t('Task: {0}', [task.remoteId, ...task.otherRemoteIds].join(', ')),
    requestId === undefined ? '' : t('Request ID: {0}', requestId),
  ];
  const open = { title: t('Open Result'), command: 'rivya.task.open', arguments: [task.id] } as const;
  const folder = vscode.Uri.file(`${library.folder}/`);
  const links = linksOf(task);
  return picture !== undefined
    ? pictureTooltip(vscode.Uri.file(picture), folder, lines, { open, links })
    : tooltipOf(lines, links);
}

function megabytesText(bytes: number): string {
  return `${(bytes / 1_000_000).toLocaleString(l10n.language, { maximumFractionDigits: 1 })} MB`;
}

/** What is likeliest to be done with a job. */
function linksOf(task: Task): CommandAction[] {
  const { t } = l10n;
  const hasFiles = storedFiles(task).length > 0;
  const link = (title: string, command: CommandId, isPossible: boolean): CommandAction[] =>
    isPossible ? [{ title, command, arguments: [task.id] }] : [];
  return [
    ...link(t('Insert Result'), 'rivya.task.insert', hasFiles),
    ...link(t('Variations...'), 'rivya.task.vary', hasFiles),
    ...link(t('Edit and Generate...'), 'rivya.task.edit', !isRunningState(task.state)),
    ...link(t('Reveal in Explorer View'), 'rivya.task.reveal', task.state === 'placed'),
  ];
}

export function moreItem(group: TaskGroup): vscode.TreeItem {
  const item = treeItem({ label: l10n.t('Show More: {0}', groupLabel(group)) });
  item.id = `more:${group}`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = {
    command: 'rivya.tasks.refresh',
    title: l10n.t('Show More'),
    arguments: [{ more: group }],
  };
  return item;
}

export function nothingItem(): vscode.TreeItem {
  const { t } = l10n;
  const item = treeItem({ label: t('No tasks match the filter. Select to show all.') });
  item.iconPath = new vscode.ThemeIcon('filter');
  item.command = { command: 'rivya.tasks.clearFilter', title: t('Show All Tasks') };
  return item;
}

export function failureItem(text: string): vscode.TreeItem {
  const label = l10n.t("Couldn't load the tasks. Select to try again.");
  const item = treeItem({
    label,
    description: text,
    tooltip: [text],
    // VS Code reads the tooltip in place of the label where nothing else is said.
    accessibleLabel: `${label} ${text}`,
  });
  item.iconPath = new vscode.ThemeIcon('warning');
  item.command = { command: 'rivya.tasks.refresh', title: l10n.t('Refresh Tasks') };
  return item;
}

/** The picture of a job, or an icon of what it is or does. */
export function taskIcon(task: Task, library: Library): vscode.Uri | vscode.ThemeIcon {
  return pictureOf(task, library) ?? stateIcon(task);
}

/** What it is doing while it does something, what went wrong, and else what it made. */
function stateIcon(task: Task): vscode.ThemeIcon {
  if (task.hold || task.state === 'unreachable')
    return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  if (task.state === 'failed') {
    return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  }
  if (task.state === 'succeeded') return new vscode.ThemeIcon('cloud-download');
  if (isRunningState(task.state)) return new vscode.ThemeIcon('loading~spin');
  const color = { stored: 'charts.blue', placed: 'charts.green' }[task.state as string];
  return new vscode.ThemeIcon(
    mediaKindLabels(task.kind).icon,
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
    ...(isRemovable(task) ? ['removable'] : []),
    ...(['failed', 'placed', 'unreachable'].includes(task.state) ? [task.state] : []),
    ...(task.remoteId === undefined ? [] : ['known']),
    ...(['failed', 'unreachable'].includes(task.state) && task.remoteId !== undefined ? ['lost'] : []),
    ...(isTracked(task) ? ['tracked'] : []),
    ...(task.hold ? [task.hold] : []),
  ];
}

/** Whether there is something that *Stop Waiting* ends: the waiting, or the question what to do. */
function isTracked({ state, tracked, hold }: Task): boolean {
  return (tracked && (isRunningState(state) || state === 'stored')) || hold === 'decision';
}
