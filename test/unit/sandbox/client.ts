import { afterEach } from 'vitest';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import type { SandboxOptions } from '../../../src/sandbox/state/sandboxState.ts';

// Answers are read as loose JSON: these tests look at the wire, not at our own types of it.
export type Json = Record<string, unknown>;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

const open: Sandbox[] = [];

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});

/**
 * A sandbox for this test; it is closed afterwards. Tasks are finished at the first poll unless asked
 * otherwise.
 */
export async function sandboxForTest(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ taskDurationMs: 0, ...options });
  sandbox.control.update({ pictureLongEdge: 64, stream: { deltaIntervalMs: 0 } });
  open.push(sandbox);
  return sandbox;
}

export interface CallOptions {
  method?: string;
  /** Default: the sandbox's own key; null for none. */
  key?: string | null;
  idempotencyKey?: string;
  json?: unknown;
}

// A kept connection would be tried again after a sandbox was started anew on the same port.
const unpooled = { connection: 'close' };

/** A raw request, `path` counted from `/api/v1`. */
export function send(sandbox: Sandbox, path: string, options: CallOptions = {}): Promise<Response> {
  const headers = new Headers(unpooled);
  const key = options.key === undefined ? sandbox.apiKey : options.key;
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
  const init: RequestInit = {
    method: options.method ?? (options.json === undefined ? 'GET' : 'POST'),
    headers,
  };
  if (options.json !== undefined) {
    headers.set('content-type', 'application/json');
    init.body = JSON.stringify(options.json);
  }
  return fetch(`${sandbox.url}/api/v1${path}`, init);
}

export async function call(sandbox: Sandbox, path: string, options: CallOptions = {}): Promise<Answer> {
  const response = await send(sandbox, path, options);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

export function generate(sandbox: Sandbox, json: Json, idempotencyKey?: string): Promise<Answer> {
  const request = { model: 'z-image', prompt: 'A paper boat', ...json };
  return call(sandbox, '/generations', {
    json: request,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}

/** Creates a generation and returns its finished form. */
export async function generateToEnd(sandbox: Sandbox, json: Json): Promise<Json> {
  const created = await generate(sandbox, json);
  if (created.status !== 202) throw new Error(JSON.stringify(created.body));
  return (await call(sandbox, `/generations/${String(created.body['id'])}`)).body;
}

export function errorOf(answer: Answer): { code: string; message: string; requestId: string } {
  return answer.body['error'] as { code: string; message: string; requestId: string };
}

export function resultUrls(task: Json): string[] {
  return (task['result'] as { urls: string[] }).urls;
}

export async function download(url: string): Promise<{ bytes: Uint8Array; headers: Headers }> {
  const response = await fetch(url, { headers: unpooled });
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return { bytes: new Uint8Array(await response.arrayBuffer()), headers: response.headers };
}
