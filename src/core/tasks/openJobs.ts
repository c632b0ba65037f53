import { writeFileSync } from 'node:fs';
import { text, type Database, type Row } from '../storage/database.ts';
import { insertRescued } from '../storage/rescuedRow.ts';
import { insertJob, repairedJob } from './rescue.ts';
import { placementOf } from './rows.ts';

/** The rows of one job, as plain data that can be kept elsewhere. */
export interface JobRows {
  readonly task: Row;
  readonly placement: Row | undefined;
}

/** What was looked for in vain is worth keeping for so long, in milliseconds. */
const unreachableAgeMs = 30 * 24 * 60 * 60_000;

/**
 * The jobs that are paid, or may be, and whose result does not stand anywhere else: as data that outlives
 * the file system of the ledger, and back from there.
 */
export class OpenJobs {
  readonly #database: Database;
  readonly #marker: string;
  readonly #changed: () => void;

  constructor(database: Database, marker: string, changed: () => void) {
    this.#database = database;
    this.#marker = marker;
    this.#changed = changed;
  }

  /**
   * Holds the write lock of the ledger: what `work` reads is still so when it has started to write it
   * elsewhere.
   * @throws what `work` throws, FileReplaced, or an error of SQLite
   */
  whileNobodyWrites<T>(work: () => T): T {
    return this.#database.transaction('cheap', work);
  }

  /**
   * Those that may have left first, and of them the latest.
   * @param limits how many at most, and how long their JSON may be; what is too long is left out
   */
  rows(limits: { jobs: number; characters: number }, now: number): JobRows[] {
    const found = this.#database.all(
      `SELECT * FROM task WHERE id IN (
         SELECT id FROM task WHERE state IN ('draft', 'submitting', 'queued', 'processing', 'succeeded')
         UNION SELECT id FROM task JOIN placement ON task_id = id
           WHERE task.state = 'stored' AND placement.state = 'waiting'
         UNION SELECT id FROM task WHERE state IN ('stored', 'placed', 'untracked') AND due_at IS NOT NULL
         UNION SELECT id FROM task WHERE state = 'unreachable' AND created_at > ?)
       ORDER BY state = 'unreachable', remote_id IS NULL AND first_sent_at IS NULL, created_at DESC LIMIT ?`,
      now - unreachableAgeMs,
      limits.jobs,
    );
    const rows: JobRows[] = [];
    let left = limits.characters;
    for (const task of found) {
      const placement = this.#database.get('SELECT * FROM placement WHERE task_id = ?', text(task, 'id'));
      const length = JSON.stringify([task, placement]).length;
      if (length > left) continue;
      left -= length;
      rows.push({ task, placement });
    }
    return rows;
  }

  /**
   * Takes over jobs of a ledger that is gone. What Rivya has accepted is asked for again and fetched; of the
   * others nobody knows whether they left after the copy was made, so the person decides. What is known
   * already stays as it is.
   * @param isSameFolder whether their documents and folders are those of this machine
   * @returns how many
   */
  adopt(jobs: readonly JobRows[], isSameFolder: boolean, now: number): number {
    const adopted = this.#database.transaction('durable', () => {
      const count = jobs.filter(job => this.#adoptOne(job, isSameFolder, now)).length;
      if (count > 0) writeFileSync(this.#marker, '');
      return count;
    });
    if (adopted > 0) this.#changed();
    return adopted;
  }

  #adoptOne({ task, placement }: JobRows, isSameFolder: boolean, now: number): boolean {
    const row = repairedJob(task);
    if (!row || !insertJob(reopened(row, now), this.#database)) return false;
    const here = isSameFolder ? placement : placement && { ...placement, ...nowhere };
    const whole = { ...placementDefaults, ...here, task_id: row['id'], updated_at: now } as Row;
    // The files that it names are gone with the library; what was written to a workspace stands there.
    const fresh = isReadable(whole) ? whole : { ...whole, ...nowhere };
    insertRescued(this.#database, 'placement', { ...fresh, file: null, copies: null });
    return true;
  }
}

const nowhere = { document: null, folder: null, anchor: null };
const placementDefaults = { state: 'waiting', mode: 'after', document: null, language: null, folder: null };

/** The job as it goes on without its library, under an account whose mark nobody can read any more. */
function reopened(row: Row, now: number): Row {
  const isAccepted = typeof row['remote_id'] === 'string' && row['remote_id'] !== '';
  const unsure = {
    code: 'storage_gone',
    message: 'The folder of the ledger went before an answer of Rivya to it was copied.',
  };
  return {
    ...row,
    state: isAccepted ? 'processing' : 'submitting',
    hold: isAccepted ? null : 'decision',
    // The rest of a job whose other files stand in a workspace is kept, and not placed a second time.
    wanted: row['state'] === 'placed' ? 0 : (row['wanted'] ?? 1),
    first_sent_at: row['first_sent_at'] ?? row['intended_at'] ?? now,
    account: null,
    conflicts: 0,
    failures: 0,
    problem: isAccepted ? null : JSON.stringify(unsure),
    due_at: isAccepted ? now : null,
    updated_at: now,
  };
}

function isReadable(placement: Row): boolean {
  try {
    placementOf(placement);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
