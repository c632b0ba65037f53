import * as vscode from 'vscode';
import type { CommandId } from '../manifest/ids.ts';
import type { Action } from './message.ts';
import { plain } from './plain.ts';

/**
 * A tooltip: each line a paragraph of plain text, with links of ours alone.
 * @param lines empty ones are left out
 */
export function tooltipOf(
  lines: readonly string[],
  links: readonly CommandAction[] = [],
): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  for (const line of lines) addLine(tooltip, line);
  addLinks(tooltip, links);
  return tooltip;
}

/**
 * What a host shows in a panel of its own before it does something for us: a tooltip whose lines wrap. VS
 * Code makes each blank of plain text one at which no line breaks, and cuts what is too long there.
 * @param lines each begins with words of ours, so that no blank there means anything to Markdown
 */
export function questionOf(lines: readonly string[]): vscode.MarkdownString {
  const text = tooltipOf(lines);
  text.value = text.value.replaceAll('&nbsp;', ' ');
  return text;
}

/** A button that runs a command of ours. */
export type CommandAction = Action & { readonly command: CommandId };

/**
 * The same, behind a picture of ours.
 * @param folder in which the picture lies
 * @param open what a click on the picture does
 * @param isLow for a hover in a document, where a picture of full size would push the links out of sight
 */
export function pictureTooltip(
  picture: vscode.Uri,
  folder: vscode.Uri,
  lines: readonly string[],
  {
    open,
    links = [],
    isLow = false,
  }: { readonly open: CommandAction; readonly links?: readonly CommandAction[]; readonly isLow?: boolean },
): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.baseUri = folder;
  // Encoded: a blank ends an address, and on every Mac the folder has one.
  const image = `![${open.title}](${picture.toString()}|${isLow ? 'height=88' : 'width=256'})`;
  tooltip.appendMarkdown(`[${image}](${targetOf(open)})\n\n`);
  for (const line of lines) addLine(tooltip, line);
  addLinks(tooltip, links, open);
  return tooltip;
}

function addLinks(
  tooltip: vscode.MarkdownString,
  links: readonly CommandAction[],
  ...others: CommandAction[]
): void {
  const all = [...links, ...others];
  if (all.length > 0) tooltip.isTrusted = { enabledCommands: all.map(({ command }) => command) };
  if (links.length > 0) tooltip.appendMarkdown(`${links.map(linkOf).join(' · ')}\n\n`);
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

/** A link of ours, as Markdown and notifications take it. */
export function linkOf(action: Action): string {
  return `[${plain(action.title, 'label')}](${targetOf(action)})`;
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
