import * as vscode from 'vscode';
import { plain, type Drawn } from './plain.ts';

/** What a status bar item shows. */
export interface StatusWords {
  readonly text: Drawn;
  readonly tooltip: vscode.MarkdownString;
  readonly accessibleLabel: string;
}

/** A status bar item whose words only `drawStatusItem` sets. */
export type StatusItem = Omit<vscode.StatusBarItem, 'text' | 'tooltip' | 'accessibilityInformation'>;

/** An item on the right of the status bar. @param priority the higher, the further to the left */
export function createStatusItem(id: string, priority: number): StatusItem {
  return vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Right, priority);
}

/** Gives a status bar item its words. */
export function drawStatusItem(drawn: StatusItem, words: StatusWords): void {
  const item = drawn as vscode.StatusBarItem;
  item.text = words.text;
  item.tooltip = words.tooltip;
  item.accessibilityInformation = { label: plain(words.accessibleLabel, 'paragraph'), role: 'button' };
}
