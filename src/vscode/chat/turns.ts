import { systemClock } from '../../base/clock.ts';
import type { ChatStore } from '../../core/chat/chatStore.ts';
import type { Conversations } from '../../core/chat/conversations.ts';
import { copied, forkSession, historyContext } from '../../core/chat/forks.ts';
import { continuation } from '../../core/chat/quotation.ts';
import type {
  ChatMessageRecord,
  ChatSessionRecord,
  ForkReason,
  ImageRecord,
  ContextRecord,
} from '../../core/chat/records.ts';
import { setting } from '../manifest/settings.ts';
import { l10n } from '../text/l10n.ts';

export interface TurnParts {
  readonly store: ChatStore;
  readonly conversations: Conversations;
  /** Of the session's model, in code points; undefined when it names none. */
  readonly limit: number | undefined;
}

interface Material {
  readonly text: string;
  readonly images: readonly ImageRecord[];
  readonly contexts: readonly ContextRecord[];
}

/**
 * Turns that Rivya's API does not know, made of what it knows: because it takes no history, each begins a new
 * session whose first question quotes what came before. Each returns the id of the session to show.
 */

/** The changed question in place of the one that was asked. */
export function editAndResend(
  parts: TurnParts,
  session: ChatSessionRecord,
  messageId: string,
  text: string,
): string | undefined {
  const { before, message } = around(parts, session, messageId);
  if (message?.role !== 'user') return undefined;
  return resend(parts, session, 'edit', before, { ...copied(message), text });
}

/** The question of this answer once more: in place when it came to nothing, else anew. */
export function retry(parts: TurnParts, session: ChatSessionRecord, answerId: string): string | undefined {
  if (parts.conversations.again(answerId)) return session.id;
  return askAnew(parts, session, answerId);
}

/** The question of this answer once more, in a new session. */
export function askAnew(parts: TurnParts, session: ChatSessionRecord, answerId: string): string | undefined {
  const { before } = around(parts, session, answerId);
  const question = before.at(-1);
  if (question?.role !== 'user') return undefined;
  return resend(parts, session, 'retry', before.slice(0, -1), { ...copied(question), text: question.text });
}

/** The rest of an answer that broke off; Rivya's session, when there is one, knows what came before. */
export function continueAnswer(
  parts: TurnParts,
  session: ChatSessionRecord,
  answerId: string,
): string | undefined {
  const { before, message } = around(parts, session, answerId);
  if (message?.role !== 'assistant') return undefined;
  const text = continuation(message.text);
  if (session.remoteId === undefined) {
    return resend(parts, session, 'continue', [...before, message], { text, images: [], contexts: [] });
  }
  parts.conversations.send(session.id, {
    text,
    instead: { images: [], contexts: [] },
    streamed: isStreamed(),
  });
  return session.id;
}

/** A new session that holds what was said up to here, ready for another question. */
export function branch(parts: TurnParts, session: ChatSessionRecord, messageId: string): string | undefined {
  const { before, message } = around(parts, session, messageId);
  if (!message) return undefined;
  const history = quote(parts, [...before, message], { text: '', images: [], contexts: [] });
  const fork = forkSession(parts.store, session, 'branch', history !== undefined, systemClock.now());
  if (history) parts.store.addContext(fork.id, history);
  return fork.id;
}

export function isStreamed(): boolean {
  return setting('chat.streaming');
}

function resend(
  parts: TurnParts,
  session: ChatSessionRecord,
  because: ForkReason,
  before: readonly ChatMessageRecord[],
  material: Material,
): string {
  const history = quote(parts, before, material);
  const fork = forkSession(parts.store, session, because, history !== undefined, systemClock.now());
  parts.conversations.send(fork.id, {
    text: material.text,
    instead: {
      images: material.images,
      contexts: [...(history ? [history] : []), ...material.contexts],
    },
    streamed: isStreamed(),
  });
  return fork.id;
}

function quote(
  { limit }: TurnParts,
  said: readonly ChatMessageRecord[],
  beside: Material,
): ContextRecord | undefined {
  return historyContext(said, beside, l10n.t('Previous conversation'), limit);
}

function around(
  { conversations }: TurnParts,
  session: ChatSessionRecord,
  messageId: string,
): { before: ChatMessageRecord[]; message: ChatMessageRecord | undefined } {
  const messages = conversations.messages(session.id);
  const index = messages.findIndex(message => message.id === messageId);
  return { before: messages.slice(0, Math.max(0, index)), message: messages[index] };
}
