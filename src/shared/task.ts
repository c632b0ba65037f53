/** What a job makes (rivya-api.md 1, `category`). */
export type MediaKind = 'image' | 'video' | 'audio';

/** A job's life (ARCHITECTURE.md, "A job's life"); `placed`, `failed` and `untracked` are final. */
export const taskStates = [
  'draft',
  'submitting',
  'queued',
  'processing',
  'succeeded',
  'stored',
  'placed',
  'failed',
  'untracked',
] as const;
export type TaskState = (typeof taskStates)[number];

/**
 * What stops the runner from going on by itself. `key`: no API key that works; looked at again now and then.
 * `decision`: the user must say whether to send (again), or stop tracking.
 */
export type Hold = 'key' | 'decision';

/** What went wrong last, in a form that survives a restart. */
export interface Problem {
  /** Rivya's `error.code`, or one of ours. */
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string;
}

/** One file that a job has made or is still to give. */
export interface TaskResult {
  readonly index: number;
  readonly url: string;
  /** `removed`: it was stored, and the user or the size limit has removed it from the library. */
  readonly state: 'pending' | 'stored' | 'lost' | 'removed';
  /** How often the download has failed for a reason that lies in the link. */
  readonly failures: number;
  readonly file?: StoredFile;
}

/** A file in the library: complete, checked and on disk. */
export interface StoredFile {
  /** Path relative to the library folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal SHA-256 of the content. */
  readonly sha256: string;
  /** As told by the magic bytes, for example `image/png`. */
  readonly mediaType: string;
  /** Without a dot, for example `png`. */
  readonly extension: string;
  /** Pixels; images only. */
  readonly width?: number;
  readonly height?: number;
}

/** A paid job from the user's wish to the file in the workspace. Immutable: `transition` makes the next one. */
export interface Task {
  /** Our own id, a UUID. */
  readonly id: string;
  /** The server it belongs to; its key is never sent elsewhere. */
  readonly origin: string;
  readonly kind: MediaKind;
  readonly model: string;
  readonly prompt: string;
  /** The request body as JSON text: sent again exactly so, with the same key, when an answer was lost. */
  readonly body: string;
  /** URIs of the local files that it was made from, in the order in which they were sent. */
  readonly sources: readonly string[];
  /** One per wish of the user, for ever. */
  readonly idempotencyKey: string;
  readonly state: TaskState;
  /** False after *Stop Tracking*: the result is still stored, but nobody waits for it. */
  readonly wanted: boolean;
  readonly hold: Hold | undefined;
  /** Rivya's task id, once known. */
  readonly remoteId: string | undefined;
  readonly reservedCredits: number | undefined;
  readonly finalCredits: number | undefined;
  readonly problem: Problem | undefined;
  /** Failures in a row, for the backoff. */
  readonly failures: number;
  /** Milliseconds since the epoch, like every time here. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the user last said that it shall be sent. Much later the server may have forgotten the idempotency key. */
  readonly intendedAt: number;
  /** When the first request left that Rivya may have accepted; undefined while it is certain that none was. */
  readonly firstSentAt: number | undefined;
  /** When the runner looks next; undefined when there is nothing to do. */
  readonly dueAt: number | undefined;
  readonly results: readonly TaskResult[];
}

export function isRunningState(state: TaskState): boolean {
  return ['draft', 'submitting', 'queued', 'processing', 'succeeded'].includes(state);
}

/** The files that are safely in the library. */
export function storedFiles(task: Task): StoredFile[] {
  return task.results.flatMap(result => (result.file ? [result.file] : []));
}

/** What the job has cost as far as is known: the final charge once it is over, else the reservation. */
export function creditsOf(task: Task): number | undefined {
  return isRunningState(task.state) && task.state !== 'succeeded'
    ? task.reservedCredits
    : (task.finalCredits ?? task.reservedCredits);
}
