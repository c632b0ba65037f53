import type { ChatMessageState } from '../../shared/chat.ts';
import type { Hold } from '../../shared/task.ts';
import { number, optionalNumber, optionalText, text, type Row } from '../storage/database.ts';
import type {
  AnswerRequest,
  ChatMessageRecord,
  ChatProblemRecord,
  ChatSessionRecord,
  ContextRecord,
  ImageRecord,
  SessionNote,
} from './records.ts';

export function sessionOf(row: Row): ChatSessionRecord {
  return {
    id: text(row, 'id'),
    origin: text(row, 'origin'),
    workspace: optionalText(row, 'workspace'),
    title: text(row, 'title'),
    model: optionalText(row, 'model'),
    remoteId: optionalText(row, 'remote_id'),
    note: parsed(row, 'note') as SessionNote | undefined,
    draft: text(row, 'draft'),
    webSearch: number(row, 'web_search') === 1,
    reasoningEffort: optionalText(row, 'reasoning_effort'),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
  };
}

/** @param images and `contexts` those of the message */
export function messageOf(
  row: Row,
  images: readonly ImageRecord[],
  contexts: readonly ContextRecord[],
): ChatMessageRecord {
  return {
    id: text(row, 'id'),
    sessionId: text(row, 'session_id'),
    role: text(row, 'role') as ChatMessageRecord['role'],
    state: text(row, 'state') as ChatMessageState,
    text: text(row, 'text'),
    reasoning: text(row, 'reasoning'),
    images,
    contexts,
    inputTokens: optionalNumber(row, 'input_tokens'),
    outputTokens: optionalNumber(row, 'output_tokens'),
    credits: optionalNumber(row, 'credits'),
    problem: parsed(row, 'problem') as ChatProblemRecord | undefined,
    createdAt: number(row, 'created_at'),
  };
}

export function imageOf(row: Row): ImageRecord {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    bytes: number(row, 'bytes'),
    path: text(row, 'path'),
    mediaType: text(row, 'media_type'),
    fileId: optionalText(row, 'file_id'),
  };
}

export function contextOf(row: Row): ContextRecord {
  return {
    id: text(row, 'id'),
    label: text(row, 'label'),
    languageId: text(row, 'language'),
    text: text(row, 'text'),
  };
}

export function requestOf(row: Row): AnswerRequest {
  return {
    answerId: text(row, 'answer_id'),
    questionId: text(row, 'question_id'),
    sessionId: text(row, 'session_id'),
    idempotencyKey: text(row, 'idempotency_key'),
    body: optionalText(row, 'body'),
    streamed: number(row, 'streamed') === 1,
    intendedAt: optionalNumber(row, 'intended_at') ?? number(row, 'created_at'),
    firstSentAt: optionalNumber(row, 'first_sent_at'),
    account: optionalText(row, 'account'),
    sentServerTime: optionalNumber(row, 'sent_server_time'),
    conflicts: optionalNumber(row, 'conflicts') ?? 0,
    hold: optionalText(row, 'hold') as Hold | undefined,
  };
}

function parsed(row: Row, column: string): unknown {
  const json = optionalText(row, column);
  return json === undefined ? undefined : JSON.parse(json);
}
