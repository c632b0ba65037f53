import { number, optionalNumber, type Database } from '../storage/database.ts';
import { spentSlotsOf, type SpentSlot } from '../storage/spentSlots.ts';
import type { Task } from '../../shared/task.ts';
import { taskColumns, taskOf } from './rows.ts';

const columns = [
  'origin',
  'state',
  'created_at',
  'remote_id',
  'first_sent_at',
  'reserved_credits',
  'final_credits',
  'other_remote_ids',
  'sent_anew',
];

/** Jobs that were made since `?1`. Those that were removed from the list since are paid all the same. */
const jobs = `(
  SELECT ${columns.join(', ')} FROM task WHERE created_at >= ?1
  UNION ALL
  SELECT ${columns.map(name => `content ->> '$.task.${name}'`).join(', ')} FROM removed
    WHERE removed_at >= ?1 AND content ->> '$.task.created_at' >= ?1
)`;

/** Rivya has not said how it ended, so what it has set aside still stands. */
const isOpen = `(state IN ('queued', 'processing', 'unreachable'))`;

/** What Rivya has named for a job: its charge, or what it has set aside for it; as `chargeOf`. */
const named = `coalesce(final_credits, CASE WHEN ${isOpen} THEN reserved_credits END)`;

/** What the jobs of the ledger have cost and may cost, as far as it is known. */
export class Books {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The credits that Rivya has named for the jobs of this origin, made since then; see `hasUnknownCharges`.
   * @param since milliseconds since the epoch
   */
  spent(origin: string, since: number): number {
    const sql = `SELECT total(${named}) AS credits FROM ${jobs} WHERE origin = ?2`;
    return this.#credits(sql, since, origin);
  }

  /** The same by half hours, for all origins. */
  spentSlots(since: number): SpentSlot[] {
    return spentSlotsOf(
      this.#database,
      `SELECT origin, created_at AS at, ${named} AS credits FROM ${jobs}`,
      since,
    );
  }

  /** Whether there are jobs of this origin, made since then, whose credits nobody knows: they come on top. */
  hasUnknownCharges(origin: string, since: number): boolean {
    const row = this.#database.get(
      `SELECT 1 FROM ${jobs} WHERE origin = ?2
         AND (other_remote_ids IS NOT NULL OR sent_anew = 1 OR (remote_id IS NULL AND first_sent_at IS NOT NULL)
           OR (remote_id IS NOT NULL AND final_credits IS NULL AND (reserved_credits IS NULL OR NOT ${isOpen})))
       LIMIT 1`,
      since,
      origin,
    );
    return row !== undefined;
  }

  /**
   * What the jobs of this origin that Rivya has not answered yet may cost, whenever they were made: the
   * amounts that were agreed to. What nobody could name an amount for counts as nothing.
   */
  planned(origin: string): number {
    return this.#credits(
      `SELECT total(agreed_credits) AS credits FROM task
       WHERE state IN ('draft', 'submitting') AND reserved_credits IS NULL AND origin = ?`,
      origin,
    );
  }

  /** Jobs of an order of which no byte has left, the oldest first. */
  unsentOf(orderId: string): Task[] {
    return this.#database
      .all(
        `SELECT ${taskColumns} FROM task WHERE state = 'draft' AND order_id = ? ORDER BY created_at`,
        orderId,
      )
      .map(taskOf);
  }

  /** All jobs of an order that are in the list, the oldest first. */
  jobsOf(orderId: string): Task[] {
    return this.#database
      .all(`SELECT ${taskColumns} FROM task WHERE order_id = ? ORDER BY created_at`, orderId)
      .map(taskOf);
  }

  /** The most that Rivya has reserved for one job of this order; undefined while nothing is. */
  reservedIn(orderId: string): number | undefined {
    const row = this.#database.get(
      'SELECT max(reserved_credits) AS most FROM task WHERE order_id = ?',
      orderId,
    );
    return row && optionalNumber(row, 'most');
  }

  #credits(sql: string, ...values: (string | number)[]): number {
    const row = this.#database.get(sql, ...values);
    return row ? number(row, 'credits') : 0;
  }
}
