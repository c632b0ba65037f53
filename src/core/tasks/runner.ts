import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { Library } from '../assets/library.ts';
import { FileReplaced } from '../storage/fileErrors.ts';
import { stepKindOf, stepKinds, type Room, type StepKind } from './leases.ts';
import type { Ledger } from './ledger.ts';
import { problemOf, Steps, type RunnerServer } from './steps.ts';
import { isFetching, isRunningState, type MediaKind, type Task } from '../../shared/task.ts';
import { transition, type TaskEvent } from './transition.ts';

export type { RunnerServer } from './steps.ts';

export interface RunnerOptions {
  readonly ledger: Ledger;
  readonly library: Library;
  /** The servers that can be reached now, by origin; jobs of others rest. */
  readonly servers: () => ReadonlyMap<string, RunnerServer>;
  /**
   * Names this window in leases and temporary files; unique among all processes, and legal in a file name.
   */
  readonly holder: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether the window has the focus. */
  readonly focused: () => boolean;
  readonly log: Log;
  /** Largest result that is downloaded, in bytes, by what the job makes. */
  readonly maximumResultBytes: Readonly<Record<MediaKind, number>>;
  readonly timings?: Partial<RunnerTimings>;
  /** See `StepPorts`. */
  readonly beforeSending?: (() => Promise<void>) | undefined;
}

export interface RunnerTimings {
  /** How long a window may be silent before others take its jobs over. */
  readonly leaseMs: number;
  /**
   * Leases are renewed, and other windows' jobs and a clock that jumped are noticed, at least so often while
   * jobs run.
   */
  readonly renewalMs: number;
  /** See `ScheduleContext`. */
  readonly retryPace: number;
}

const defaultTimings: RunnerTimings = { leaseMs: 15_000, renewalMs: 5_000, retryPace: 1 };
/** How many steps of each kind go on together. */
const slots = 8;
/** A download that takes longer than this gives its slot up, in milliseconds, so that others come through. */
const slowDownloadMs = 60_000;
/** How many downloads go on together at most, slow ones and others. */
const mostDownloads = 4 * slots;
/** Jobs that were looked for in vain are looked for again when they are not older. */
const reopenedAgeMs = 30 * 24 * 60 * 60_000;

interface Work {
  readonly kind: StepKind;
  readonly startedAt: number;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Brings every job of the ledger to its end: submits, polls, downloads. One in each window; leases in the
 * ledger see to it that a job is worked on by one of them. It holds no truth of its own: killed at any
 * point, the next one goes on.
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
  /** What has changed about an origin and is not written down yet. */
  readonly #news = new Map<string, 'key' | 'way' | (TaskEvent & { readonly type: 'accountChanged' })>();
  #timer: Disposable | undefined;
  #started = false;
  /** While due jobs are taken: what changes then is seen before the next time is planned. */
  #isLooking = false;
  #sweeping: Promise<void> = Promise.resolve();
  /** Other holders whose unfinished downloads the last sweep has left, because they may go on with them. */
  #unfinishedOf = new Set<string>();
  #leasesRenewedAt: number;
  /** By the clock, when the ledger was last asked for due jobs. */
  #checkedAt: number;

