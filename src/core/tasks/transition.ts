import { keyLifetimeMs } from '../../api/transport/idempotencyKey.ts';
import {
  answered,
  decided,
  mayBeAccepted,
  objection,
  sent,
  type PaidAttempt,
} from '../paidRequest/paidRequest.ts';
import {
  isFetching,
  isPending,
  type Problem,
  type StoredFile,
  type Task,
  type TaskResult,
} from '../../shared/task.ts';

/** A generation as Rivya shows it, reduced to what a job's life depends on (rivya-api.md 2 and 3). */
export interface Observation {
  readonly remoteId: string;
  /** `queued`, `processing`, `succeeded`, `failed`; what is neither these nor `foreignEnd` still runs. */
  readonly status: string;
  readonly reservedCredits?: number | undefined;
  /** As Rivya wrote it; final only with a terminal status. */
  readonly finalCredits?: number | undefined;
  readonly urls: readonly string[];
  readonly error?: Problem | undefined;
}

export type TaskEvent =
  /** The request is about to leave, with the API key of this mark; the server's clock has said this. */
  | { readonly type: 'sending'; readonly account: string | undefined; readonly serverTime: number }
  /** The submit was answered, or a poll was. */
  | { readonly type: 'observed'; readonly observation: Observation }
  /** The submit brought no task. `keyReplaced`: by now there is another API key than the one it used. */
  | {
      readonly type: 'answered';
      readonly attempt: PaidAttempt;
      readonly problem: Problem;
      readonly keyReplaced?: boolean;
    }
  /** A step could not be done, or its answer means nothing for this job. It is done again at `dueAt`. */
  | { readonly type: 'deferred'; readonly problem: Problem }
  /** The key does not work for a poll: wait until the user has given another. */
  | { readonly type: 'keyNeeded'; readonly problem: Problem }
  /** Sending it would cost more than the person has agreed to. */
  | { readonly type: 'decisionNeeded'; readonly problem: Problem }
  /** What the job was held for is there: a key, or the user's decision to send again. */
  | { readonly type: 'released' }
  /**
   * The same is wished once more, and the key of the job is made from the wish: it is sent (again) with this
   * very key, when it was refused, never left, or was interrupted.
   */
  | { readonly type: 'wishedAgain' }
  /** The API key was replaced by the one with this mark. */
  | { readonly type: 'accountChanged'; readonly account: string | undefined }
  /** A poll was answered with "not found". */
  | { readonly type: 'notFound'; readonly problem: Problem }
  /**
   * A job that was given up is polled again: with another key, or because the user asks. It costs nothing.
   */
  | { readonly type: 'reopened' }
  /** Rivya was asked for the links again. */
  | { readonly type: 'linksRenewed'; readonly urls: readonly string[] }
  | { readonly type: 'fileStored'; readonly index: number; readonly file: StoredFile }
  /**
   * A download failed. After `tries` such failures the file is lost; undefined when the link is not the
   * cause.
   */
  | {
      readonly type: 'downloadFailed';
      readonly index: number;
      readonly problem: Problem;
      readonly tries: number | undefined;
    }
  /** What has come is held back no longer for what has not. */
  | { readonly type: 'resultsDue' }
  | { readonly type: 'placed' }
  /** The file was removed from the library, by the user or by the size limit. */
  | { readonly type: 'fileRemoved'; readonly index: number }
  | { readonly type: 'trackingStopped' };

/**
 * "Not found", or success without a file: counts only when Rivya has said so for so long, in milliseconds,
 * and so often, without anything else in between. No lag of a store explains it then.
 */
export const patienceMs = 6 * 60 * 60_000;
export const patientAnswers = 20;

/** Terminal statuses of other APIs. Rivya documents none of them, and says nothing of credits with them. */
const foreignEnd = /^(?:cancell?ed|expired|rejected|aborted|timed_out)$/i;

/**
 * The life of a job, in one pure function. An event that does not fit the state changes nothing:
 * the same task object comes back, so that a late or repeated event does no harm.
 * @param now milliseconds since the epoch
 */
