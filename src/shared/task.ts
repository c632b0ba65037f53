/** What a job makes (rivya-api.md 1, `category`). */
export type MediaKind = 'image' | 'video' | 'audio';

/**
 * A job's life (ARCHITECTURE.md, "A job's way"); `placed`, `failed` and `untracked` are final. `unreachable`:
 * we have stopped looking, though Rivya has not said that it failed; looked at again with another API key or
 * server, and when the person asks.
 */
export const taskStates = [
  'draft',
  'submitting',
  'queued',
  'processing',
  'succeeded',
  'stored',
  'placed',
  'failed',
  'unreachable',
  'untracked',
] as const;
export type TaskState = (typeof taskStates)[number];

/**
 * What stops the runner from going on by itself. `key`: no API key that works; tried again now and then.
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
  /** When it was met first, without anything else in between. Milliseconds since the epoch. */
  readonly since?: number;
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

/**
 * A paid job from the user's request to the file in the workspace. Immutable: `transition` makes the next
 * one.
 */
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
  /** One key per user intent, for ever. */
  readonly idempotencyKey: string;
  /** The same for all jobs that were ordered together; undefined for those of older versions. */
  readonly orderId: string | undefined;
  /** Our id of the job that it was made from: run again, varied, or with its result as an input. */
  readonly parent: string | undefined;
  readonly isFavourite: boolean;
  /**
   * The most credits that the person has agreed to pay for it; undefined when nobody could name an amount.
   */
  readonly agreedCredits: number | undefined;
  readonly state: TaskState;
  /** False after *Stop Waiting*: the result is still stored, but not placed by itself. */
  readonly tracked: boolean;
  readonly hold: Hold | undefined;
  /** Rivya's task id, once known. */
  readonly remoteId: string | undefined;
  /** Ids of further tasks that Rivya has begun for this job: each may be charged. */
  readonly otherRemoteIds: readonly string[];
  /** Whether it was sent again when Rivya may have forgotten an earlier request: that may be charged, too. */
  readonly isSentAnew: boolean;
  readonly reservedCredits: number | undefined;
  /** What Rivya has said in an answer with a terminal status; before that, nothing is final. */
  readonly finalCredits: number | undefined;
  readonly problem: Problem | undefined;
  /** Failures in a row, for the backoff. */
  readonly failures: number;
  /** Milliseconds since the epoch, like every time here. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /**
   * When the user last decided that it is sent. Much later the server may have forgotten the idempotency
   * key.
   */
  readonly intendedAt: number;
  /**
   * When the first request left that Rivya may have accepted; undefined while it is certain that none was.
   */
  readonly firstSentAt: number | undefined;
  /** The mark of the API key with which that request left; see `PaidRequest`. */
  readonly account: string | undefined;
  /** What the server's clock had said by then; see `PaidRequest`. */
  readonly sentServerTime: number | undefined;
  /** How often in a row Rivya has said that it works on this job's key already. */
  readonly conflicts: number;
  /** When the runner works on it next; undefined when there is nothing to do. */
  readonly dueAt: number | undefined;
  readonly results: readonly TaskResult[];
}

export function isRunningState(state: TaskState): boolean {
  return ['draft', 'submitting', 'queued', 'processing', 'succeeded'].includes(state);
}

/** Whether a file of the job is still tried for, be the others offered already or not. */
export function isFetching(task: Task): boolean {
  return !isRunningState(task.state) && task.state !== 'failed' && task.results.some(isPending);
}

export function isPending(result: TaskResult): boolean {
  return result.state === 'pending';
}

/** The files that are safely in the library. */
export function storedFiles(task: Task): StoredFile[] {
  return resultFiles(task).map(({ file }) => file);
}

/** The files that are safely in the library, each with the index of its result. */
export function resultFiles(task: Task): { index: number; file: StoredFile }[] {
  return task.results.flatMap(({ index, file }) => (file ? [{ index, file }] : []));
}

/**
 * Whether the person may take it off the list: it is over, or they have given it up though Rivya does not end
 * it. One whose outcome is unknown is given up by refusing to send it again.
 */
export function isRemovable({ state, tracked }: Pick<Task, 'state' | 'tracked'>): boolean {
  return !isRunningState(state) || (!tracked && (state === 'queued' || state === 'processing'));
}
