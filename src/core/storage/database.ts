import { closeSync, existsSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { patientlySync, removePatientlySync } from '../../base/patience.ts';
import {
  AcrossWindows,
  FileReplaced,
  isDatabaseError,
  isRefusedByDisk,
  NewerFile,
  isLocked,
  primaryCode,
} from './fileErrors.ts';
import { addressKey } from '../places/addressKey.ts';
import { fileSystemOf, isAcrossWindows } from './fileSystem.ts';

export type Row = Record<string, SQLOutputValue>;

/**
 * How long a call waits for another window's lock. It waits on the thread that all extensions share, so
 * it is short; what fails for it is tried again later.
 */
export const lockTimeoutMs = 1_000;

/** A version that no release will ever reach: what says so is damaged, not newer. */
const absurdVersion = 1_000;

/** How changes get into a file. */
export interface Journal {
  /** As SQLite has answered: `wal`, or `truncate` where the file system cannot carry that. */
  readonly mode: string;
  /** The name of a special file system, such as NFS; undefined for any other. */
  readonly fileSystem: string | undefined;
  /** Why the write-ahead log was given up, where only trying showed it. */
  readonly problem: string | undefined;
}

/**
 * One SQLite file shared by all windows: foreign keys, prepared statements, schema by `user_version`, and the
 * journal that is safe where the file lies.
 * It is the file that was opened, not whatever lies under its path: nothing is written any more once the two
 * are no longer the same.
 */
export class Database implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #identity: string | undefined;
  readonly #statements = new Map<string, StatementSync>();
  readonly #lostFile = new Emitter<void>();
  #isLost = false;

  readonly journal: Journal;

  /** Fires once, when it is noticed that the file was replaced or deleted. */
  readonly onDidLoseFile = this.#lostFile.event;

  private constructor(path: string, { database, journal }: OpenedFile, identity: string | undefined) {
    this.#path = path;
    this.#database = database;
    this.journal = journal;
    this.#identity = identity;
  }

  /**
   * Opens or creates the file and brings its schema up to date.
   * @throws DamagedFile; AcrossWindows; NewerFile, and leaves the file as it is; an error of SQLite when the
   * folder cannot be written, or another process holds the file locked for longer than a second
   */
  static open(path: string, migrations: readonly string[]): Database {
    for (;;) {
      const before = identityOf(path);
      const opened = openFile(path, migrations);
      const identity = identityOf(path);
      // Else it was replaced right now, and it is not known which of the two was opened.
      if (before === undefined || before === identity) return new Database(path, opened, identity);
      opened.database.close();
    }
  }

  dispose(): void {
    this.#lostFile.dispose();
    this.#database.close();
  }

  /** Closes it without companions (`-wal`, `-shm`), so that the one file can be renamed. */
  closeAsOneFile(): void {
    this.#database.exec('PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE');
    this.dispose();
  }

  /**
   * Whether the path still leads to the file that is open. One look at the folder, a few microseconds.
   * Fires `onDidLoseFile` the first time that it does not.
   */
  isInPlace(): boolean {
    if (identityOf(this.#path) === this.#identity) return true;
    if (!this.#isLost) {
      this.#isLost = true;
      this.#lostFile.fire();
    }
    return false;
  }

  /**
   * All or nothing. `durable`: on disk when it returns, even if the power fails. `cheap`: a power cut may
   * undo it, a crash may not; for what can be learnt again.
   * @throws FileReplaced, before `work` is called; what `work` throws, or an error of SQLite
   */
  transaction<T>(kind: 'durable' | 'cheap', work: () => T): T {
    if (!this.isInPlace()) throw new FileReplaced(this.#path);
    return this.#watched(() => {
      // IMMEDIATE takes the write lock at once; a deferred one could fail half-way, when another window
      // writes.
      // Without a log, a power cut could leave a half-synced file damaged.
      const synchronous = kind === 'durable' || this.journal.mode !== 'wal' ? 'FULL' : 'NORMAL';
      this.#database.exec(`PRAGMA synchronous = ${synchronous}; BEGIN IMMEDIATE;`);
      try {
        const value = work();
        this.#database.exec('COMMIT');
        return value;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#watched(() => this.#prepare(sql).get(...values));
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#watched(() => this.#prepare(sql).all(...values));
  }

  /** @returns the row id of an INSERT, and how many rows were changed */
  run(
    sql: string,
    ...values: SQLInputValue[]
  ): { lastInsertRowid: number | bigint; changes: number | bigint } {
    return this.#watched(() => this.#prepare(sql).run(...values));
  }

  /** @param columns by name; names are ours, never a user's */
  insert(table: string, columns: Readonly<Record<string, SQLInputValue>>, replace = false): void {
    const names = Object.keys(columns);
    this.run(
      `INSERT ${replace ? 'OR REPLACE ' : ''}INTO ${table} (${names.join(', ')}) VALUES (${placeholders(names)})`,
      ...Object.values(columns),
    );
  }

  /** @param columns as in `insert` */
  update(table: string, columns: Readonly<Record<string, SQLInputValue>>, key: string, value: string): void {
    const changes = Object.keys(columns).map(name => `${name} = ?`);
    this.run(`UPDATE ${table} SET ${changes.join(', ')} WHERE ${key} = ?`, ...Object.values(columns), value);
  }

  /**
   * Damage deep inside a file shows only when a page is read; the mark makes the next start check all of it.
   */
  #watched<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isDamage(error)) writeFileSync(damageMark(this.#path), error.message);
      throw error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** So many question marks as there are values, for a list in SQL. */
export function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

export function text(row: Row, column: string): string {
  return row[column] as string;
}

export function optionalText(row: Row, column: string): string | undefined {
  return (row[column] as string | null) ?? undefined;
}

export function number(row: Row, column: string): number {
  return row[column] as number;
}

export function optionalNumber(row: Row, column: string): number | undefined {
  return (row[column] as number | null) ?? undefined;
}

/** The file is no database of ours, or is damaged. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile';
}

interface OpenedFile {
  readonly database: DatabaseSync;
  readonly journal: Journal;
}

/**
 * The write-ahead log lets windows read while one writes, but all must share memory. Where that is not
 * so, a journal that is a file of its own works as well, only slower.
 */
function openFile(path: string, migrations: readonly string[]): OpenedFile {
  const { name: fileSystem, isShared } = fileSystemOf(dirname(path));
  if (isAcrossWindows(fileSystem)) throw new AcrossWindows(path);
  if (isShared) return openWith(path, migrations, { mode: 'truncate', fileSystem, problem: undefined });
  try {
    return openWith(path, migrations, { mode: 'wal', fileSystem, problem: undefined });
  } catch (error) {
    if (!(error instanceof Error && isRefusedByDisk(error))) throw error;
    try {
      return openWith(path, migrations, { mode: 'truncate', fileSystem, problem: error.message });
    } catch (second) {
      // It was not for the log, then; what was met first says more.
      throw isDatabaseError(second) ? error : second;
    }
  }
}

function openWith(path: string, migrations: readonly string[], wanted: Journal): OpenedFile {
  const database = new DatabaseSync(path, { timeout: lockTimeoutMs, enableForeignKeyConstraints: true });
  try {
    // In queries, folders and documents are compared by it, never letter by letter.
    database.function('address_key', { deterministic: true }, address =>
      typeof address === 'string' ? addressKey(address) : null,
    );
    checkMarked(path, database);
    const mode = setJournal(path, database, wanted.mode);
    // Only macOS knows it: there `fsync` alone leaves the bytes in the disk's own memory.
    database.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
    migrate(database, migrations);
    return { database, journal: { ...wanted, mode } };
  } catch (error) {
    database.close();
    if (isDamage(error)) throw new DamagedFile(`the file is damaged (${error.message})`, { cause: error });
    throw error;
  }
}

/** @returns the mode that it has now, in lower case */
function setJournal(path: string, database: DatabaseSync, wanted: string): string {
  // A log that is there can be read without shared memory by who has the file alone.
  const isAlone = wanted !== 'wal' && hasLog(path);
  if (isAlone) database.exec('PRAGMA locking_mode = EXCLUSIVE');
  const ask = (mode: string): string =>
    String(database.prepare(`PRAGMA journal_mode = ${mode}`).get()?.['journal_mode']);
  // SQLite refuses at once when another window makes the same change, whatever the time to wait for locks.
  const answer = patientlySync(() => ask(wanted), isLocked);
  if (isAlone) database.exec('PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema');
  // Where there is no shared memory at all, SQLite stays with what it had.
  return wanted === 'wal' && answer !== 'wal' ? ask('truncate') : answer;
}

/** Whether the header of the file says that a write-ahead log belongs to it. */
function hasLog(path: string): boolean {
  const readVersion = Buffer.alloc(1);
  const file = openSync(path, 'r');
  try {
    readSync(file, readVersion, 0, 1, 19);
  } finally {
    closeSync(file);
  }
  return readVersion[0] === 2;
}

/** Device and file number; undefined when there is no file, or the file system numbers none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && found.ino !== 0n ? `${found.dev}:${found.ino}` : undefined;
}

/** A file that says that damage was met, so that the next start looks at all of the database. */
export function damageMark(path: string): string {
  return `${path}.damaged`;
}

function checkMarked(path: string, database: DatabaseSync): void {
  if (!existsSync(damageMark(path))) return;
  const verdict = database.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
  if (verdict !== 'ok') throw new DamagedFile(`the file is damaged (${String(verdict)})`);
  removePatientlySync(damageMark(path));
}

function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const version = userVersion(database);
  if (version < 0 || version > absurdVersion)
    throw new DamagedFile(`the file is damaged (schema ${version})`);
  if (version > migrations.length) {
    throw new NewerFile(
      `The stored data were written by a newer version of the extension (schema ${version}).`,
    );
  }
  if (version === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another window may have done it while this one waited for the lock.
    for (const migration of migrations.slice(userVersion(database))) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    if (version > 0 && primaryCode(error) === schemaError) {
      throw new DamagedFile(`the file is damaged (it is not of schema ${version})`, { cause: error });
    }
    throw error;
  }
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

// SQLite's SQLITE_CORRUPT and SQLITE_NOTADB.
const damage: readonly number[] = [11, 26];
/** SQLITE_ERROR: here that a table or a column is not there, or is there already. */
export const schemaError = 1;

export function isDamage(error: unknown): error is Error {
  return error instanceof Error && damage.includes(primaryCode(error));
}
