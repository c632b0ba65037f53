import * as vscode from 'vscode';
import { isSamePlace } from '../../core/places/places.ts';
import type { Placement } from '../../core/tasks/placement.ts';
import { askFolder } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { exists } from './destination.ts';
import { homeOf, parentOf } from './home.ts';
import type { Target } from './referenceEdit.ts';
import { resultActions } from './resultActions.ts';
import { l10n } from '../text/l10n.ts';

/** Where the files of a result go. */
export interface Receiving {
  /** The document that they belong to, while there is one. */
  readonly document: vscode.Uri | undefined;
  /** The workspace folder; undefined when they go beside the document. */
  readonly folder: vscode.Uri | undefined;
  /** That they do not go where the job was started, in words. */
  readonly warning: string | undefined;
}

/**
 * Where the files of a result go: into the folder in which the job was started while this window has it,
 * else into the one folder that there is, or one that the user picks. A folder that is gone does not come
 * back.
 * @param mayAsk false while the user has not just asked for it
 * @throws UserError when there is no such place, or nobody may be asked; Cancelled when the user leaves
 */
export async function receivingFolder(
  placement: Placement,
  target: Target | undefined,
  mayAsk: boolean,
): Promise<Receiving> {
  const document = target ? homeOf(target.document.uri) : await documentOf(placement);
  const onDisk = document !== undefined && document.scheme !== 'untitled';
  const folders = await existingFolders();
  const started = placement.folder === undefined ? undefined : vscode.Uri.parse(placement.folder, true);
  const own = started && folders.find(({ uri }) => isSamePlace(uri, started));
  if (own) return { document, folder: own.uri, warning: undefined };
  const ofDocument = document && vscode.workspace.getWorkspaceFolder(document)?.uri;
  const isOutside = onDisk && !ofDocument && (await exists(parentOf(document)));
  // A document outside every folder keeps its files beside itself.
  if (placement.folder === undefined && isOutside) return { document, folder: undefined, warning: undefined };
  if (placement.folder === undefined && placement.document === undefined && folders[0]) {
    return { document, folder: ofDocument ?? folders[0].uri, warning: undefined };
  }
  const folder = await otherFolder(placement, folders, ofDocument, isOutside, mayAsk);
  if (placement.folder === undefined) return { document, folder, warning: undefined };
  const { t } = l10n;
  const warning = folder
    ? t(
        'The folder where this was started isn\'t open in this window, so it was saved in "{0}".',
        nameOf(folder),
      )
    : t("The folder where this was started isn't open in this window, so it was saved next to the document.");
  return { document, folder, warning };
}

async function otherFolder(
  { taskId, folder: gone, document: started }: Placement,
  folders: readonly vscode.WorkspaceFolder[],
  ofDocument: vscode.Uri | undefined,
  isOutside: boolean,
  mayAsk: boolean,
): Promise<vscode.Uri | undefined> {
  const { t } = l10n;
  const known = folders.find(({ uri }) => uri.toString() === ofDocument?.toString());
  const [first, ...rest] = known ? [known] : folders;
  if (first && rest.length === 0) return first.uri;
  if (!first) {
    if (isOutside) return undefined;
    const hasFile = started !== undefined && vscode.Uri.parse(started).scheme !== 'untitled';
    throw new UserError(
      gone === undefined && !hasFile
        ? t('No folder is open. The result is in the library: open it, or save it to a folder.')
        : t(
            'The folder where this was started no longer exists, and no other folder is open. The result is in the library: open a folder and insert it, or save it to another folder.',
          ),
      resultActions(taskId),
    );
  }
  if (!mayAsk) {
    throw new UserError(
      t(
        'The folder where this was started no longer exists. The result is in the library: insert it to choose another folder.',
      ),
      resultActions(taskId),
    );
  }
  const picked = await askFolder(
    t("The folder where this was started isn't open in this window. Where do you want to save the result?"),
  );
  if (!picked) throw new Cancelled();
  return picked.uri;
}

/** The document that the result is for, unless it is gone. */
async function documentOf({ document }: Placement): Promise<vscode.Uri | undefined> {
  if (document === undefined) return undefined;
  const home = homeOf(vscode.Uri.parse(document, true));
  const isOpen = vscode.workspace.textDocuments.some(({ uri }) => uri.toString() === document);
  return isOpen || (home.scheme !== 'untitled' && (await isThere(home))) ? home : undefined;
}

async function existingFolders(): Promise<vscode.WorkspaceFolder[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = await Promise.all(folders.map(({ uri }) => isThere(uri)));
  return folders.filter((_, index) => found[index]);
}

/** Where nobody can look, the edit itself will say what is wrong. */
async function isThere(uri: vscode.Uri): Promise<boolean> {
  return exists(uri).catch(() => true);
}

function nameOf(folder: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(folder)?.name ?? folder.path;
}
