import * as vscode from 'vscode';
import { exists } from '../placement/destination.ts';

/** What may leave the editor. Never `command:`, `file:`, `vscode:`, `data:` or `javascript:`. */
const external: readonly string[] = ['http', 'https', 'mailto'];

/** What became of a link. */
export type LinkOutcome = 'opened' | 'refused' | 'missing';

/**
 * Opens a link of an answer: outside, or a file of the workspace if it is there. Answers are hostile; so are
 * their links.
 */
export async function openLink(href: string): Promise<LinkOutcome> {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(href.trim())?.[1]?.toLowerCase();
  if (scheme !== undefined) {
    if (!external.includes(scheme)) return 'refused';
    await vscode.env.openExternal(vscode.Uri.parse(href.trim(), true));
    return 'opened';
  }
  const [, path = '', line] = /^([^#?]*)(?:[?][^#]*)?(?:#L?(\d+).*)?/.exec(href.trim()) ?? [];
  const uri = await workspaceFile(path);
  if (!uri) return path === '' || isOutside(path) ? 'refused' : 'missing';
  const position = new vscode.Position(Math.max(0, Number(line ?? 1) - 1), 0);
  await vscode.commands.executeCommand('vscode.open', uri, {
    ...(line !== undefined && { selection: new vscode.Range(position, position) }),
  } satisfies vscode.TextDocumentShowOptions);
  return 'opened';
}

/** A file that exists below a folder of the workspace; a path never leads out of its folder. */
async function workspaceFile(path: string): Promise<vscode.Uri | undefined> {
  if (path === '' || isOutside(path)) return undefined;
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const uri = vscode.Uri.joinPath(folder.uri, decoded(path));
    if (vscode.workspace.getWorkspaceFolder(uri) === folder && (await exists(uri))) return uri;
  }
  return undefined;
}

function isOutside(path: string): boolean {
  const plain = decoded(path);
  return /^[\\/]{2}|^[a-z]:/i.test(plain) || plain.split(/[\\/]/).includes('..') || plain.includes('\0');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    // A lone per cent sign is a character of the name.
    if (error instanceof URIError) return path;
    throw error;
  }
}
