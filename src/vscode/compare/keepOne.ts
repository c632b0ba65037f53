import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { removeTasks } from '../../core/tasks/housekeeping.ts';
import { withCopies } from '../../core/tasks/placement.ts';
import { isRemovable, resultFiles, type Task } from '../../shared/task.ts';
import { applyOrSay } from '../links/deleteFile.ts';
import { addChanges, usesOf, type FileChange } from '../links/fileUse.ts';
import { useText } from '../links/fileUseText.ts';
import { addDeletions, trashText, type GeneratedFile } from '../links/trash.ts';
import { ask } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { freeUri } from '../placement/destination.ts';
import { locateCopy } from '../placement/locateCopy.ts';
import { placedFiles } from '../placement/placedFiles.ts';
import type { PlacedFile } from '../placement/referenceEdit.ts';
import { besideOldFile } from '../placement/swap.ts';
import { addFiles, notWritten, removeRest } from '../placement/workspaceFiles.ts';
import { offerUndo } from '../tasks/removeFromList.ts';
import type { ComparedFile, CompareSources } from './compareItems.ts';
import { l10n } from '../text/l10n.ts';

interface KeepServices extends CompareSources {
  readonly log: Log;
}

/**
 * Of files that were compared one stays: what refers to the others refers to it, they go to the trash, and
 * their jobs leave the list, all after one question. What is kept gets a file where it has none yet. One undo
 * in the editor brings back files and references, and the list its own for a day.
 * @throws Cancelled; UserError when the edit is refused, and nothing has changed then
 */
export async function keepOne(
  services: KeepServices,
  kept: ComparedFile,
  others: readonly ComparedFile[],
): Promise<void> {
  const { ledger, library, log } = services;
  const { t } = l10n;
  const there = await workspaceFile(services, kept);
  const files: GeneratedFile[] = [];
  for (const other of others) {
    const uri = await workspaceFile(services, other);
    if (uri && uri.toString() !== there?.toString()) files.push({ uri, file: other.file });
  }
  const fresh = there ? undefined : await besideFirst(kept, files);
  const replacement = there ?? fresh?.uri;
  const changes: FileChange[] = files.map(({ uri }) => ({ file: uri, replacement }));
  const uses = files.length === 0 ? { documents: [], isCut: false } : await usesOf(changes);
  // Where nothing refers to the others, the library is place enough for it.
  const added = fresh && uses.documents.length > 0 ? [fresh] : [];
  const tasks = tasksOnlyOf(others, kept);
  const keep = t({ message: 'Keep This One', comment: 'Button: the other results that were compared go' });
  const detail = [
    ...(files.length === 0 ? [] : [...useText(uses, true), ...(await trashText(library, files))]),
    tasks.length === 0
      ? ''
      : t(
          'Tasks removed from the list with their results: {0}. You can restore them for one day. After that, their files in the library are deleted.',
          tasks.length,
        ),
  ];
  const text = t('Keep this one and remove the others ({0})?', others.length);
  if ((await ask('warning', text, [keep], { detail })) !== keep) throw new Cancelled();
  if (files.length > 0) {
    const edit = new vscode.WorkspaceEdit();
    const staged = await addFiles(edit, library, added);
    await addChanges(edit, changes, uses);
    addDeletions(edit, files);
    if (added.length === 0) await applyOrSay(edit);
    else if (!(await vscode.workspace.applyEdit(edit))) {
      await removeRest(added, staged);
      throw notWritten(added);
    }
    for (const placed of added) notePlaced(services, kept, placed);
  }
  const removals = tasks.map(task => ({ task, mayLose: task.results.map(({ index }) => index) }));
  const { ids } = await removeTasks(removals, { ledger, library, placedFiles }, systemClock.now());
  offerUndo(ids, log);
}

/** Where a result that stands in no workspace yet comes to stand: beside the first of the others. */
async function besideFirst(
  { task, file, index }: ComparedFile,
  [first]: readonly GeneratedFile[],
): Promise<PlacedFile | undefined> {
  if (!task || !file || !first) return undefined;
  const uri = await freeUri(besideOldFile(first), task, index, file.extension, new Set());
  return { uri, index, file };
}

function notePlaced({ ledger }: KeepServices, { task }: ComparedFile, { uri, index }: PlacedFile): void {
  const placement = task && ledger.placements.of(task.id);
  if (!placement) return;
  const file = uri.toString();
  const copies = withCopies(placement.copies, [{ index, uri: file }]);
  const change = { state: 'placed', file, copies } as const;
  ledger.setPlacement(placement.taskId, placement.state, change, systemClock.now());
}

async function workspaceFile(
  { ledger }: KeepServices,
  { subject, task, file, index, uri }: ComparedFile,
): Promise<vscode.Uri | undefined> {
  if ('uri' in subject) return uri;
  return task && file && locateCopy(ledger, task.id, index, file);
}

/** The jobs all of whose files go. */
function tasksOnlyOf(others: readonly ComparedFile[], kept: ComparedFile): Task[] {
  const all = new Map(others.flatMap(({ task }) => (task ? [[task.id, task] as const] : [])));
  return [...all.values()].filter(task => {
    const indexes = others.filter(each => each.task?.id === task.id).map(({ index }) => index);
    const isWhole = resultFiles(task).every(({ index }) => indexes.includes(index));
    return isWhole && task.id !== kept.task?.id && isRemovable(task);
  });
}
