import * as vscode from 'vscode';
import { extensionOf } from '../../core/assets/manifest/packagePath.ts';
import type { AssetState, PlanItem } from '../../core/assets/plan/plan.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { pictureTooltip, tooltipOf } from '../messages/tooltip.ts';
import { treeItem } from '../messages/treeItem.ts';
import { estimateText } from '../text/modelText.ts';
import { creditsText } from '../text/taskText.ts';
import { fileIn, packageName, type AssetPackage, type PackageState } from './assetPackage.ts';
import {
  assetStateText,
  isAcceptable,
  isReplaceable,
  isWork,
  itemCredits,
  reasonText,
  stateIcons,
  totalOf,
} from './assetText.ts';
import { l10n } from '../text/l10n.ts';

/** One file of a package, in a list that a person sees. Made here alone, so that it names a person's hand. */
export class AssetRow {
  readonly type = 'asset';
  readonly state: PackageState;
  readonly item: PlanItem;

  constructor(state: PackageState, item: PlanItem) {
    this.state = state;
    this.item = item;
  }
}

/** A package in a list of several. */
export class PackageRow {
  readonly type = 'package';
  readonly package: AssetPackage;

  constructor(own: AssetPackage) {
    this.package = own;
  }
}

/** A row of the Assets view. */
export type AssetsNode =
  | PackageRow
  | {
      readonly type: 'group';
      readonly state: PackageState;
      readonly group: AssetState;
      readonly items: readonly PlanItem[];
    }
  | { readonly type: 'problems'; readonly state: PackageState; readonly count: number }
  | { readonly type: 'failure'; readonly text: string }
  | AssetRow;

/** Pictures that VS Code can draw beside a row, and how large they may be for that, in bytes. */
const drawn = new Set(['png', 'jpg', 'jpeg', 'webp', 'avif']);
const mostIconBytes = 4_000_000;
/** States that are open before the user has touched them. */
const closedAtFirst: ReadonlySet<AssetState> = new Set<AssetState>(['ok', 'kept', 'orphan']);

export function assetsNodeItem(node: AssetsNode): vscode.TreeItem {
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  switch (node.type) {
    case 'package': {
      const item = treeItem({ label: packageName(node.package) }, Expanded);
      item.id = node.package.root.toString();
      item.iconPath = new vscode.ThemeIcon('package');
      item.contextValue = 'package.';
      return item;
    }
    case 'group':
      return groupItem(
        node.state,
        node.group,
        node.items,
        closedAtFirst.has(node.group) ? Collapsed : Expanded,
      );
    case 'problems': {
      const label = l10n.t('The manifest has errors: {0}', node.count);
      const item = treeItem({ label });
      item.id = `${node.state.package.root.toString()} problems`;
      item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
      item.command = { command: 'vscode.open', title: label, arguments: [node.state.package.manifest] };
      return item;
    }
    case 'failure': {
      const item = treeItem({ label: node.text, tooltip: [node.text] });
      item.iconPath = new vscode.ThemeIcon('warning');
      return item;
    }
    case 'asset':
      return assetItem(node);
  }
}

function groupItem(
  state: PackageState,
  group: AssetState,
  items: readonly PlanItem[],
  collapsed: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const total = totalOf({ items });
  const description = [items.length.toLocaleString(l10n.language), total.jobs > 0 ? estimateText(total) : '']
    .filter(Boolean)
    .join(' · ');
  const label = assetStateText(group);
  const item = treeItem({ label, description, accessibleLabel: `${label}, ${description}` }, collapsed);
  item.id = `${state.package.root.toString()} ${group}`;
  item.contextValue = 'group.';
  return item;
}

function assetItem({ state, item }: AssetRow): vscode.TreeItem {
  const description = [itemCredits(item), reasonText(item), item.file].filter(Boolean).join(' · ');
  const row = treeItem({
    label: item.id,
    description,
    accessibleLabel: [item.id, assetStateText(item.state), description].join(', '),
  });
  row.id = `${state.package.root.toString()} ${item.state} ${item.id}`;
  row.contextValue = `asset.${flagsOf(item, state).join('.')}.`;
  row.iconPath = pictureOf(state, item) ?? iconOf(item.state);
  if (state.facts.files.has(item.file)) {
    const title = l10n.t({ message: 'Open', comment: 'Button: opens the generated file' });
    row.command = { command: 'vscode.open', title, arguments: [fileIn(state.package, item.file)] };
  }
  return row;
}

function iconOf(state: AssetState): vscode.ThemeIcon {
  const [icon, color] = stateIcons[state];
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

/** What can be done with a row, for the `when` clauses of its menu. */
function flagsOf(item: PlanItem, { facts }: PackageState): string[] {
  return [
    ...(facts.files.has(item.file) ? ['file'] : []),
    ...(isWork(item) ? ['makeable'] : []),
    ...(isAcceptable(item) ? ['acceptable'] : []),
    ...(isReplaceable(item) ? ['replaceable'] : []),
    ...(item.recipe ? ['recipe'] : []),
    ...(item.asset ? ['wished'] : []),
  ];
}

/** The file itself, where it is as it should be and small enough to be drawn. */
function pictureOf(state: PackageState, { file, state: own }: PlanItem): vscode.Uri | undefined {
  const fact = state.facts.files.get(file);
  const isPlain = own === 'ok' || own === 'kept';
  if (!isPlain || !fact || fact.isPointer || fact.bytes > mostIconBytes || !drawn.has(extensionOf(file)))
    return undefined;
  return fileIn(state.package, file);
}

/** All that is known of a file and its wish. */
export function assetTooltip(
  { package: own, facts }: Pick<PackageState, 'package' | 'facts'>,
  item: PlanItem,
): vscode.MarkdownString {
  const { t } = l10n;
  const { asset, recipe, estimate, file, notYetMade } = item;
  const wish = asset ?? recipe;
  const spent = recipe?.credits;
  const lines = [
    [item.id, assetStateText(item.state), reasonText(item)].filter(Boolean).join(' · '),
    file,
    wish ? promptTitle(wish.prompt) : '',
    [
      wish?.model ?? '',
      estimate ? estimateText(estimate) : spent === undefined ? '' : creditsText(spent),
      recipe?.made ?? '',
    ]
      .filter(Boolean)
      .join(' · '),
    notYetMade.length > 0 ? t('Not generated yet: {0}', notYetMade.join(', ')) : '',
  ];
  const fact = facts.files.get(file);
  const isDrawn =
    fact !== undefined && !fact.isPointer && fact.bytes <= mostIconBytes && drawn.has(extensionOf(file));
  if (!isDrawn) return tooltipOf(lines);
  const picture = fileIn(own, file);
  const open = {
    title: t({ message: 'Open', comment: 'Button: opens the generated file' }),
    command: 'rivya.asset.openFile',
    arguments: [picture.toString()],
  } as const;
  return pictureTooltip(picture, vscode.Uri.joinPath(picture, '..'), lines, { open });
}
