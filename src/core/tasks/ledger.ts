import { rmSync, writeFileSync } from 'node:fs';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { describeError, silentLog, type Log } from '../../base/log.ts';
import { attemptsOf, recordAttempt, type Attempt } from './attempts.ts';
import { Database, number, text, type Row, type SetAside } from '../storage/database.ts';
import { Leases } from './leases.ts';
import { pendingMarker } from './pendingMarker.ts';
import type { Placement } from './placement.ts';
import { clearableTasks, searchRows, spentCredits, taskCount, taskRows, type TaskFilter } from './queries.ts';
import {
  changingColumns,
  fileOf,
  placementColumns,
  placementOf,
  resultColumns,
  resultOf,
  taskOf,
} from './rows.ts';
import { rescue } from './rescue.ts';
import { migrations } from './schema.ts';
import { isRunningState, taskStates, type StoredFile, type Task } from '../../shared/task.ts';
import { transition } from './transition.ts';

/** A job as the user asked for it; everything else starts empty. */
export type NewTask = Pick<Task, 'id' | 'origin' | 'kind' | 'model' | 'prompt' | 'body' | 'idempotencyKey'> &
  Partial<Pick<Task, 'sources'>>;

/** A stored file with what decides whether it may go. */
export interface LibraryFile {
  readonly taskId: string;
  readonly index: number;
  readonly file: StoredFile;
  readonly createdAt: number;
  /** Its job is placed: a copy stands in a workspace, or was saved where the user wished. */
  readonly placed: boolean;
}

/**
 * The durable truth about all jobs: one SQLite file that every window of this user opens.
 * Each change is one transaction. What money depends on is on disk when the call returns.
 */
export class Ledger implements Disposable {
  readonly #database: Database;
  readonly #marker: string;
  readonly #log: Log;
  readonly #changed = new Emitter<void>();
  #dataVersion: number;

  readonly leases: Leases;
  /** Fires after every change: our own at once, another window's after `notice`. */
  readonly onDidChange = this.#changed.event;

  private constructor(database: Database, marker: string, log: Log) {
    this.#database = database;
    this.#marker = marker;
    this.#log = log;
    this.leases = new Leases(database);
    this.#dataVersion = this.#readDataVersion();
  }

  /**
   * Opens or creates the ledger at this path; see `Database.open`. Of a damaged one, the jobs that can be read are taken
   * over; `rescued` tells how many.
   */
  static open(
    path: string,
    log: Log = silentLog,
  ): { ledger: Ledger; setAside: (SetAside & { readonly rescued: number }) | undefined } {
    const { database, setAside } = Database.open(path, migrations);
    const rescued = setAside?.damaged ? rescue(setAside.path, database) : 0;
    return {
      ledger: new Ledger(database, pendingMarker(path), log),
      setAside: setAside && { ...setAside, rescued },
    };
  }

