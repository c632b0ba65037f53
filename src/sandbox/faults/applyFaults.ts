import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import { delay } from '../../base/abort.ts';
import { codeOfStatus, errorBody } from '../http/apiError.ts';
import { closeSignal, untilClosed } from '../http/connection.ts';
import type { SandboxEnv } from '../http/requestContext.ts';
import type { BodyAction, FaultAction, StatusAction } from '../state/fault.ts';
import type { SandboxState } from '../state/sandboxState.ts';

/** Applies the faults that were set to the requests they match. */
export function applyFaults(state: SandboxState): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    const actions = takeFaults(state, c.req.method, c.req.path);
    c.get('record').faults = actions.map(action => action.type);
    const closed = closeSignal(c.env.outgoing);
    const main = actions.find(action => action.type !== 'delay');
    if (main?.type === 'dropBefore') {
      drop(c);
      return;
    }
    if (main?.type === 'hang') {
      await untilClosed(closed);
      replace(c, RESPONSE_ALREADY_SENT);
      return;
    }
    if (main?.type === 'stream') c.set('stream', main.stream);
    if (main?.type === 'status' && main.afterWork !== true) c.res = statusResponse(main);
    else await next();
    for (const action of actions) {
      if (action.type === 'delay') await unlessClosed(delay(action.milliseconds, closed), closed);
    }
    if (closed.aborted) replace(c, RESPONSE_ALREADY_SENT);
    else if (main) await spoil(c, main, closed);
  };
}

/** Puts what the fault wants in place of the true answer, which the work has left in the context. */
async function spoil(c: Context<SandboxEnv>, action: FaultAction, closed: AbortSignal): Promise<void> {
  switch (action.type) {
    case 'status':
      if (action.afterWork === true) replace(c, statusResponse(action));
      break;
    case 'body':
      replace(c, bodyResponse(action));
      break;
    case 'dropAfter':
      await c.res.body?.cancel();
      drop(c);
      break;
    case 'truncate':
      await sendTruncated(c, action.bytes);
      break;
    case 'trickle':
      replace(c, trickled(c.res, action, closed));
      break;
    default:
  }
}

function takeFaults(state: SandboxState, method: string, path: string): FaultAction[] {
  const taken: FaultAction[] = [];
  for (const live of [...state.faults]) {
    const { fault } = live;
    if (fault.method !== undefined && fault.method.toUpperCase() !== method) continue;
    if (fault.path !== undefined && !matchesPath(fault.path, path)) continue;
    if (live.skip > 0) {
      live.skip -= 1;
      continue;
    }
    live.left -= 1;
    if (live.left <= 0) state.faults.splice(state.faults.indexOf(live), 1);
    taken.push(fault.action);
    if (fault.action.type !== 'delay') break;
  }
  return taken;
}

/** Whether a fault's `path` covers a request's path. */
export function matchesPath(pattern: string, path: string): boolean {
  if (!pattern.includes('*')) return path.startsWith(pattern);
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(path);
}

/** Waits for `work`; when it ended only because the connection is gone, that is no failure. */
async function unlessClosed(work: Promise<void>, closed: AbortSignal): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!closed.aborted) throw error;
  }
}

function replace(c: Context<SandboxEnv>, response: Response): void {
  // Assigning over a present response would merge the old headers into the new one.
  c.res = undefined;
  c.res = response;
}

function drop(c: Context<SandboxEnv>): void {
  c.env.outgoing.destroy();
  replace(c, RESPONSE_ALREADY_SENT);
}

function statusResponse(action: StatusAction): Response {
  const code = action.code ?? codeOfStatus(action.status);
  const message = action.message ?? `The sandbox was told to answer with HTTP ${action.status}.`;
  const text = action.body ?? JSON.stringify(errorBody(code, message));
  const headers = new Headers({ 'content-type': action.contentType ?? 'application/json' });
  if (action.retryAfter !== undefined) headers.set('retry-after', String(action.retryAfter));
  if (action.location !== undefined) headers.set('location', action.location);
  return new Response(text, { status: action.status, headers });
}

function bodyResponse(action: BodyAction): Response {
  const headers = new Headers({ 'content-type': action.contentType ?? 'application/json' });
  const status = action.status ?? 200;
  if (action.size === undefined) return new Response(action.body ?? '', { status, headers });
  if (action.declareLength !== false) headers.set('content-length', String(action.size));
  return new Response(ReadableStream.from(madeBytes(action)), { status, headers });
}

function* madeBytes({ size = 0, prefixBase64 = '' }: BodyAction): Generator<Uint8Array> {
  const prefix = Buffer.from(prefixBase64, 'base64').subarray(0, size);
  yield prefix;
  const block = new Uint8Array(65_536).map((_, index) => (index * 31) % 251);
  for (let left = size - prefix.length; left > 0; left -= block.length) {
    yield block.slice(0, Math.min(left, block.length));
  }
}

async function sendTruncated(c: Context<SandboxEnv>, bytes: number): Promise<void> {
  const { outgoing } = c.env;
  const whole = Buffer.from(await c.res.arrayBuffer());
  const headers = Object.fromEntries(c.res.headers);
  outgoing.writeHead(c.res.status, { ...headers, 'content-length': whole.length });
  await new Promise<void>(resolve => {
    outgoing.once('close', resolve);
    outgoing.write(whole.subarray(0, bytes), () => outgoing.socket?.destroySoon());
    // An empty first part would leave the header unsent.
    if (bytes === 0) outgoing.flushHeaders();
  });
  replace(c, RESPONSE_ALREADY_SENT);
}

function trickled(
  response: Response,
  action: { chunkBytes: number; intervalMs: number },
  closed: AbortSignal,
): Response {
  async function* slowly(): AsyncGenerator<Uint8Array> {
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      for (let start = 0; start < piece.length; start += action.chunkBytes) {
        await delay(action.intervalMs, closed);
        yield piece.slice(start, start + action.chunkBytes);
      }
    }
  }
  return new Response(ReadableStream.from(slowly()), { status: response.status, headers: response.headers });
}
