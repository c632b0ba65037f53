import { randomUUID } from 'node:crypto';
import type { ChatSession } from '../../api/chatSessions.ts';
import { systemClock } from '../../base/clock.ts';
import type { ChatStore } from '../../core/chat/chatStore.ts';
import { titleOf } from '../../core/chat/conversations.ts';
import type { ChatMessageRecord, ChatSessionRecord } from '../../core/chat/records.ts';
import type { ChatSessionSummary } from '../../shared/chat.ts';
import type { Services } from '../services.ts';
import { currentWorkspace, summaryView } from './chatViews.ts';

/** So many sessions are listed; the search finds the others. */
const listed = 100;
/** So many messages of a session of the server's are taken over, the latest ones. */
const takenOver = 500;

export interface SessionListQuery {
  readonly query: string;
  readonly scope: 'workspace' | 'all';
}

/** The sessions of this computer. */
export function localSessions(store: ChatStore, { query, scope }: SessionListQuery): ChatSessionSummary[] {
  const workspace = currentWorkspace();
  return store
    .sessions({ query, workspace: scope === 'all' ? undefined : (workspace ?? null), limit: listed })
    .map(summary => summaryView(summary, workspace));
}

/** The sessions of the server that are not stored here, by their title. @throws RivyaError */
export async function serverSessions(
  { server, clientOf }: Services,
  store: ChatStore,
  { query }: SessionListQuery,
): Promise<ChatSessionSummary[]> {
  const { origin } = server.base;
  const client = clientOf(origin);
  if (!client) return [];
  const { data } = await client.chat.sessions.list({ maxRetries: 0 });
  const known = store.knownRemoteIds(origin);
  const words = query.toLowerCase().split(/\s+/);
  return data
    .filter(session => !known.has(session.id))
    .map(session => summaryOf(session))
    .filter(({ title }) => words.every(word => title.toLowerCase().includes(word)))
    .slice(0, listed);
}

/** Loads a session of the server's and stores it, or finds the one that goes on with it. @throws RivyaError */
export async function takeOver(
  { server, clientOf }: Services,
  store: ChatStore,
  remoteId: string,
): Promise<ChatSessionRecord | undefined> {
  const { origin } = server.base;
  const known = store.sessionOfRemote(origin, remoteId);
  const client = clientOf(origin);
  if (known || !client) return known;
  const remote = await client.chat.sessions.retrieve(remoteId);
  const now = systemClock.now();
  const id = randomUUID();
  const messages = remote.messages
    .filter(message => message.role === 'user' || message.role === 'assistant')
    .slice(-takenOver)
    .map((message): ChatMessageRecord => ({
      id: randomUUID(),
      sessionId: id,
      role: message.role === 'user' ? 'user' : 'assistant',
      state: 'complete',
      text: message.content,
      reasoning: '',
      images: [],
      contexts: [],
      inputTokens: undefined,
      outputTokens: undefined,
      credits: undefined,
      problem: undefined,
      createdAt: timeOf(message.created_at) ?? now,
    }));
  const session = store.create(
    {
      id,
      origin,
      workspace: currentWorkspace(),
      title: titleOf(remote.title ?? messages[0]?.text ?? '', [], []),
      model: remote.model ?? undefined,
      remoteId: remote.id,
      note: { kind: 'fromServer' },
      draft: '',
      webSearch: false,
      reasoningEffort: undefined,
    },
    now,
  );
  store.addMessages(messages);
  return session;
}

function summaryOf(session: ChatSession): ChatSessionSummary {
  return {
    id: session.id,
    title: titleOf(session.title ?? '', [], []),
    model: session.model ?? undefined,
    updatedAt: timeOf(session.updated_at) ?? timeOf(session.created_at) ?? 0,
    messageCount: session.message_count ?? undefined,
    origin: 'server',
    workspace: undefined,
    isCurrentWorkspace: false,
  };
}

function timeOf(text: string | null): number | undefined {
  const time = text === null ? NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
