/** What the page knows, as a pure function of what the host has said. */
import type {
  ChatHostMessage,
  ChatMessageDto,
  ChatSessionSummaryDto,
  ChatSessionDto,
  ChatState,
} from '../../shared/chat.ts';

export interface SessionList {
  readonly query: string;
  readonly scope: 'workspace' | 'all';
  readonly sessions: readonly ChatSessionSummaryDto[];
  readonly further: 'none' | 'loading' | 'more';
  readonly problem: string | undefined;
}

export interface PageState {
  /** Number of the last message that was taken in. */
  readonly sequence: number;
  /** Undefined until the first snapshot. */
  readonly chat: ChatState | undefined;
  readonly sessions: SessionList | undefined;
  /**
   * A message was missed or contradicts what is here: only a snapshot helps, and nothing else is taken in
   * before it.
   */
  readonly isStale: boolean;
}

export const initialState: PageState = { sequence: 0, chat: undefined, sessions: undefined, isStale: false };

const hostMessageTypes: Readonly<Record<ChatHostMessage['type'], true>> = {
  snapshot: true,
  delta: true,
  message: true,
  card: true,
  state: true,
  sessions: true,
  focus: true,
  turn: true,
};

/** Whether this is a message of the host, as far as its type and its number tell. */
export function isHostMessage(value: unknown): value is ChatHostMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { type, sequence } = value as { type?: unknown; sequence?: unknown };
  return typeof type === 'string' && Object.hasOwn(hostMessageTypes, type) && Number.isSafeInteger(sequence);
}

/** The state after a message of the host. */
export function reduce(state: PageState, message: ChatHostMessage): PageState {
  if (message.type === 'snapshot') {
    return { ...state, sequence: message.sequence, chat: message.state, isStale: false };
  }
  // Before the first snapshot, and while the page waits for another one, changes have nothing to apply to.
  if (state.chat === undefined || state.isStale) return state;
  // A repeated message: a snapshot overtook it.
  if (message.sequence <= state.sequence) return state;
  if (message.sequence !== state.sequence + 1) return { ...state, isStale: true };
  const next = { ...state, sequence: message.sequence };
  switch (message.type) {
    case 'delta': {
      const session = withDelta(state.chat.session, message);
      return session === undefined
        ? { ...next, isStale: true }
        : { ...next, chat: { ...state.chat, session } };
    }
    case 'message': {
      const { session } = state.chat;
      const messages = put(session.messages, message.message, each => each.id);
      return { ...next, chat: { ...state.chat, session: { ...session, messages } } };
    }
    case 'card': {
      const { session } = state.chat;
      const cards = put(session.cards, message.card, each => each.taskId);
      return { ...next, chat: { ...state.chat, session: { ...session, cards } } };
    }
    case 'state': {
      const { session, ...rest } = message.state;
      return { ...next, chat: { ...state.chat, ...rest, session: { ...state.chat.session, ...session } } };
    }
    case 'sessions': {
      const { query, scope, sessions, further, problem } = message;
      return { ...next, sessions: { query, scope, sessions, further, problem } };
    }
    case 'focus':
    case 'turn':
      return next;
  }
}

/** Undefined when the delta does not fit what is here. */
function withDelta(
  session: ChatSessionDto,
  delta: Extract<ChatHostMessage, { type: 'delta' }>,
): ChatSessionDto | undefined {
  const index = session.messages.findLastIndex(message => message.id === delta.messageId);
  const message = session.messages[index];
  if (message?.[delta.field].length !== delta.at) return undefined;
  const changed: ChatMessageDto = { ...message, [delta.field]: message[delta.field] + delta.text };
  return { ...session, messages: session.messages.with(index, changed) };
}

/** The list with the item in the place of the one with the same key, or at its end. */
function put<T>(items: readonly T[], item: T, keyOf: (item: T) => string): readonly T[] {
  const index = items.findLastIndex(each => keyOf(each) === keyOf(item));
  return index === -1 ? [...items, item] : items.with(index, item);
}

/** The answer that is being written, if any. */
export function streamingMessage(chat: ChatState): ChatMessageDto | undefined {
  return chat.session.messages.findLast(message => message.state === 'streaming');
}
