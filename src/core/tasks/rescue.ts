import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { isDamage, text, type Database, type Row } from '../storage/database.ts';
import { placementOf, resultOf, taskOf } from './rows.ts';
import { taskStates } from '../../shared/task.ts';

/** The tables that hang on a job, with what proves that a row of them can be read. */
const parts: Record<string, (row: Row) => unknown> = { result: resultOf, placement: placementOf };

/**
 * Takes over every job that can still be read in a damaged file: some of them are paid and not yet fetched.
 * @returns how many
 */
export function rescue(damaged: string, into: Database): number {
  if (!existsSync(damaged)) return 0;
  const source = new DatabaseSync(damaged, { readOnly: true });
  try {
    return into.transaction('durable', () => {
      let count = 0;
      for (const row of readableTasks(source)) if (takeOver(row, source, into)) count++;
      return count;
    });
  } finally {
    source.close();
  }
}

/** From both ends, because reading stops where the damage is. */
function* readableTasks(source: DatabaseSync): Generator<Row> {
  const seen = new Set<SQLOutputValue | undefined>();
  for (const order of ['ASC', 'DESC']) {
    const rows = unlessDamaged(() => source.prepare(`SELECT * FROM task ORDER BY number ${order}`).iterate());
    if (!rows) return;
    for (;;) {
      const next = unlessDamaged(() => rows.next());
      if (!next || next.done) break;
      if (seen.has(next.value['number'])) return;
      seen.add(next.value['number']);
      yield next.value;
    }
  }
}

function takeOver(row: Row, source: DatabaseSync, into: Database): boolean {
  if (!isSound(row, each => taskOf(each, [])) || !taskStates.some(state => state === row['state']))
    return false;
  if (!insert(into, 'task', row)) return false;
  const id = text(row, 'id');
  for (const [table, read] of Object.entries(parts)) {
    const rows =
      unlessDamaged(() => source.prepare(`SELECT * FROM ${table} WHERE task_id = ?`).all(id)) ?? [];
    for (const part of rows) if (isSound(part, read)) insert(into, table, part);
  }
  return true;
}

/** What the schema refuses is no row of ours any more. */
function insert(into: Database, table: string, columns: Row): boolean {
  try {
    into.insert(table, columns);
    return true;
  } catch (error) {
    if (isConstraint(error)) return false;
    throw error;
  }
}

function isSound(row: Row, read: (row: Row) => unknown): boolean {
  try {
    read(row);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function unlessDamaged<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isDamage(error) || isMissingTable(error)) return undefined;
    throw error;
  }
}

// SQLITE_CONSTRAINT, and SQLITE_MISMATCH for a value of the wrong type; extended codes have more bits.
function isConstraint(error: unknown): boolean {
  return [19, 20].includes(primaryCode(error));
}

// SQLITE_ERROR: the schema itself is gone.
function isMissingTable(error: unknown): boolean {
  return primaryCode(error) === 1;
}

function primaryCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : 0;
}