export function transition(task: Task, event: TaskEvent, now: number): Task {
  switch (event.type) {
    case 'sending':
      return sending(task, event, now);
    case 'observed':
      return observed(task, event.observation, now);
    case 'answered':
      return submitAnswered(task, event);
    case 'deferred':
      return isWaiting(task) ? troubled(task, event.problem, now) : task;
    case 'keyNeeded':
      return isAccepted(task) ? { ...task, hold: 'key', problem: event.problem } : task;
    case 'decisionNeeded':
      return isSubmitting(task) ? { ...task, hold: 'decision', problem: event.problem } : task;
    case 'released':
      if (!task.hold) return task;
      return {
        ...(task.hold === 'decision' ? agreed(task, now) : task),
        hold: undefined,
        problem: undefined,
        failures: 0,
      };
    case 'wishedAgain':
      return wishedAgain(task, now);
    case 'accountChanged':
      return accountChanged(task, event.account, now);
    case 'notFound':
      return notFound(task, event.problem, now);
    case 'reopened':
      return reopened(task);
    case 'linksRenewed':
      return linksRenewed(task, event.urls);
    case 'fileStored':
      return withResult(task, event.index, ({ index, url, failures }) => ({
        index,
        url,
        failures,
        state: 'stored',
        file: event.file,
      }));
    case 'downloadFailed':
      return downloadFailed(task, event);
    case 'resultsDue':
      return resultsDue(task);
    case 'placed':
      return (task.state === 'stored' || task.state === 'untracked') && task.results.some(isStored)
        ? { ...task, state: 'placed' }
        : task;
    case 'fileRemoved':
      return fileRemoved(task, event.index);
    case 'trackingStopped':
      return stopTracking(task);
  }
}

function isSubmitting(task: Task): boolean {
  return task.state === 'draft' || task.state === 'submitting';
}

function isAccepted(task: Task): boolean {
  return task.state === 'queued' || task.state === 'processing' || task.state === 'succeeded';
}

function isWaiting(task: Task): boolean {
  return isSubmitting(task) || isAccepted(task);
}

function isStored(result: TaskResult): boolean {
  return result.state === 'stored';
}

/** It has failed once more, with this. */
function troubled(task: Task, problem: Problem, now: number): Task {
  const before = task.problem?.code === problem.code ? task.problem.since : undefined;
  // A clock that was set back must not make the wait longer.
  const since = Math.min(before ?? now, now);
  return { ...task, problem: { ...problem, since }, failures: task.failures + 1 };
}

/**
 * It has failed once more with what would end the search, were it said for long enough.
 * @param isEnd whether it has been said for long and often enough
 */
function doubted(task: Task, problem: Problem, now: number): { task: Task; isEnd: boolean } {
  const isSame = task.problem?.code === problem.code;
  const next = { ...troubled(task, problem, now), failures: isSame ? task.failures + 1 : 1 };
  const isEnd = next.failures >= patientAnswers && now - (next.problem?.since ?? now) >= patienceMs;
  return { task: next, isEnd };
}

/**
 * The person has said that it is to be sent. Where nobody knew that Rivya may have forgotten the key, its
 * clock has a say still: the person is asked again then, and told.
 */
function agreed(task: Task, now: number): Task {
  const isAnew = isSentAnew(task, now);
  const sentServerTime = isAnew ? undefined : task.sentServerTime;
  return { ...decided(task, now), sentServerTime, isSentAnew: isAnew };
}

/** Whether Rivya may take it for another request than the one that may be out. */
function isSentAnew(task: Task, now: number): boolean {
  const { firstSentAt, problem, isSentAnew: before } = task;
  if (before || firstSentAt === undefined) return before;
  const isForgotten = problem?.code === 'outcome_unknown' || problem?.code === 'other_account';
  return isForgotten || Math.abs(now - firstSentAt) > keyLifetimeMs;
}

/** Of a job that waits because whoever ordered it has ended before it was known what became of it. */
export const orderInterrupted = 'order_interrupted';

function wishedAgain(task: Task, now: number): Task {
  if (task.remoteId !== undefined) return task;
  const free = { ...task, hold: undefined, problem: undefined, failures: 0 };
  if (!mayBeAccepted(task)) {
    if (!isSubmitting(task) && task.state !== 'failed' && task.state !== 'untracked') return task;
    return { ...free, state: 'draft', tracked: true, intendedAt: now, account: undefined, conflicts: 0 };
  }
  // Something is out: with the same key and body, and all that stands against it stays as it was.
  const isInterrupted = task.hold === 'decision' && task.problem?.code === orderInterrupted;
  return isSubmitting(task) && isInterrupted ? free : task;
}

function sending(task: Task, { account, serverTime }: TaskEvent & { type: 'sending' }, now: number): Task {
  if (!isSubmitting(task) || task.hold === 'decision') return task;
  const problem = objection(task, account, now, serverTime);
  if (problem) return { ...task, hold: 'decision', problem };
  return { ...sent(task, account, now, serverTime), state: 'submitting' };
}

/** With the key that it was sent with, nothing needs to be decided any more. */
function accountChanged(task: Task, account: string | undefined, now: number): Task {
  const waits = task.hold === 'decision' && task.problem?.code === 'other_account';
  if (!waits || account === undefined || objection(task, account, now)) return task;
  return { ...task, hold: undefined, problem: undefined, failures: 0 };
}

