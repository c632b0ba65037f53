import type { MediaKind } from '../catalogue/catalogue.ts';
import type { Scope } from './scopes.ts';
import type { WebhookEventType } from './webhookSettings.ts';

export interface Account {
  id: string;
  credits: number;
  answers: Map<string, { fingerprint: string; at: number; answer: Promise<StoredAnswer> }>;
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
  /** When the key came first, in milliseconds since the epoch. */
  at: number;
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
  /**
   * Whether an Authorization header came at all, so that a test can see a key that went where it must not.
   */
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

/**
 * Numbers and headers of the real limit are not documented (rivya-api.md section 8); these are the usual
 * ones.
 */
export interface RateLimit {
  /** Requests that one key may make in a window. */
  requests: number;
  windowMs: number;
}

/** What one key has used. */
export interface RateWindow {
  startedAt: number;
  used: number;
}

/** Everything that outlives the process. Settings, faults and the record of requests do not. */
export interface Records {
  account: Account;
  key: ApiKey;
  charge: Charge;
  task: Task;
  answer: IdempotentAnswer;
  file: StoredFile;
  session: ChatSession;
  webhook: WebhookEndpoint;
  event: WebhookEvent;
  delivery: WebhookDelivery;
}

export type RecordKind = keyof Records;

/** A record that was changed, or, with null, removed. */
export type RecordChange = {
  [K in RecordKind]: { kind: K; id: string; record: Records[K] | null };
}[RecordKind];

/** Where changes are kept. */
export interface RecordSink {
  /** Writes all or nothing. @throws when that fails */
  write(changes: readonly RecordChange[]): void;
  clear(): void;
}
