import * as v from 'valibot';
import { contentText } from './eventFields.ts';
import { also, anything, inEnvelope, number, openEnum, requiredText, text } from '../schema/decode.ts';
import { listOf, type Page, type PageQuery } from '../schema/list.ts';
import { pathPart, type RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

const messageSchema = v.looseObject({
  id: also(text, 'message_id'),
  role: openEnum(['user', 'assistant', 'system']),
  /** Also of a message made of parts. */
  content: v.pipe(v.unknown(), v.transform(contentText)),
  /** Of unknown words; not documented. */
  status: text,
  created_at: text,
  usage: anything,
  credits: anything,
});

const sessionSchema = inEnvelope(
  v.looseObject({
    id: also(requiredText, 'session_id'),
    model: text,
    title: also(text, 'name'),
    message_count: number,
    created_at: text,
    updated_at: text,
    messages: also(
      v.nullish(v.array(messageSchema), () => []),
      'items',
      'history',
    ),
  }),
  'session',
  'data',
);

export type ChatMessage = v.InferOutput<typeof messageSchema>;
/** A chat session (rivya-api.md 6.3: its shape is not documented). In a list `messages` is empty. */
export type ChatSession = v.InferOutput<typeof sessionSchema>;

export interface ChatSessions {
  /** @param options.query of a page: none for the first, `nextPage` for those after it @throws RivyaError */
  list(options?: RequestOptions & { readonly query?: PageQuery }): Promise<Page<ChatSession>>;
  /** @throws RivyaError */
  retrieve(id: string, options?: RequestOptions): Promise<ChatSession>;
}

export function createChatSessions(transport: Transport): ChatSessions {
  return {
    list: options => {
      const request = { method: 'GET', path: '/chat/sessions', query: options?.query } as const;
      return transport.json(request, listOf(sessionSchema, 'sessions'), 'sessions', options);
    },
    async retrieve(id, options) {
      const request = { method: 'GET', path: `/chat/sessions/${pathPart(id)}` } as const;
      return transport.json(request, sessionSchema, 'session', options);
    },
  };
}