function submitAnswered(
  task: Task,
  { attempt, problem, keyReplaced = false }: TaskEvent & { type: 'answered' },
): Task {
  // A job that Rivya once accepted cannot be refused: that answer belongs to something else.
  if (!isSubmitting(task)) return task;
  const outcome = keyReplaced && attempt.outcome === 'keyRefused' ? 'turnedAway' : attempt.outcome;
  const { request, next } = answered(task, { ...attempt, outcome });
  const failed = { ...request, problem, failures: task.failures + 1 };
  // Nobody waits for it any more, and nothing is out: it is not sent again.
  if (!task.tracked && !mayBeAccepted(request)) return { ...failed, state: 'untracked', hold: undefined };
  switch (next) {
    case 'withdraw':
    case 'wait':
      return failed;
    case 'waitForKey':
      return { ...request, problem, hold: task.hold ?? 'key' };
    case 'ask':
      return { ...request, problem, hold: 'decision' };
    case 'end':
      return { ...request, state: 'failed', hold: undefined, problem };
  }
}

function observed(task: Task, seen: Observation, now: number): Task {
  if (task.remoteId !== undefined && task.remoteId !== seen.remoteId) {
    // The server has forgotten the key, and begun a second task. It may be charged as well.
    return task.otherRemoteIds.includes(seen.remoteId)
      ? task
      : { ...task, otherRemoteIds: [...task.otherRemoteIds, seen.remoteId] };
  }
  // An acceptance always counts, also when it comes after the job was given up: it exists, and is paid.
  const late = task.remoteId === undefined && (task.state === 'failed' || task.state === 'untracked');
  if (!isWaiting(task) && !late && task.state !== 'unreachable') return task;
  const next: Task = {
    ...task,
    remoteId: seen.remoteId,
    reservedCredits: seen.reservedCredits ?? task.reservedCredits,
    finalCredits: finalCreditsOf(seen) ?? task.finalCredits,
    hold: undefined,
    problem: undefined,
    failures: 0,
  };
  if (foreignEnd.test(seen.status)) return ended(task, next, seen.error ?? endedAs(seen.status));
  switch (seen.status) {
    case 'succeeded':
      return succeeded(next, seen.urls, task, now);
    case 'failed':
      return ended(task, next, seen.error ?? unknownFailure);
    case 'queued':
      return { ...next, state: isAccepted(task) ? task.state : 'queued' };
    default:
      return { ...next, state: task.state === 'succeeded' ? 'succeeded' : 'processing' };
  }
}

/**
 * Credits are final only in an answer with a terminal status; 0 is what stands there before, too, so with a
 * status that is not Rivya's it says nothing.
 */
function finalCreditsOf({ status, finalCredits }: Observation): number | undefined {
  if (status === 'succeeded' || status === 'failed') return finalCredits;
  return foreignEnd.test(status) && finalCredits !== 0 ? finalCredits : undefined;
}

/** A result that was already seen is not given up for a later, contradicting answer. */
function ended(before: Task, next: Task, problem: Problem): Task {
  return before.results.length > 0 ? before : { ...next, state: 'failed', problem };
}

function endedAs(status: string): Problem {
  return { code: 'generation_ended', message: status };
}

const unknownFailure: Problem = { code: 'generation_failed', message: 'The generation failed.' };
const noFile: Problem = { code: 'result_missing', message: 'Rivya reports success, but gave no file.' };

function succeeded(next: Task, urls: readonly string[], before: Task, now: number): Task {
  const results = withLinks(next.results, urls);
  if (results.length > 0) {
    const problem = urls.length > maximumResults ? tooMany(urls.length) : undefined;
    return resolveResults({ ...next, state: 'succeeded', results, problem });
  }
  const { task, isEnd } = doubted(before, noFile, now);
  const { problem, failures } = task;
  return { ...next, state: isEnd ? 'unreachable' : 'succeeded', problem, failures };
}

/** How many files of one job are fetched. No model of the catalogue gives a tenth of it. */
export const maximumResults = 200;

function tooMany(count: number): Problem {
  const message = `Rivya names ${count} files; the first ${maximumResults} are fetched.`;
  return { code: 'too_many_results', message };
}

/**
 * Links may be renewed between two answers: what is stored stays, the rest takes the new link. Of too
 * many, the first that is not fetched stands for the others.
 */
function withLinks(known: readonly TaskResult[], urls: readonly string[]): TaskResult[] {
  const results = [...known];
  const url = urls[maximumResults];
  if (url !== undefined) results[maximumResults] = { index: maximumResults, url, state: 'lost', failures: 0 };
  urls.slice(0, maximumResults).forEach((url, index) => {
    const result = results[index];
    if (!result) results[index] = { index, url, state: 'pending', failures: 0 };
    else if (result.state === 'pending') results[index] = { ...result, url };
  });
  return results;
}

