import { randomUUID } from 'node:crypto';
import type { ChatStore } from './chatStore.ts';
import { composeMessage, lengthOf, quoteHistory } from './quotation.ts';
import type {
  ChatMessageRecord,
  ChatSessionRecord,
  ContextRecord,
  ForkReason,
  ImageRecord,
} from './records.ts';

/**
 * Without a documented limit: what every chat model that was seen takes, in code points (rivya-api.md 6.1).
 */
const usualLimit = 20_000;

/** What a fenced block adds around a text at most, in code points. */
const frame = 200;

/**
 * The messages of a session, as one quotation that fits beside the question; undefined when there is nothing
 * to quote or no room.
 * @param limit of the whole message, in code points
 */
export function historyContext(
  messages: readonly ChatMessageRecord[],
  beside: { readonly text: string; readonly contexts: readonly ContextRecord[] },
  label: string,
  limit: number = usualLimit,
): ContextRecord | undefined {
  const room = limit - lengthOf(composeMessage(beside.text, beside.contexts)) - frame - lengthOf(label);
  const text = room > 0 ? quoteHistory(messages, room) : '';
  return text === '' ? undefined : { id: randomUUID(), label, languageId: 'markdown', text };
}

/** A new session with the same model and choices. Rivya's own session stays with the old one. */
export function forkSession(
  store: ChatStore,
  from: ChatSessionRecord,
  because: ForkReason,
  quoted: boolean,
  now: number,
): ChatSessionRecord {
  return store.create(
    {
      ...from,
      id: randomUUID(),
      title: '',
      remoteId: undefined,
      note: { kind: 'forked', because, quoted },
      draft: '',
    },
    now,
  );
}

/**
 * The same images and quotations for another question; uploads are made anew, because they may not last
 * (rivya-api.md 4).
 */
export function copied(message: Pick<ChatMessageRecord, 'images' | 'contexts'>): {
  images: ImageRecord[];
  contexts: ContextRecord[];
} {
  return {
    images: message.images.map(image => ({ ...image, id: randomUUID(), fileId: undefined })),
    contexts: message.contexts.map(context => ({ ...context, id: randomUUID() })),
  };
}
