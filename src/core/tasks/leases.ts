import { marks, number, optionalNumber, text, type Database, type Row } from '../storage/database.ts';
import { longestPause } from './schedule.ts';

/**
 * Which window works on which job. A lease runs out by itself, so that a window that dies holds nothing for long.
 * All times are milliseconds since the epoch, by the one clock of this machine.
 */
export class Leases {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes up to `limit` due jobs of these origins, with a lease on each until `now + milliseconds`.
   * @returns their rows
   */
  claim(holder: string, origins: readonly string[], now: number, milliseconds: number, limit: number): Row[] {
    if (origins.length === 0 || limit <= 0) return [];
    const due = (): Row[] =>
      this.#database.all(
        `SELECT task.* FROM task LEFT JOIN lease ON task_id = id
         WHERE due_at <= ? AND origin IN (${marks(origins)})
           AND (holder IS NULL OR holder = ? OR expires_at <= ? OR expires_at > ?)
         ORDER BY due_at LIMIT ?`,
        now,
        ...origins,
        holder,
        now,
        now + 2 * milliseconds,
        limit,
      );
    // Mostly nothing is due; looking needs no lock.
    if (due().length === 0) return [];
    return this.#database.transaction('cheap', () => {
      const rows = due();
      for (const row of rows) {
        this.#set(holder, text(row, 'id'), now + milliseconds);
        // In hand: due again only when the lease has run out, should this window die.
        this.#database.run('UPDATE task SET due_at = ? WHERE id = ?', now + milliseconds, text(row, 'id'));
      }
      return rows;
    });
  }

  /** Prolongs the leases on jobs of these origins; what this window cannot work on runs out, for others to take. */
  renew(holder: string, origins: readonly string[], now: number, milliseconds: number): void {
    if (origins.length === 0) return;
    this.#database.transaction('cheap', () => {
      this.#database.run(
        `UPDATE lease SET expires_at = ? WHERE holder = ? AND (expires_at < ? OR expires_at > ?)
           AND (SELECT origin FROM task WHERE id = task_id) IN (${marks(origins)})`,
        now + milliseconds,
        holder,
        // A longer lease, such as one for placing, stays, unless it is the mark of a clock that was set back.
        now + milliseconds,
        now + 10 * milliseconds,
        ...origins,
      );
    });
  }

  /**
   * Takes away the leases of holders that have let them run out.
   * @returns whether there were any, so that somebody has died or slept
   */
  bury(holder: string, now: number): boolean {
    const dead = 'FROM lease WHERE holder <> ? AND expires_at <= ?';
    if (!this.#database.get(`SELECT 1 ${dead}`, holder, now)) return false;
    return this.#database.transaction(
      'cheap',
      () => this.#database.run(`DELETE ${dead}`, holder, now).changes !== 0,
    );
  }

  /** Takes the lease on one job; false while another window has it. */
  take(holder: string, id: string, now: number, milliseconds: number): boolean {
    return this.#database.transaction('cheap', () => {
      const row = this.#database.get(
        'SELECT 1 FROM lease WHERE task_id = ? AND holder <> ? AND expires_at > ? AND expires_at <= ?',
        id,
        holder,
        now,
        now + 2 * milliseconds,
      );
      if (row) return false;
      this.#set(holder, id, now + milliseconds);
      return true;
    });
  }

  release(holder: string, id: string): void {
    this.#database.transaction('cheap', () => {
      this.#database.run('DELETE FROM lease WHERE holder = ? AND task_id = ?', holder, id);
    });
  }

  /** Gives up all leases; the jobs that were in hand are due at once. */
  handBack(holder: string, inHand: readonly string[], now: number): void {
    this.#database.transaction('cheap', () => {
      for (const id of inHand.filter(each => this.holds(holder, each))) {
        this.#database.run('UPDATE task SET due_at = ? WHERE id = ? AND due_at IS NOT NULL', now, id);
      }
      this.#database.run('DELETE FROM lease WHERE holder = ?', holder);
    });
  }

  /** Whether the lease is this holder's, be it run out or not: nobody has taken it since. */
  holds(holder: string, id: string): boolean {
    return (
      this.#database.get('SELECT 1 FROM lease WHERE task_id = ? AND holder = ?', id, holder) !== undefined
    );
  }

  /** Everyone who may be working on something now. */
  holders(now: number): Set<string> {
    const rows = this.#database.all('SELECT DISTINCT holder FROM lease WHERE expires_at > ?', now);
    return new Set(rows.map(row => text(row, 'holder')));
  }

  /** When `claim` could next return something to this holder; undefined when nothing is planned. */
  nextDue(holder: string, origins: readonly string[], now: number): number | undefined {
    if (origins.length === 0) return undefined;
    const own = this.#database.get(
      `SELECT due_at FROM task LEFT JOIN lease ON task_id = id
       WHERE due_at IS NOT NULL AND origin IN (${marks(origins)}) AND (holder IS NULL OR holder = ?)
       ORDER BY due_at LIMIT 1`,
      ...origins,
      holder,
    );
    const others = this.#database.get(
      `SELECT min(max(due_at, expires_at)) AS due FROM lease CROSS JOIN task ON id = task_id
       WHERE holder <> ? AND due_at IS NOT NULL AND origin IN (${marks(origins)})`,
      holder,
      ...origins,
    );
    const due = Math.min(
      own ? number(own, 'due_at') : Infinity,
      (others && optionalNumber(others, 'due')) ?? Infinity,
    );
    return due === Infinity ? undefined : Math.max(due, now);
  }

  /**
   * The clock was set back by so much: what was planned moves with it. Call it with 0 at the start, for what a clock did
   * while no window was open: a time further ahead than anything is ever planned counts as past.
   */
  clockSetBack(milliseconds: number, now: number): void {
    this.#database.transaction('cheap', () => {
      this.#database.run(
        'UPDATE task SET due_at = CASE WHEN due_at - ?1 > ?2 + ?3 THEN ?2 ELSE max(?2, due_at - ?1) END WHERE due_at > ?2',
        milliseconds,
        now,
        longestPause,
      );
    });
  }

  #set(holder: string, id: string, expiresAt: number): void {
    this.#database.insert('lease', { task_id: id, holder, expires_at: expiresAt }, true);
  }
}
