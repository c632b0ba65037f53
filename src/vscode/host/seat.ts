import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { orphanedCopies, type Seat } from '../../core/mirror/storedCopy.ts';
import { readStorageId } from '../../core/mirror/storageId.ts';
import { ledgerPath } from '../../core/tasks/storagePaths.ts';

/** In the state of a workspace: the storage folder that it worked with last. */
const knownKey = 'rivya.storage';

/** Remote windows whose file system goes when the machine is built anew. */
const builtRemotes: readonly string[] = [
  'dev-container',
  'attached-container',
  'k8s-container',
  'codespaces',
];

/** Whether the storage folder of this window can vanish by an everyday act. */
export function isBuiltMachine(): boolean {
  const { remoteName } = vscode.env;
  if (remoteName === undefined) return false;
  const marks = ['/.dockerenv', '/run/.containerenv'];
  return (
    builtRemotes.includes(remoteName) ||
    process.env['CODESPACES'] !== undefined ||
    (process.platform === 'linux' && marks.some(mark => existsSync(mark)))
  );
}

/**
 * A name for windows of this kind and folder, the same after the machine was built anew; undefined for a
 * local window, whose storage folder is as lasting as anything.
 */
export function placeOf(): string | undefined {
  const { remoteName } = vscode.env;
  if (remoteName === undefined) return undefined;
  const folder = vscode.workspace.workspaceFile ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  return [remoteName, process.env['CODESPACE_NAME'] ?? '', folder?.path ?? ''].join(' ');
}

/** The id of the storage folder that this workspace worked with last. */
export function knownStorage({ workspaceState }: vscode.ExtensionContext): string | undefined {
  return workspaceState.get<string>(knownKey);
}

export async function noteStorage({ workspaceState }: vscode.ExtensionContext, id: string): Promise<void> {
  if (workspaceState.get(knownKey) !== id) await workspaceState.update(knownKey, id);
}

/** Whether a ledger is gone whose jobs are to come back here; opens nothing. */
export function hasOrphanedJobs(context: vscode.ExtensionContext): boolean {
  const folder = context.globalStorageUri.fsPath;
  const isFresh = !existsSync(ledgerPath(folder));
  const seat: Seat = {
    own: readStorageId(folder),
    known: knownStorage(context),
    place: placeOf(),
    isEmpty: isFresh,
    isFresh,
  };
  return orphanedCopies(context.globalState, seat).length > 0;
}
