import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { Account, ApiKey, RecordedRequest, StoredAnswer } from '../state/records.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import type { Scope } from '../state/scopes.ts';
import type { StreamSettings } from '../state/streamSettings.ts';
import { ApiError } from './apiError.ts';

/** What Hono's context carries here. */
export interface SandboxEnv {
  Bindings: HttpBindings;
  Variables: {
    record: RecordedRequest;
    key: ApiKey;
    /** Set by a fault: how this one request is to be streamed. */
    stream: Partial<StreamSettings>;
  };
}

const recordedRequestsKept = 20_000;

/** Notes every request before anything is done about it, so that dropped ones are seen too. */
export function recordRequests(state: SandboxState): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    const record: RecordedRequest = {
      number: (state.requests.at(-1)?.number ?? 0) + 1,
      method: c.req.method,
      path: c.req.path,
      status: null,
      idempotencyKey: c.req.header('idempotency-key') ?? null,
      replayed: false,
      authorized: null,
      hasAuthorization: c.req.header('authorization') !== undefined,
      body: null,
      faults: [],
      at: state.now(),
    };
    c.set('record', record);
    // However it is answered, it says what time it is by the clock that the sandbox goes by.
    c.env.outgoing.setHeader('date', new Date(record.at).toUTCString());
    state.requests.push(record);
    if (state.requests.length > recordedRequestsKept) state.requests.shift();
    await next();
    const { outgoing } = c.env;
    if (c.res.headers.has('x-hono-already-sent')) {
      record.status = outgoing.headersSent ? outgoing.statusCode : null;
    } else {
      record.status = c.res.status;
    }
    state.journal.commit();
  };
}

/**
 * Lets a request through only with an accepted key that has the scope. Source: rivya-api.md sections 0 and 8.
 */
export function requireScope(state: SandboxState, scope: Scope): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    const key = authenticate(state, c.req.header('authorization'));
    c.get('record').authorized = key.id;
    if (!key.scopes.includes(scope)) {
      throw new ApiError('api_scope_denied', `This API key does not have the ${scope} scope.`);
    }
    c.set('key', key);
    await next();
  };
}

function authenticate(state: SandboxState, header: string | undefined): ApiKey {
  const presented = /^Bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
  if (presented === undefined) {
    throw new ApiError('api_key_missing', 'Send an API key in the Authorization header: Bearer rvya_sk_….');
  }
  const key = state.keys.find(candidate => candidate.key === presented);
  if (!key) throw new ApiError('api_key_invalid', 'This API key could not be verified.');
  if (key.status === 'revoked')
    throw new ApiError('api_key_revoked', 'This API key was revoked in Settings.');
  if (key.status === 'expired') throw new ApiError('api_key_expired', 'This API key has expired.');
  return key;
}

/**
 * The JSON object in the body; also written to the request's record.
 * @throws ApiError `validation_failed` for another content type, broken JSON, or JSON that is no object
 */
export async function readJsonObject(c: Context<SandboxEnv>): Promise<Record<string, unknown>> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new ApiError('validation_failed', 'Send the body as JSON with Content-Type: application/json.');
  }
  const body = parseJson(await c.req.text());
  c.get('record').body = body;
  if (!isRecord(body)) throw new ApiError('validation_failed', 'The body must be a JSON object.');
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new ApiError('validation_failed', `The body is not valid JSON: ${reason}.`);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For so long a key is remembered, in milliseconds. Rivya does not say how long it does. */
const keyLifetimeMs = 24 * 60 * 60_000;

/**
 * Does `work` once for an idempotency key and gives everyone who repeats the same body the first answer. A
 * refused request does not use up its key. Without a key the work is simply done.
 * @throws ApiError `idempotency_conflict` when the key came with another body or for another path
 */
export async function oncePerKey(
  state: SandboxState,
  c: Context<SandboxEnv>,
  body: unknown,
  work: () => StoredAnswer | Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const idempotencyKey = c.req.header('idempotency-key');
  if (idempotencyKey === undefined) return work();
  if (idempotencyKey.trim() === '' || idempotencyKey.length > 255) {
    throw new ApiError('validation_failed', 'Idempotency-Key must have 1 to 255 characters.');
  }
  const { account } = c.get('key');
  const fingerprint = createHash('sha256')
    .update(`${c.req.path}\n${JSON.stringify(sortKeys(body))}`)
    .digest('hex');
  const at = state.now();
  const known = state.settings.remembersKeys ? account.answers.get(idempotencyKey) : undefined;
  if (known && at - known.at <= keyLifetimeMs) {
    if (known.fingerprint !== fingerprint) {
      throw new ApiError(
        'idempotency_conflict',
        'This Idempotency-Key was already used with a different request. Use a new key for a changed request.',
      );
    }
    c.get('record').replayed = true;
    return known.answer;
  }
  const answer = (async () => work())();
  account.answers.set(idempotencyKey, { fingerprint, at, answer });
  try {
    const stored = await answer;
    const record = { account: account.id, key: idempotencyKey, fingerprint, at, answer: stored };
    state.journal.put('answer', `${account.id}/${idempotencyKey}`, record);
    return stored;
  } catch (error) {
    forgetAnswer(state, account, idempotencyKey);
    throw error;
  }
}

/** Lets an idempotency key be used as if it were new. */
export function forgetAnswer(state: SandboxState, account: Account, idempotencyKey: string): void {
  account.answers.delete(idempotencyKey);
  state.journal.remove('answer', `${account.id}/${idempotencyKey}`);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sortKeys(value[key])]),
  );
}

/**
 * @throws ApiError `validation_failed` unless absent or a string of at most 128 characters (rivya-api.md
 * section 2)
 */
export function readClientRequestId(body: Record<string, unknown>): string | null {
  const value = body['client_request_id'];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || value.length > 128) {
    throw new ApiError('validation_failed', 'client_request_id must be a string of at most 128 characters.');
  }
  return value;
}

/** @throws ApiError `validation_failed` when the body has a field that the endpoint does not know */
export function refuseUnknownFields(body: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(body).find(field => !known.includes(field));
  if (unknown !== undefined) {
    throw new ApiError(
      'validation_failed',
      `${unknown} is not a field of this request. Known fields: ${known.join(', ')}.`,
    );
  }
}
