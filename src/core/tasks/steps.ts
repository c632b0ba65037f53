import type { RivyaClient } from '../../api/client.ts';
import { openResult, type DownloadOptions } from '../../api/transport/download.ts';
import { isRivyaError, type RivyaError } from '../../api/errors/errors.ts';
import type { Generation } from '../../api/resources/generations.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { Library } from '../assets/library.ts';
import { rawSoundOf } from '../assets/rawSound.ts';
import { NotMedia } from '../assets/resultType.ts';
import type { Attempt } from './attempts.ts';
import type { SenderAccount } from '../paidRequest/accountMarks.ts';
import { paidAttemptOf, mayBeAccepted, objection, unsentAttemptOf } from '../paidRequest/paidRequest.ts';
import { problemFrom } from '../paidRequest/problemFrom.ts';
import { serverTimeBefore } from '../paidRequest/serverTime.ts';
import type { Ledger } from './ledger.ts';
import { longestPauseMs, nextPollAt } from './schedule.ts';
import {
  isFetching,
  isPending,
  isRunningState,
  type MediaKind,
  type Problem,
  type Task,
  type TaskResult,
} from '../../shared/task.ts';
import { transition, type Observation, type TaskEvent } from './transition.ts';

/** The server of one origin, as the runner needs it. */
export interface RunnerServer {
  readonly client: Pick<RivyaClient, 'generations' | 'pausedUntil' | 'serverTime'>;
  readonly account: SenderAccount;
  readonly baseUrl: string;
  readonly fetch: DownloadOptions['fetch'];
  /** See `ScheduleContext`. */
  readonly pollPace: number;
}

export interface StepPorts {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly holder: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly focused: () => boolean;
  readonly log: Log;
  readonly maximumResultBytes: Readonly<Record<MediaKind, number>>;
  /** That of the server of this origin. */
  readonly pollPace: (origin: string) => number;
  /** See `ScheduleContext`; also multiplies how long the first files of a job wait for the last. */
  readonly retryPace: number;
  /** Where the ledger can vanish: what has to be done before a request leaves. Never rejects. */
  readonly beforeSending?: (() => Promise<void>) | undefined;
  /** Tells that a job has moved on. */
  readonly advanced: (before: Task, after: Task) => void;
}

/** What a step works with. */
export interface StepContext {
  readonly server: RunnerServer;
  readonly signal: AbortSignal;
  /** Whether the key that the step uses has been replaced since the step began. */
  readonly keyReplaced: () => boolean;
}

/** For so long the files of a job that have come wait for those that have not, in milliseconds. */
const latecomerMs = 60_000;
/** How many links of one job are fetched together. */
const parallelLinks = 4;

/**
 * How often a link may fail before its file counts as lost; the pauses in between grow to a minute and more.
 */
const tries = { tooLarge: 1, gone: 40, notMedia: 100, unreachable: 400 };

/**
 * One step of a job: the one request that its state asks for, and the transition that the answer means.
 * Each can be cut off anywhere and be done again by anybody.
 */
export class Steps {
  readonly #ports: StepPorts;
  /** For jobs whose files are being fetched here: until when those that came wait for the others. */
  readonly #patience = new Map<string, { isOver: boolean; readonly timer: Disposable }>();

  readonly #downloading = new Set<string>();

  constructor(ports: StepPorts) {
    this.#ports = ports;
  }

  /** @throws what is no answer about the job: an error of the ledger, or the signal's abort */
  async advance(task: Task, context: StepContext): Promise<void> {
    switch (task.state) {
      case 'draft':
      case 'submitting':
        await this.#submit(task, context);
        return;
      case 'queued':
      case 'processing':
        await this.#poll(task, context);
        return;
      case 'succeeded':
        if (task.results.length === 0) await this.#poll(task, context);
        else await this.#download(task, context);
        return;
      case 'stored':
      case 'placed':
      case 'untracked':
        if (isFetching(task)) await this.#downloadLate(task, context);
        // Decided meanwhile: there is nothing more to do.
        else this.#ports.ledger.update(task.id, this.#ports.clock.now(), settled);
        return;
      case 'failed':
      case 'unreachable':
    }
  }

