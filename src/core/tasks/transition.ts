import type { Problem, StoredFile, Task, TaskResult } from '../../shared/task.ts';

/** A generation as Rivya shows it, reduced to what a job's life depends on (rivya-api.md 2 and 3). */
export interface Observation {
  readonly remoteId: string;
  /** `queued`, `processing`, `succeeded`, `failed`; anything else counts as still running. */
  readonly status: string;
  readonly reservedCredits?: number | undefined;
  readonly finalCredits?: number | undefined;
  readonly urls: readonly string[];
  readonly error?: Problem | undefined;
}

/**
 * `settled` of a submit's outcome: it is certain that no request of this job has been accepted so far, neither this one
 * nor an earlier one whose answer was lost.
 */
export type TaskEvent =
  /** The request is about to leave. */
  | { readonly type: 'sending' }
  /** The submit was answered, or a poll was. */
  | { readonly type: 'observed'; readonly observation: Observation }
  /** The submit was refused for good. */
  | { readonly type: 'refused'; readonly problem: Problem; readonly settled: boolean }
  /** Nothing was learnt: no answer, or one that says nothing about this job. It is asked again at `dueAt`. */
  | { readonly type: 'deferred'; readonly problem: Problem; readonly settled?: boolean }
  /** The key does not work: wait until the user has given another. */
  | { readonly type: 'keyNeeded'; readonly problem: Problem }
  /** Sending (again) could charge for what nobody wants any more, or charge twice. */
  | { readonly type: 'decisionNeeded'; readonly problem: Problem }
  /** What was waited for is there: a key, or the user's word to send again. */
  | { readonly type: 'released' }
  /** A poll was answered with "not found". */
  | { readonly type: 'notFound'; readonly problem: Problem }
  /** A job that was given up is looked at once more: with another key, or because the user asks. It costs nothing. */
  | { readonly type: 'reopened' }
  /** Rivya was asked for the links again. */
  | { readonly type: 'linksRenewed'; readonly urls: readonly string[] }
  | { readonly type: 'fileStored'; readonly index: number; readonly file: StoredFile }
  /** A download failed. After `tries` such failures the file is lost; undefined when it says nothing about the link. */
  | {
      readonly type: 'downloadFailed';
      readonly index: number;
      readonly problem: Problem;
      readonly tries: number | undefined;
    }
  | { readonly type: 'placed' }
  /** The file was removed from the library, by the user's wish or by the size limit. */
  | { readonly type: 'fileRemoved'; readonly index: number }
  | { readonly type: 'trackingStopped' };

/** Rivya reported success but gave no file; asked again until it has said so this many times in a row. */
export const maximumEmptyAnswers = 6;
/** A store that lags behind may not know a new task yet: "not found" counts only when it is said so often in a row. */
export const maximumNotFound = 6;

/**
 * The life of a job, in one pure function. An event that does not fit the state changes nothing:
 * the same task object comes back, so that a late or repeated event does no harm.
 * @param now milliseconds since the epoch
 */
