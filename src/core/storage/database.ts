import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { Disposable } from '../../base/lifecycle.ts';

export type Row = Record<string, SQLOutputValue>;

/** A file that could not be used, and was renamed so that nothing in it is lost. */
export interface SetAside {
  readonly path: string;
  readonly reason: string;
  /** Whether it is damaged; else it is whole, and too new. */
  readonly damaged: boolean;
}

/**
 * How long a call waits for another window's lock, in milliseconds. It waits on the thread that all extensions share, so
 * it is short; what fails for it is tried again later.
 */
const lockTimeout = 1_000;

/** One SQLite file shared by all windows: WAL, foreign keys, prepared statements, schema by `user_version`. */
export class Database implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  /**
   * Opens or creates the file and brings its schema up to date. A file that is damaged or was written by a newer version
   * is renamed, and a new one begun.
   * @throws when the folder cannot be written, another process holds the file locked for longer than a second, or a
   * newer version of the extension is using it right now
   */
  static open(
    path: string,
    migrations: readonly string[],
  ): { database: Database; setAside: SetAside | undefined } {
    try {
      return { database: new Database(path, openFile(path, migrations)), setAside: undefined };
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
    }
    // Two windows may find the damage together; the second must not put aside the good file that the first has begun.
    const guard = new DatabaseSync(`${path}.guard`, { timeout: 10 * lockTimeout });
    try {
      guard.exec('BEGIN EXCLUSIVE');
      const { file, setAside } = replaceFile(path, migrations);
      return { database: new Database(path, file), setAside };
    } finally {
      guard.close();
    }
  }

  dispose(): void {
    this.#database.close();
  }

  /**
   * All or nothing. `durable`: on disk when it returns, even if the power fails. `cheap`: a power cut may undo it, a
   * crash may not; for what can be learnt again.
   */
  transaction<T>(kind: 'durable' | 'cheap', work: () => T): T {
    return this.#watched(() => {
      // IMMEDIATE takes the write lock at once; a deferred one could fail half-way, when another window writes.
      this.#database.exec(`PRAGMA synchronous = ${kind === 'durable' ? 'FULL' : 'NORMAL'}; BEGIN IMMEDIATE;`);
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
      `INSERT ${replace ? 'OR REPLACE ' : ''}INTO ${table} (${names.join(', ')}) VALUES (${marks(names)})`,
      ...Object.values(columns),
    );
  }

  /** @param columns as in `insert` */
  update(table: string, columns: Readonly<Record<string, SQLInputValue>>, key: string, value: string): void {
    const changes = Object.keys(columns).map(name => `${name} = ?`);
    this.run(`UPDATE ${table} SET ${changes.join(', ')} WHERE ${key} = ?`, ...Object.values(columns), value);
  }

  /** Damage deep inside a file shows only when a page is read; the mark makes the next start look at all of it. */
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
export function marks(values: readonly unknown[]): string {
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

/** The file is no database of ours, is damaged, or is newer than this version. */
class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

function openFile(path: string, migrations: readonly string[]): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: lockTimeout, enableForeignKeyConstraints: true });
  try {
    checkMarked(path, database);
    database.exec('PRAGMA journal_mode = WAL');
    migrate(database, migrations);
    return database;
  } catch (error) {
    database.close();
    if (isDamage(error)) throw new UnusableFile(`the file is damaged (${error.message})`, { cause: error });
    throw error;
  }
}

/** Called by one process at a time. */
function replaceFile(
  path: string,
  migrations: readonly string[],
): { file: DatabaseSync; setAside: SetAside | undefined } {
  try {
    return { file: openFile(path, migrations), setAside: undefined };
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    if (error instanceof NewerFile) requireUnused(path);
    const aside = freeName(path);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    rmSync(damageMark(path), { force: true });
    return {
      file: openFile(path, migrations),
      setAside: { path: aside, reason: error.message, damaged: !(error instanceof NewerFile) },
    };
  }
}

class NewerFile extends UnusableFile {}

/** A newer version in another window goes on with its file; taking it away would hide that window's data. */
function requireUnused(path: string): void {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // Leaving WAL needs to be alone, and leaves one complete file.
    database.exec('PRAGMA journal_mode = DELETE');
  } catch (error) {
    throw new Error(
      'The stored data are in use by a newer version of the extension in another window. Reload this window.',
      { cause: error },
    );
  } finally {
    database.close();
  }
}

function damageMark(path: string): string {
  return `${path}.damaged`;
}

function checkMarked(path: string, database: DatabaseSync): void {
  if (!existsSync(damageMark(path))) return;
  const verdict = database.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
  if (verdict !== 'ok') throw new UnusableFile(`the file is damaged (${String(verdict)})`);
  rmSync(damageMark(path), { force: true });
}

function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const version = userVersion(database);
  if (version > migrations.length) {
    throw new NewerFile(`the file was written by a newer version of the extension (schema ${version})`);
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
    throw error;
  }
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

// SQLite's SQLITE_CORRUPT and SQLITE_NOTADB; node:sqlite gives the number as `errcode`, extended ones in higher bits.
const damage: readonly number[] = [11, 26];

export function isDamage(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    damage.includes(error.errcode & 0xff)
  );
}

function freeName(path: string): string {
  for (let index = 1; ; index++) {
    const name = `${path}.set-aside-${index}`;
    if (!existsSync(name)) return name;
  }
}
