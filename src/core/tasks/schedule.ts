import type { BaseUrl } from '../../api/address/baseUrl.ts';
import { isFetching, type MediaKind, type Task } from '../../shared/task.ts';

/** What the time of the next request depends on, besides the task. */
export interface ScheduleContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** 0 ≤ value < 1, for the jitter. */
  readonly random: number;
  /** Whether the window has the focus. */
  readonly focused: boolean;
  /** The server's `Retry-After`, in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** Multiplies the pauses between looks at a job that is well; see `pollPaceOf`. */
  readonly pollPace: number;
  /** Multiplies the pauses after failures, unless the server has asked for them. */
  readonly retryPace: number;
}

// "Wait 2–3 s, then every 5–10 s, slow down for long video/audio" (rivya-api.md 3).
const initialPollDelayMs = 2_500;
const pollIntervalsMs: Record<MediaKind, { start: number; end: number }> = {
  image: { start: 5_000, end: 10_000 },
  audio: { start: 6_000, end: 15_000 },
  video: { start: 8_000, end: 30_000 },
};
const slowerWithoutFocus = 2;
/** The pace for a server on this machine, which is done in moments and minds no question. */
export const localPace = 0.03;
/** The interval grows from `start` to `end` over this time after the first poll. */
const intervalGrowthMs = 120_000;
/**
 * A job that runs for very long is polled no more often than once in this fraction of its age: after an
 * hour, once a minute.
 */
const ageFraction = 1 / 60;

const firstRetryMs = 3_000;
const longestRetryMs = 60_000;
/** A key may have been renewed where no window could notice. */
const keyRetryMs = 10 * 60_000;

/** Nothing is ever planned further ahead; a later time on disk is the mark of a clock that was set back. */
export const longestPauseMs = 60 * 60_000;

/**
 * How long this server is left alone between two looks at a job that is well, beside one of the internet. A
 * failure may be that of a server behind it.
 */
export function pollPaceOf({ loopback }: Pick<BaseUrl, 'loopback'>): number {
  return loopback ? localPace : 1;
}

/**
 * When the runner works on the task next (sends, polls or downloads), in milliseconds since the epoch;
 * undefined when it need not. Call it with the task as it is after the transition.
 * @param accepted whether Rivya accepted the job just now, so that the first poll is due
 */
export function nextPollAt(task: Task, accepted: boolean, at: ScheduleContext): number | undefined {
  const pause = pauseBefore(task, accepted, at);
  return pause === undefined ? undefined : at.now + Math.min(longestPauseMs, Math.round(pause));
}

function pauseBefore(task: Task, accepted: boolean, at: ScheduleContext): number | undefined {
  if (task.hold === 'decision') return undefined;
  switch (task.state) {
    case 'draft':
    case 'submitting':
    case 'succeeded':
      if (task.hold) return keyRetryMs * spread(at) * at.retryPace;
      return task.failures === 0 ? 0 : backoff(task, at);
    case 'queued':
    case 'processing':
      if (task.hold) return keyRetryMs * spread(at) * at.retryPace;
      if (task.failures > 0) return backoff(task, at);
      return (accepted ? initialPollDelayMs : pollInterval(task, at)) * at.pollPace;
    case 'stored':
    case 'placed':
    case 'untracked':
      // A file of several that is still tried for.
      return isFetching(task) ? backoff({ ...task, failures: Math.max(1, task.failures) }, at) : undefined;
    case 'failed':
    case 'unreachable':
      return undefined;
  }
}

function pollInterval(task: Task, at: ScheduleContext): number {
  const { start, end } = pollIntervalsMs[task.kind];
  const age = ageOf(task, at);
  const base = start + (end - start) * Math.min(1, Math.max(0, age - initialPollDelayMs) / intervalGrowthMs);
  const pause = Math.max(base, age * ageFraction) * spread(at);
  return at.focused ? pause : pause * slowerWithoutFocus;
}

/** Exponential with up to a quarter taken off; the server's `Retry-After` wins. */
function backoff(task: Task, at: ScheduleContext): number {
  // Only ever later than asked, and not all at once.
  if (at.retryAfter !== undefined) return Math.max(at.retryAfter, 0) * (1 + 0.1 * at.random);
  const longest = Math.max(longestRetryMs, ageOf(task, at) * ageFraction);
  const base = Math.min(longest, firstRetryMs * 2 ** Math.min(task.failures - 1, 20));
  return base * (1 - 0.25 * at.random) * at.retryPace;
}

/** Milliseconds since the job was sent, or else made; 0 when the clock was set back. */
function ageOf(task: Task, at: ScheduleContext): number {
  return Math.max(0, at.now - (task.firstSentAt ?? task.createdAt));
}

/** ±10 %: many jobs started together must not be polled together for ever. */
function spread(at: ScheduleContext): number {
  return 0.9 + 0.2 * at.random;
}
