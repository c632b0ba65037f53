import type { LibraryFile, Ledger } from '../tasks/ledger.ts';
import { isRunningState } from '../../shared/task.ts';
import { transition } from '../tasks/transition.ts';
import type { Library } from './library.ts';

/** What a size limit would remove, to be shown before anything is. */
export interface RemovalPlan {
  /** The oldest first. */
  readonly files: readonly LibraryFile[];
  /** What removing them frees. */
  readonly bytes: number;
  /** What the library then still holds. When that is above the limit, the rest waits to be placed. */
  readonly remaining: number;
}

/**
 * What must go for the library to keep within the limit: the oldest first, and only what is placed.
 * @param files all of the library's, the oldest first; see `Ledger.libraryFiles`
 * @param limit in bytes
 */
export function planRemoval(files: readonly LibraryFile[], limit: number): RemovalPlan {
  const total = files.reduce((sum, { file }) => sum + file.bytes, 0);
  const removed: LibraryFile[] = [];
  let bytes = 0;
  for (const each of files) {
    if (total - bytes <= limit) break;
    if (!each.placed) continue;
    removed.push(each);
    bytes += each.file.bytes;
  }
  return { files: removed, bytes, remaining: total - bytes };
}

/**
 * Removes the files of a plan, and notes it. Cut off half-way, it is simply done again.
 * @throws an error of the file system or the ledger; what was removed before it is noted
 */
export async function removeFiles(
  plan: Pick<RemovalPlan, 'files'>,
  ledger: Ledger,
  library: Library,
  now: number,
): Promise<void> {
  const current = new Map(ledger.libraryFiles().map(each => [each.file.path, each]));
  for (const { taskId, index, file } of plan.files) {
    // A plan that was looked at for long may be out of date.
    if (current.get(file.path)?.placed !== true) continue;
    await library.remove(file);
    ledger.update(taskId, now, task => transition(task, { type: 'fileRemoved', index }, now));
  }
}

/**
 * Removes a job from the list, with its files, because the user wants it.
 * @returns false, and does nothing, while the job runs
 * @throws an error of the file system or the ledger; the job then is still in the list
 */
export async function removeTask(id: string, ledger: Ledger, library: Library): Promise<boolean> {
  const task = ledger.task(id);
  if (!task || isRunningState(task.state)) return false;
  for (const { file } of task.results) if (file) await library.remove(file);
  return ledger.remove(id);
}