  /** Nothing is offered after that by itself. */
  dispose(): void {
    for (const { timer } of this.#patience.values()) timer.dispose();
    this.#patience.clear();
  }

  /** One transition in one transaction; then listeners are told. */
  apply(
    id: string,
    event: TaskEvent,
    more: { error?: RivyaError; attempt?: Attempt; dueAt?: number | undefined } = {},
  ): void {
    const { ledger, clock, random, focused, pollPace, retryPace, log } = this.#ports;
    const now = clock.now();
    const shared = {
      now,
      random: random(),
      focused: focused(),
      retryAfter: more.error?.retryAfterMs,
      retryPace,
    };
    let before: Task | undefined;
    const change = (task: Task): Task => {
      before = task;
      const next = transition(task, event, now);
      if (next === task && event.type === 'resultsDue') return task;
      const at = { ...shared, pollPace: pollPace(task.origin) };
      const planned = nextPollAt(next, task.remoteId === undefined && next.remoteId !== undefined, at);
      const dueAt = planned === undefined ? undefined : (more.dueAt ?? planned);
      return next === task && dueAt === task.dueAt ? task : { ...next, dueAt };
    };
    const after = ledger.update(id, now, change, more.attempt);
    if (after?.state !== 'succeeded') this.#loseNoPatience(id);
    if (!before || !after) return;
    if (before.otherRemoteIds.length !== after.otherRemoteIds.length) {
      log.error(`Job ${id}: Rivya has begun another task for it, ${after.otherRemoteIds.at(-1) ?? ''}.`);
    }
    if (before.state !== after.state || before.hold !== after.hold) {
      const [from, to] = [before, after].map(task =>
        [task.state, task.hold].filter(Boolean).join(', held: '),
      );
      log.info(`Job ${id}: ${from} → ${to}${after.problem ? ` (${after.problem.code})` : ''}`);
    }
    this.#ports.advanced(before, after);
  }

  async #submit(task: Task, { server, signal, keyReplaced }: StepContext): Promise<void> {
    const { ledger, clock, holder, beforeSending } = this.#ports;
    const account = await server.account.mark();
    // What waits for the person anyway asks the server for nothing.
    const early = objection(task, account, clock.now());
    if (early) {
      if (ledger.leases.holds(holder, task.id))
        this.apply(task.id, { type: 'decisionNeeded', problem: early });
      return;
    }
    await beforeSending?.();
    // Last of what is waited for: the machine may sleep through any of it.
    let serverTime: number;
    try {
      serverTime = await serverTimeBefore(task, server.client.serverTime, { signal, maxRetries: 0 });
    } catch (error) {
      if (signal.aborted || !isRivyaError(error)) throw error;
      const unsent = unsentAttemptOf(error, mayBeAccepted(task) || !ledger.leases.holds(holder, task.id));
      const problem = problemOf(error);
      this.apply(
        task.id,
        { type: 'answered', attempt: unsent, problem, keyReplaced: keyReplaced() },
        { error },
      );
      return;
    }
    const startedAt = clock.now();
    // The origin has asked for silence meanwhile: the runner comes back when that is over.
    if (server.client.pausedUntil() > startedAt) return;
    // The row must say "submitting" before the first byte leaves, and only the holder of the lease may send.
    signal.throwIfAborted();
    if (!ledger.leases.holds(holder, task.id)) return;
    const event = { type: 'sending', account, serverTime } as const;
    if (objection(task, account, startedAt, serverTime)) {
      this.apply(task.id, event);
      return;
    }
    let mayBeOut = mayBeAccepted(task);
    const begin = (current: Task): Task => {
      mayBeOut = mayBeAccepted(current);
      return transition(current, event, startedAt);
    };
    const begun = ledger.update(task.id, startedAt, begin, attemptOf('submit', startedAt));
    if (begun?.state !== 'submitting' || begun.hold === 'decision') return;
    const attempt = (outcome: string, requestId?: string): Attempt => ({
      ...attemptOf('submit', startedAt),
      endedAt: clock.now(),
      outcome,
      requestId,
    });
    let generation: Generation;
    try {
      generation = await server.client.generations.create(
        JSON.parse(task.body) as Parameters<RivyaClient['generations']['create']>[0],
        {
          idempotencyKey: task.idempotencyKey,
          acceptsKey: key => server.account.is(account, key),
          signal,
          maxRetries: 0,
        },
      );
    } catch (error) {
      if (signal.aborted || !isRivyaError(error)) throw error;
      // Only who holds the lease knows that nobody else has sent it meanwhile.
      const paid = paidAttemptOf(error, mayBeOut || !ledger.leases.holds(holder, task.id));
      this.apply(
        task.id,
        { type: 'answered', attempt: paid, problem: problemOf(error), keyReplaced: keyReplaced() },
        { error, attempt: attempt(error.code, error.requestId) },
      );
      return;
    }
    const observation = observationOf(generation);
    this.apply(task.id, { type: 'observed', observation }, { attempt: attempt(generation.status) });
  }

