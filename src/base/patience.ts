import { renameSync, unlinkSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Pauses between tries, in milliseconds: three seconds in all. A virus scanner or an indexer looks at a new
 * file for about so long, and Windows renames and removes nothing that somebody holds open.
 */
const pauses = [20, 40, 80, 160, 300, 400, 500, 500, 500, 500] as const;
/** Of them, those that a thread may be held up for. */
const shortPauses = pauses.slice(0, 5);

/** Renames or replaces a file; where somebody holds one of the two, again after a moment. */
export function renamePatiently(from: string, to: string): Promise<void> {
  return patiently(() => rename(from, to));
}

/** Removes a file, or nothing; as patient as `renamePatiently`. */
export function removePatiently(path: string): Promise<void> {
  return patiently(() => rm(path, { force: true }));
}

/** As `renamePatiently`, on the thread: for half a second at most. */
export function renamePatientlySync(from: string, to: string): void {
  patientlySync(() => renameSync(from, to), isHeld);
}

/** As `removePatiently`, on the thread: for half a second at most. */
export function removePatientlySync(path: string): void {
  patientlySync(() => {
    try {
      // `rmSync` names no code where a file is held ("Unknown error"), so nobody could be patient with it.
      unlinkSync(path);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }, isHeld);
}

async function patiently(work: () => Promise<void>): Promise<void> {
  for (const pause of pauses) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    await wait(pause);
  }
  await work();
}

/**
 * Does it again after a moment, on the thread, for half a second at most.
 * @param passes whether what went wrong goes away by itself
 * @throws what `work` throws, when it does not pass or has not passed by then
 */
export function patientlySync<T>(work: () => T, passes: (error: unknown) => boolean): T {
  for (const pause of shortPauses) {
    try {
      return work();
    } catch (error) {
      if (!passes(error)) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  return work();
}

/** Whether somebody else has the file open for now. Except on Windows, a permission is a permission. */
export function isHeld(error: unknown): boolean {
  return hasCode(error, 'EBUSY') || (process.platform === 'win32' && hasCode(error, 'EPERM', 'EACCES'));
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
