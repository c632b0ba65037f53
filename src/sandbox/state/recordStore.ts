import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Account, RecordChange, RecordKind, Records, RecordSink } from './records.ts';
import type { SandboxState } from './sandboxState.ts';

/** Another process holds the directory: one sandbox at a time may write there. */
export class DataInUseError extends Error {
  constructor(directory: string) {
    super(`Another sandbox is using ${directory}.`);
    this.name = 'DataInUseError';
  }
}

/** The file is damaged, is none of ours, or cannot be opened. */
export class DataUnusableError extends Error {
  readonly directory: string;

  constructor(directory: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The data of the sandbox in ${directory} cannot be used: ${reason}.`, { cause });
    this.name = 'DataUnusableError';
    this.directory = directory;
  }
}

// Raised with every change to the records: data of another version is dropped, since nothing in a sandbox is
// worth moving.
const version = 2;

/** The records of a sandbox in one SQLite file, which this process alone holds open. */
export class RecordStore implements RecordSink {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;

  /**
   * @param directory is made when it is not there
   * @throws DataInUseError, DataUnusableError
   */
  constructor(directory: string) {
    this.#database = openDatabase(directory);
    this.#put = this.#database.prepare(
      `INSERT INTO record (kind, id, value, bytes) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value, bytes = excluded.bytes`,
    );
    this.#remove = this.#database.prepare('DELETE FROM record WHERE kind = ? AND id = ?');
  }

  write(changes: readonly RecordChange[]): void {
    // A request that the closing cut off gets no answer, so nothing is owed to it.
    if (!this.#database.isOpen) return;
    this.#database.exec('BEGIN');
    try {
      for (const change of changes) this.#write(change);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #write(change: RecordChange): void {
    const { kind, id, record } = change;
    if (record === null) this.#remove.run(kind, id);
    else
      this.#put.run(
        kind,
        id,
        encode({ ...change, record } as RecordChange & { record: object }),
        kind === 'file' ? record.bytes : null,
      );
  }

  clear(): void {
    this.#database.exec('DELETE FROM record');
  }

  /**
   * Puts the kept records in place of those of a fresh state.
   * @returns false, and the state as it was, when nothing is kept
   */
  load(state: SandboxState): boolean {
    const accounts = this.#all('account');
    if (accounts.length === 0) return false;
    state.accounts = new Map(accounts.map(each => [each.id, { ...each, answers: new Map() }]));
    state.keys = this.#all('key').map(key => ({ ...key, account: accountOf(state, key.account.id) }));
    for (const { account, key, fingerprint, at, answer } of this.#all('answer')) {
      accountOf(state, account).answers.set(key, { fingerprint, at, answer: Promise.resolve(answer) });
    }
    state.charges = this.#all('charge');
    const charges = new Map(state.charges.map(charge => [charge.taskId, charge]));
    for (const task of this.#all('task')) {
      state.tasks.set(task.id, { ...task, charge: charges.get(task.id) ?? task.charge });
    }
    state.pendingTasks = new Set([...state.tasks.values()].filter(task => task.finishedAt === null));
    state.files = new Map(this.#all('file').map(file => [file.id, file]));
    state.sessions = new Map(this.#all('session').map(session => [session.id, session]));
    state.webhooks = new Map(this.#all('webhook').map(endpoint => [endpoint.id, endpoint]));
    state.webhookEvents = this.#all('event');
    const events = new Map(state.webhookEvents.map(event => [event.id, event]));
    state.deliveries = this.#all('delivery').map(delivery => ({
      ...delivery,
      event: events.get(delivery.event.id) ?? delivery.event,
    }));
    state.pendingDeliveries = new Set(state.deliveries.filter(({ status }) => status === 'pending'));
    return true;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #all<K extends RecordKind>(kind: K): Records[K][] {
    const rows = this.#database
      .prepare('SELECT value, bytes FROM record WHERE kind = ? ORDER BY position')
      .all(kind);
    return rows.map(({ value, bytes }) => {
      const record = JSON.parse(String(value)) as Records[K];
      return bytes instanceof Uint8Array ? { ...record, bytes } : record;
    });
  }
}

const sqliteBusy = 5;

function openDatabase(directory: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(path.join(directory, 'sandbox.db'));
    prepareTables(database);
    return database;
  } catch (error) {
    database?.close();
    throw isBusy(error) ? new DataInUseError(directory) : new DataUnusableError(directory, error);
  }
}

function prepareTables(database: DatabaseSync): void {
  // Exclusive until closed; the system lets go of the lock when the process dies, in whatever way.
  database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    BEGIN EXCLUSIVE;`);
  if (database.prepare('PRAGMA user_version').get()?.['user_version'] !== version) {
    database.exec('DROP TABLE IF EXISTS record');
  }
  database.exec(`CREATE TABLE IF NOT EXISTS record (
      position INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, bytes BLOB,
      UNIQUE (kind, id)
    );
    PRAGMA user_version = ${version};
    COMMIT;`);
}

function isBusy(error: unknown): boolean {
  // The low byte is the kind of the error, the rest its reason.
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === sqliteBusy;
}

/** The record without what has a place of its own. */
function encode(change: RecordChange & { record: object }): string {
  switch (change.kind) {
    case 'file':
      return JSON.stringify({ ...change.record, bytes: undefined });
    case 'account':
      return JSON.stringify({ ...change.record, answers: undefined });
    case 'key':
      return JSON.stringify({ ...change.record, account: { id: change.record.account.id } });
    default:
      return JSON.stringify(change.record);
  }
}

function accountOf(state: SandboxState, id: string): Account {
  const account = state.accounts.get(id);
  if (!account) throw new Error(`The data of the sandbox has no account ${id}.`);
  return account;
}
