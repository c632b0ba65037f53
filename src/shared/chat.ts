/**
 * What the extension host tells the chat page; what the page may answer is in chatSchema.ts. The host owns
 * the truth: the page gets a snapshot when it says `ready`, and numbered changes after that; a gap in the
 * numbers makes it ask for a snapshot again. Nothing here is secret.
 */
import type { MediaKind, TaskState } from './task.ts';

/**
 * `stopped`: by the user; `incomplete`: the answer broke off; `failed`: there is no answer, or an unknown
 * outcome.
 */
export type ChatMessageState = 'streaming' | 'complete' | 'stopped' | 'incomplete' | 'failed';

/** An image that goes with a question. It lies in a file; the page never holds its bytes. */
export interface ChatImageDto {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** For `<img src>`: an address of the webview, never a remote one. Undefined when the file is gone. */
  readonly source: string | undefined;
  /** 0 to 1 while it is uploaded, 1 once it can be sent; undefined before. */
  readonly progress: number | undefined;
}

/** Text of the workspace that is sent with a question, visibly and as a quotation. */
export interface ChatContextDto {
  readonly id: string;
  /** For people: `src/app.ts:10-24`. */
  readonly label: string;
  readonly languageId: string;
  readonly text: string;
}

/** A button at an error. The host knows what it does. */
export interface ChatActionDto {
  readonly id: string;
  readonly title: string;
}

export interface ChatProblemDto {
  /** What happened, what it cost, and what to do: complete, in the user's language. */
  readonly text: string;
  readonly requestId: string | undefined;
  readonly actions: readonly ChatActionDto[];
}

/** A job that was started from a message, shown in the conversation. */
export interface ChatCardDto {
  readonly taskId: string;
  /** The id of the message below which it stands. */
  readonly messageId: string;
  readonly kind: MediaKind;
  readonly prompt: string;
  readonly state: TaskState;
  /** For people, in their language. */
  readonly stateText: string;
  /** An address of the webview once the result is in the library. */
  readonly source: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly credits: number | undefined;
  readonly canInsert: boolean;
}

export interface ChatUsageDto {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** What was charged; undefined while that is unknown. */
  readonly credits: number | undefined;
}

export interface ChatMessageDto {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly state: ChatMessageState;
  /** Markdown as it came; hostile. */
  readonly text: string;
  readonly reasoning: string;
  readonly images: readonly ChatImageDto[];
  readonly contexts: readonly ChatContextDto[];
  readonly usage: ChatUsageDto | undefined;
  readonly problem: ChatProblemDto | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What a chat model can, as the catalogue says. */
export interface ChatModelDto {
  readonly id: string;
  readonly name: string;
  /** The price as text, in the user's language. */
  readonly price: string;
  /** Undefined when it can be used, else why not. */
  readonly unusable: string | undefined;
  readonly isDefault: boolean;
  readonly webSearch: boolean;
  /** Empty when the model has no such choice. */
  readonly reasoningEfforts: readonly string[];
  readonly images: boolean;
  /** In characters; undefined when there is no limit. */
  readonly maximumLength: number | undefined;
}

/** The session that is shown. A new one that was not sent yet has no messages. */
export interface ChatSessionDto {
  readonly id: string;
  readonly title: string;
  /** Undefined until a model is chosen. */
  readonly model: string | undefined;
  readonly messages: readonly ChatMessageDto[];
  readonly cards: readonly ChatCardDto[];
  /** Sum of all answers whose cost is known. */
  readonly credits: number | undefined;
  /** Whether there are answers whose cost nobody knows: it comes on top. */
  readonly creditsAreMore: boolean;
  /**
   * Why something is as it is, for instance that a change of the model began this session; shown above the
   * first message.
   */
  readonly note: string | undefined;
}

export interface ChatSessionSummaryDto {
  readonly id: string;
  readonly title: string;
  readonly model: string | undefined;
  readonly updatedAt: number;
  readonly messageCount: number | undefined;
  /** `server`: it exists at Rivya and is not stored here yet. */
  readonly origin: 'here' | 'server';
  /** The workspace that it was started in, for people; undefined for none. */
  readonly workspace: string | undefined;
  readonly isCurrentWorkspace: boolean;
}

/** What the composer holds besides its text; it belongs to the session. */
export interface ChatComposerDto {
  readonly images: readonly ChatImageDto[];
  readonly contexts: readonly ChatContextDto[];
  readonly webSearch: boolean;
  readonly reasoningEffort: string | undefined;
  /** Whether the draft is sent by itself as soon as the answer that is being written is complete. */
  readonly isQueued: boolean;
  /** What is wrong with an image, a context or the length, in words; shown at the composer. */
  readonly problem: string | undefined;
}

export interface ChatState {
  /** `none`: there is no key, so nothing can be sent; the page offers to set one or to start the sandbox. */
  readonly account: 'none' | 'ready';
  readonly sandbox: boolean;
  readonly offline: boolean;
  readonly session: ChatSessionDto;
  readonly models: readonly ChatModelDto[];
  readonly composer: ChatComposerDto;
  readonly draft: string;
  /** Questions of this session and before, newest first, for arrow up. */
  readonly history: readonly string[];
  /** The credits that are left in the account; undefined while unknown. */
  readonly balance: number | undefined;
  /** What the answers of today have cost at this server, as far as it is known. */
  readonly spentToday: number;
  /** Whether people who listen are told how an answer begins once it is complete. */
  readonly readsAnswers: boolean;
}

/** From the host. `sequence` rises by one with each; the snapshot says where it starts. */
export type ChatHostMessage =
  | { readonly type: 'snapshot'; readonly sequence: number; readonly state: ChatState }
  /**
   * Text that was appended to the answer; `at` is the length before, in UTF-16 units, so that a wrong order
   * is noticed.
   */
  | {
      readonly type: 'delta';
      readonly sequence: number;
      readonly messageId: string;
      readonly field: 'text' | 'reasoning';
      readonly at: number;
      readonly text: string;
    }
  /** A message that is new or changed in anything but appended text. */
  | { readonly type: 'message'; readonly sequence: number; readonly message: ChatMessageDto }
  | { readonly type: 'card'; readonly sequence: number; readonly card: ChatCardDto }
  /** Parts of the state that changed, whole; never the messages. */
  | {
      readonly type: 'state';
      readonly sequence: number;
      readonly state: Partial<Omit<ChatState, 'session'>> & {
        readonly session?: Partial<Omit<ChatSessionDto, 'messages' | 'cards' | 'id'>>;
      };
    }
  | {
      readonly type: 'sessions';
      readonly sequence: number;
      readonly query: string;
      readonly scope: 'workspace' | 'all';
      readonly sessions: readonly ChatSessionSummaryDto[];
      /**
       * What Rivya has besides: `loading` while that is asked for, `more` when there is something to load.
       */
      readonly further: 'none' | 'loading' | 'more';
      readonly problem: string | undefined;
    }
  /** The host asks the page to put the keyboard into the composer. */
  | { readonly type: 'focus'; readonly sequence: number }
  /** Or to a turn: from the one that has it, or had it last. `read`: it says `readAnswer` of that answer. */
  | { readonly type: 'turn'; readonly sequence: number; readonly to: 'next' | 'previous' | 'same' | 'read' };
