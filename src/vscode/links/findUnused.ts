import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import { Unmentioned } from '../../core/links/fileLinks.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { Task } from '../../shared/task.ts';
import { ask, inform } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { withProgress } from '../messages/progress.ts';
import { chooseMany, type RowText } from '../messages/quickPick.ts';
import { exists } from '../placement/destination.ts';
import { workspaceTexts } from '../placement/workspaceTexts.ts';
import { madeFileRow, type MadeFileRow } from '../text/taskPicture.ts';
import { applyOrSay } from './deleteFile.ts';
import { pathOf } from './fileUseText.ts';
import { readable } from './readable.ts';
import { addDeletions, trashText, type GeneratedFile } from './trash.ts';
import { l10n } from '../text/l10n.ts';

/** As many results of a folder are looked at, the latest first. */
const mostResults = 5_000;
const atOnce = 50;

interface Candidate extends GeneratedFile {
  readonly task: Task;
}

interface Choice extends RowText {
  readonly iconPath: MadeFileRow['iconPath'];
  readonly picked: boolean;
  readonly candidate: Candidate;
}

/**
 * Lists the generated files that nothing in the workspace refers to, and moves those that the person chooses
 * to the trash, after asking.
 * @throws Cancelled; UserError without a folder, or when the edit is refused
 */
export async function findUnused({
  ledger,
  library,
}: {
  readonly ledger: Ledger;
  readonly library: Library;
}): Promise<void> {
  const { t } = l10n;
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new UserError(t('Open a folder.'));
  const { unused, isCut } = await withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Looking for unused generated files...'),
      cancellable: true,
    },
    (_progress, token) => look(ledger, folders, token),
  );
  const cut = t('Not all documents were searched, because there are too many or some are too large.');
  if (unused.length === 0) {
    const none = t('Every generated file in this workspace is in use.');
    inform(isCut ? `${none} ${cut}` : none);
    return;
  }
  const choices = unused.map((candidate): Choice => {
    const { uri, task, file } = candidate;
    return {
      candidate,
      picked: false,
      ...madeFileRow(uri, file, task),
      label: posix.basename(uri.path),
      description: pathOf(uri),
    };
  });
  const picked = await chooseMany(choices, {
    title: t('Unused generated files: {0}', unused.length),
    placeholder: isCut ? cut : t('Select the files to delete'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  const files = picked.map(({ candidate }) => candidate);
  if (files.length === 0) throw new Cancelled();
  const remove = t({ message: 'Delete', comment: 'Button: deletes generated files and what refers to them' });
  const detail = [...(isCut ? [cut] : []), ...(await trashText(library, files))];
  const question =
    files.length === 1 ? t('Delete 1 unused file?') : t('Delete {0} unused files?', files.length);
  if ((await ask('warning', question, [remove], { detail })) !== remove) throw new Cancelled();
  const edit = new vscode.WorkspaceEdit();
  addDeletions(edit, files);
  await applyOrSay(edit);
  inform(files.length === 1 ? t('The file was deleted.') : t('{0} files were deleted.', files.length));
}

async function look(
  ledger: Ledger,
  folders: readonly vscode.WorkspaceFolder[],
  token: vscode.CancellationToken,
): Promise<{ unused: Candidate[]; isCut: boolean }> {
  const all = folders.flatMap(({ uri }) => candidatesIn(ledger, uri));
  const standing: Candidate[] = [];
  for (let start = 0; start < all.length && !token.isCancellationRequested; start += atOnce) {
    const some = all.slice(start, start + atOnce);
    const isThere = await Promise.all(some.map(({ uri }) => exists(uri).catch(() => false)));
    standing.push(...some.filter((_, index) => isThere[index]));
  }
  const nameOf = ({ uri }: Candidate): string => posix.basename(uri.path);
  const rest = new Unmentioned(standing.map(nameOf));
  let isCut = false;
  for await (const { text } of workspaceTexts(readable, () => token.isCancellationRequested)) {
    if (text === undefined) isCut = true;
    else rest.read(text);
  }
  if (token.isCancellationRequested) throw new Cancelled();
  const names = new Set(rest.names);
  return {
    unused: standing.filter(each => names.has(nameOf(each))),
    isCut: isCut || all.length >= mostResults,
  };
}

/** The files of a folder that results were written to, each once. */
function candidatesIn(ledger: Ledger, folder: vscode.Uri): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { taskId, copies } of ledger.placements.inFolder(folder.toString(), mostResults)) {
    const task = ledger.task(taskId);
    if (!task) continue;
    for (const { index, uri } of copies) {
      if (!uri.startsWith(`${folder.toString()}/`) || found.has(uri)) continue;
      const file = task.results.find(each => each.index === index)?.file;
      found.set(uri, { uri: vscode.Uri.parse(uri, true), task, file });
    }
  }
  return [...found.values()];
}
