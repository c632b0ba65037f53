import { randomBytes } from 'node:crypto';
import { loadCatalogue, type Model } from '../catalogue/catalogue.ts';
import type { Fault } from './fault.ts';
import type { Journal } from './journal.ts';
import type {
  Account,
  ApiKey,
  Charge,
  ChatSession,
  RateLimit,
  RateWindow,
  RecordedRequest,
  StoredFile,
  Task,
  TaskFailure,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
} from './records.ts';
import { scopes } from './scopes.ts';
import { defaultStreamSettings, type StreamSettings } from './streamSettings.ts';
import { defaultWebhookSettings, type WebhookSettings } from './webhookSettings.ts';

/** The key that every sandbox accepts, with all scopes. It opens nothing but a sandbox. */
export const sandboxKey = 'rvya_sk_sandbox_0000000000000000';

export interface SandboxOptions {
  /**
   * TCP port on 127.0.0.1; 0 (the default) takes the one that `dataDirectory` had last, or else a free one.
   */
  port?: number;
  /** Credits of the first account, and of each further one. Default 100. */
  credits?: number;
  /**
   * Milliseconds from accepted to finished; a third of it queued. 0: finished at the first poll. Default
   * 2000.
   */
  taskDurationMs?: number;
  /** The first account's key. Default `sandboxKey`. */
  apiKey?: string;
  /** Default: none. */
  rateLimit?: RateLimit;
  /** Whether webhook endpoints on this machine are accepted, also over http. Default true. */
  allowLoopbackWebhooks?: boolean;
  /**
   * A directory that keeps accounts, keys, generations, files, chats and webhooks; made when it is not there.
   * Without one all is lost at the end. `credits` and `apiKey` count for a new one only; settings and faults
   * are never kept.
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
  /** By what the price of a generation is multiplied for a param: `resolution=4K` or `resolution`. */
  priceFactors: Readonly<Record<string, number>>;
  /** False: an idempotency key that comes again is a new request. */
  remembersKeys: boolean;
  /** The text of every chat answer; null derives one from the message. */
  chatAnswer: string | null;
  stream: StreamSettings;
  webhooks: WebhookSettings;
}

/** Everything a running sandbox knows. Plain data; the other folders are functions over it. */
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
      taskDurationMs: options.taskDurationMs ?? 2000,
      publicApiEnabled: true,
      rateLimit: options.rateLimit ?? null,
      pictureLongEdge: 1024,
      priceFactors: {},
      remembersKeys: true,
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
