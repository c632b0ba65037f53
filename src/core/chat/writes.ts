import type { Database } from '../storage/database.ts';
import type { ChatMessageRecord, ContextRecord, ImageRecord } from './records.ts';

/** What of an answer changes while it comes and when it ends. */
export type AnswerChange = Partial<
  Pick<
    ChatMessageRecord,
    'state' | 'text' | 'reasoning' | 'inputTokens' | 'outputTokens' | 'credits' | 'problem'
  >
>;

export function insertMessage(database: Database, message: ChatMessageRecord): void {
  database.insert('message', {
    id: message.id,
    session_id: message.sessionId,
    role: message.role,
    text: message.text,
    reasoning: message.reasoning,
    state: message.state,
    input_tokens: message.inputTokens ?? null,
    output_tokens: message.outputTokens ?? null,
    credits: message.credits ?? null,
    problem: message.problem ? JSON.stringify(message.problem) : null,
    created_at: message.createdAt,
  });
  for (const image of message.images) insertImage(database, message.sessionId, message.id, image);
  for (const context of message.contexts) insertContext(database, message.sessionId, message.id, context);
}

export function insertImage(
  database: Database,
  sessionId: string,
  messageId: string | null,
  image: ImageRecord,
): void {
  database.insert('image', {
    id: image.id,
    session_id: sessionId,
    message_id: messageId,
    name: image.name,
    bytes: image.bytes,
    path: image.path,
    media_type: image.mediaType,
    file_id: image.fileId ?? null,
  });
}

export function insertContext(
  database: Database,
  sessionId: string,
  messageId: string | null,
  context: ContextRecord,
): void {
  database.insert('context', {
    id: context.id,
    session_id: sessionId,
    message_id: messageId,
    label: context.label,
    language: context.languageId,
    text: context.text,
  });
}

export function answerColumns(change: AnswerChange): Record<string, string | number | null> {
  return {
    ...(change.state !== undefined && { state: change.state }),
    ...(change.text !== undefined && { text: change.text }),
    ...(change.reasoning !== undefined && { reasoning: change.reasoning }),
    ...('inputTokens' in change && { input_tokens: change.inputTokens ?? null }),
    ...('outputTokens' in change && { output_tokens: change.outputTokens ?? null }),
    ...('credits' in change && { credits: change.credits ?? null }),
    ...('problem' in change && { problem: change.problem ? JSON.stringify(change.problem) : null }),
  };
}
