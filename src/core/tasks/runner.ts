import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { Library } from '../assets/library.ts';
import type { Ledger } from './ledger.ts';
import { problemOf, Steps, type RunnerServer } from './steps.ts';
import { isRunningState, type MediaKind, type Task } from '../../shared/task.ts';
import { transition, type TaskEvent } from './transition.ts';

export type { RunnerServer } from './steps.ts';

export interface RunnerOptions {
  readonly ledger: Ledger;
  readonly library: Library;
  /** The servers that can be reached now, by origin; jobs of others rest. */
  readonly servers: () => ReadonlyMap<string, RunnerServer>;
  /** Names this window in leases and temporary files; unique among all processes, and legal in a file name. */
  readonly holder: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether a person is looking at this window. */
  readonly focused: () => boolean;
  readonly log: Log;
  /** Largest result that is downloaded, in bytes, by what the job makes. */
  readonly maximumResultBytes: Readonly<Record<MediaKind, number>>;
  readonly timings?: Partial<RunnerTimings>;
}

/** In milliseconds. */
export interface RunnerTimings {
  /** How long a window may be silent before others take its jobs over. */
  readonly lease: number;
  /** Leases are renewed, and other windows' jobs and a clock that jumped are noticed, at least so often while jobs run. */
  readonly renewal: number;
  /** Multiplies every pause between two looks at a job; for tests that cannot wait. */
  readonly pace: number;
}

const defaultTimings: RunnerTimings = { lease: 15_000, renewal: 5_000, pace: 1 };
const parallelSteps = 8;
/** Jobs that Rivya did not know are asked for under a new key when they are not older. */
const reopenedAge = 30 * 24 * 60 * 60_000;

interface Work {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Brings every job of the ledger to its end: submits, polls, downloads. One in each window; leases in the ledger see to it
 * that a job is worked on by one of them. It holds no truth of its own: killed at any point, the next one goes on.
 */
export class Runner implements Disposable {
  readonly #options: RunnerOptions;
  readonly #timings: RunnerTimings;
  readonly #steps: Steps;
  readonly #store = new DisposableStore();
  readonly #working = new Map<string, Work>();
  readonly #advanced = this.#store.add(new Emitter<{ before: Task; after: Task }>());
  /** How often the key of an origin was replaced. */
  readonly #keys = new Map<string, number>();
  #timer: Disposable | undefined;
  #started = false;
  #sweeping: Promise<void> = Promise.resolve();
  #leasesRenewedAt: number;
  #lastLook: number;

