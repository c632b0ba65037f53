import { writeFileSync } from 'node:fs';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { removePatientlySync } from '../../base/patience.ts';
import { attemptsOf, recordAttempt, type Attempt } from './attempts.ts';
import { number, text, type Database, type Journal } from '../storage/database.ts';
import { FileReplaced } from '../storage/fileErrors.ts';
import { openDatabase, type Opened } from '../storage/openDatabase.ts';
import { AgentJobs } from './agentJobs.ts';
import { Books } from './books.ts';
import { pendingMarker } from './storagePaths.ts';
import { Leases } from './leases.ts';
import type { NewTask } from './newTask.ts';
import type { NewPlacement, Placement } from './placement.ts';
import { OpenJobs } from './openJobs.ts';
import { Placements, writePlacement } from './placements.ts';
import { clearableTasks, taskCounts, taskRows } from './queries.ts';
import { RemovedTasks } from './removedTasks.ts';
import { Results } from './results.ts';
import { changingColumns, placementColumns, resultColumns, taskColumns, taskOf } from './rows.ts';
import { rescue } from './rescue.ts';
import { migrations } from './schema.ts';
import { searchWords } from './searchWords.ts';
import type { TaskFilter } from './taskFilter.ts';
import { TaskLists } from './taskLists.ts';
import { isRemovable, isRunningState, taskStates, type Hold, type Task } from '../../shared/task.ts';
import { transition } from './transition.ts';

export type { NewTask };

/**
 * The durable truth about all jobs: one SQLite file that every window of this user opens.
 * Each change is one transaction. What money depends on is on disk when the call returns.
 */
export class Ledger implements Disposable {
  readonly #database: Database;
  readonly #marker: string;
  readonly #changed = new Emitter<void>();
  #dataVersion: number;

  readonly leases: Leases;
  readonly placements: Placements;
  readonly openJobs: OpenJobs;
  readonly lists: TaskLists;
  readonly removed: RemovedTasks;
  readonly books: Books;
  readonly results: Results;
  readonly agents: AgentJobs;
  /** Fires after every change: our own at once, another window's when `checkForExternalChanges` finds it. */
  readonly onDidChange = this.#changed.event;
  /** Fires once, when it is noticed that the file was replaced or deleted: the window has to be reloaded. */
  readonly onDidLoseFile: Database['onDidLoseFile'];

  private constructor(database: Database, marker: string) {
    this.#database = database;
    this.#marker = marker;
    this.leases = new Leases(database);
    this.placements = new Placements(database, () => this.#changed.fire());
    this.openJobs = new OpenJobs(database, marker, () => this.#changed.fire());
    this.books = new Books(database);
    this.results = new Results(database, () => this.#readDataVersion());
    this.agents = new AgentJobs(database, {
      insert: (task, placement, now) => {
        writeFileSync(marker, '');
        return this.#insert(task, placement, now);
      },
      task: id => this.task(id),
      changed: () => this.#changed.fire(),
      spentByAll: (origin, since) => this.books.spent(origin, since) + this.books.planned(origin),
    });
    this.lists = new TaskLists(database, () => this.#changed.fire());
    this.removed = new RemovedTasks(database, () => {
      this.results.replaced();
      if (this.hasPending()) writeFileSync(marker, '');
    });
    this.onDidLoseFile = database.onDidLoseFile;
    this.#dataVersion = this.#readDataVersion();
  }

  /**
   * Opens or creates the ledger at this path; see `openDatabase`. Of a damaged one, and of those that were
   * set aside before, the jobs that can be read are taken over.
   */
  static open(path: string): { ledger: Ledger } & Omit<Opened, 'database'> {
    const { database, ...found } = openDatabase(path, migrations, rescue);
    const marker = pendingMarker(path);
    const ledger = new Ledger(database, marker);
    if (found.quarantined || found.merged.length > 0) {
      database.transaction('durable', () => {
        if (ledger.hasPending()) writeFileSync(marker, '');
      });
    }
    return { ledger, ...found };
  }

  /**
   * Whether the ledger that is open is still the one that other windows open. Cheap; when it is not, nothing
   * more is written, and `onDidLoseFile` fires once.
   */
  isInPlace(): boolean {
    return this.#database.isInPlace();
  }

  /** How its changes get to the disk. */
  get journal(): Journal {
    return this.#database.journal;
  }

  dispose(): void {
    this.#changed.dispose();
    try {
      // Marker and rows change under the same lock, so that no window takes away the marker of another one's
      // new job.
      this.#database.transaction('durable', () => {
        if (!this.hasPending()) removePatientlySync(this.#marker);
      });
    } catch (error) {
      // Of the ledger that lies there now nothing is known here: its marker stays.
      if (!(error instanceof FileReplaced)) throw error;
    } finally {
      this.#database.dispose();
    }
  }

  /**
   * Writes the jobs of an order before anything of it leaves (`draft`), together with what is to become of
   * their results: all of them or none.
   * @throws an error of SQLite (locked, disk full); nothing was written then, and nothing will be sent
   */
  createAll(
    jobs: readonly { readonly task: NewTask; readonly placement: NewPlacement }[],
    now: number,
  ): Task[] {
    const created = this.#database.transaction('durable', () => {
      writeFileSync(this.#marker, '');
      return jobs.map(({ task, placement }) => this.#insert(task, placement, now));
    });
    this.#changed.fire();
    return created;
  }

  #insert(task: NewTask, placement: NewPlacement, now: number): Task {
    this.#database.insert('task', {
      id: task.id,
      origin: task.origin,
      kind: task.kind,
      model: task.model,
      prompt: task.prompt,
      body: task.body,
      sources: task.sources ? JSON.stringify(task.sources) : null,
      idempotency_key: task.idempotencyKey,
      order_id: task.orderId ?? null,
      parent: task.parent ?? null,
      agreed_credits: task.agreedCredits ?? null,
      state: 'draft',
      wanted: 1,
      failures: 0,
      created_at: this.#freeTime(now),
      updated_at: now,
      intended_at: now,
      due_at: task.dueAt ?? now,
    });
    const whole = { ...placement, state: 'waiting', file: undefined, copies: [] } as const;
    this.#database.insert('placement', placementColumns(task.id, whole, now));
    return this.#required(task.id);
  }

