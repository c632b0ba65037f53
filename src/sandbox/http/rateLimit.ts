import type { MiddlewareHandler } from 'hono';
import type { RateLimit, RateWindow } from '../state/records.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import { errorResponse } from './apiError.ts';
import type { SandboxEnv } from './requestContext.ts';

// Who sends no key shares one window.
const nobody = '';

/** Answers 429 `rate_limited` once a key has used up its window; a refused request uses nothing. */
export function limitRate(state: SandboxState): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    const limit = state.settings.rateLimit;
    if (limit === null) {
      await next();
      return;
    }
    const presented = c.req.header('authorization')?.replace(/^Bearer\s+/i, '');
    const key = state.keys.find(candidate => candidate.key === presented);
    const window = currentWindow(state, key?.id ?? nobody, limit);
    const resetMs = window.startedAt + limit.windowMs - state.now();
    const refused = window.used >= limit.requests;
    if (refused) c.res = refusal(limit, resetMs);
    else {
      window.used += 1;
      await next();
    }
    if (c.res.headers.has('x-hono-already-sent')) return;
    c.res.headers.set('x-ratelimit-limit', String(limit.requests));
    c.res.headers.set('x-ratelimit-remaining', String(limit.requests - window.used));
    c.res.headers.set('x-ratelimit-reset', String(seconds(resetMs)));
  };
}

function currentWindow(state: SandboxState, keyId: string, limit: RateLimit): RateWindow {
  const now = state.now();
  const known = state.rateWindows.get(keyId);
  if (known && now < known.startedAt + limit.windowMs) return known;
  const fresh = { startedAt: now, used: 0 };
  state.rateWindows.set(keyId, fresh);
  return fresh;
}

function refusal(limit: RateLimit, resetMs: number): Response {
  const message = `More than ${limit.requests} requests in ${seconds(limit.windowMs)} seconds. Try again later.`;
  const response = errorResponse(429, 'rate_limited', message);
  response.headers.set('retry-after', String(seconds(resetMs)));
  return response;
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