  async #poll(task: Task, { server, signal, keyReplaced }: StepContext): Promise<void> {
    if (task.remoteId === undefined) throw new Error(`The job is ${task.state}, but has no id of Rivya's.`);
    const { clock } = this.#ports;
    const startedAt = clock.now();
    const attempt = (outcome: string, requestId?: string): Attempt => ({
      ...attemptOf('poll', startedAt),
      endedAt: clock.now(),
      outcome,
      requestId,
    });
    let generation: Generation;
    try {
      generation = await server.client.generations.retrieve(task.remoteId, { signal, maxRetries: 0 });
    } catch (error) {
      if (signal.aborted || !isRivyaError(error)) throw error;
      const problem = problemOf(error);
      const more = { error, attempt: attempt(error.code, error.requestId) };
      // A missing key has no status; every other word counts only when it is Rivya's own.
      const isWord = error.isRivyasWord || error.status === undefined;
      if (isWord && (error.kind === 'authentication' || error.kind === 'scope') && !keyReplaced())
        this.apply(task.id, { type: 'keyNeeded', problem }, more);
      else if (error.isRivyasWord && error.code === 'not_found')
        this.apply(task.id, { type: 'notFound', problem }, more);
      else this.apply(task.id, { type: 'deferred', problem }, more);
      return;
    }
    const observation = observationOf(generation);
    const more = { attempt: attempt(generation.status) };
    if (observation.remoteId !== task.remoteId) {
      const problem = { code: 'other_task', message: 'Rivya answered with another task than was asked for.' };
      this.apply(task.id, { type: 'deferred', problem }, more);
    } else this.apply(task.id, { type: 'observed', observation }, more);
  }

  async #download(task: Task, context: StepContext): Promise<void> {
    // After a failure the link may have been renewed meanwhile; and whether Rivya can be reached decides
    // what the failure means.
    this.#waitForOthers(task);
    const reached = task.failures === 0 || (await this.#renewLinks(task, context));
    const pending = task.results.filter(isPending);
    // One that trickles in holds up none of the others.
    const worker = async (): Promise<void> => {
      for (let next = pending.shift(); next; next = pending.shift()) {
        const current = this.#ports.ledger.task(task.id)?.results[next.index];
        if (current?.state === 'pending') await this.#downloadOne(task, current, reached, context);
        if (this.#patience.get(task.id)?.isOver) this.#offer(task.id);
      }
    };
    this.#downloading.add(task.id);
    const workers = await Promise.allSettled(Array.from({ length: parallelLinks }, worker));
    this.#downloading.delete(task.id);
    const failed = workers.find(each => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /**
   * What is missing after the others were offered. The lease is for whoever places those; should this window
   * die, the time until which nobody else tries is over soon enough.
   */
  async #downloadLate(task: Task, context: StepContext): Promise<void> {
    const { ledger, clock, holder } = this.#ports;
    const dueAt = clock.now() + longestPauseMs;
    ledger.update(task.id, clock.now(), current => ({ ...current, dueAt }));
    ledger.leases.release(holder, task.id);
    await this.#download(task, context);
  }

  /** Begins to count the time for which the first files of a job wait for the last. */
  #waitForOthers({ id, state }: Task): void {
    const { clock, retryPace } = this.#ports;
    if (state !== 'succeeded' || this.#patience.has(id)) return;
    const timer = clock.after(latecomerMs * retryPace, () => {
      const waiting = this.#patience.get(id);
      if (waiting) waiting.isOver = true;
      this.#offer(id);
    });
    this.#patience.set(id, { isOver: false, timer });
  }

  #loseNoPatience(id: string): void {
    this.#patience.get(id)?.timer.dispose();
    this.#patience.delete(id);
  }

  /** Offers what has come; a ledger that cannot be written is tried again after the next file. */
  #offer(id: string): void {
    const { clock, log } = this.#ports;
    try {
      // While the rest is on its way, nobody else need try.
      const dueAt = this.#downloading.has(id) ? clock.now() + longestPauseMs : undefined;
      this.apply(id, { type: 'resultsDue' }, { dueAt });
    } catch (error) {
      log.warn(`Job ${id}: the files that have come were not offered. ${describeError(error)}`);
    }
  }

  /** @returns whether Rivya answered */
  async #renewLinks(task: Task, { server, signal }: StepContext): Promise<boolean> {
    if (task.remoteId === undefined) return false;
    const { ledger, clock, log } = this.#ports;
    try {
      const generation = await server.client.generations.retrieve(task.remoteId, { signal, maxRetries: 0 });
      const urls = generation.result?.urls ?? [];
      const now = clock.now();
      ledger.update(task.id, now, current => transition(current, { type: 'linksRenewed', urls }, now));
      return true;
    } catch (error) {
      if (signal.aborted || !isRivyaError(error)) throw error;
      // The links that are known are tried all the same.
      log.warn(`Job ${task.id}: the links could not be read again: ${error.code}`);
      return error.status !== undefined;
    }
  }

  async #downloadOne(
    { id, kind, body }: Task,
    result: TaskResult,
    reached: boolean,
    { server, signal }: StepContext,
  ): Promise<void> {
    const { ledger, library, clock, holder, log, maximumResultBytes } = this.#ports;
    const { index } = result;
    const name = `${id}-${index}`;
    const startedAt = clock.now();
    const attempt = (outcome: string, requestId?: string): Attempt => ({
      ...attemptOf('download', startedAt),
      endedAt: clock.now(),
      outcome,
      requestId,
    });
    try {
      // A window that died between the file's rename and the ledger's commit has left it whole.
      let file = await library.find(name);
      if (!file) {
        ledger.update(id, startedAt, current => current, attemptOf('download', startedAt));
        const { fetch, baseUrl } = server;
        const options = { fetch, baseUrl, signal, maxBytes: maximumResultBytes[kind], log, clock };
        const download = await openResult(result.url, options);
        try {
          const { contentType } = download;
          const isLengthKnown = download.contentLength !== undefined;
          const raw = kind === 'audio' ? rawSoundOf(body) : undefined;
          file = await library.store(name, holder, download.body, { kind, contentType, raw, isLengthKnown });
        } finally {
          download.dispose();
        }
      }
      this.apply(id, { type: 'fileStored', index, file }, { attempt: attempt('stored') });
    } catch (error) {
      if (signal.aborted) throw error;
      const problem = problemOf(error);
      const remote = isRivyaError(error) ? error : undefined;
      log.warn(`Job ${id}: result ${index + 1} was not stored. ${describeError(error)}`);
      this.apply(
        id,
        { type: 'downloadFailed', index, problem, tries: triesFor(error, reached) },
        { attempt: attempt(problem.code, problem.requestId), ...(remote && { error: remote }) },
      );
    }
  }
}