  /**
   * Reads the job, lets `change` decide, and writes what it returns, all in one transaction. Returning the
   * same object writes nothing. `change` must be pure: it may be called more than once.
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
    if (outcome.changed) this.#changed.fire();
    return outcome.task;
  }

  /**
   * Changes many jobs in one transaction that is on disk when the call returns; `change` as in `update`.
   * @returns how many it has changed
   */
  updateAll(ids: readonly string[], now: number, change: (task: Task) => Task): number {
    const changed = this.#database.transaction('durable', () => {
      let count = 0;
      for (const id of ids) {
        const before = this.task(id);
        const after = before && change(before);
        if (!before || !after || after === before) continue;
        this.#write(before, { ...after, updatedAt: now });
        count++;
      }
      return count;
    });
    if (changed > 0) this.#changed.fire();
    return changed;
  }

  task(id: string): Task | undefined {
    const row = this.#database.get(`SELECT ${taskColumns} FROM task WHERE id = ?`, id);
    return row && taskOf(row);
  }

  /** The job that is sent with this key, for keys that are made from what is wished. */
  byIdempotencyKey(key: string): Task | undefined {
    const row = this.#database.get(`SELECT ${taskColumns} FROM task WHERE idempotency_key = ?`, key);
    return row && taskOf(row);
  }

  /**
   * Newest first, a page at a time. `before` is the `createdAt` of the last one seen; no two jobs share one.
   */
  tasks({ limit, states = taskStates, ...times }: { limit: number } & Partial<TaskFilter>): Task[] {
    return taskRows(this.#database, { states, ...times }, limit).map(taskOf);
  }

  /** How many there are. */
  count({ states = taskStates, ...times }: Partial<TaskFilter> = {}): number {
    return this.counts([{ states, ...times }])[0] ?? 0;
  }

  /**
   * How many there are by each filter, in one query; a list that only says "many" need not count them all.
   */
  counts(filters: readonly TaskFilter[], limit = Number.MAX_SAFE_INTEGER): number[] {
    return taskCounts(this.#database, filters, limit);
  }

  /**
   * Jobs with every word, in part or in whole, in prompt, model, kind or names of files, whatever its case
   * and accents, that pass the filter; the latest first.
   */
  search(query: string, limit: number, filter: Partial<TaskFilter> = {}): Task[] {
    const words = searchWords(query, { language: 'en', now: 0 }).map(({ text: word }) => ({ text: word }));
    return words.length === 0 ? [] : this.lists.page({ ...filter, words }, { limit });
  }

  /** Ids of the jobs that can leave the list without loss; see `clearableTasks`. */
  clearable(): string[] {
    return clearableTasks(this.#database);
  }

  /**
   * Takes the lease on a result that waits for its place. Another window may have placed it since it was seen
   * to wait, so what is to be placed is read again here.
   * @returns undefined when another window is placing it, or has
   */
  takeToPlace(
    holder: string,
    id: string,
    now: number,
    milliseconds: number,
  ): { readonly task: Task; readonly placement: Placement } | undefined {
    if (!this.leases.take(holder, id, now, milliseconds)) return undefined;
    const task = this.task(id);
    const placement = this.placements.of(id);
    if (task?.state === 'stored' && placement?.state === 'waiting') return { task, placement };
    this.leases.release(holder, id);
    return undefined;
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
         UNION ALL SELECT 1 FROM task JOIN placement ON task_id = id WHERE task.state = 'stored' AND placement.state = 'waiting'
         UNION ALL SELECT 1 FROM task WHERE state IN ('stored', 'placed', 'untracked') AND due_at IS NOT NULL LIMIT 1`,
      ) !== undefined
    );
  }

  /**
   * Removes jobs from the list, in one transaction; see `RemovedTasks`. Those that run stay: their results
   * would be paid and never found.
   * @param mayGo decides of each, as it now stands and inside the transaction
   * @returns the ids of those that went
   */
  removeIf(
    removals: readonly { readonly id: string; readonly mayLose: readonly number[] }[],
    now: number,
    mayGo: (task: Task, placement: Placement | undefined) => boolean,
  ): string[] {
    const removed = this.#database.transaction('durable', () =>
      removals.flatMap(({ id, mayLose }) => {
        const task = this.task(id);
        if (!task || !isRemovable(task) || !mayGo(task, this.placements.of(id))) return [];
        this.removed.setAside(id, mayLose, now);
        return [id];
      }),
    );
    if (removed.length > 0) this.#changed.fire();
    return removed;
  }

  /** Brings jobs back that were removed from the list. @returns the ids of those that are back */
  restore(ids: readonly string[]): string[] {
    const restored = this.removed.restore(ids);
    if (restored.length > 0) this.#changed.fire();
    return restored;
  }

  /**
   * Notes that a file of a job was removed from the library.
   * @param remove decides, as the job now stands and inside the transaction, and removes the file
   * @returns whether it went
   */
  removeFileIf(
    id: string,
    index: number,
    now: number,
    remove: (task: Task, placement: Placement | undefined) => boolean,
  ): boolean {
    const removed = this.#database.transaction('durable', () => {
      const task = this.task(id);
      const next = task && transition(task, { type: 'fileRemoved', index }, now);
      if (!task || !next || next === task || !remove(task, this.placements.of(id))) return false;
      this.#write(task, { ...next, updatedAt: now });
      return true;
    });
    if (removed) this.#changed.fire();
    return removed;
  }

  /** Ids of the jobs of this origin that wait for this. */
  held(origin: string, hold: Hold): string[] {
    return this.#database
      .all(`SELECT id FROM task WHERE hold = ? AND origin = ?`, hold, origin)
      .map(row => text(row, 'id'));
  }

  /**
   * Ids of the jobs of this origin, made since then, that were looked for in vain: the key or the server may
   * have been another one.
   */
  unreachable(origin: string, since: number): string[] {
    return this.#database
      .all(`SELECT id FROM task WHERE state = 'unreachable' AND created_at > ? AND origin = ?`, since, origin)
      .map(row => text(row, 'id'));
  }

  /** Ids of the jobs of this origin whose last step failed, and that wait for their next. */
  troubled(origin: string): string[] {
    return this.#database
      .all(
        `SELECT id FROM task WHERE due_at IS NOT NULL AND failures > 0 AND hold IS NULL AND origin = ?`,
        origin,
      )
      .map(row => text(row, 'id'));
  }

  /** What was tried, oldest first. */
  attempts(id: string): Attempt[] {
    return attemptsOf(this.#database, id);
  }

  /**
   * Changes the placement if it still is in the expected state, so that of two windows only one goes on. A
   * result that is placed or saved by this is `placed` as a job, too.
   * @returns whether it was so
   */
  setPlacement(
    id: string,
    expected: Placement['state'],
    change: Partial<Pick<Placement, 'state' | 'document' | 'anchor' | 'file' | 'copies'>>,
    now: number,
  ): boolean {
    const done = this.#database.transaction('durable', () => {
      const before = this.placements.of(id);
      if (before?.state !== expected) return false;
      const after = { ...before, ...change };
      writePlacement(this.#database, after, now);
      const task = this.#required(id);
      const placed = after.state === 'placed' || after.state === 'saved';
      const next = placed ? transition(task, { type: 'placed' }, now) : task;
      if (next !== task) this.#write(task, { ...next, updatedAt: now });
      return true;
    });
    if (done) this.#changed.fire();
    return done;
  }

  // --- Other windows.

  /** Fires `onDidChange` when another process has written since the last check. Cheap: one pragma. */
  checkForExternalChanges(): void {
    if (!this.#database.isInPlace()) return;
    const version = this.#readDataVersion();
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.#changed.fire();
  }

  #readDataVersion(): number {
    const row = this.#database.get('PRAGMA data_version');
    return row ? number(row, 'data_version') : 0;
  }

  /** The next millisecond at which no job was made, so that a page can end anywhere. */
  #freeTime(now: number): number {
    let time = now;
    while (this.#database.get('SELECT 1 FROM task WHERE created_at = ?', time)) time++;
    return time;
  }

  #write(before: Task, after: Task): void {
    this.#database.update('task', changingColumns(after), 'id', after.id);
    this.agents.follow(before, after, after.updatedAt);
    if (isRunningState(before.state) && !isRunningState(after.state))
      this.#database.run('DELETE FROM lease WHERE task_id = ?', after.id);
    // A file that came after the others were placed is still to be placed.
    if (before.state === 'placed' && after.state === 'stored') {
      this.#database.run(
        `UPDATE placement SET state = 'waiting' WHERE task_id = ? AND state IN ('placed', 'saved')`,
        after.id,
      );
    }
    for (const result of after.results) {
      if (result === before.results[result.index]) continue;
      this.#database.insert('result', resultColumns(after.id, result), true);
      this.results.written(result);
    }
  }

  #required(id: string): Task {
    const task = this.task(id);
    if (!task) throw new Error(`Task ${id} is not in the ledger.`);
    return task;
  }
}

/** Whether there is more to the change than the time of the next request. */
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
