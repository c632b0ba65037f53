import { number, text, type Database, type Row } from '../storage/database.ts';
import { insertRescued } from '../storage/rescuedRow.ts';
import { placementOf, taskOf, resultOf } from './rows.ts';
import type { Placement } from './placement.ts';
import type { Task } from '../../shared/task.ts';

/** A job that was removed from the list, with its files still in the library. */
export interface RemovedTask {
  readonly task: Task;
  readonly placement: Placement | undefined;
  /** Results of it, by index, that may be lost, because a person has agreed to that. */
  readonly mayLose: readonly number[];
}

/** The tables that hang on a job. A lease is nothing that could be brought back. */
const parts = ['result', 'placement', 'attempt'] as const;

interface Content {
  readonly task: Row;
  readonly parts: Readonly<Record<(typeof parts)[number], readonly Row[]>>;
}

/**
 * Jobs that were removed and can still be brought back. They are in no list, no total and no search, and
 * nobody works on them.
 */
export class RemovedTasks {
  readonly #database: Database;
  readonly #restored: () => void;

  /** @param restored is called within the transaction that brings jobs back */
  constructor(database: Database, restored: () => void) {
    this.#database = database;
    this.#restored = restored;
  }

  /** Moves a job out of the list, as part of the caller's transaction. */
  setAside(id: string, mayLose: readonly number[], now: number): void {
    const task = this.#database.get('SELECT * FROM task WHERE id = ?', id);
    if (!task) return;
    const rows = parts.map(table => [
      table,
      this.#database.all(`SELECT * FROM ${table} WHERE task_id = ?`, id).map(withoutId(table)),
    ]);
    const content = JSON.stringify({ task, parts: Object.fromEntries(rows) as Content['parts'] });
    const row = { id, removed_at: now, may_lose: JSON.stringify(mayLose), content };
    this.#database.insert('removed', row, true);
    this.#database.run('DELETE FROM task WHERE id = ?', id);
  }

  /** Ids of the jobs that were removed together last, and not before `since`. */
  latest(since: number): string[] {
    const rows = this.#database.all(
      `SELECT id FROM removed WHERE removed_at = (SELECT max(removed_at) FROM removed) AND removed_at >= ?`,
      since,
    );
    return rows.map(row => text(row, 'id'));
  }

  /** Jobs that were removed before that time. */
  before(time: number): RemovedTask[] {
    return this.#database
      .all('SELECT * FROM removed WHERE removed_at < ? ORDER BY removed_at', time)
      .map(removedOf);
  }

  /** Puts jobs back as they were, in one transaction. @returns the ids of those that are back */
  restore(ids: readonly string[]): string[] {
    return this.#database.transaction('durable', () => {
      const back = ids.filter(id => {
        const row = this.#database.get('SELECT * FROM removed WHERE id = ?', id);
        if (!row) return false;
        const { task, parts: rows } = contentOf(row);
        if (!insertRescued(this.#database, 'task', this.#withFreeNumbers(task))) return false;
        for (const table of parts) for (const part of rows[table]) insertRescued(this.#database, table, part);
        this.#database.run('DELETE FROM removed WHERE id = ?', id);
        return true;
      });
      if (back.length > 0) this.#restored();
      return back;
    });
  }

  /**
   * Forgets a job for ever.
   * @param mayGo decides inside the transaction, and removes its files
   */
  forgetIf(id: string, mayGo: () => boolean): boolean {
    return this.#database.transaction('durable', () => {
      if (!this.#database.get('SELECT 1 FROM removed WHERE id = ?', id) || !mayGo()) return false;
      this.#database.run('DELETE FROM removed WHERE id = ?', id);
      return true;
    });
  }

  /** A job that was made meanwhile may have taken a number. */
  #withFreeNumbers(row: Row): Row {
    let createdAt = number(row, 'created_at');
    while (this.#database.get('SELECT 1 FROM task WHERE created_at = ?', createdAt)) createdAt++;
    const { number: own, ...rest }: Row = { ...row, created_at: createdAt };
    const isTaken = this.#database.get('SELECT 1 FROM task WHERE number = ?', own ?? null) !== undefined;
    return isTaken || own === undefined ? rest : { ...rest, number: own };
  }
}

/** An attempt gets a number of its own again; the others have none. */
function withoutId(table: (typeof parts)[number]): (row: Row) => Row {
  if (table !== 'attempt') return row => row;
  return row => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'id'));
}

function contentOf(row: Row): Content {
  return JSON.parse(text(row, 'content')) as Content;
}

function removedOf(row: Row): RemovedTask {
  const { task, parts: rows } = contentOf(row);
  const [placement] = rows.placement;
  return {
    task: { ...taskOf(task), results: rows.result.map(resultOf) },
    placement: placement && placementOf(placement),
    mayLose: JSON.parse(text(row, 'may_lose')) as number[],
  };
}
