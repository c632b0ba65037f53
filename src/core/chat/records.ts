import type { ChatMessageState } from '../../shared/chat.ts';
import type { PaidRequest } from '../paidRequest/paidRequest.ts';
import type { Problem } from '../../shared/task.ts';

export type ForkReason = 'branch' | 'edit' | 'retry' | 'continue';

/** Why a session is as it is. The text for it is chosen where it is shown. */
export type SessionNote =
  | { readonly kind: 'modelChanged'; readonly from: string }
  /**
   * It was begun from another one. What came before goes along as a quotation, because Rivya takes no
   * history.
   */
  | { readonly kind: 'forked'; readonly because: ForkReason; readonly quoted: boolean }
  | { readonly kind: 'fromServer' };

/**
 * A conversation. Rivya ties its own session, once there is one, to an account and a model (rivya-api.md
 * 6.1).
 */
export interface ChatSessionRecord {
  readonly id: string;
  /** The server it belongs to; its key is never sent elsewhere. */
  readonly origin: string;
  /** The address of the workspace it was started in; undefined without a folder. */
  readonly workspace: string | undefined;
  /** Empty until the first question, unless the user has named it. */
  readonly title: string;
  readonly model: string | undefined;
  /** Rivya's session id, once known. */
  readonly remoteId: string | undefined;
  readonly note: SessionNote | undefined;
  /** The text in the composer. */
  readonly draft: string;
  readonly webSearch: boolean;
  readonly reasoningEffort: string | undefined;
  /** Milliseconds since the epoch, like every time here. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An image that belongs to a question, or to the composer while it was not sent. */
export interface ImageRecord {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** Relative to the folder of chat images. */
  readonly path: string;
  readonly mediaType: string;
  /** Rivya's id of the upload, once there is one. */
  readonly fileId: string | undefined;
}

/** Text that is quoted to the model. */
export interface ContextRecord {
  readonly id: string;
  /** For people: `src/app.ts:10-24`. */
  readonly label: string;
  readonly languageId: string;
  readonly text: string;
}

export interface ChatProblemRecord extends Problem {
  /** Whether any request for this answer may have been accepted, this one or an earlier one. */
  readonly mayHaveBeenCharged: boolean;
}

export interface ChatMessageRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly role: 'user' | 'assistant';
  readonly state: ChatMessageState;
  /** Of a question: as the user wrote it, without what is quoted. */
  readonly text: string;
  readonly reasoning: string;
  readonly images: readonly ImageRecord[];
  readonly contexts: readonly ContextRecord[];
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** What was charged; undefined while that is unknown. */
  readonly credits: number | undefined;
  readonly problem: ChatProblemRecord | undefined;
  readonly createdAt: number;
}

/**
 * What a pending answer waits for: enough to repeat the same request after a crash, and to know whether it
 * may be repeated.
 */
export interface AnswerRequest extends PaidRequest {
  readonly answerId: string;
  readonly questionId: string;
  readonly sessionId: string;
  /** One per question of the user, for ever. */
  readonly idempotencyKey: string;
  /** The request body as JSON text, once everything in it is known; until then nothing was sent. */
  readonly body: string | undefined;
  /** Which endpoint it goes to: the same key at another one would be another request. */
  readonly streamed: boolean;
}

export interface Composer {
  readonly images: readonly ImageRecord[];
  readonly contexts: readonly ContextRecord[];
}

/** Enough of a session for a list. */
export interface ChatSessionSummaryRecord {
  readonly id: string;
  readonly origin: string;
  readonly title: string;
  readonly model: string | undefined;
  readonly remoteId: string | undefined;
  readonly workspace: string | undefined;
  readonly updatedAt: number;
  readonly messageCount: number;
}
