import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Disposable } from '../../base/lifecycle.ts';
import { removePatientlySync } from '../../base/patience.ts';
import { isDamage, number, schemaError, text, type Row } from './database.ts';
import { primaryCode } from './fileErrors.ts';

/** How many numbers are tried one by one where a table cannot be read in order. */
const mostTries = 1_000_000;

/** A database that is read as far as it can be; nothing is written into it. */
export class DamagedSource implements Disposable {
  readonly #database: DatabaseSync;
  readonly #copy: string | undefined;

  /** @param path may be no database at all: then there is nothing in it */
  constructor(path: string) {
    const database = openReadOnly(path);
    if (isReadable(database) || !existsSync(path)) {
      this.#database = database;
      return;
    }
    database.close();
    // All may be well but for its first bytes, without which SQLite looks no further.
    this.#copy = `${path}.readable`;
    copyFileSync(path, this.#copy);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${this.#copy}-wal`);
    repairHeader(this.#copy);
    this.#database = openReadOnly(this.#copy);
  }

  /** By which schema it was written; 0 when that cannot be read. */
  get version(): number {
    const row = unlessDamaged(() => this.#database.prepare('PRAGMA user_version').get());
    return row ? number(row, 'user_version') : 0;
  }

  /**
   * Every row of a table that can be read, each once. From both ends, because reading stops where the damage
   * is, and then one by one what lies between.
   */
  *rows(table: string): Generator<Row> {
    const seen = new Set<number>();
    const ends: number[] = [];
    for (const order of ['ASC', 'DESC']) {
      for (const [rowid, row] of this.#inOrder(table, order)) {
        if (seen.has(rowid)) return;
        seen.add(rowid);
        ends[order === 'ASC' ? 0 : 1] = rowid;
        yield row;
      }
    }
    for (const rowid of this.#between(table, ends)) {
      if (seen.has(rowid)) continue;
      seen.add(rowid);
      const row = unlessDamaged(() =>
        this.#database.prepare(`SELECT * FROM ${table} WHERE rowid = ?`).get(rowid),
      );
      if (row) yield row;
    }
  }

  /** The rows of a table in which a column has this value, as far as they can be read. */
  *rowsWith(table: string, column: string, value: SQLInputValue): Generator<Row> {
    const rows = unlessDamaged(() =>
      this.#database.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).iterate(value),
    );
    for (;;) {
      const next = rows && unlessDamaged(() => rows.next());
      if (!next || next.done) return;
      yield next.value;
    }
  }

  dispose(): void {
    this.#database.close();
    if (this.#copy === undefined) return;
    for (const suffix of ['', '-wal', '-shm']) removePatientlySync(this.#copy + suffix);
  }

  *#inOrder(table: string, order: string): Generator<[number, Row]> {
    const sql = `SELECT rowid AS rescued_rowid, * FROM ${table} ORDER BY rowid ${order}`;
    const rows = unlessDamaged(() => this.#database.prepare(sql).iterate());
    for (;;) {
      const next = rows && unlessDamaged(() => rows.next());
      if (!next || next.done) return;
      const { rescued_rowid: rowid, ...row } = next.value;
      if (typeof rowid === 'number') yield [rowid, row];
    }
  }

  /** Row ids that may exist and were not met: those of the gap, and those that the indexes know. */
  *#between(table: string, [first, last]: readonly number[]): Generator<number> {
    const indexed = this.#indexedRowids(table);
    const from = (first ?? 0) + 1;
    const to = Math.min(last ?? Math.max(...indexed, 0), from + mostTries);
    for (let rowid = from; rowid <= to; rowid++) yield rowid;
    yield* indexed;
  }

  #indexedRowids(table: string): Set<number> {
    const found = new Set<number>();
    const indexes =
      unlessDamaged(() =>
        this.#database
          .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql NOT NULL`)
          .all(table),
      ) ?? [];
    for (const index of indexes) {
      const sql = `SELECT rowid AS rescued_rowid FROM ${table} INDEXED BY ${text(index, 'name')}`;
      const rows = unlessDamaged(() => this.#database.prepare(sql).iterate());
      for (;;) {
        const next = rows && unlessDamaged(() => rows.next());
        if (!next || next.done) break;
        const rowid = next.value['rescued_rowid'];
        if (typeof rowid === 'number' && found.size < mostTries) found.add(rowid);
      }
    }
    return found;
  }
}

function openReadOnly(path: string): DatabaseSync {
  const database = new DatabaseSync(existsSync(path) ? path : ':memory:', { readOnly: existsSync(path) });
  try {
    // Then a damaged line of the schema hides its own table only.
    database.exec('PRAGMA writable_schema = ON');
  } catch (error) {
    if (!isDamage(error)) {
      database.close();
      throw error;
    }
  }
  return database;
}

function isReadable(database: DatabaseSync): boolean {
  const row = unlessDamaged(() => database.prepare('SELECT count(*) AS count FROM sqlite_schema').get());
  return row !== undefined && number(row, 'count') > 0;
}

// https://www.sqlite.org/fileformat2.html#the_database_header
const headerBytes = 100;

/** Gives a file the header that our databases have. */
function repairHeader(path: string): void {
  const file = readFileSync(path);
  const pattern = `${path}.pattern`;
  const database = new DatabaseSync(pattern);
  try {
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE pattern (a)');
    database.exec('PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
  const header = readFileSync(pattern).subarray(0, headerBytes);
  removePatientlySync(pattern);
  const pageSize = header.readUInt16BE(16);
  if (file.length < pageSize) return;
  // Read and write version (18, 19): with a log, as our files are.
  header.writeUInt8(2, 18);
  header.writeUInt8(2, 19);
  header.writeUInt32BE(Math.floor(file.length / pageSize), 28);
  header.writeUInt32BE(header.readUInt32BE(24), 92);
  header.writeUInt32BE(0, 60);
  header.copy(file);
  writeFileSync(path, file);
}

function unlessDamaged<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isDamage(error) || primaryCode(error) === schemaError) return undefined;
    throw error;
  }
}
