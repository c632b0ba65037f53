import { Hono, type Context } from 'hono';
import { shorten } from '../../base/text.ts';
import type { Model } from '../catalogue/catalogue.ts';
import { reserve, settle } from '../credits/wallet.ts';
import { ApiError } from '../http/apiError.ts';
import { pageOf } from '../http/paging.ts';
import {
  forgetAnswer,
  isRecord,
  oncePerKey,
  readClientRequestId,
  readJsonObject,
  refuseUnknownFields,
  requireScope,
  type SandboxEnv,
} from '../http/requestContext.ts';
import { requireModel, requirePrompt } from '../http/requireModel.ts';
import type { Account, ChatMessage, ChatSession } from '../state/records.ts';
import { isoTime, newId, type SandboxState } from '../state/sandboxState.ts';
import type { StreamSettings } from '../state/streamSettings.ts';
import { answerText, countTokens, type ChatQuestion } from './chatAnswers.ts';
import { streamCompletion } from './streamCompletion.ts';
import type { ChatCompletion } from './streamDialects.ts';

/** Completions, streamed completions and sessions. Source: rivya-api.md section 6. */
export function chatRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.post('/completions', requireScope(state, 'chat:create'), async c => {
    const { completion } = await completeOnce(state, c, false);
    return c.json(completion);
  });
  routes.post('/completions/stream', requireScope(state, 'chat:create'), async c => {
    const { completion, settings } = await completeOnce(state, c, true);
    return streamCompletion(completion, settings, c.env.outgoing);
  });
  routes.get('/sessions', requireScope(state, 'chat:read'), c => {
    const own = [...state.sessions.values()].filter(session => session.account === c.get('key').account.id);
    own.sort((first, second) => second.updatedAt - first.updatedAt);
    return c.json(pageOf(c, own, wireSession));
  });
  routes.get('/sessions/:sessionId', requireScope(state, 'chat:read'), c => {
    const session = state.sessions.get(c.req.param('sessionId'));
    if (session?.account !== c.get('key').account.id) {
      throw new ApiError('not_found', 'There is no such chat session in this account.');
    }
    return c.json({ ...wireSession(session), messages: session.messages.map(wireMessage) });
  });
  return routes;
}

interface CompletedTurn {
  completion: ChatCompletion;
  settings: StreamSettings;
}

async function completeOnce(
  state: SandboxState,
  c: Context<SandboxEnv>,
  streamed: boolean,
): Promise<CompletedTurn> {
  const body = await readJsonObject(c);
  const settings = { ...state.settings.stream, ...c.get('stream') };
  const fails = streamed && settings.stop?.how === 'error';
  const idempotencyKey = c.req.header('idempotency-key') ?? null;
  const stored = await oncePerKey(state, c, body, () => ({
    status: 200,
    body: complete(state, c.get('key').account, body, idempotencyKey, fails),
  }));
  // A failed turn was not charged, so its key may be used for another attempt.
  if (fails && idempotencyKey !== null) forgetAnswer(state, c.get('key').account, idempotencyKey);
  return { completion: stored.body as ChatCompletion, settings };
}

const fields = [
  'model',
  'session_id',
  'message',
  'attachments',
  'enable_web_search',
  'reasoning_effort',
  'client_request_id',
];

function refuse(message: string): never {
  throw new ApiError('validation_failed', message);
}

/** Does one turn as a whole; a stream only tells it piece by piece. With `fails` the credits go back. */
function complete(
  state: SandboxState,
  account: Account,
  body: Record<string, unknown>,
  idempotencyKey: string | null,
  fails: boolean,
): ChatCompletion {
  if ('messages' in body)
    refuse('messages is not accepted. Send one message and the session_id of the session.');
  refuseUnknownFields(body, fields);
  const model = requireChatModel(state, body['model']);
  const message = requirePrompt(model, body['message'], 'message');
  const attachments = requireAttachments(state, account, model, body['attachments']);
  const options = requireOptions(model, body);
  const clientRequestId = readClientRequestId(body);
  const known = findSession(state, account, model, body['session_id']);
  const id = newId('chatcmpl');
  const charge = reserve(state, account, {
    taskId: id,
    model: model.wire.id,
    credits: model.wire.base_credits,
    idempotencyKey,
    clientRequestId,
  });
  const session = known ?? startSession(state, account, model);
  const answer =
    state.settings.chatAnswer ?? answerText({ model: model.wire.id, message, attachments, ...options });
  const history = session.messages.map(entry => entry.content).join('');
  const input = countTokens(history + message) + attachments * 250;
  const output = countTokens(answer);
  const final = fails ? 0 : Math.min(charge.reserved, Math.ceil((input + output) / 1000));
  settle(state, charge, final);
  const reply = newMessage(state, 'assistant', answer);
  session.messages.push(newMessage(state, 'user', message));
  if (!fails) session.messages.push(reply);
  session.updatedAt = reply.createdAt;
  state.journal.put('session', session.id, session);
  return {
    id,
    object: 'chat.completion',
    session_id: session.id,
    model: model.wire.id,
    created_at: isoTime(reply.createdAt),
    message: { id: reply.id, role: 'assistant', content: answer },
    usage: { input_tokens: input, output_tokens: output, total_tokens: input + output },
    credits: { reserved: charge.reserved, final },
  };
}