export function transition(task: Task, event: TaskEvent, now: number): Task {
  switch (event.type) {
    case 'sending':
      return isSubmitting(task) && task.hold !== 'decision'
        ? { ...task, state: 'submitting', firstSentAt: task.firstSentAt ?? now }
        : task;
    case 'observed':
      return observed(task, event.observation);
    case 'refused':
      return refused(task, event.problem, event.settled);
    case 'deferred':
      return deferred(task, event.problem, event.settled ?? false);
    case 'keyNeeded':
      return isWaiting(task) && task.hold !== 'decision'
        ? { ...task, hold: 'key', problem: event.problem }
        : task;
    case 'decisionNeeded':
      return isSubmitting(task) ? { ...task, hold: 'decision', problem: event.problem } : task;
    case 'released':
      if (!task.hold) return task;
      return {
        ...task,
        hold: undefined,
        problem: undefined,
        failures: 0,
        intendedAt: task.hold === 'decision' ? now : task.intendedAt,
      };
    case 'notFound':
      return notFound(task, event.problem);
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

/** How often in a row this problem has been met, when it is met now. */
function inARow(task: Task, problem: Problem): number {
  return task.problem?.code === problem.code ? task.failures + 1 : 1;
}

function refused(task: Task, problem: Problem, settled: boolean): Task {
  // A job that Rivya once accepted cannot be refused: that answer belongs to something else.
  if (!isSubmitting(task)) return task;
  // An earlier request may have been accepted: this answer says only that the job cannot be asked for again.
  if (!settled) return { ...task, hold: 'decision', problem };
  return { ...task, state: 'failed', hold: undefined, problem, finalCredits: 0, firstSentAt: undefined };
}

function deferred(task: Task, problem: Problem, settled: boolean): Task {
  if (!isWaiting(task)) return task;
  const next = { ...task, problem, failures: task.failures + 1 };
  if (!isSubmitting(task) || !settled) return next;
  // Nobody wants it any more, and nothing was accepted: it is not sent again.
  if (!task.wanted) return { ...next, state: 'untracked', firstSentAt: undefined, finalCredits: 0 };
  return { ...next, firstSentAt: undefined };
}

function observed(task: Task, seen: Observation): Task {
  if (task.remoteId !== undefined && task.remoteId !== seen.remoteId) return task;
  // An acceptance always counts, also when it comes after the job was given up: it exists, and is paid.
  const late = task.remoteId === undefined && (task.state === 'failed' || task.state === 'untracked');
  if (!isWaiting(task) && !late) return task;
  const next: Task = {
    ...task,
    remoteId: seen.remoteId,
    reservedCredits: seen.reservedCredits ?? task.reservedCredits,
    finalCredits: seen.finalCredits ?? (late ? undefined : task.finalCredits),
    hold: undefined,
    problem: undefined,
    failures: 0,
  };
  switch (seen.status) {
    case 'succeeded':
      return succeeded(next, seen.urls, task);
    case 'failed':
      // A result that was already seen is not given up for a later, contradicting answer.
      return task.state === 'succeeded' && task.results.length > 0
        ? task
        : { ...next, state: 'failed', problem: seen.error ?? unknownFailure };
    case 'queued':
      return { ...next, state: isAccepted(task) ? task.state : 'queued' };
    default:
      return { ...next, state: task.state === 'succeeded' ? 'succeeded' : 'processing' };
  }
}

const unknownFailure: Problem = { code: 'generation_failed', message: 'The generation failed.' };
const noFile: Problem = { code: 'result_missing', message: 'Rivya reports success, but gave no file.' };

function succeeded(next: Task, urls: readonly string[], before: Task): Task {
  const results = withLinks(next.results, urls);
  if (results.length > 0) return settle({ ...next, state: 'succeeded', results });
  const failures = inARow(before, noFile);
  const state = failures < maximumEmptyAnswers ? 'succeeded' : 'failed';
  return { ...next, state, problem: noFile, failures };
}

/** Links may be renewed between two answers: what is stored stays, the rest takes the new link. */
function withLinks(known: readonly TaskResult[], urls: readonly string[]): TaskResult[] {
  const results = [...known];
  urls.forEach((url, index) => {
    const result = results[index];
    if (!result) results[index] = { index, url, state: 'pending', failures: 0 };
    else if (result.state === 'pending') results[index] = { ...result, url };
  });
  return results;
}

function linksRenewed(task: Task, urls: readonly string[]): Task {
  if (task.state !== 'succeeded') return task;
  const results = withLinks(task.results, urls);
  const same =
    results.length === task.results.length && results.every((r, i) => r.url === task.results[i]?.url);
  return same ? task : { ...task, results };
}

function notFound(task: Task, problem: Problem): Task {
  // With a link in hand, the download decides; Rivya's memory does not matter any more.
  if (!isAccepted(task) || task.results.length > 0) return task;
  const failures = inARow(task, problem);
  const state = failures < maximumNotFound ? task.state : 'failed';
  return { ...task, state, problem, failures };
}

function reopened(task: Task): Task {
  if (task.state !== 'failed' || task.remoteId === undefined) return task;
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
  if (task.state !== 'succeeded' || result?.state !== 'pending') return task;
  return settle({ ...task, results: task.results.with(index, change(result)) });
}

/** Leaves `succeeded` once every result is decided: `stored` with at least one file, else `failed`. */
function settle(task: Task): Task {
  if (task.results.some(result => result.state === 'pending')) return task;
  if (!task.results.some(isStored)) return { ...task, state: 'failed' };
  const lost = task.results.some(result => result.state === 'lost');
  return {
    ...task,
    state: task.wanted ? 'stored' : 'untracked',
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
  const stopped = { ...task, wanted: false };
  switch (task.state) {
    case 'draft':
    case 'submitting':
      // Nothing was accepted: the job ends here, and costs nothing.
      if (task.firstSentAt === undefined)
        return { ...stopped, state: 'untracked', hold: undefined, finalCredits: 0 };
      // Without an answer the job may or may not exist. Only the user's refusal to send again ends it.
      return task.hold === 'decision' ? { ...stopped, state: 'untracked', hold: undefined } : stopped;
    case 'queued':
    case 'processing':
    case 'succeeded':
      return task.wanted ? stopped : task;
    case 'stored':
      return { ...stopped, state: 'untracked' };
    case 'placed':
    case 'failed':
    case 'untracked':
      return task;
  }
}
