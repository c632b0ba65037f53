import { posix } from 'node:path';
import * as vscode from 'vscode';
import { candidateNames } from '../../core/assets/fileName.ts';
import { fittingExtension } from '../../core/links/fittingExtension.ts';
import type { ReferenceFinder } from '../../core/links/find/referenceFinder.ts';
import { healingEdits } from '../../core/links/heal.ts';
import type { ReferenceEdit } from '../../core/references/plan/plan.ts';
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
  const asked = posix.extname(wanted.path);
  const base = posix.basename(wanted.path, asked);
  for (const each of files) {
    const own = fittingExtension(each.file, asked.slice(1));
    const exact = vscode.Uri.joinPath(parentOf(wanted), `${base}.${own}`);
    const isFirst = placed.length === 0;
    const isSame = exact.toString() === wanted.toString();
    if (isFirst && isSame && (await exists(exact))) throw occupied(taskId, exact);
    placed.push({ ...each, uri: isFirst && isSame ? exact : await freeName(exact, base, own, placed) });
  }
  return placed;
}

/** A document that refers to a missing file, and by which addresses. */
export interface ReferringDocument {
  readonly document: vscode.TextDocument;
  readonly targets: readonly string[];
}

/** The documents that refer to the file of a placement, opened without being shown, if they are there. */
export async function referringDocuments(
  { document: first }: Placement,
  { target, also = [] }: MissingFile,
): Promise<ReferringDocument[]> {
  const all = [...(first === undefined ? [] : [{ document: first, target }]), ...also];
  const found: ReferringDocument[] = [];
  for (const [text, own] of Map.groupBy(all, ({ document }) => document)) {
    const document = await opened(text);
    if (document) found.push({ document, targets: own.map(each => each.target) });
  }
  return found;
}

async function opened(text: string): Promise<vscode.TextDocument | undefined> {
  const open = vscode.workspace.textDocuments.find(each => each.uri.toString() === text);
  const uri = vscode.Uri.parse(text, true);
  if (open || uri.scheme === 'untitled' || uri.scheme === 'vscode-notebook-cell' || !(await exists(uri)))
    return open;
  return vscode.workspace.openTextDocument(uri);
}

/**
 * What a document says differently when the file is there.
 * @returns undefined when nothing in it refers to the file any more
 */
export async function healingOf(
  finder: ReferenceFinder,
  { document, targets }: ReferringDocument,
  missing: MissingFile,
  file: vscode.Uri,
): Promise<readonly ReferenceEdit[] | undefined> {
  const name = posix.basename(file.path);
  const isRenamed = name !== posix.basename(vscode.Uri.parse(missing.uri, true).path);
  const identity = { languageId: document.languageId, file: homeOf(document.uri).path.split('/') };
  const text = document.getText();
  const references = await finder.findTo(text, identity, targets);
  if (references.length === 0) return undefined;
  return healingEdits(text, identity, references, isRenamed ? name : undefined);
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
      '"{0}" was created in the meantime and wasn\'t overwritten. The result is in the library: insert it, or save it to another folder.',
      plain(vscode.workspace.asRelativePath(file), 'value'),
    ),
    resultActions(id),
  );
}