function requireChatModel(state: SandboxState, id: unknown): Model {
  const model = requireModel(state, id);
  if (model.wire.category !== 'chat') {
    throw new ApiError(
      'chat_model_not_supported',
      `${model.wire.id} is not a chat model. Use POST /api/v1/generations.`,
    );
  }
  return model;
}

/** The number of attachments, each of them an uploaded image of this account. */
function requireAttachments(state: SandboxState, account: Account, model: Model, value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (!Array.isArray(value)) refuse('attachments must be a list of {"file_id"}.');
  for (const attachment of value as unknown[]) {
    const id = isRecord(attachment) ? attachment['file_id'] : undefined;
    const file = typeof id === 'string' ? state.files.get(id) : undefined;
    const reason =
      model.wire.chat_capabilities?.image_attachments !== true
        ? `${model.wire.id} takes no attachments.`
        : file?.account !== account.id
          ? 'An attachment must be the file_id of an image uploaded with POST /api/v1/files by this account.'
          : file.kind !== 'image'
            ? `Only images can be attached; ${file.id} is ${file.kind}.`
            : undefined;
    if (reason !== undefined) throw new ApiError('chat_attachment_not_supported', reason);
  }
  return value.length;
}

function requireOptions(
  model: Model,
  body: Record<string, unknown>,
): Pick<ChatQuestion, 'webSearch' | 'reasoningEffort'> {
  const search = body['enable_web_search'] ?? false;
  const effort = body['reasoning_effort'] ?? 'default';
  const capabilities = model.wire.chat_capabilities;
  if (typeof search !== 'boolean') refuse('enable_web_search must be true or false.');
  if (search && capabilities?.web_search !== true) refuse(`${model.wire.id} cannot search the web.`);
  if (typeof effort !== 'string' || !capabilities?.reasoning_efforts.includes(effort)) {
    refuse(`reasoning_effort must be one of ${capabilities?.reasoning_efforts.join(', ') ?? 'default'}.`);
  }
  return { webSearch: search, reasoningEffort: effort };
}

function findSession(
  state: SandboxState,
  account: Account,
  model: Model,
  id: unknown,
): ChatSession | undefined {
  if (id === undefined || id === null) return undefined;
  if (typeof id !== 'string') refuse('session_id must be a string.');
  const session = state.sessions.get(id);
  if (session?.account !== account.id) {
    throw new ApiError(
      'chat_session_conflict',
      'This session cannot be continued here. Leave session_id out to start one.',
    );
  }
  if (session.model !== model.wire.id) {
    throw new ApiError(
      'chat_session_conflict',
      `This session belongs to ${session.model}. Start a new one to chat with ${model.wire.id}.`,
    );
  }
  return session;
}

function startSession(state: SandboxState, account: Account, model: Model): ChatSession {
  const at = state.now();
  const id = newId('sess');
  const session = {
    id,
    account: account.id,
    model: model.wire.id,
    createdAt: at,
    updatedAt: at,
    messages: [],
  };
  state.sessions.set(id, session);
  return session;
}

function newMessage(state: SandboxState, role: ChatMessage['role'], content: string): ChatMessage {
  return { id: newId('msg'), role, content, createdAt: state.now() };
}

function wireSession(session: ChatSession): Record<string, unknown> {
  return {
    id: session.id,
    object: 'chat.session',
    model: session.model,
    title: shorten(session.messages[0]?.content ?? '', 60),
    message_count: session.messages.length,
    created_at: isoTime(session.createdAt),
    updated_at: isoTime(session.updatedAt),
  };
}

function wireMessage({ id, role, content, createdAt }: ChatMessage): Record<string, unknown> {
  return { id, role, content, created_at: isoTime(createdAt) };
}
