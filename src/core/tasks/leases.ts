import { placeholders, optionalNumber, text, type Database, type Row } from '../storage/database.ts';
import { isRunningState, type Task, type TaskState } from '../../shared/task.ts';
import { taskColumns, taskOf } from './rows.ts';
import { longestPauseMs } from './schedule.ts';

/** What the next step of a job does; each kind has slots of its own, so that none holds up another. */
export const stepKinds = ['submit', 'poll', 'download'] as const;
export type StepKind = (typeof stepKinds)[number];

/** For how many jobs there is room. */
export type Room = Readonly<Record<StepKind, number>>;

interface StepState {
  readonly state: TaskState;
  /** What else must be so, in SQL. */
  readonly also: string;
}

const hasResults = 'EXISTS (SELECT 1 FROM result WHERE result.task_id = task.id)';
/** In which states which step comes next; see `Steps.advance`. */
const stepStates: Readonly<Record<StepKind, readonly StepState[]>> = {
  submit: [
    { state: 'draft', also: '' },
    { state: 'submitting', also: '' },
  ],
  poll: [
    { state: 'queued', also: '' },
    { state: 'processing', also: '' },
    { state: 'succeeded', also: `AND NOT ${hasResults}` },
  ],
  download: [
    { state: 'succeeded', also: `AND ${hasResults}` },
    { state: 'stored', also: '' },
    { state: 'placed', also: '' },
    { state: 'untracked', also: '' },
  ],
};

/** The kind of a job's next step. */
export function stepKindOf(task: Task): StepKind {
  if (task.state === 'draft' || task.state === 'submitting') return 'submit';
  return isRunningState(task.state) && task.results.length === 0 ? 'poll' : 'download';
}

/**
 * Which window works on which job. A lease runs out by itself, so that a window that dies holds nothing for
 * long. All times are milliseconds since the epoch, by the one clock of this machine.
 */
export class Leases {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes due jobs of these origins, with a lease on each until `now + milliseconds`, as many as there is
   * room for.
   */
  claim(holder: string, origins: readonly string[], now: number, milliseconds: number, room: Room): Task[] {
    const kinds = stepKinds.filter(kind => room[kind] > 0);
    if (origins.length === 0 || kinds.length === 0) return [];
    // Each state on its own, because an index serves only one in the order of time.
    const ofState = ({ state, also }: StepState): string =>
      `SELECT * FROM (SELECT ${taskColumns} FROM task LEFT JOIN lease ON lease.task_id = task.id
         WHERE task.state = '${state}' AND due_at <= ? ${also} AND origin IN (${placeholders(origins)})
           AND (holder IS NULL OR holder = ? OR expires_at <= ? OR expires_at > ?)
         ORDER BY due_at LIMIT ?)`;
    const sql = kinds
      .map(
        kind =>
          `SELECT * FROM (${stepStates[kind].map(ofState).join(' UNION ALL ')} ORDER BY due_at LIMIT ?)`,
      )
      .join(' UNION ALL ');
    const values = kinds.flatMap(kind => [
      ...stepStates[kind].flatMap(() => [now, ...origins, holder, now, now + 2 * milliseconds, room[kind]]),
      room[kind],
    ]);
    const due = (): Row[] => this.#database.all(sql, ...values);
    // Mostly nothing is due; reading needs no lock.
    if (due().length === 0) return [];
    return this.#database.transaction('cheap', () => {
      const rows = due();
      for (const row of rows) {
        this.#set(holder, text(row, 'id'), now + milliseconds);
        // In hand: due again only when the lease has run out, should this window die.
        this.#database.run('UPDATE task SET due_at = ? WHERE id = ?', now + milliseconds, text(row, 'id'));
      }
      return rows.map(taskOf);
    });
  }

  /**
   * Prolongs the leases on jobs of these origins; what this window cannot work on runs out, for others to
   * take.
   */
  renew(holder: string, origins: readonly string[], now: number, milliseconds: number): void {
    if (origins.length === 0) return;
    this.#database.transaction('cheap', () => {
      this.#database.run(
        `UPDATE lease SET expires_at = ? WHERE holder = ? AND (expires_at < ? OR expires_at > ?)
           AND (SELECT origin FROM task WHERE id = task_id) IN (${placeholders(origins)})`,
        now + milliseconds,
        holder,
        // A longer lease, such as one for placing, stays, unless it is the mark of a clock that was set
        // back.
        now + milliseconds,
        now + 10 * milliseconds,
        ...origins,
      );
    });
  }

  /**
   * Removes the leases of other holders that have run out.
   * @returns whether there were any: a window was killed, or the machine slept
   */
  expire(holder: string, now: number): boolean {
    const expired = 'FROM lease WHERE holder <> ? AND expires_at <= ?';
    if (!this.#database.get(`SELECT 1 ${expired}`, holder, now)) return false;
    return this.#database.transaction(
      'cheap',
      () => this.#database.run(`DELETE ${expired}`, holder, now).changes !== 0,
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

  /** Releases all leases; the jobs that were in hand are due at once. */
  releaseAll(holder: string, inHand: readonly string[], now: number): void {
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

  /**
   * When `claim` could next return something of these kinds to this holder; undefined when nothing is
   * planned.
   */
  nextDue(
    holder: string,
    origins: readonly string[],
    now: number,
    kinds: readonly StepKind[] = stepKinds,
  ): number | undefined {
    if (origins.length === 0 || kinds.length === 0) return undefined;
    const states = kinds.flatMap(kind => stepStates[kind]);
    const own = this.#database.get(
      `SELECT min(due_at) AS due_at FROM (${states
        .map(
          ({ state, also }) =>
            `SELECT * FROM (SELECT due_at FROM task LEFT JOIN lease ON lease.task_id = task.id
               WHERE task.state = '${state}' AND due_at IS NOT NULL ${also}
                 AND origin IN (${placeholders(origins)}) AND (holder IS NULL OR holder = ?)
               ORDER BY due_at LIMIT 1)`,
        )
        .join(' UNION ALL ')})`,
      ...states.flatMap(() => [...origins, holder]),
    );
    const others = this.#database.get(
      `SELECT min(max(due_at, expires_at)) AS due FROM lease CROSS JOIN task ON id = lease.task_id
       WHERE holder <> ? AND due_at IS NOT NULL AND origin IN (${placeholders(origins)})
         AND (${states.map(({ state, also }) => `task.state = '${state}' ${also}`).join(' OR ')})`,
      holder,
      ...origins,
    );
    const due = Math.min(
      (own && optionalNumber(own, 'due_at')) ?? Infinity,
      (others && optionalNumber(others, 'due')) ?? Infinity,
    );
    return due === Infinity ? undefined : Math.max(due, now);
  }

  /**
   * The clock was set back by so much: what was planned moves with it. Call it with 0 at the start, for what
   * a clock did while no window was open: a time further ahead than anything is ever planned counts as past.
   */
  clockSetBack(milliseconds: number, now: number): void {
    this.#database.transaction('cheap', () => {
      this.#database.run(
        'UPDATE task SET due_at = CASE WHEN due_at - ?1 > ?2 + ?3 THEN ?2 ELSE max(?2, due_at - ?1) END WHERE due_at > ?2',
        milliseconds,
        now,
        longestPauseMs,
      );
    });
  }

  #set(holder: string, id: string, expiresAt: number): void {
    this.#database.insert('lease', { task_id: id, holder, expires_at: expiresAt }, true);
  }
}
