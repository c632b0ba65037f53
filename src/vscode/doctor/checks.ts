import { randomUUID } from 'node:crypto';
import { stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseUrl } from '../../api/address/baseUrl.ts';
import type { RivyaClient } from '../../api/client.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import { networkError } from '../../api/errors/networkError.ts';
import { removePatiently } from '../../base/patience.ts';
import { hostFetch } from '../host/hostContext.ts';

/** How long the doctor waits for one answer, in milliseconds. */
const patience = 10_000;
/** Of one request for a scope: a pause that the server asked for is not waited out for long. */
const scopeDeadlines = { headers: patience, total: 3 * patience };

/** What a look at the server without a key has shown. */
export interface Reach {
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  readonly milliseconds: number;
  readonly certificate: 'accepted' | 'rejected' | 'unused' | 'unknown';
  /**
   * How far this computer's clock is ahead of the server's, in seconds; undefined when the answer named no
   * time.
   */
  readonly clockSkew: number | undefined;
  /** Why no answer came, in English. */
  readonly problem: string | undefined;
}

/**
 * Asks for the public catalogue (rivya-api.md 1), without a key and without following redirects: past the
 * client, which tells neither the date nor the certificate, but not during a pause that it keeps.
 */
export async function lookAt(
  base: BaseUrl,
  client: Pick<RivyaClient, 'pausedUntil'>,
  signal: AbortSignal,
): Promise<Reach> {
  const secure = base.href.startsWith('https:');
  const unseen = {
    status: undefined,
    certificate: secure ? 'unknown' : 'unused',
    clockSkew: undefined,
  } as const;
  if (client.pausedUntil() > 0) {
    return { ...unseen, milliseconds: 0, problem: 'The server asked for a pause that is not over yet.' };
  }
  const began = performance.now();
  try {
    const response = await hostFetch(`${base.href}/api/v1/models`, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    });
    const milliseconds = performance.now() - began;
    await response.body?.cancel();
    const date = Date.parse(response.headers.get('date') ?? '');
    return {
      status: response.status,
      milliseconds,
      certificate: secure ? 'accepted' : 'unused',
      clockSkew: Number.isNaN(date) ? undefined : Math.round((Date.now() - date) / 1000),
      problem: undefined,
    };
  } catch (cause) {
    signal.throwIfAborted();
    const { error } = networkError(cause, base.origin);
    return {
      ...unseen,
      milliseconds: performance.now() - began,
      ...(error.code === 'certificate_rejected' && { certificate: 'rejected' }),
      problem: error.message,
    };
  }
}

/** Whether the key has a scope, as one harmless request tells; else the code of the answer. */
export interface ScopeCheck {
  readonly scope: string;
  readonly outcome: 'granted' | 'denied' | { readonly code: string };
}

/** Scopes that only a request that costs or changes something could test (rivya-api.md 0). */
export const untestedScopes = ['generations:create', 'files:create', 'files:read', 'chat:create'] as const;

/** Asks what reads only. Nothing here is charged. */
export async function checkScopes(client: RivyaClient, signal: AbortSignal): Promise<ScopeCheck[]> {
  const options = { signal, maxRetries: 0, deadlines: scopeDeadlines };
  const checks: [scope: string, ask: () => Promise<unknown>][] = [
    ['models:read', () => client.models.list(options)],
    ['credits:read', () => client.credits.retrieve(options)],
    ['generations:read', () => client.generations.retrieve(`task_${randomUUID()}`, options)],
    ['chat:read', () => client.chat.sessions.list(options)],
    ['webhooks:manage', () => client.webhooks.list(options)],
  ];
  return Promise.all(
    checks.map(async ([scope, ask]): Promise<ScopeCheck> => ({
      scope,
      outcome: await outcomeOf(ask(), scope, signal),
    })),
  );
}

async function outcomeOf(
  work: Promise<unknown>,
  scope: string,
  signal: AbortSignal,
): Promise<ScopeCheck['outcome']> {
  try {
    await work;
    return 'granted';
  } catch (error) {
    signal.throwIfAborted();
    if (!isRivyaError(error)) throw error;
    // A gateway or a firewall knows nothing of scopes.
    if (!error.isRivyasWord) return { code: error.code };
    if (error.kind === 'scope') return 'denied';
    // Only a key that may look is told that there is nothing.
    if (error.kind === 'notFound' && scope === 'generations:read') return 'granted';
    return { code: error.code };
  }
}

export interface StorageCheck {
  readonly folder: string;
  readonly isWritable: boolean;
  /** In bytes. */
  readonly freeSpace: number | undefined;
  /** Of the ledger with its journal, in bytes. */
  readonly databaseSize: number;
  /** Why something could not be looked at. */
  readonly problem: string | undefined;
}

/** Writes and removes a small file, and looks at sizes. */
export async function checkStorage(folder: string, database: string): Promise<StorageCheck> {
  const probe = join(folder, `probe-${randomUUID()}`);
  try {
    await writeFile(probe, 'probe');
    await removePatiently(probe);
    const { bavail, bsize } = await statfs(folder);
    const sizes = await Promise.all(['', '-wal'].map(suffix => sizeOf(database + suffix)));
    const databaseSize = sizes.reduce((sum, size) => sum + size, 0);
    return { folder, isWritable: true, freeSpace: bavail * bsize, databaseSize, problem: undefined };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { folder, isWritable: false, freeSpace: undefined, databaseSize: 0, problem };
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