/** How many failures of this kind make a link hopeless; undefined when the failure is not the link's. */
function triesFor(error: unknown, reached: boolean): number | undefined {
  if (error instanceof NotMedia) return tries.notMedia;
  // A full or locked disk, a ledger that could not be written: the file waits until this machine is well
  // again.
  if (!isRivyaError(error)) return undefined;
  if (error.code === 'file_too_large' || error.code === 'result_url_refused') return tries.tooLarge;
  if (error.kind === 'notFound') return tries.gone;
  // Offline is not the link's fault, and a server that is asked to slow down is alive.
  return reached && error.kind !== 'rateLimit' ? tries.unreachable : undefined;
}

function settled(task: Task): Task {
  return isRunningState(task.state) || isFetching(task) ? task : { ...task, dueAt: undefined };
}

function attemptOf(action: Attempt['action'], startedAt: number): Attempt {
  return { action, startedAt, endedAt: undefined, outcome: undefined, requestId: undefined };
}

function observationOf(generation: Generation): Observation {
  const { error } = generation;
  return {
    remoteId: generation.id,
    status: generation.status,
    reservedCredits: generation.reserved_credits ?? undefined,
    finalCredits: generation.final_credits ?? undefined,
    urls: generation.result?.urls ?? [],
    error: error
      ? { code: error.code ?? 'generation_failed', message: error.message ?? 'The generation failed.' }
      : undefined,
  };
}

export function problemOf(error: unknown): Problem {
  if (isRivyaError(error)) return problemFrom(error);
  if (error instanceof NotMedia) return { code: 'result_not_media', message: error.message };
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal_error';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
