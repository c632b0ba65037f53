import type { DamagedSource } from '../storage/damagedSource.ts';
import { text, type Database, type Row } from '../storage/database.ts';
import { insertRescued, isJson } from '../storage/rescuedRow.ts';
import { placementOf, resultOf, taskOf } from './rows.ts';
import { taskStates } from '../../shared/task.ts';

/** The tables that hang on a job, with what proves that a row of them can be read. */
const parts: Record<string, (row: Row) => unknown> = {
  result: resultOf,
  placement: placementOf,
  attempt: () => undefined,
};

/**
 * Takes over every job that can be read of another file and is not known yet: some of them are paid and
 * not yet fetched. A job that is known stays as it is.
 * @returns how many
 */
export function rescue(source: DamagedSource, into: Database): number {
  return into.transaction('durable', () => {
    let count = 0;
    for (const row of source.rows('task')) if (takeOver(row, source, into)) count++;
    // Else a damaged list would give agents the budget of the day again.
    for (const row of source.rows('agent_spend')) insertRescued(into, 'agent_spend', withoutId(row));
    return count;
  });
}

/** Writes the row of a job that is not known yet. @returns whether it was written */
export function insertJob(row: Row, into: Database): boolean {
  return !isKnown(row, into) && insertRescued(into, 'task', withFreeNumbers(row, into));
}

function takeOver(found: Row, source: DamagedSource, into: Database): boolean {
  const row = repairedJob(found);
  if (!row || !insertJob(row, into)) return false;
  const id = text(row, 'id');
  for (const [table, read] of Object.entries(parts)) {
    for (const found of source.rowsWith(table, 'task_id', id)) {
      const part = withoutId(found);
      if (isSound(part, read)) insertRescued(into, table, part);
    }
  }
  return true;
}

/** An attempt gets a number of its own; the others have none. */
function withoutId(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'id'));
}

function isKnown(row: Row, into: Database): boolean {
  const sql = 'SELECT 1 FROM task WHERE id = ? OR idempotency_key = ?';
  return into.get(sql, text(row, 'id'), text(row, 'idempotency_key')) !== undefined;
}

/** Jobs of two files may bear the same numbers. */
function withFreeNumbers(row: Row, into: Database): Row {
  let createdAt = Number(row['created_at']);
  while (into.get('SELECT 1 FROM task WHERE created_at = ?', createdAt)) createdAt++;
  const { number, ...rest }: Row = { ...row, created_at: createdAt };
  const isFree = typeof number === 'number' && !into.get('SELECT 1 FROM task WHERE number = ?', number);
  return isFree ? { ...rest, number } : rest;
}

/**
 * The row with what is damaged in it replaced by what does no harm; undefined when what makes the job is
 * gone: its ids, its server or its request.
 */
export function repairedJob(row: Row): Row | undefined {
  const isText = (column: string): boolean => typeof row[column] === 'string' && row[column] !== '';
  if (!['id', 'origin', 'body', 'idempotency_key'].every(isText)) return undefined;
  const whole: Row = { ...row };
  for (const column of ['model', 'prompt']) if (typeof row[column] !== 'string') whole[column] = '';
  if (!['image', 'video', 'audio'].some(kind => kind === row['kind'])) whole['kind'] = 'image';
  const times = ['created_at', 'updated_at', 'intended_at', 'first_sent_at', 'due_at'];
  for (const column of [...times, 'failures', 'wanted']) {
    const value = row[column];
    const mayBeNull = column === 'first_sent_at' || column === 'due_at';
    if (Number.isSafeInteger(value) && Number(value) >= 0) continue;
    if (!(value === null && mayBeNull)) whole[column] = column === 'wanted' ? 1 : 0;
  }
  for (const column of ['sources', 'problem']) if (!isJson(row[column])) whole[column] = null;
  if (!taskStates.some(state => state === row['state'])) {
    // Rivya is asked what became of it; without an id nobody knows whether it was ever sent.
    const isAccepted = isText('remote_id');
    Object.assign(whole, {
      state: isAccepted ? 'processing' : 'submitting',
      hold: isAccepted ? null : 'decision',
      due_at: isAccepted ? 0 : null,
    });
  }
  return isSound(whole, taskOf) ? whole : undefined;
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
