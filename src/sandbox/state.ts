import { randomBytes } from 'node:crypto';
import { loadCatalogue, type MediaKind, type Model } from './catalogue.ts';
import type { Fault } from './faults.ts';
import { defaultStreamSettings, type StreamSettings } from './streamSettings.ts';

/** The key that every sandbox accepts, with all scopes. It opens nothing but a sandbox. */
export const sandboxKey = 'rvya_sk_sandbox_0000000000000000';

/** Source: rivya-api.md section 0. */
export const scopes = [
  'models:read',
  'generations:create',
  'generations:read',
  'files:create',
  'files:read',
  'credits:read',
  'webhooks:manage',
  'chat:create',
  'chat:read',
] as const;

export type Scope = (typeof scopes)[number];

export interface SandboxOptions {
  /** TCP port on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number;
  /** Credits of the first account, and of each further one. Default 100. */
  credits?: number;
  /** Milliseconds from accepted to finished; a third of it queued. 0: finished at the first poll. Default 3000. */
  taskDurationMs?: number;
  /** The first account's key. Default `sandboxKey`. */
  apiKey?: string;
  /** Milliseconds since the Unix epoch. Default `Date.now`. */
  now?: () => number;
}

/** What can be changed while the server runs. */
export interface SandboxSettings {
  /** Milliseconds; applies to tasks accepted from now on. */
  taskDurationMs: number;
  /** False: every API path answers 503 `public_api_disabled`. */
  publicApiEnabled: boolean;
  /** Pixels of the longer edge of pictures; a small value makes mass tests cheap. */
  pictureLongEdge: number;
  /** The text of every chat answer; null derives one from the message. */
  chatAnswer: string | null;
  stream: StreamSettings;
}

export interface Account {
  id: string;
  credits: number;
  answers: Map<string, { fingerprint: string; answer: Promise<StoredAnswer> }>;
}

/** An answer that a repeated idempotency key gets again. */
export interface StoredAnswer {
  status: number;
  body: unknown;
}

export interface ApiKey {
  id: string;
  key: string;
  account: Account;
  scopes: Scope[];
  status: 'active' | 'revoked' | 'expired';
}

/** One reservation of credits; the number that tests compare with what the user meant to buy. */
export interface Charge {
  /** Id of the generation or of the chat completion. */
  taskId: string;
  model: string;
  account: string;
  /** Credits taken now: the reserved ones until settled, then the final ones; 0 after a refund. */
  credits: number;
  reserved: number;
  status: 'reserved' | 'settled' | 'refunded';
  idempotencyKey: string | null;
  clientRequestId: string | null;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

export interface RecordedRequest {
  method: string;
  path: string;
  /** Null while unanswered, and for ever when the connection was dropped first. */
  status: number | null;
  idempotencyKey: string | null;
  /** True when the idempotency key had been seen, and nothing new was done. */
  replayed: boolean;
  /** Id of the accepted key; null without one. */
  authorized: string | null;
  /** Whether an Authorization header came at all, so that a test can see a key that went where it must not. */
  hasAuthorization: boolean;
  /** The JSON body; null for anything else, and when a fault kept it from being read. */
  body: unknown;
  /** Types of the faults that were applied. */
  faults: string[];
  /** Milliseconds since the Unix epoch. */
  at: number;
}

export interface TaskFailure {
  code: string;
  message: string;
}

export interface Task {
  id: string;
  account: string;
  model: string;
  prompt: string;
  params: Record<string, unknown>;
  charge: Charge;
  createdAt: number;
  durationMs: number;
  outputs: MediaKind[];
  failure: TaskFailure | null;
  finishedAt: number | null;
}

export interface StoredFile {
  id: string;
  account: string;
  kind: MediaKind;
  name: string;
  mimeType: string;
  extension: string;
  bytes: Uint8Array<ArrayBuffer>;
  durationSeconds: number | null;
  durationToken: string | null;
  createdAt: number;
}

export interface ChatMessage {
  id: string;
  role: 'user' | 'assistant';
  content: string;
  createdAt: number;
}

export interface ChatSession {
  id: string;
  account: string;
  model: string;
  createdAt: number;
  updatedAt: number;
  messages: ChatMessage[];
}

/** Everything a running sandbox knows. Plain data; the modules beside this one are functions over it. */
export interface SandboxState {
  readonly now: () => number;
  /** Base URL without a trailing slash; set once the port is known. */
  url: string;
  settings: SandboxSettings;
  models: Map<string, Model>;
  accounts: Map<string, Account>;
  keys: ApiKey[];
  tasks: Map<string, Task>;
  /** Those of `tasks` that are not finished. */
  pendingTasks: Set<Task>;
  files: Map<string, StoredFile>;
  sessions: Map<string, ChatSession>;
  charges: Charge[];
  requests: RecordedRequest[];
  faults: { fault: Fault; skip: number; left: number }[];
  plannedFailures: TaskFailure[];
}

export const firstAccountId = 'acct_sandbox';

/** The state of a sandbox that was just started. */
export function createState(options: SandboxOptions): SandboxState {
  const account = createAccount(firstAccountId, options.credits ?? 100);
  return {
    now: options.now ?? Date.now,
    url: '',
    settings: {
      taskDurationMs: options.taskDurationMs ?? 3000,
      publicApiEnabled: true,
      pictureLongEdge: 1024,
      chatAnswer: null,
      stream: { ...defaultStreamSettings },
    },
    models: loadCatalogue(),
    accounts: new Map([[account.id, account]]),
    keys: [
      {
        id: 'key_sandbox',
        key: options.apiKey ?? sandboxKey,
        account,
        scopes: [...scopes],
        status: 'active',
      },
    ],
    tasks: new Map(),
    pendingTasks: new Set(),
    files: new Map(),
    sessions: new Map(),
    charges: [],
    requests: [],
    faults: [],
    plannedFailures: [],
  };
}

export function createAccount(id: string, credits: number): Account {
  return { id, credits, answers: new Map() };
}

export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
