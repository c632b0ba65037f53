import { randomBytes } from 'node:crypto';
import { loadCatalogue, type MediaKind, type Model } from './catalogue.ts';
import type { Fault } from './faults.ts';
import type { Journal } from './journal.ts';
import type { RateLimit, RateWindow } from './rateLimit.ts';
import { defaultStreamSettings, type StreamSettings } from './streamSettings.ts';
import { defaultWebhookSettings, type WebhookEventType, type WebhookSettings } from './webhookSettings.ts';

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
  /** TCP port on 127.0.0.1; 0 (the default) takes the one that `dataDirectory` had last, or else a free one. */
  port?: number;
  /** Credits of the first account, and of each further one. Default 100. */
  credits?: number;
  /** Milliseconds from accepted to finished; a third of it queued. 0: finished at the first poll. Default 3000. */
  taskDurationMs?: number;
  /** The first account's key. Default `sandboxKey`. */
  apiKey?: string;
  /** Default: none. */
  rateLimit?: RateLimit;
  /** Whether webhook endpoints on this machine are accepted, also over http. Default true. */
  allowLoopbackWebhooks?: boolean;
  /**
   * A directory that keeps accounts, keys, generations, files, chats and webhooks; made when it is not there. Without
   * one all is lost at the end. `credits` and `apiKey` count for a new one only; settings and faults are never kept.
   */
  dataDirectory?: string;
  /** Milliseconds since the Unix epoch. Default `Date.now`. */
  now?: () => number;
}

/** What can be changed while the server runs. */
export interface SandboxSettings {
  /** Milliseconds; applies to tasks accepted from now on. */
  taskDurationMs: number;
  /** False: every API path answers 503 `public_api_disabled`. */
  publicApiEnabled: boolean;
  /** Null: as many requests as one likes. */
  rateLimit: RateLimit | null;
  /** Pixels of the longer edge of pictures; a small value makes mass tests cheap. */
  pictureLongEdge: number;
  /** The text of every chat answer; null derives one from the message. */
  chatAnswer: string | null;
  stream: StreamSettings;
  webhooks: WebhookSettings;
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

/** The answer to an idempotency key, as it is kept on disk. */
export interface IdempotentAnswer {
  account: string;
  key: string;
  fingerprint: string;
  answer: StoredAnswer;
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
  /** Counted from 1. */
  number: number;
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
  /** Credits that it costs when it succeeds. */
  price: number;
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

/** Source of the fields that clients see: rivya-api.md section 7. */
export interface WebhookEndpoint {
  id: string;
  account: string;
  name: string;
  url: string;
  eventTypes: WebhookEventType[];
  status: 'active' | 'disabled';
  /** `whsec_` and base64; deliveries are signed with it. */
  secret: string;
  /** The secret before the last rotation, which signs beside the new one until then. */
  oldSecret: { secret: string; until: number } | null;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  /** Failed attempts since the last success or since it was enabled. */
  failures: number;
  createdAt: number;
  updatedAt: number;
  disabledAt: number | null;
}

export interface WebhookEvent {
  id: string;
  account: string;
  type: WebhookEventType | 'webhook.test';
  createdAt: number;
  /** Id of the generation it tells of; null for a test. */
  taskId: string | null;
}

/** One attempt to bring an event to an endpoint. */
export interface WebhookDelivery {
  id: string;
  endpointId: string;
  event: WebhookEvent;
  /** Counted from 1. */
  attempt: number;
  status: 'pending' | 'succeeded' | 'failed' | 'skipped';
  /** When it is to be made, in milliseconds since the Unix epoch. */
  dueAt: number;
  responseStatus: number | null;
  durationMs: number | null;
  error: string | null;
  createdAt: number;
  /** When it ended; null while pending. */
  endedAt: number | null;
}

/** Everything a running sandbox knows. Plain data; the modules beside this one are functions over it. */
export interface SandboxState {
  readonly now: () => number;
  /** Whoever changes a record notes it here. */
  readonly journal: Journal;
  /** Tells this run of the server from any other. */
  readonly instance: string;
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
  webhooks: Map<string, WebhookEndpoint>;
  /** Oldest first. */
  webhookEvents: WebhookEvent[];
  /** Oldest first. */
  deliveries: WebhookDelivery[];
  /** Those of `deliveries` that are still to be made. */
  pendingDeliveries: Set<WebhookDelivery>;
  charges: Charge[];
  requests: RecordedRequest[];
  /** `name`: the switch that set it. */
  faults: { name?: string; fault: Fault; skip: number; left: number }[];
  plannedFailures: TaskFailure[];
  /** By id of the key. */
  rateWindows: Map<string, RateWindow>;
}

export const firstAccountId = 'acct_sandbox';
export const firstKeyId = 'key_sandbox';

/** The state of a sandbox that was just started for the first time. */
export function createState(options: SandboxOptions, journal: Journal): SandboxState {
  const account = createAccount(firstAccountId, options.credits ?? 100);
  const key: ApiKey = {
    id: firstKeyId,
    key: options.apiKey ?? sandboxKey,
    account,
    scopes: [...scopes],
    status: 'active',
  };
  return {
    now: options.now ?? Date.now,
    journal,
    instance: newId('run'),
    url: '',
    settings: {
      taskDurationMs: options.taskDurationMs ?? 3000,
      publicApiEnabled: true,
      rateLimit: options.rateLimit ?? null,
      pictureLongEdge: 1024,
      chatAnswer: null,
      stream: { ...defaultStreamSettings },
      webhooks: { ...defaultWebhookSettings, allowLoopback: options.allowLoopbackWebhooks ?? true },
    },
    models: loadCatalogue(),
    accounts: new Map([[account.id, account]]),
    keys: [key],
    tasks: new Map(),
    pendingTasks: new Set(),
    files: new Map(),
    sessions: new Map(),
    webhooks: new Map(),
    webhookEvents: [],
    deliveries: [],
    pendingDeliveries: new Set(),
    charges: [],
    requests: [],
    faults: [],
    plannedFailures: [],
    rateWindows: new Map(),
  };
}

/** Notes the records that a fresh state begins with. */
export function keepStart({ accounts, keys, journal }: SandboxState): void {
  for (const account of accounts.values()) journal.put('account', account.id, account);
  for (const key of keys) journal.put('key', key.id, key);
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
