import { isPending, storedFiles, type StoredFile, type Task } from '../../shared/task.ts';
import type { Library } from '../assets/library.ts';
import { copyStands, type PlacedFiles } from './copies.ts';
import type { Ledger } from './ledger.ts';
import type { LibraryFile } from './results.ts';
import type { PlacedCopy } from './placement.ts';

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
 * @param files all of the library's, the oldest first; see `Results.files`
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

/** What removing from the library works with. */
export interface HousekeepingPorts {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly placedFiles: PlacedFiles;
}

/** A job that may go, as it was when that was decided. */
export interface Removal {
  readonly task: Task;
  /** Results of it, by index, that may be lost, because a person has agreed to that; mostly none. */
  readonly mayLose: readonly number[];
}

/** What became of a removal. */
export interface Removed {
  readonly removed: number;
  /** What stays, because it is the only copy, or has changed meanwhile. */
  readonly kept: number;
}

/**
 * Which results of a job would be lost with it: those that stand nowhere but in the library, and those
 * that are not fetched yet.
 * @returns their indexes
 */
export async function lossesOf(task: Task, ports: HousekeepingPorts): Promise<number[]> {
  const copies = ports.ledger.placements.of(task.id)?.copies ?? [];
  const lost: number[] = [];
  for (const result of task.results) {
    const { index, file } = result;
    if (isPending(result) || (file && (await isOnlyCopy(file, copies, ports)))) lost.push(index);
  }
  return lost;
}

/**
 * Removes jobs from the list. Right before, it is looked again that a copy of each file stands; a job whose
 * files do not, or that has changed since it was looked at, stays. What is removed can be brought back, so
 * its files stay in the library for now; see `forgetRemoved`.
 * @throws an error of the file system or the ledger; the jobs then are still in the list
 */
export async function removeTasks(
  removals: readonly Removal[],
  ports: HousekeepingPorts,
  now: number,
): Promise<Removed & { readonly ids: readonly string[] }> {
  const { ledger } = ports;
  const looked = new Map<string, Removal & { copies: readonly PlacedCopy[] }>();
  for (const { task, mayLose } of removals) {
    const copies = ledger.placements.of(task.id)?.copies ?? [];
    const lost = await lossesOf(task, ports);
    const isSafe = lost.every(index => mayLose.includes(index));
    if (isSafe) looked.set(task.id, { task, mayLose, copies });
  }
  const safe = [...looked].map(([id, { mayLose }]) => ({ id, mayLose }));
  const ids = ledger.removeIf(safe, now, (task, placement) => {
    const before = looked.get(task.id);
    const copies = placement?.copies ?? [];
    return before !== undefined && isUnchanged(task, before.task) && isSame(copies, before.copies);
  });
  return { removed: ids.length, kept: removals.length - ids.length, ids };
}

/** So long a removed job can be brought back. */
export const removedForMs = 24 * 60 * 60_000;

/**
 * Deletes the files of jobs that were removed before that time, and forgets these jobs. Of each file it is
 * looked again that a copy stands, unless a person has agreed to lose it; where none does, nothing is
 * deleted, and the job can still be brought back.
 * @throws an error of the file system or the ledger; what went before it is gone
 */
export async function forgetRemoved(ports: HousekeepingPorts, before: number): Promise<void> {
  const { ledger, library } = ports;
  for (const { task, placement, mayLose } of ledger.removed.before(before)) {
    const copies = placement?.copies ?? [];
    const files = task.results
      .filter(({ index }) => !mayLose.includes(index))
      .flatMap(({ file }) => file ?? []);
    const only = await Promise.all(files.map(file => isOnlyCopy(file, copies, ports)));
    if (only.includes(true)) continue;
    const isGone = ledger.removed.forgetIf(task.id, () => {
      for (const file of storedFiles(task)) library.remove(file);
      return true;
    });
    if (isGone) for (const file of storedFiles(task)) await library.thumbnails.remove(file);
  }
}

/**
 * Removes the files of a plan, and notes it; of each it is looked right before that a copy stands. Cut off
 * half-way, it is simply done again.
 * @throws an error of the file system or the ledger; what was removed before it is noted
 */
export async function removeFiles(
  plan: Pick<RemovalPlan, 'files'>,
  ports: HousekeepingPorts,
  now: number,
): Promise<Removed & { readonly bytes: number }> {
  const { ledger, library } = ports;
  let [removed, bytes] = [0, 0];
  for (const { taskId, index, file } of plan.files) {
    const copies = ledger.placements.of(taskId)?.copies ?? [];
    if (await isOnlyCopy(file, copies, ports)) continue;
    const isGone = ledger.removeFileIf(taskId, index, now, (task, placement) => {
      const isPlaced = task.state === 'placed' && task.results[index]?.file?.path === file.path;
      if (!isPlaced || !isSame(placement?.copies ?? [], copies)) return false;
      library.remove(file);
      return true;
    });
    if (!isGone) continue;
    removed++;
    bytes += file.bytes;
  }
  return { removed, kept: plan.files.length - removed, bytes };
}

async function isOnlyCopy(
  file: StoredFile,
  copies: readonly PlacedCopy[],
  { library, placedFiles }: HousekeepingPorts,
): Promise<boolean> {
  return (await library.exists(file)) && !(await copyStands(file, copies, library, placedFiles));
}

function isUnchanged(now: Task, before: Task): boolean {
  return now.state === before.state && now.hold === before.hold && isSame(filesOf(now), filesOf(before));
}

/** Of a download that is tried again and again, each failure changes nothing that a person could lose. */
function filesOf({ results }: Task): unknown {
  return results.map(({ index, url, state, file }) => ({ index, url, state, file }));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
