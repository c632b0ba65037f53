import { posix } from 'node:path';
import * as vscode from 'vscode';
import { candidateNames } from '../../core/assets/fileName.ts';
import { safeExtension } from '../../core/assets/resultType.ts';
import { healingEdits } from '../../core/links/heal.ts';
import type { MissingFile, Placement } from '../../core/tasks/placement.ts';
import { UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import { exists, requireInside } from './destination.ts';
import { homeOf, parentOf } from './home.ts';
import type { PlacedFile } from './referenceEdit.ts';
import { resultActions } from './resultActions.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Where the files of a job go that makes a missing one: exactly there, with the extension that its bytes are.
 * @throws UserError when something stands there meanwhile, or a symbolic link leads out of the folder
 */
export async function placesOfMissing(
  { taskId }: Placement,
  missing: MissingFile,
  files: readonly Omit<PlacedFile, 'uri'>[],
): Promise<PlacedFile[]> {
  const wanted = vscode.Uri.parse(missing.uri, true);
  const root = vscode.workspace.getWorkspaceFolder(wanted)?.uri ?? parentOf(wanted);
  await requireInside(parentOf(wanted), root);
  const placed: PlacedFile[] = [];
  for (const each of files) {
    const own = ownExtension(wanted, safeExtension(each.file.extension));
    const base = posix.basename(wanted.path, posix.extname(wanted.path));
    const exact = vscode.Uri.joinPath(parentOf(wanted), `${base}.${own}`);
    const isFirst = placed.length === 0;
    const isSame = exact.toString() === wanted.toString();
    if (isFirst && isSame && (await exists(exact))) throw occupied(taskId, exact);
    placed.push({ ...each, uri: isFirst && isSame ? exact : await freeName(exact, base, own, placed) });
  }
  return placed;
}

/** Adds what a document says differently now. @returns whether it refers to the file */
export function addHealing(
  edit: vscode.WorkspaceEdit,
  document: vscode.TextDocument,
  missing: MissingFile,
  file: vscode.Uri,
): boolean {
  const name = posix.basename(file.path);
  const isRenamed = name !== posix.basename(vscode.Uri.parse(missing.uri, true).path);
  const identity = { languageId: document.languageId, file: homeOf(document.uri).path.split('/') };
  const edits = healingEdits(document.getText(), identity, missing.target, isRenamed ? name : undefined);
  for (const { start, end, text } of edits ?? []) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
  return edits !== undefined;
}

/** The extension that the document has asked for, when it is one of the same format; else the file's own. */
function ownExtension(wanted: vscode.Uri, extension: string): string {
  const asked = posix.extname(wanted.path).slice(1);
  const same = [
    ['jpg', 'jpeg'],
    ['tif', 'tiff'],
  ].some(names => names.includes(asked.toLowerCase()) && names.includes(extension));
  return same || asked.toLowerCase() === extension ? asked : extension;
}

async function freeName(
  exact: vscode.Uri,
  base: string,
  extension: string,
  placed: readonly PlacedFile[],
): Promise<vscode.Uri> {
  for (const name of candidateNames(base, extension)) {
    const uri = vscode.Uri.joinPath(parentOf(exact), name);
    const isTaken = placed.some(each => each.uri.toString() === uri.toString());
    if (!isTaken && !(await exists(uri))) return uri;
  }
  throw new Error('There is no end of names.');
}

function occupied(id: string, file: vscode.Uri): UserError {
  return new UserError(
    l10n.t(
      '"{0}" is there meanwhile, and was left as it is. The result is kept in the library: insert it, or save it where you like.',
      plain(vscode.workspace.asRelativePath(file), 'value'),
    ),
    resultActions(id),
  );
}
