import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { removeTasks } from '../../core/tasks/housekeeping.ts';
import { isRemovable, resultFiles, type Task } from '../../shared/task.ts';
import { applyOrSay } from '../links/deleteFile.ts';
import { addChanges, usesOf, type FileChange, type FileUse } from '../links/fileUse.ts';
import { useText } from '../links/fileUseText.ts';
import { addDeletions, trashText, type GeneratedFile } from '../links/trash.ts';
import { ask } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { locateCopy } from '../placement/locateCopy.ts';
import { placedFiles } from '../placement/placedFiles.ts';
import { offerUndo } from '../tasks/removeFromList.ts';
import type { ComparedFile, CompareSources } from './compareItems.ts';
import { l10n } from '../text/l10n.ts';

interface KeepServices extends CompareSources {
  readonly log: Log;
}

/**
 * Of files that were compared one stays: what refers to the others refers to it, they go to the trash, and
 * their jobs leave the list, all after one question. One undo in the editor brings back files and references,
 * and the list its own for a day.
 * @throws Cancelled; UserError when the edit is refused, and nothing has changed then
 */
export async function keepOne(
  services: KeepServices,
  kept: ComparedFile,
  others: readonly ComparedFile[],
): Promise<void> {
  const { ledger, library, log } = services;
  const { t } = l10n;
  const replacement = await workspaceFile(services, kept);
  const files: GeneratedFile[] = [];
  for (const other of others) {
    const uri = await workspaceFile(services, other);
    if (uri && uri.toString() !== replacement?.toString()) files.push({ uri, file: other.file });
  }
  const changes: FileChange[] = files.map(({ uri }) => ({ file: uri, replacement }));
  // Without a file of its own to refer to, the kept one cannot take the place of another.
  const uses = files.length === 0 ? { documents: [], isCut: false } : await usesOf(changes);
  const isStuck = replacement === undefined && uses.documents.length > 0;
  const gone = isStuck ? [] : files;
  const tasks = isStuck ? [] : tasksOnlyOf(others, kept);
  const keep = t({ message: 'Keep This One', comment: 'Button: the other results that were compared go' });
  const detail = [
    ...(isStuck ? stuckText(uses) : []),
    ...(gone.length === 0 ? [] : [...useText(uses, true), ...(await trashText(library, gone))]),
    tasks.length === 0
      ? ''
      : t(
          'Tasks that leave the list with their results: {0}. For a day they can be brought back; then what the library has of them is deleted.',
          tasks.length,
        ),
  ];
  if (isStuck) {
    await ask('info', t('Insert this result first, then keep it.'), [], { detail });
    throw new Cancelled();
  }
  const text = t('Keep this one and let the others go? Others: {0}.', others.length);
  if ((await ask('warning', text, [keep], { detail })) !== keep) throw new Cancelled();
  if (gone.length > 0) {
    const edit = new vscode.WorkspaceEdit();
    await addChanges(edit, changes, uses);
    addDeletions(edit, gone);
    await applyOrSay(edit);
  }
  const removals = tasks.map(task => ({ task, mayLose: task.results.map(({ index }) => index) }));
  const { ids } = await removeTasks(removals, { ledger, library, placedFiles }, systemClock.now());
  offerUndo(ids, log);
}

function stuckText(uses: FileUse): string[] {
  const { t } = l10n;
  return [
    t('It has no file in the workspace yet, so nothing can refer to it in place of the others.'),
    ...useText(uses, true),
  ];
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