  dispose(): void {
    this.#changed.dispose();
    // Marker and rows change under the same lock, so that no window takes away the mark of another one's new job.
    this.#database.transaction('durable', () => {
      if (!this.hasPending()) rmSync(this.#marker, { force: true });
    });
    this.#database.dispose();
  }

  /**
   * Writes the job before anything leaves (`draft`), together with what is to become of its result.
   * @throws an error of SQLite (locked, disk full); nothing was written then, and nothing will be sent
   */
  create(task: NewTask, placement: Omit<Placement, 'taskId' | 'state' | 'file'>, now: number): Task {
    const created = this.#database.transaction('durable', () => {
      writeFileSync(this.#marker, '');
      this.#database.insert('task', {
        id: task.id,
        origin: task.origin,
        kind: task.kind,
        model: task.model,
        prompt: task.prompt,
        body: task.body,
        sources: task.sources ? JSON.stringify(task.sources) : null,
        idempotency_key: task.idempotencyKey,
        state: 'draft',
        wanted: 1,
        failures: 0,
        created_at: this.#freeTime(now),
        updated_at: now,
        intended_at: now,
        due_at: now,
      });
      const whole = { ...placement, state: 'waiting', file: undefined } as const;
      this.#database.insert('placement', placementColumns(task.id, whole, now));
      return this.#required(task.id);
    });
    this.#fire();
    return created;
  }

  /**
   * Reads the job, lets `change` decide, and writes what it returns, all in one transaction. Returning the same object
   * writes nothing. `change` must be pure: it may be called more than once.
   * @param attempt is put on record in the same transaction; without an outcome it has only begun
   * @returns the job as it now stands, or undefined when it is gone
   */
  update(id: string, now: number, change: (task: Task) => Task, attempt?: Attempt): Task | undefined {
    const work =
      (kind: 'durable' | 'cheap') => (): { task: Task | undefined; changed: boolean } | 'again' => {
        const before = this.task(id);
        if (!before) return { task: undefined, changed: false };
        const after = change(before);
        if (kind === 'cheap' && matters(before, after)) return 'again';
        const changed = isVisible(before, after);
        if (after !== before) this.#write(before, changed ? { ...after, updatedAt: now } : after);
        if (attempt) recordAttempt(this.#database, id, attempt);
        return { task: this.#required(id), changed };
      };
    // A disk that is waited for holds up the editor, so it is waited for only where money depends on it.
    let outcome = this.#database.transaction('cheap', work('cheap'));
    if (outcome === 'again') outcome = this.#database.transaction('durable', work('durable'));
    if (outcome === 'again') throw new Error('A durable change is never repeated.');
    if (outcome.changed) this.#fire();
    return outcome.task;
  }

  task(id: string): Task | undefined {
    const row = this.#database.get('SELECT * FROM task WHERE id = ?', id);
    return row && this.#taskOf(row);
  }

  /** Newest first, a page at a time. `before` is the `createdAt` of the last one seen; no two jobs share one. */
  tasks({ limit, states = taskStates, ...times }: { limit: number } & Partial<TaskFilter>): Task[] {
    return taskRows(this.#database, { states, ...times }, limit).map(row => this.#taskOf(row));
  }

  /** How many there are; a list that only says "many" need not count them all. */
  count({ states = taskStates, ...times }: Partial<TaskFilter>, limit = Number.MAX_SAFE_INTEGER): number {
    return taskCount(this.#database, { states, ...times }, limit);
  }

  /** Jobs whose prompt contains every word, in part or in whole, whatever its case and accents; the latest first. */
  search(query: string, limit: number): Task[] {
    return searchRows(this.#database, query, limit).map(row => this.#taskOf(row));
  }

  /** See `spentCredits`. @param since milliseconds since the epoch */
  spent(origin: string, since: number): number {
    return spentCredits(this.#database, origin, since);
  }

  /** Ids of the jobs that can leave the list without loss; see `clearableTasks`. */
  clearable(): string[] {
    return clearableTasks(this.#database);
  }

  /** How many jobs go on without the user. */
  runningCount(): number {
    const row = this.#database.get(
      `SELECT count(*) AS count FROM task
       WHERE state IN ('draft', 'submitting', 'queued', 'processing', 'succeeded') AND hold IS NULL`,
    );
    return row ? number(row, 'count') : 0;
  }

  /** Whether any job still needs the runner, or a person to place its result. */
  hasPending(): boolean {
    return (
      this.#database.get(
        `SELECT 1 FROM task WHERE state IN ('draft', 'submitting', 'queued', 'processing', 'succeeded')
         UNION ALL SELECT 1 FROM task JOIN placement ON task_id = id WHERE task.state = 'stored' AND placement.state = 'waiting' LIMIT 1`,
      ) !== undefined
    );
  }

  /**
   * Removes the job from the list; remove its files from the library first.
   * @returns false, and does nothing, while it runs: its result would be paid and never found
   */
  remove(id: string): boolean {
    const removed = this.#database.transaction('durable', () => {
      const task = this.task(id);
      if (task && isRunningState(task.state)) return false;
      return this.#database.run('DELETE FROM task WHERE id = ?', id).changes !== 0;
    });
    if (removed) this.#fire();
    return removed;
  }

  /** Removes many at once, as `remove` does one; those that run stay. @returns how many went */
  removeAll(ids: readonly string[]): number {
    const { changes } = this.#database.transaction('durable', () =>
      this.#database.run(
        `DELETE FROM task WHERE id IN (SELECT value FROM json_each(?))
         AND state NOT IN ('draft', 'submitting', 'queued', 'processing', 'succeeded')`,
        JSON.stringify(ids),
      ),
    );
    if (changes !== 0) this.#fire();
    return Number(changes);
  }

  /** Takes the lease on one job, for placing its result; false while another window has it. */
  lease(holder: string, id: string, now: number, milliseconds: number): boolean {
    return this.leases.take(holder, id, now, milliseconds);
  }

  releaseLease(holder: string, id: string): void {
    this.leases.release(holder, id);
  }

  /** Takes due jobs; see `Leases.claim`. */
  claim(
    holder: string,
    origins: readonly string[],
    now: number,
    milliseconds: number,
    limit: number,
  ): Task[] {
    return this.leases.claim(holder, origins, now, milliseconds, limit).map(row => this.#taskOf(row));
  }

  /** Jobs of this origin that wait for a key that works. */
  heldForKey(origin: string): Task[] {
    return this.#database
      .all(`SELECT * FROM task WHERE hold = 'key' AND origin = ?`, origin)
      .map(row => this.#taskOf(row));
  }

  /** Jobs of this origin that Rivya did not know, since then: under another key it may. */
  notFound(origin: string, since: number): Task[] {
    return this.#database
      .all(
        `SELECT * FROM task WHERE state = 'failed' AND created_at > ? AND origin = ? AND remote_id IS NOT NULL
         AND problem ->> 'code' = 'not_found'`,
        since,
        origin,
      )
      .map(row => this.#taskOf(row));
  }

  /** What was tried, oldest first. */
  attempts(id: string): Attempt[] {
    return attemptsOf(this.#database, id);
  }

  // --- Files.

  /** Every file in the library, the oldest job's first. */
  libraryFiles(): LibraryFile[] {
    const rows = this.#database.all(
      `SELECT result.*, task.created_at, task.state = 'placed' AND placement.state IN ('placed', 'saved') AS placed
       FROM result JOIN task ON task.id = result.task_id LEFT JOIN placement ON placement.task_id = task.id
       WHERE result.state = 'stored' ORDER BY task.created_at, result.position`,
    );
    return rows.flatMap(row => {
      const file = fileOf(row);
      if (!file) return [];
      const taskId = text(row, 'task_id');
      const index = number(row, 'position');
      return [
        { taskId, index, file, createdAt: number(row, 'created_at'), placed: number(row, 'placed') === 1 },
      ];
    });
  }

  // --- Placements.

  placement(id: string): Placement | undefined {
    const row = this.#database.get('SELECT * FROM placement WHERE task_id = ?', id);
    return row && placementOf(row);
  }

  /** Results that are in the library and still to be placed. */
  waitingPlacements(): Placement[] {
    return this.#database
      .all(
        `SELECT placement.* FROM task JOIN placement ON task.id = task_id
       WHERE task.state = 'stored' AND placement.state = 'waiting' ORDER BY task.created_at`,
      )
      .map(placementOf);
  }

  /**
   * Changes the placement if it still is in the expected state, so that of two windows only one goes on. A result that
   * is placed or saved by this is `placed` as a job, too.
   * @returns whether it was so
   */
  setPlacement(
    id: string,
    expected: Placement['state'],
    change: Partial<Pick<Placement, 'state' | 'document' | 'anchor' | 'file'>>,
    now: number,
  ): boolean {
    const done = this.#database.transaction('durable', () => {
      const before = this.placement(id);
      if (before?.state !== expected) return false;
      const after = { ...before, ...change };
      this.#database.update('placement', placementColumns(id, after, now), 'task_id', id);
      const task = this.#required(id);
      const placed = after.state === 'placed' || after.state === 'saved';
      const next = placed ? transition(task, { type: 'placed' }, now) : task;
      if (next !== task) this.#write(task, { ...next, updatedAt: now });
      return true;
    });
    if (done) this.#fire();
    return done;
  }

  // --- Other windows.

  /** Fires `onDidChange` when another process has written since the last look. Cheap: one pragma. */
  notice(): void {
    const version = this.#readDataVersion();
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.#fire();
  }

  #readDataVersion(): number {
    const row = this.#database.get('PRAGMA data_version');
    return row ? number(row, 'data_version') : 0;
  }

  /** The change is on disk: a listener that fails must not make it look as if it were not. */
  #fire(): void {
    try {
      this.#changed.fire();
    } catch (error) {
      this.#log.error(`A change of the job ledger could not be shown. ${describeError(error)}`);
    }
  }

  /** The next millisecond at which no job was made, so that a page can end anywhere. */
  #freeTime(now: number): number {
    let time = now;
    while (this.#database.get('SELECT 1 FROM task WHERE created_at = ?', time)) time++;
    return time;
  }

  #write(before: Task, after: Task): void {
    this.#database.update('task', changingColumns(after), 'id', after.id);
    if (isRunningState(before.state) && !isRunningState(after.state))
      this.#database.run('DELETE FROM lease WHERE task_id = ?', after.id);
    for (const result of after.results) {
      if (result !== before.results[result.index])
        this.#database.insert('result', resultColumns(after.id, result), true);
    }
  }

  #taskOf(row: Row): Task {
    const results = this.#database.all(
      'SELECT * FROM result WHERE task_id = ? ORDER BY position',
      text(row, 'id'),
    );
    return taskOf(row, results.map(resultOf));
  }

  #required(id: string): Task {
    const task = this.task(id);
    if (!task) throw new Error(`Task ${id} is not in the ledger.`);
    return task;
  }
}

/** Whether there is more to the change than the time of the next look. */
function isVisible(before: Task, after: Task): boolean {
  return after !== before && !same(before, { ...after, dueAt: before.dueAt });
}

/** Whether a power cut must not undo the change. */
function matters(before: Task, after: Task): boolean {
  const { dueAt, failures, problem } = before;
  return after !== before && !same(before, { ...after, dueAt, failures, problem });
}

function same(a: Task, b: Task): boolean {
  return (Object.keys({ ...a, ...b }) as (keyof Task)[]).every(key => a[key] === b[key]);
}