  /** Fires when this window has moved a job on; other windows' progress shows in `Ledger.onDidChange`. */
  readonly onDidAdvance = this.#advanced.event;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#leasesRenewedAt = options.clock.now();
    this.#lastLook = this.#leasesRenewedAt;
    this.#steps = new Steps({
      ...options,
      pace: this.#timings.pace,
      advanced: (before, after) => this.#tell(before, after),
    });
    this.#store.add(
      options.ledger.onDidChange(() => {
        // An idle runner looks up: another window may have left something to do.
        if (this.#started && !this.#timer && this.#working.size === 0) this.poke();
      }),
    );
  }

  /** Looks for due jobs at once, and plans the next look. Call it after anything that may have made a job due. */
  poke(): void {
    if (this.#store.disposed) return;
    this.#timer?.dispose();
    this.#timer = undefined;
    try {
      this.#look();
      this.#plan();
    } catch (error) {
      // A locked or full disk: nothing is lost, the ledger says the same when it can be read again.
      this.#options.log.error(`The job ledger could not be used; trying again. ${describeError(error)}`);
      this.#wakeIn(this.#timings.renewal);
    }
  }

  /** The user has given another key for this origin: what waited for one goes on, and unknown jobs are looked for again. */
  keyChanged(origin: string): void {
    const { ledger, clock } = this.#options;
    this.#keys.set(origin, this.#keyCount(origin) + 1);
    const now = clock.now();
    for (const task of ledger.heldForKey(origin)) decide(ledger, task.id, { type: 'released' }, now);
    for (const task of ledger.notFound(origin, now - reopenedAge))
      decide(ledger, task.id, { type: 'reopened' }, now);
    this.poke();
  }

  /** Resolves when no step is under way. For tests and for an orderly end. */
  async idle(): Promise<void> {
    await this.#sweeping;
    while (this.#working.size > 0) await Promise.all([...this.#working.values()].map(work => work.done));
  }

  /** Gives back all leases, so that another window goes on at once. Requests under way are aborted; they can be repeated. */
  dispose(): void {
    if (this.#store.disposed) return;
    this.#timer?.dispose();
    this.#store.dispose();
    for (const { abort } of this.#working.values()) abort.abort();
    const { ledger, holder, clock, log } = this.#options;
    try {
      ledger.leases.handBack(holder, [...this.#working.keys()], clock.now());
    } catch (error) {
      // They run out by themselves.
      log.warn(`The leases could not be given back. ${describeError(error)}`);
    }
  }

  #look(): void {
    const { ledger, holder, clock } = this.#options;
    const now = clock.now();
    const { lease, renewal } = this.#timings;
    const setBack = this.#lastLook - now;
    this.#lastLook = now;
    if (setBack > 0 || !this.#started) ledger.leases.clockSetBack(Math.max(0, setBack), now);
    if (setBack > 0 || now - this.#leasesRenewedAt >= renewal) {
      ledger.leases.renew(holder, [...this.#options.servers().keys()], now, lease);
      this.#leasesRenewedAt = now;
      this.#giveUpLost();
    }
    if (ledger.leases.bury(holder, now) || !this.#started) this.#sweep(now);
    this.#started = true;
    const room = parallelSteps - this.#working.size;
    for (const task of ledger.claim(holder, this.#openOrigins(now), now, lease, room)) {
      // A step that takes longer than its lease comes up again while it is in hand.
      if (!this.#working.has(task.id)) this.#begin(task);
    }
  }

  #begin(task: Task): void {
    const abort = new AbortController();
    const done = this.#work(task, abort.signal).finally(() => {
      this.#working.delete(task.id);
      this.poke();
    });
    this.#working.set(task.id, { abort, done });
  }

  /** After a sleep others may have taken over what this window had in hand. */
  #giveUpLost(): void {
    const { ledger, holder, log } = this.#options;
    for (const [id, { abort }] of this.#working) {
      if (abort.signal.aborted || ledger.leases.holds(holder, id)) continue;
      log.info(`Job ${id}: another window has taken it over.`);
      abort.abort();
    }
  }

  /** Removes what dead windows have left in the library. */
  #sweep(now: number): void {
    const { ledger, library, holder, log } = this.#options;
    const alive = ledger.leases.holders(now).add(holder);
    this.#sweeping = library
      .sweep(each => alive.has(each))
      .then(
        removed => {
          if (removed.length > 0) log.info(`Removed unfinished downloads: ${removed.join(', ')}`);
        },
        (error: unknown) => log.warn(`Unfinished downloads were not removed. ${describeError(error)}`),
      );
  }

  /** Origins that are there and have not asked for silence. */
  #openOrigins(now: number): string[] {
    return [...this.#options.servers()].flatMap(([origin, server]) =>
      server.client.pausedUntil() > now ? [] : [origin],
    );
  }

  #plan(): void {
    const { ledger, holder, clock } = this.#options;
    const now = clock.now();
    const { renewal } = this.#timings;
    // With all hands full the end of a step pokes again; till then only the leases need care.
    if (this.#working.size >= parallelSteps) {
      this.#wakeIn(renewal);
      return;
    }
    const pauses = [...this.#options.servers().values()].map(server => server.client.pausedUntil());
    const due = ledger.leases.nextDue(holder, this.#openOrigins(now), now) ?? Infinity;
    const next = Math.min(due, ...pauses.filter(until => until > now));
    if (next !== Infinity || this.#working.size > 0) this.#wakeIn(Math.min(next - now, renewal));
  }

  #wakeIn(milliseconds: number): void {
    this.#timer?.dispose();
    this.#timer = this.#options.clock.after(milliseconds, () => this.poke());
  }

  /** Never rejects. */
  async #work(task: Task, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const server = this.#options.servers().get(task.origin);
    if (!server) return;
    const keyCount = this.#keyCount(task.origin);
    const keyReplaced = (): boolean => this.#keyCount(task.origin) !== keyCount;
    try {
      // Begun in a turn of its own: whoever claims several jobs has then claimed them all.
      await Promise.resolve();
      await this.#steps.advance(task, { server, signal, keyReplaced });
    } catch (error) {
      if (signal.aborted) return;
      log.error(`Job ${task.id}: ${describeError(error)}`);
      this.#defer(task, error);
    }
  }

  #defer(task: Task, error: unknown): void {
    try {
      this.#steps.apply(task.id, { type: 'deferred', problem: problemOf(error) });
    } catch (second) {
      // The ledger itself cannot be written; as long as that is so, the lease decides when the job is looked at again.
      this.#options.log.error(`Job ${task.id}: ${describeError(second)}`);
    }
  }

  #tell(before: Task, after: Task): void {
    try {
      this.#advanced.fire({ before, after });
    } catch (error) {
      // The job has moved on all the same.
      this.#options.log.error(`Job ${after.id}: its progress could not be shown. ${describeError(error)}`);
    }
  }

  #keyCount(origin: string): number {
    return this.#keys.get(origin) ?? 0;
  }
}

/** Tells the ledger what the user or the editor has decided; the runner is poked by the caller. */
export function decide(ledger: Ledger, id: string, event: TaskEvent, now: number): Task | undefined {
  return ledger.update(id, now, task => {
    const next = transition(task, event, now);
    if (next === task) return task;
    const runs = isRunningState(next.state) && next.hold !== 'decision';
    const atOnce = event.type === 'released' || event.type === 'reopened';
    return { ...next, dueAt: runs ? (atOnce ? now : (next.dueAt ?? now)) : undefined };
  });
}
