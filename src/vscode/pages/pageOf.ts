import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import { pageHtml } from './pageHtml.ts';
import { l10n } from '../text/l10n.ts';

/** Where the scripts and styles of the pages lie. */
export function pagesFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'webview');
}

/** The HTML of a page; its script and style bear its name. */
export async function htmlFor(
  webview: vscode.Webview,
  extension: vscode.Uri,
  name: 'chat' | 'gallery' | 'compare',
  log: Log,
): Promise<string> {
  const folder = pagesFolder(extension);
  const address = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  return pageHtml({
    element: `rivya-${name}`,
    nonce: randomUUID().replaceAll('-', ''),
    cspSource: webview.cspSource,
    script: address(`${name}.js`),
    styles: [address('codicon.css'), address(`${name}.css`)],
    boot: { language: l10n.language, strings: await translations(log) },
  });
}

/** The texts of the pages in the display language; English ones need no file. */
async function translations(log: Log): Promise<Record<string, string>> {
  const { uri } = l10n;
  if (!uri) return {};
  try {
    const words: unknown = JSON.parse(await readFile(uri.fsPath, 'utf8'));
    return words as Record<string, string>;
  } catch (error) {
    log.warn(`The texts of a page could not be read: ${String(error)}`);
    return {};
  }
}
