import type { RivyaClient } from '../../api/client.ts';
import { openResult, type DownloadOptions } from '../../api/download.ts';
import { isRivyaError, type RivyaError } from '../../api/errors.ts';
import type { Generation } from '../../api/generations.ts';
import type { Clock } from '../../base/clock.ts';
import { describeError, type Log } from '../../base/log.ts';
import { NotMedia, type Library } from '../assets/library.ts';
import type { Attempt } from './attempts.ts';
import type { Ledger } from './ledger.ts';
import { nextLook } from './schedule.ts';
import type { MediaKind, Problem, Task, TaskResult } from '../../shared/task.ts';
import { transition, type Observation, type TaskEvent } from './transition.ts';

/** The server of one origin, as the runner needs it. */
export interface RunnerServer {
  readonly client: Pick<RivyaClient, 'generations' | 'pausedUntil'>;
  readonly baseUrl: string;
  readonly fetch: DownloadOptions['fetch'];
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
  /** Multiplies every pause between two looks. */
  readonly pace: number;
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

/**
 * How long a user's word to send holds. Rivya does not say how long it remembers an idempotency key (rivya-api.md 8),
 * and a job that nobody remembers must not begin to cost: later it is not sent without asking.
 */
const keyLifetime = 24 * 60 * 60_000;

/** "In progress" may be reported as a conflict while the first request of the key is still being worked on. */
const maximumConflicts = 5;

/** How often a link may fail before its file counts as lost; the pauses in between grow to a minute and more. */
const tries = { tooLarge: 1, notMedia: 5, gone: 40, unreachable: 400 };

/**
 * One step of a job: the one request that its state asks for, and the transition that the answer means.
 * Each can be cut off anywhere and be done again by anybody.
 */
export class Steps {
  readonly #ports: StepPorts;

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
      case 'failed':
      case 'untracked':
    }
  }

  /** One transition, one transaction; then the word is spread. */
  apply(id: string, event: TaskEvent, more: { error?: RivyaError; attempt?: Attempt } = {}): void {
    const { ledger, clock, random, focused, pace, log } = this.#ports;
    const now = clock.now();
    const at = { now, random: random(), focused: focused(), retryAfter: more.error?.retryAfterMs };
    let before: Task | undefined;
    const change = (task: Task): Task => {
      before = task;
      const next = transition(task, event, now);
      const look = nextLook(next, task.remoteId === undefined && next.remoteId !== undefined, at);
      const dueAt = look === undefined ? undefined : now + Math.round((look - now) * pace);
      return next === task && dueAt === task.dueAt ? task : { ...next, dueAt };
    };
    const after = ledger.update(id, now, change, more.attempt);
    if (!before || !after) return;
    if (before.state !== after.state || before.hold !== after.hold) {
      const [from, to] = [before, after].map(task =>
        [task.state, task.hold].filter(Boolean).join(', held: '),
      );
      log.info(`Job ${id}: ${from} → ${to}${after.problem ? ` (${after.problem.code})` : ''}`);
    }
    this.#ports.advanced(before, after);
  }

  async #submit(task: Task, { server, signal, keyReplaced }: StepContext): Promise<void> {
    const { ledger, clock, holder } = this.#ports;
    const startedAt = clock.now();
    if (Math.abs(startedAt - task.intendedAt) > keyLifetime) {
      this.apply(task.id, { type: 'decisionNeeded', problem: tooOld(task) });
      return;
    }
    // The row must say "submitting" before the first byte leaves, and only the holder of the lease may send.
    if (!ledger.leases.holds(holder, task.id)) return;
    const begin = (current: Task): Task => transition(current, { type: 'sending' }, startedAt);
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
        { idempotencyKey: task.idempotencyKey, signal, maxRetries: 0 },
      );
    } catch (error) {
      if (signal.aborted || !isRivyaError(error)) throw error;
      const event = this.#failedSubmit(task, error, keyReplaced());
      this.apply(task.id, event, { error, attempt: attempt(error.code, error.requestId) });
      return;
    }
    const event = { type: 'observed', observation: observationOf(generation) } as const;
    this.apply(task.id, event, { attempt: attempt(generation.status) });
  }

  /** What a submit that brought no task means. */
  #failedSubmit(task: Task, error: RivyaError, keyReplaced: boolean): TaskEvent {
    const { ledger, holder } = this.#ports;
    const problem = problemOf(error);
    // Only who holds the lease knows that nobody else has sent it meanwhile.
    const alone = task.firstSentAt === undefined && ledger.leases.holds(holder, task.id);
    const settled = alone && !error.mayHaveBeenCharged && error.kind !== 'timeout';
    switch (error.kind) {
      case 'authentication':
      case 'scope':
        if (keyReplaced) return { type: 'deferred', problem, settled };
        return alone ? { type: 'refused', problem, settled } : { type: 'keyNeeded', problem };
      case 'validation':
      case 'credits':
      case 'notFound':
        return { type: 'refused', problem, settled };
      case 'conflict': {
        // Same key, same body: if the server insists, it knows the key from an earlier request whose answer was lost.
        const before = task.problem?.code === problem.code ? task.failures : 0;
        const wait = !alone && before < maximumConflicts;
        return wait ? { type: 'deferred', problem } : { type: 'refused', problem, settled };
      }
      case 'rateLimit':
      case 'unavailable':
      case 'network':
      case 'timeout':
      case 'cancelled':
      case 'protocol':
        return { type: 'deferred', problem, settled };
    }
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
      if ((error.kind === 'authentication' || error.kind === 'scope') && !keyReplaced())
        this.apply(task.id, { type: 'keyNeeded', problem }, more);
      else if (error.kind === 'notFound') this.apply(task.id, { type: 'notFound', problem }, more);
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
    // After a failure the link may have been renewed meanwhile; and whether Rivya can be reached tells whose fault it was.
    const reached = task.failures === 0 || (await this.#renewLinks(task, context));
    for (const { index } of task.results.filter(result => result.state === 'pending')) {
      const current = this.#ports.ledger.task(task.id)?.results[index];
      if (current?.state === 'pending') await this.#downloadOne(task, current, reached, context);
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
    { id, kind }: Task,
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
          file = await library.store(name, holder, download.body);
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
  // A full or locked disk, a ledger that could not be written: the file waits until this machine is well again.
  if (!isRivyaError(error)) return undefined;
  if (error.code === 'file_too_large' || error.code === 'result_url_refused') return tries.tooLarge;
  if (error.kind === 'notFound') return tries.gone;
  // Offline is not the link's fault, and a server that is asked to slow down is alive.
  return reached && error.kind !== 'rateLimit' ? tries.unreachable : undefined;
}

function tooOld(task: Task): Problem {
  return task.firstSentAt === undefined
    ? { code: 'intent_old', message: 'This job was never sent, and is more than a day old.' }
    : {
        code: 'outcome_unknown',
        message:
          'It is not known whether Rivya received this job, and it is too long ago to ask without risk.',
      };
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
  if (isRivyaError(error)) {
    return {
      code: error.code,
      message: error.message,
      ...(error.status !== undefined && { status: error.status }),
      ...(error.requestId !== undefined && { requestId: error.requestId }),
    };
  }
  if (error instanceof NotMedia) return { code: 'result_not_media', message: error.message };
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal_error';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
