import * as vscode from 'vscode';
import { posix } from 'node:path';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { chooseMany, type RowText } from '../messages/quickPick.ts';
import { mediaKindLabels, mediaKinds } from '../text/mediaKindLabels.ts';
import type { ShownTasks } from './tasksNode.ts';
import { l10n } from '../text/l10n.ts';

interface Choice extends RowText {
  readonly kind?: vscode.QuickPickItemKind;
  readonly picked?: boolean;
  /** Undefined for a line between rows, and for the favourites. */
  readonly part?: ListPart;
  readonly value?: string;
}

/** What a filter lists. */
type ListPart = Exclude<keyof ShownTasks, 'favouritesOnly'>;

/** Lets the person choose what the Tasks view shows. @throws Cancelled */
export async function askTasksFilter(
  { lists, agents }: Ledger,
  shown: ShownTasks,
  nameOf: (model: string) => string,
): Promise<ShownTasks> {
  const { t } = l10n;
  const rows = (part: ListPart, values: readonly string[], title: string): Choice[] => {
    if (values.length === 0) return [];
    const line: Choice = { label: title, kind: vscode.QuickPickItemKind.Separator };
    const choices = values.map((value): Choice => {
      const isPicked = (shown[part] as readonly string[]).includes(value);
      return { ...wordsOf(part, value, nameOf), part, value, picked: isPicked };
    });
    return [line, ...choices];
  };
  const models = lists.models().toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const favourites: Choice = { ...favouritesText(), picked: shown.favouritesOnly };
  // Who has no agents is not asked about them.
  const hasAgents = shown.orderedBy.length > 0 || agents.spendings(1).length > 0;
  const picked = await chooseMany(
    [
      favourites,
      ...rows('kinds', mediaKinds, t('Kind')),
      ...rows('models', models, t('Model')),
      ...rows('folders', lists.folders(), t('Folder')),
      ...rows('orderedBy', hasAgents ? ['agents'] : [], t('Started by')),
    ],
    {
      title: t('Filter Tasks'),
      placeholder: t('Select what to show (none selected: all)'),
      matchOnDescription: true,
    },
  );
  const chosen = (part: ListPart): string[] =>
    picked.flatMap(each => (each.part === part && each.value !== undefined ? [each.value] : []));
  const kinds = mediaKinds.filter(kind => chosen('kinds').includes(kind));
  return {
    kinds,
    models: chosen('models'),
    folders: chosen('folders'),
    orderedBy: chosen('orderedBy').map(() => 'agents' as const),
    favouritesOnly: picked.includes(favourites),
  };
}

/** What the view says of its filter; empty when it shows all. */
export function tasksFilterText(
  { kinds, models, folders, orderedBy, favouritesOnly }: ShownTasks,
  nameOf: (model: string) => string,
): string {
  return [
    ...(favouritesOnly ? [favouritesText().label] : []),
    ...kinds.map(value => wordsOf('kinds', value, nameOf).label),
    ...models.map(value => wordsOf('models', value, nameOf).label),
    ...folders.map(value => wordsOf('folders', value, nameOf).label),
    ...orderedBy.map(value => wordsOf('orderedBy', value, nameOf).label),
  ].join(', ');
}

function favouritesText(): RowText {
  return { label: l10n.t('Only favorites'), icon: 'star-full' };
}

function wordsOf(part: ListPart, value: string, nameOf: (model: string) => string): RowText {
  switch (part) {
    case 'kinds': {
      const { name, icon } = mediaKindLabels(mediaKinds.find(kind => kind === value) ?? 'image');
      return { label: name, icon };
    }
    case 'models':
      return { label: nameOf(value), description: nameOf(value) === value ? undefined : value };
    case 'folders': {
      const uri = vscode.Uri.parse(value, true);
      const open = vscode.workspace.workspaceFolders?.find(each => each.uri.toString() === uri.toString());
      return { label: open?.name ?? posix.basename(uri.path), description: uri.path, icon: 'folder' };
    }
    case 'orderedBy':
      return { label: l10n.t('Agents'), icon: 'robot' };
  }
}