function linksRenewed(task: Task, urls: readonly string[]): Task {
  if (task.state !== 'succeeded' && !isFetching(task)) return task;
  const results = withLinks(task.results, urls);
  const same =
    results.length === task.results.length && results.every((r, i) => r.url === task.results[i]?.url);
  return same ? task : { ...task, results };
}

function notFound(task: Task, problem: Problem, now: number): Task {
  // With a link in hand, the download decides; Rivya's memory does not matter any more.
  if (!isAccepted(task) || task.results.length > 0) return task;
  const doubt = doubted(task, problem, now);
  return doubt.isEnd ? { ...doubt.task, state: 'unreachable' } : doubt.task;
}

function reopened(task: Task): Task {
  if (task.remoteId === undefined || (task.state !== 'failed' && task.state !== 'unreachable')) return task;
  const results = task.results.map(result =>
    result.state === 'lost' ? { ...result, state: 'pending' as const, failures: 0 } : result,
  );
  return {
    ...task,
    state: results.length > 0 ? 'succeeded' : 'processing',
    results,
    problem: undefined,
    failures: 0,
  };
}

function downloadFailed(task: Task, event: TaskEvent & { type: 'downloadFailed' }): Task {
  const { index, problem, tries } = event;
  const failed = withResult({ ...task, problem, failures: task.failures + 1 }, index, result => {
    const failures = result.failures + (tries === undefined ? 0 : 1);
    return { ...result, failures, state: tries !== undefined && failures >= tries ? 'lost' : 'pending' };
  });
  return failed.results === task.results ? task : failed;
}

function withResult(task: Task, index: number, change: (result: TaskResult) => TaskResult): Task {
  const result = task.results[index];
  if (result?.state !== 'pending') return task;
  const next = { ...task, results: task.results.with(index, change(result)) };
  if (task.state === 'succeeded') return resolveResults(next);
  return isFetching(task) ? resolveLate(next, index) : task;
}

/** Offers the files that are there; the others go on being tried for. */
function resultsDue(task: Task): Task {
  if (task.state !== 'succeeded' || !task.results.some(isStored)) return task;
  return { ...task, state: task.tracked ? 'stored' : 'untracked' };
}

/** A result that was decided after the others were offered: one that came is offered, too. */
function resolveLate(task: Task, index: number): Task {
  const hasCome =
    task.state === 'placed' && task.results.some(each => each.index === index && isStored(each));
  const state = hasCome ? (task.tracked ? 'stored' : 'untracked') : task.state;
  if (task.results.some(isPending)) return { ...task, state };
  const lost = task.results.some(result => result.state === 'lost');
  return { ...task, state, failures: 0, problem: lost ? task.problem : undefined };
}

/** Leaves `succeeded` once every result is decided: `stored` with at least one file, else `unreachable`. */
function resolveResults(task: Task): Task {
  if (task.results.some(result => result.state === 'pending')) return task;
  if (!task.results.some(isStored)) return { ...task, state: 'unreachable' };
  const lost = task.results.some(result => result.state === 'lost');
  return {
    ...task,
    state: task.tracked ? 'stored' : 'untracked',
    failures: 0,
    problem: lost ? task.problem : undefined,
  };
}

function fileRemoved(task: Task, index: number): Task {
  const result = task.results[index];
  if (isWaiting(task) || result?.state !== 'stored') return task;
  const { url, failures } = result;
  return { ...task, results: task.results.with(index, { index, url, failures, state: 'removed' }) };
}

function stopTracking(task: Task): Task {
  const stopped = { ...task, tracked: false };
  switch (task.state) {
    case 'draft':
    case 'submitting':
      // Nothing is out: the job ends here. And where the user was asked, this is their answer.
      if (!mayBeAccepted(task) || task.hold === 'decision')
        return { ...stopped, state: 'untracked', hold: undefined };
      // It may or may not exist. Whoever stops a job does not want it sent again: an answer that is still on
      // its way decides, else the user does.
      return { ...stopped, hold: 'decision', problem: stoppedUnsure };
    case 'queued':
    case 'processing':
    case 'succeeded':
      return task.tracked ? stopped : task;
    case 'stored':
      return { ...stopped, state: 'untracked' };
    case 'placed':
    case 'failed':
    case 'unreachable':
    case 'untracked':
      return task;
  }
}

const stoppedUnsure: Problem = {
  code: 'stopped_unsure',
  message: 'It was stopped before it was known whether Rivya received it.',
};