  /** Fires when this window has moved a job on; other windows' progress shows in `Ledger.onDidChange`. */
  readonly onDidAdvance = this.#advanced.event;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#leasesRenewedAt = options.clock.now();
    this.#checkedAt = this.#leasesRenewedAt;
    this.#steps = new Steps({
      ...options,
      pollPace: origin => options.servers().get(origin)?.pollPace ?? 1,
      retryPace: this.#timings.retryPace,
      advanced: (before, after) => this.#advanced.fire({ before, after }),
    });
    this.#store.add(
      options.ledger.onDidChange(() => {
        // Another window may have left something to do for a runner that is idle.
        const isIdle = !this.#isLooking && !this.#timer && this.#working.size === 0;
        if (this.#started && isIdle) this.poke();
      }),
    );
  }

  /**
   * Takes the jobs that are due now, and plans the next time. Call it after anything that may have made a
   * job due.
   */
  poke(): void {
    if (this.#store.disposed) return;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#isLooking = true;
    try {
      this.#takeNews();
      this.#takeDue();
      this.#plan();
    } catch (error) {
      if (error instanceof FileReplaced) {
        this.#options.log.error(`No job goes on in this window. ${error.message}`);
        return;
      }
      // A locked or full disk: nothing is lost, the ledger holds the same when it can be read again.
      this.#options.log.error(`The job ledger could not be used; trying again. ${describeError(error)}`);
      this.#wakeIn(this.#timings.renewalMs);
    } finally {
      this.#isLooking = false;
    }
  }

  /**
   * The user has given another key for this origin: what waited for one goes on, and what was looked for in
   * vain is looked for again.
   */
  keyChanged(origin: string): void {
    this.#keys.set(origin, this.#keyCount(origin) + 1);
    this.#news.set(origin, 'key');
    this.poke();
  }

  /**
   * The way to this origin may be another one now (base URL, network): what was looked for in vain is looked
   * for again, and what waits after failures does not wait any longer.
   */
  lookAgain(origin: string): void {
    if (!this.#news.has(origin)) this.#news.set(origin, 'way');
    this.poke();
  }

  /** What has changed is written down as soon as the ledger can be. @throws an error of the ledger */
  #takeNews(): void {
    const { ledger, clock, servers } = this.#options;
    const now = clock.now();
    for (const [origin, news] of this.#news) {
      if (news === 'key') decideAll(ledger, ledger.held(origin, 'key'), { type: 'released' }, now);
      if (typeof news === 'object') decideAll(ledger, ledger.held(origin, 'decision'), news, now);
      else {
        decideAll(ledger, ledger.unreachable(origin, now - reopenedAgeMs), { type: 'reopened' }, now);
        const waiting = ledger.troubled(origin).filter(id => !this.#working.has(id));
        if (waiting.length > 0) ledger.updateAll(waiting, now, task => ({ ...task, dueAt: now }));
      }
      this.#news.delete(origin);
      if (news !== 'key') continue;
      // What was sent with this very key need not be asked about.
      servers()
        .get(origin)
        ?.account.mark()
        .then(
          account => {
            if (this.#news.has(origin)) return;
            this.#news.set(origin, { type: 'accountChanged', account });
            this.poke();
          },
          (error: unknown) =>
            this.#options.log.warn(`Jobs of another API key could not be looked at. ${describeError(error)}`),
        );
    }
  }

  /** Whether no step is under way. */
  get isIdle(): boolean {
    return this.#working.size === 0;
  }

  /** Resolves when no step is under way. For tests and for an orderly end. */
  async idle(): Promise<void> {
    await this.#sweeping;
    while (this.#working.size > 0) await Promise.all([...this.#working.values()].map(work => work.done));
  }

  /**
   * Releases all leases, so that another window goes on at once. Requests under way are aborted; they can be
   * repeated.
   */
  dispose(): void {
    if (this.#store.disposed) return;
    this.#timer?.dispose();
    this.#store.dispose();
    for (const { abort } of this.#working.values()) abort.abort();
    this.#steps.dispose();
    const { ledger, holder, clock, log } = this.#options;
    try {
      ledger.leases.releaseAll(holder, [...this.#working.keys()], clock.now());
    } catch (error) {
      // They run out by themselves.
      log.warn(`The leases could not be released. ${describeError(error)}`);
    }
  }

  #takeDue(): void {
    const { ledger, holder, clock } = this.#options;
    const now = clock.now();
    const { leaseMs, renewalMs } = this.#timings;
    const setBack = this.#checkedAt - now;
    this.#checkedAt = now;
    if (setBack > 0 || !this.#started) ledger.leases.clockSetBack(Math.max(0, setBack), now);
    if (setBack > 0 || now - this.#leasesRenewedAt >= renewalMs) {
      ledger.leases.renew(holder, [...this.#options.servers().keys()], now, leaseMs);
      this.#leasesRenewedAt = now;
      this.#abortLost();
    }
    const hasExpired = ledger.leases.expire(holder, now);
    if (hasExpired || !this.#started || this.#hasLostHolder(now))
      this.#sweeping = this.#sweep(ledger.leases.holders(now));
    this.#started = true;
    for (const task of ledger.leases.claim(holder, this.#openOrigins(now), now, leaseMs, this.#room(now))) {
      // A step that takes longer than its lease comes up again while it is in hand.
      if (!this.#working.has(task.id)) this.#begin(task, now);
      else if (!isRunningState(task.state)) ledger.leases.release(holder, task.id);
    }
  }

  /** For how many further steps of each kind there is room. */
  #room(now: number): Room {
    const working = [...this.#working.values()];
    const count = (kind: StepKind): number => working.filter(work => work.kind === kind).length;
    const slow = working.filter(
      ({ kind, startedAt }) => kind === 'download' && Math.abs(now - startedAt) >= slowDownloadMs,
    ).length;
    const downloads = count('download');
    return {
      submit: slots - count('submit'),
      poll: slots - count('poll'),
      download: Math.min(slots - (downloads - slow), mostDownloads - downloads),
    };
  }

  #begin(task: Task, startedAt: number): void {
    const abort = new AbortController();
    const done = this.#work(task, abort.signal).finally(() => {
      this.#working.delete(task.id);
      this.poke();
    });
    this.#working.set(task.id, { kind: stepKindOf(task), startedAt, abort, done });
  }

  /** After a sleep others may have taken over what this window had in hand. */
  #abortLost(): void {
    const { ledger, holder, log } = this.#options;
    for (const [id, { abort }] of this.#working) {
      if (abort.signal.aborted || ledger.leases.holds(holder, id)) continue;
      // Late files are fetched without a lease, which whoever places the others needs.
      const task = ledger.task(id);
      if (task && !isRunningState(task.state)) continue;
      log.info(`Job ${id}: another window has taken it over.`);
      abort.abort();
    }
  }

  /** Whether one whose downloads were left alone is gone: its last lease may have been taken over. */
  #hasLostHolder(now: number): boolean {
    if (this.#unfinishedOf.size === 0) return false;
    const holders = this.#options.ledger.leases.holders(now);
    return [...this.#unfinishedOf].some(each => !holders.has(each));
  }

  /** Removes what dead windows have left in the library. */
  async #sweep(holders: ReadonlySet<string>): Promise<void> {
    const { ledger, library, holder, clock, log } = this.#options;
    const unfinishedOf = new Set<string>();
    this.#unfinishedOf = unfinishedOf;
    const isAlive = (each: string): boolean => {
      if (each === holder) return true;
      if (holders.has(each)) unfinishedOf.add(each);
      return holders.has(each);
    };
    try {
      const removed = await library.sweep(isAlive);
      if (removed.length > 0) log.info(`Removed unfinished downloads: ${removed.join(', ')}`);
      // Its last lease may have gone while the disk was being read.
      if (!this.#store.disposed && this.#hasLostHolder(clock.now()))
        await this.#sweep(ledger.leases.holders(clock.now()));
    } catch (error) {
      log.warn(`Unfinished downloads were not removed. ${describeError(error)}`);
    }
  }

  /** Origins that can be reached and have not asked for a pause. */
  #openOrigins(now: number): string[] {
    return [...this.#options.servers()].flatMap(([origin, server]) =>
      server.client.pausedUntil() > now ? [] : [origin],
    );
  }

  #plan(): void {
    const { ledger, holder, clock } = this.#options;
    const now = clock.now();
    const { renewalMs } = this.#timings;
    // Where all hands are full the end of a step pokes again; till then only the leases need care.
    const room = this.#room(now);
    const kinds = stepKinds.filter(kind => room[kind] > 0);
    const pauses = [...this.#options.servers().values()].map(server => server.client.pausedUntil());
    const due = ledger.leases.nextDue(holder, this.#openOrigins(now), now, kinds) ?? Infinity;
    const next = Math.min(due, ...pauses.filter(until => until > now));
    if (next !== Infinity || this.#working.size > 0) this.#wakeIn(Math.min(next - now, renewalMs));
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
      // The ledger itself cannot be written; as long as that is so, the lease decides when the job is taken
      // up again.
      this.#options.log.error(`Job ${task.id}: ${describeError(second)}`);
    }
  }

  #keyCount(origin: string): number {
    return this.#keys.get(origin) ?? 0;
  }
}

/** Writes down what the user or the editor has decided; the caller pokes the runner. */
export function decide(ledger: Ledger, id: string, event: TaskEvent, now: number): Task | undefined {
  return ledger.update(id, now, decision(event, now));
}

/** As `decide`, for many jobs in one transaction. */
export function decideAll(ledger: Ledger, ids: readonly string[], event: TaskEvent, now: number): void {
  if (ids.length > 0) ledger.updateAll(ids, now, decision(event, now));
}

function decision(event: TaskEvent, now: number): (task: Task) => Task {
  const atOnce = ['released', 'reopened', 'accountChanged', 'wishedAgain'].includes(event.type);
  return task => {
    const next = transition(task, event, now);
    if (next === task) return task;
    const runs = (isRunningState(next.state) && next.hold !== 'decision') || isFetching(next);
    return { ...next, dueAt: runs ? (atOnce ? now : (next.dueAt ?? now)) : undefined };
  };
}
