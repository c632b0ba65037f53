import type { RivyaError } from '../errors/errors.ts';

/** Longer waits are not sat out inside a call: the call fails at once and says how long to wait. */
export const longestWaitMs = 60_000;

const backoffMs = { rateLimit: 3_000, disabled: 5_000, other: 1_000 };
const retriesWhileDisabled = 2;

export interface FailedAttempt {
  readonly error: RivyaError;
  /** 0 for the first attempt. */
  readonly attempt: number;
  readonly maxRetries: number;
  /** True for a GET and for a POST with an idempotency key: repeating it cannot do the work twice. */
  readonly repeatable: boolean;
  /** False only when it is certain that nothing reached the server. */
  readonly bytesMayHaveLeft: boolean;
}

/**
 * Milliseconds to wait before the next attempt, or undefined when there must be none. Pure: chance comes in
 * as `random`. The table is rivya-api.md 8: network errors, 408, 429 and 5xx; few slow retries of
 * `public_api_disabled`.
 */
export function retryDelay(failed: FailedAttempt, random: () => number): number | undefined {
  const { error, attempt } = failed;
  const disabled = error.code === 'public_api_disabled';
  if (attempt >= (disabled ? Math.min(failed.maxRetries, retriesWhileDisabled) : failed.maxRetries))
    return undefined;
  if (failed.bytesMayHaveLeft && !failed.repeatable) return undefined;
  if (!error.retryable || !isTransient(error)) return undefined;
  const wait = waitBefore(error, attempt, random);
  return wait > longestWaitMs ? undefined : wait;
}

/** Milliseconds to leave the server alone: what it asked for, else exponential; jitter only ever adds. */
export function waitBefore(error: RivyaError, attempt: number, random: () => number): number {
  const base =
    error.code === 'public_api_disabled'
      ? backoffMs.disabled
      : backoffMs[error.kind === 'rateLimit' ? 'rateLimit' : 'other'];
  const wait = error.retryAfterMs ?? Math.min(base * 2 ** attempt, longestWaitMs / 2);
  return Math.round(wait + Math.min(wait, 10_000) * 0.25 * random());
}

function isTransient(error: RivyaError): boolean {
  // 'protocol' is absent: an unreadable answer is worth a later try by the caller, not an automatic one.
  return (
    error.kind === 'network' ||
    error.kind === 'timeout' ||
    error.kind === 'rateLimit' ||
    error.kind === 'unavailable'
  );
}
