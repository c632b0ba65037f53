import * as vscode from 'vscode';
import type { CommandId } from '../manifest/ids.ts';
import type { Action } from './message.ts';
import { plain } from './plain.ts';

/**
 * A tooltip: each line a paragraph of plain text, with links of ours alone.
 * @param lines empty ones are left out
 */
export function tooltipOf(lines: readonly string[]): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  for (const line of lines) addLine(tooltip, line);
  return tooltip;
}

/** The same, behind a picture of ours. @param folder in which the picture lies */
export function pictureTooltip(
  picture: vscode.Uri,
  folder: vscode.Uri,
  lines: readonly string[],
): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.baseUri = folder;
  // Encoded: a blank ends an address, and on every Mac the folder has one.
  tooltip.appendMarkdown(`![](${picture.toString()}|width=256)\n\n`);
  for (const line of lines) addLine(tooltip, line);
  return tooltip;
}

/** The same, with links that run commands of ours or open pages of Rivya's. */
export function actionTooltip(
  paragraphs: readonly { readonly lines: readonly string[]; readonly links: readonly Action[] }[],
  enabledCommands: readonly CommandId[],
): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.isTrusted = { enabledCommands };
  for (const { lines, links } of paragraphs) {
    for (const line of lines) addLine(tooltip, line);
    tooltip.appendMarkdown(`${links.map(linkOf).join(' · ')}\n\n`);
  }
  return tooltip;
}

function linkOf(action: Action): string {
  return `[${action.title}](${targetOf(action)})`;
}

function targetOf(action: Action): string {
  if ('url' in action) return action.url;
  const query = action.arguments && JSON.stringify(action.arguments);
  return vscode.Uri.from({
    scheme: 'command',
    path: action.command,
    ...(query !== undefined && { query }),
  }).toString();
}

/** What Markdown takes for an address by itself, also where nothing is marked as a link. */
const addresses = /(?<=:)(?=\/\/)|(?<=www)(?=\.)|(?<=@)|(?<=<)/gi;

function addLine(tooltip: vscode.MarkdownString, line: string): void {
  const text = plain(line, 'paragraph').replaceAll(addresses, '\u200b');
  if (text !== '') tooltip.appendText(text).appendMarkdown('\n\n');
}
