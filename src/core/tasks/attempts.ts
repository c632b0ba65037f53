import { number, optionalNumber, optionalText, text, type Database, type Row } from '../storage/database.ts';

/** A try at something outside, for the record. */
export interface Attempt {
  readonly action: 'submit' | 'poll' | 'download';
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly outcome: string | undefined;
  readonly requestId: string | undefined;
}

/** The record of a job with a long life keeps only its end. */
const attemptsKept = 50;

/** What was tried for the job, oldest first. */
export function attemptsOf(database: Database, taskId: string): Attempt[] {
  return database.all('SELECT * FROM attempt WHERE task_id = ? ORDER BY id', taskId).map(attemptOf);
}

/** Puts an attempt on record, or its outcome on the one that has begun. Part of the caller's transaction. */
export function recordAttempt(database: Database, taskId: string, attempt: Attempt): void {
  const { action, startedAt, endedAt = null, outcome = null, requestId = null } = attempt;
  const row = database.get('SELECT * FROM attempt WHERE task_id = ? ORDER BY id DESC LIMIT 1', taskId);
  const last = row && text(row, 'action') === action ? row : undefined;
  // Hundreds of polls with the same answer are one line.
  if (last && action === 'poll' && optionalText(last, 'outcome') === outcome) return;
  if (last && optionalNumber(last, 'ended_at') === undefined && number(last, 'started_at') === startedAt) {
    database.run(
      'UPDATE attempt SET ended_at = ?, outcome = ?, request_id = ? WHERE id = ?',
      endedAt,
      outcome,
      requestId,
      number(last, 'id'),
    );
    return;
  }
  database.insert('attempt', {
    task_id: taskId,
    action,
    started_at: startedAt,
    ended_at: endedAt,
    outcome,
    request_id: requestId,
  });
  database.run(
    'DELETE FROM attempt WHERE id IN (SELECT id FROM attempt WHERE task_id = ? ORDER BY id DESC LIMIT -1 OFFSET ?)',
    taskId,
    attemptsKept,
  );
}

function attemptOf(row: Row): Attempt {
  return {
    action: text(row, 'action') as Attempt['action'],
    startedAt: number(row, 'started_at'),
    endedAt: optionalNumber(row, 'ended_at'),
    outcome: optionalText(row, 'outcome'),
    requestId: optionalText(row, 'request_id'),
  };
}
