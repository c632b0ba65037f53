import type { MediaKind, Task } from '../../shared/task.ts';

/** What the next look depends on besides the task. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** 0 ≤ value < 1, for the jitter. */
  readonly random: number;
  /** Whether a person is looking at this window. */
  readonly focused: boolean;
  /** The server's `Retry-After`, in milliseconds. */
  readonly retryAfter?: number | undefined;
}

// "Wait 2–3 s, then every 5–10 s, slow down for long video/audio" (rivya-api.md 3).
const firstLook = 2_500;
const interval: Record<MediaKind, { start: number; end: number }> = {
  image: { start: 5_000, end: 10_000 },
  audio: { start: 6_000, end: 15_000 },
  video: { start: 8_000, end: 30_000 },
};
const slowerWithoutFocus = 2;
/** The interval grows from `start` to `end` over this time after the first look. */
const growth = 120_000;
/** A job that goes on for very long is looked at as seldom as this part of its age: after an hour once a minute. */
const partOfAge = 1 / 60;

const firstRetry = 3_000;
const longestRetry = 60_000;
/** A key may have been renewed where no window could notice. */
const keyRetry = 10 * 60_000;

/** No look is ever planned further ahead; a later one on disk is the mark of a clock that was set back. */
export const longestPause = 15 * 60_000;

/**
 * When the runner looks at the task next, in milliseconds since the epoch, or undefined when it need not.
 * Call it with the task as it is after the transition.
 * @param accepted whether Rivya accepted the job just now, so that the first look is due
 */
export function nextLook(task: Task, accepted: boolean, at: Circumstances): number | undefined {
  const pause = pauseBefore(task, accepted, at);
  return pause === undefined ? undefined : at.now + Math.min(longestPause, Math.round(pause));
}

function pauseBefore(task: Task, accepted: boolean, at: Circumstances): number | undefined {
  if (task.hold === 'decision') return undefined;
  switch (task.state) {
    case 'draft':
    case 'submitting':
    case 'succeeded':
      if (task.hold) return keyRetry * spread(at);
      return task.failures === 0 ? 0 : backoff(task, at);
    case 'queued':
    case 'processing':
      if (task.hold) return keyRetry * spread(at);
      if (task.failures > 0) return backoff(task, at);
      return accepted ? firstLook : pollInterval(task, at);
    case 'stored':
    case 'placed':
    case 'failed':
    case 'untracked':
      return undefined;
  }
}

function pollInterval(task: Task, at: Circumstances): number {
  const { start, end } = interval[task.kind];
  const age = ageOf(task, at);
  const base = start + (end - start) * Math.min(1, Math.max(0, age - firstLook) / growth);
  const pause = Math.max(base, age * partOfAge) * spread(at);
  return at.focused ? pause : pause * slowerWithoutFocus;
}

/** Exponential with up to a quarter taken off; the server's own wish wins. */
function backoff(task: Task, at: Circumstances): number {
  // Only ever later than asked, and not all at once.
  if (at.retryAfter !== undefined) return Math.max(at.retryAfter, 0) * (1 + 0.1 * at.random);
  const longest = Math.max(longestRetry, ageOf(task, at) * partOfAge);
  const base = Math.min(longest, firstRetry * 2 ** Math.min(task.failures - 1, 20));
  return base * (1 - 0.25 * at.random);
}

/** Milliseconds since the job was wanted; 0 when the clock was set back. */
function ageOf(task: Task, at: Circumstances): number {
  return Math.max(0, at.now - (task.firstSentAt ?? task.createdAt));
}

/** ±10 %: many jobs started together must not be looked at together for ever. */
function spread(at: Circumstances): number {
  return 0.9 + 0.2 * at.random;
}
