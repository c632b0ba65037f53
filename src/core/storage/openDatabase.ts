import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isHeld, removePatientlySync, renamePatientlySync } from '../../base/patience.ts';
import { Database, DamagedFile, damageMark, lockTimeoutMs } from './database.ts';
import { DamagedSource } from './damagedSource.ts';
import { DamagedInUse } from './fileErrors.ts';
import { syncFolderSync } from './syncFolder.ts';

/** Takes over what can be read of a file and is not there yet. @returns how many records */
export type Rescue = (from: DamagedSource, into: Database) => number;

/** A file that could not be used; what could be read of it was taken over, and it is kept at `path`. */
export interface QuarantinedFile {
  readonly path: string;
  readonly reason: string;
  readonly rescued: number;
}

/** A file that was set aside earlier, and what was taken over of it now. */
export interface MergedFile {
  readonly path: string;
  readonly rescued: number;
}

export interface Opened {
  readonly database: Database;
  readonly quarantined: QuarantinedFile | undefined;
  readonly merged: readonly MergedFile[];
  /** Files that could not be looked into now, and why; tried again at the next opening. */
  readonly unmerged: readonly string[];
}

const companions = ['-wal', '-shm', '-journal'];

/**
 * Opens or creates a database. One that is damaged is replaced by one with all that can be read of it, by
 * one rename when that one is whole; the damaged one is kept. What was set aside before and not taken
 * over, because a window died or an earlier version did not look, is taken over now.
 * @throws as `Database.open`, but DamagedFile
 */
export function openDatabase(path: string, migrations: readonly string[], rescue: Rescue): Opened {
  try {
    const database = Database.open(path, migrations);
    try {
      return { database, quarantined: undefined, ...mergeAll(path, migrations.length, database, rescue) };
    } catch (error) {
      database.dispose();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
  }
  // Two windows may find the damage together; the second must not take away the good file of the first.
  return alone(path, () => {
    let quarantined: QuarantinedFile | undefined;
    let database: Database;
    try {
      database = Database.open(path, migrations);
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      quarantined = replace(path, migrations, rescue, error.message);
      database = Database.open(path, migrations);
    }
    return { database, quarantined, ...mergeEach(path, migrations.length, database, rescue) };
  });
}

/** One process at a time. */
function alone<T>(path: string, work: () => T): T {
  const guard = new DatabaseSync(`${path}.guard`, { timeout: 10 * lockTimeoutMs });
  try {
    guard.exec('BEGIN EXCLUSIVE');
    return work();
  } finally {
    guard.close();
  }
}

/**
 * The order matters, because a process may die after each step: until the rename the damaged file lies
 * where it was, and afterwards whatever was set aside without a mark is looked into at the next opening.
 */
function replace(
  path: string,
  migrations: readonly string[],
  rescue: Rescue,
  reason: string,
): QuarantinedFile {
  const fresh = `${path}.rescued`;
  for (const suffix of ['', ...companions]) removePatientlySync(fresh + suffix);
  const into = Database.open(fresh, migrations);
  let rescued: number;
  try {
    rescued = readFrom(path, source => rescue(source, into));
  } catch (error) {
    into.dispose();
    throw error;
  }
  into.closeAsOneFile();
  syncPath(fresh);
  const aside = freeName(path);
  try {
    keepAs(path, aside);
    // A log that lies beside a new file would be read as the new file's own.
    for (const suffix of companions) {
      if (existsSync(path + suffix)) renamePatientlySync(path + suffix, aside + suffix);
    }
    renamePatientlySync(fresh, path);
  } catch (error) {
    if (!isHeld(error)) throw error;
    throw new DamagedInUse(
      `The file ${path} is damaged (${reason}), and cannot be replaced. (${String(error)})`,
      {
        cause: error,
      },
    );
  }
  syncFolderSync(dirname(path));
  markMerged(aside);
  removePatientlySync(damageMark(path));
  return { path: aside, reason, rescued };
}

/** Gives the file a second name, or where that cannot be, a copy. */
function keepAs(path: string, aside: string): void {
  try {
    linkSync(path, aside);
  } catch {
    copyFileSync(path, aside);
    syncPath(aside);
  }
}

/** Looks for what was set aside, which mostly there is none of. */
function mergeAll(
  path: string,
  version: number,
  into: Database,
  rescue: Rescue,
): Pick<Opened, 'merged' | 'unmerged'> {
  if (unmergedFiles(path).length === 0) return { merged: [], unmerged: [] };
  return alone(path, () => mergeEach(path, version, into, rescue));
}

function mergeEach(
  path: string,
  version: number,
  into: Database,
  rescue: Rescue,
): Pick<Opened, 'merged' | 'unmerged'> {
  const merged: MergedFile[] = [];
  const unmerged: string[] = [];
  for (const aside of unmergedFiles(path)) {
    try {
      const rescued = readFrom(aside, source =>
        source.version > version ? undefined : rescue(source, into),
      );
      // One that a newer version wrote is for the newer version to read.
      if (rescued === undefined) continue;
      markMerged(aside);
      merged.push({ path: aside, rescued });
    } catch (error) {
      // It must not keep the good file from being used.
      unmerged.push(`${aside}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { merged, unmerged };
}

function readFrom<T>(path: string, work: (source: DamagedSource) => T): T {
  const source = new DamagedSource(path);
  try {
    return work(source);
  } finally {
    source.dispose();
  }
}

function unmergedFiles(path: string): string[] {
  const prefix = `${basename(path)}.set-aside-`;
  return readdirSync(dirname(path))
    .filter(name => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map(name => join(dirname(path), name))
    .filter(aside => !existsSync(mergedMark(aside)));
}

function mergedMark(aside: string): string {
  return `${aside}.merged`;
}

function markMerged(aside: string): void {
  writeFileSync(mergedMark(aside), '');
}

function freeName(path: string): string {
  for (let index = 1; ; index++) {
    const name = `${path}.set-aside-${index}`;
    if (!existsSync(name)) return name;
  }
}

function syncPath(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
