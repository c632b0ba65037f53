import * as vscode from 'vscode';
import { plain } from './plain.ts';
import { tooltipOf } from './tooltip.ts';

/** What a row of a tree says. */
export interface RowWords {
  readonly label: string;
  readonly description?: string;
  /** Each line a paragraph; without it, VS Code shows the label. A long one is left to `resolveTreeItem`. */
  readonly tooltip?: readonly string[];
  /** For screen readers; without it, they read label and description. */
  readonly accessibleLabel?: string;
}

/** Gives a row its tooltip, once it is to be shown. */
export function withTooltip(item: vscode.TreeItem, tooltip: vscode.MarkdownString): vscode.TreeItem {
  item.tooltip = tooltip;
  return item;
}

/** A row of a tree, whose words form no link, no icon and no line break. */
export function treeItem(words: RowWords, state?: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(plain(words.label, 'label'), state);
  if (words.description !== undefined) item.description = plain(words.description, 'description');
  if (words.tooltip) item.tooltip = tooltipOf(words.tooltip);
  if (words.accessibleLabel !== undefined) {
    item.accessibilityInformation = { label: plain(words.accessibleLabel, 'detail') };
  }
  return item;
}
