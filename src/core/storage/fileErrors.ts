/**
 * A newer version of the extension wrote the file. It is whole, and is left as it is; this window has to be
 * reloaded, so that it runs the newer version, too.
 */
export class NewerFile extends Error {
  override readonly name = 'NewerFile';
  readonly code = 'newer_file';
}

/**
 * The file under the path is not the one that was opened: it was replaced, or deleted. What is written into
 * the open one would never be found again, so nothing is.
 */
export class FileReplaced extends Error {
  override readonly name = 'FileReplaced';
  readonly code = 'file_replaced';

  constructor(path: string) {
    super(`The file ${path} was replaced or deleted while it was in use. Reload the window.`);
  }
}

/**
 * The file is damaged, and what could be read of it cannot take its place, because another window has it open
 * (on Windows nobody renames an open file). It is left as it is.
 */
export class DamagedInUse extends Error {
  override readonly name = 'DamagedInUse';
  readonly code = 'damaged_in_use';
}

/** Whether SQLite has refused: another process holds the file, it is damaged, or the disk takes nothing. */
export function isDatabaseError(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error;
}

/** SQLite's own code of an error (`errcode`), without what extends it; 0 for an error of something else. */
export function primaryCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : 0;
}

/** Whether another process holds the lock just now (SQLITE_BUSY). */
export function isLocked(error: unknown): boolean {
  return primaryCode(error) === 5;
}

// SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN and SQLITE_PROTOCOL.
const refusals: readonly number[] = [8, 10, 14, 15];

/** Whether the file system did not do what a database needs, as those of networks do now and then. */
export function isRefusedByDisk(error: unknown): boolean {
  return refusals.includes(primaryCode(error));
}

/**
 * The storage folder lies on a drive of Windows and this is a Linux beside it (WSL): locks do not cross, so
 * both would write into one file at once.
 */
export class AcrossWindows extends Error {
  override readonly name = 'AcrossWindows';
  readonly code = 'across_windows';
  readonly path: string;

  constructor(path: string) {
    super(`The file ${path} lies on a drive of Windows, which a Linux beside it cannot share with Windows.`);
    this.path = path;
  }
}
