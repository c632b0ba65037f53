/**
 * What the chat page and the extension host say to each other. The host owns the truth: the page gets a snapshot when it says
 * `ready`, and numbered changes after that; a gap in the numbers makes it ask for a snapshot again. Nothing here is secret.
 */
import type { MediaKind, TaskState } from './task.ts';

/** `stopped`: by the user; `incomplete`: the answer broke off; `failed`: there is no answer, or an unknown outcome. */
export type ChatMessageState = 'streaming' | 'complete' | 'stopped' | 'incomplete' | 'failed';

/** An image that goes with a question. It lies in a file; the page never holds its bytes. */
export interface ChatImage {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** For `<img src>`: an address of the webview, never a remote one. Undefined when the file is gone. */
  readonly source: string | undefined;
  /** 0 to 1 while it is uploaded, 1 once it can be sent; undefined before. */
  readonly progress: number | undefined;
}

/** Text of the workspace that is sent with a question, visibly and as a quotation. */
export interface ChatContext {
  readonly id: string;
  /** For people: `src/app.ts:10-24`. */
  readonly label: string;
  readonly languageId: string;
  readonly text: string;
}

/** A button at an error. The host knows what it does. */
export interface ChatAction {
  readonly id: string;
  readonly title: string;
}

export interface ChatProblem {
  /** What happened, what it cost, and what to do: complete, in the user's language. */
  readonly text: string;
  readonly requestId: string | undefined;
  readonly actions: readonly ChatAction[];
}

/** A job that was started from a message, shown in the conversation. */
export interface ChatCard {
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

export interface ChatUsageView {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** What was charged; undefined while that is unknown. */
  readonly credits: number | undefined;
}

export interface ChatMessageView {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly state: ChatMessageState;
  /** Markdown as it came; hostile. */
  readonly text: string;
  readonly reasoning: string;
  readonly images: readonly ChatImage[];
  readonly contexts: readonly ChatContext[];
  readonly usage: ChatUsageView | undefined;
  readonly problem: ChatProblem | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What a chat model can, as the catalogue says. */
export interface ChatModel {
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
export interface ChatSessionView {
  readonly id: string;
  readonly title: string;
  /** Undefined until a model is chosen. */
  readonly model: string | undefined;
  readonly messages: readonly ChatMessageView[];
  readonly cards: readonly ChatCard[];
  /** Sum of all answers whose cost is known. */
  readonly credits: number | undefined;
  /** Why something is as it is, for instance that a change of the model began this session; shown above the first message. */
  readonly note: string | undefined;
}

export interface ChatSessionSummary {
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
export interface ChatComposer {
  readonly images: readonly ChatImage[];
  readonly contexts: readonly ChatContext[];
  readonly webSearch: boolean;
  readonly reasoningEffort: string | undefined;
  /** What is wrong with an image, a context or the length, in words; shown at the composer. */
  readonly problem: string | undefined;
}

export interface ChatState {
  /** `none`: there is no key, so nothing can be sent; the page offers to set one or to start the sandbox. */
  readonly account: 'none' | 'ready';
  readonly sandbox: boolean;
  readonly offline: boolean;
  readonly session: ChatSessionView;
  readonly models: readonly ChatModel[];
  readonly composer: ChatComposer;
  readonly draft: string;
  /** Questions of this session and before, newest first, for arrow up. */
  readonly history: readonly string[];
  /** The credits that are left in the account; undefined while unknown. */
  readonly balance: number | undefined;
}

/** From the host. `sequence` rises by one with each; the snapshot says where it starts. */
export type ChatHostMessage =
  | { readonly type: 'snapshot'; readonly sequence: number; readonly state: ChatState }
  /** Text that was appended to the answer; `at` is the length before, in UTF-16 units, so that a wrong order is noticed. */
  | {
      readonly type: 'delta';
      readonly sequence: number;
      readonly messageId: string;
      readonly field: 'text' | 'reasoning';
      readonly at: number;
      readonly text: string;
    }
  /** A message that is new or changed in anything but appended text. */
  | { readonly type: 'message'; readonly sequence: number; readonly message: ChatMessageView }
  | { readonly type: 'card'; readonly sequence: number; readonly card: ChatCard }
  /** Parts of the state that changed, whole; never the messages. */
  | {
      readonly type: 'state';
      readonly sequence: number;
      readonly state: Partial<Omit<ChatState, 'session'>> & {
        readonly session?: Partial<Omit<ChatSessionView, 'messages' | 'cards' | 'id'>>;
      };
    }
  | {
      readonly type: 'sessions';
      readonly sequence: number;
      readonly query: string;
      readonly scope: 'workspace' | 'all';
      readonly sessions: readonly ChatSessionSummary[];
      /** What Rivya has besides: `loading` while that is asked for, `more` when there is something to load. */
      readonly further: 'none' | 'loading' | 'more';
      readonly problem: string | undefined;
    }
  /** The host asks the page to put the keyboard into the composer. */
  | { readonly type: 'focus'; readonly sequence: number };

/** From the page. Everything in it is checked by the host as if a stranger had sent it. */
export type ChatPageMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'draft'; readonly text: string }
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'stop' }
  | { readonly type: 'new' }
  | { readonly type: 'chooseModel'; readonly model: string }
  | { readonly type: 'setWebSearch'; readonly on: boolean }
  | { readonly type: 'setReasoningEffort'; readonly effort: string }
  | { readonly type: 'pickImages' }
  /** Pasted or dropped: bytes as base64, sent once and kept by the host in a file. */
  | { readonly type: 'addImage'; readonly name: string; readonly base64: string }
  /** Dropped addresses of files, as VS Code gives them (`text/uri-list`, `application/vnd.code.uri-list`). */
  | { readonly type: 'addUris'; readonly uris: readonly string[] }
  | { readonly type: 'removeImage'; readonly id: string }
  | { readonly type: 'addSelection' }
  | { readonly type: 'addFile' }
  | { readonly type: 'removeContext'; readonly id: string }
  | { readonly type: 'listSessions'; readonly query: string; readonly scope: 'workspace' | 'all' }
  | { readonly type: 'moreSessions' }
  | { readonly type: 'openSession'; readonly id: string; readonly origin: 'here' | 'server' }
  | { readonly type: 'renameSession'; readonly id: string; readonly title: string }
  | { readonly type: 'deleteSession'; readonly id: string }
  | { readonly type: 'exportSession'; readonly id: string }
  /** The changed question becomes the first of a new session that quotes what came before. */
  | { readonly type: 'editAndResend'; readonly messageId: string; readonly text: string }
  | { readonly type: 'retry'; readonly messageId: string }
  | { readonly type: 'continueAnswer'; readonly messageId: string }
  | { readonly type: 'branch'; readonly messageId: string }
  | { readonly type: 'action'; readonly messageId: string; readonly id: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'insertCode'; readonly text: string }
  | { readonly type: 'saveCode'; readonly text: string; readonly languageId: string }
  | { readonly type: 'generateImage'; readonly messageId: string; readonly prompt: string }
  | { readonly type: 'card'; readonly taskId: string; readonly verb: 'insert' | 'open' | 'reveal' }
  | { readonly type: 'openLink'; readonly href: string }
  /** The welcome state: which way to begin. */
  | { readonly type: 'begin'; readonly with: 'key' | 'sandbox' };

/** What the host writes into the page as JSON, in an element with the id `chat-boot`. */
export interface ChatBoot {
  /** BCP 47. */
  readonly language: string;
  /** English text to translation; empty for English. */
  readonly strings: Readonly<Record<string, string>>;
}
