import * as vscode from 'vscode';
import { isReallyInside } from '../../core/assets/insideFolder.ts';
import { ask } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Asks before files that the workspace names are sent, but lie outside of it: a document or a symbolic link
 * of a foreign project may point at anything on this machine.
 * @param uris that the person has not picked in a dialog
 * @throws Cancelled when they are not to be sent
 */
export async function agreeToOutsideFiles(uris: readonly vscode.Uri[]): Promise<void> {
  const outside: vscode.Uri[] = [];
  for (const uri of uris) if (!(await isInWorkspace(uri))) outside.push(uri);
  if (outside.length === 0) return;
  const { t } = l10n;
  const send = t({ message: 'Send', comment: 'Button: sends the files that the question names' });
  const question = t('Send files from outside the workspace to Rivya?');
  const answer = await ask('warning', question, [send], { detail: outside.map(uri => uri.fsPath) });
  if (answer !== send) throw new Cancelled();
}

async function isInWorkspace(uri: vscode.Uri): Promise<boolean> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (uri.scheme !== 'file') return vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  for (const folder of folders) {
    if (folder.uri.scheme === 'file' && (await isReallyInside(uri.fsPath, folder.uri.fsPath))) return true;
  }
  return false;
}
