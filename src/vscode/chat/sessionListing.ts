import { randomUUID } from 'node:crypto';
import type { ChatSession } from '../../api/chat/chatSessions.ts';
import { systemClock } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import type { ChatStore } from '../../core/chat/chatStore.ts';
import { titleOf } from '../../core/chat/conversations.ts';
import type { ChatChange } from '../../core/chat/outbox.ts';
import type { ChatMessageRecord, ChatSessionRecord } from '../../core/chat/records.ts';
import { ServerSessions } from '../../core/chat/serverSessions.ts';
import type { ChatSessionSummaryDto } from '../../shared/chat.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { messageOf } from '../messages/messageOf.ts';
import { sessionSummaryDto } from './chatDtos.ts';
import { currentWorkspace } from './currentWorkspace.ts';

/** The most sessions of this computer in the list; the search finds the others. */
const maximumListed = 100;
/** The most pages of the server's list that are loaded to find one session to show. */
const maximumPages = 5;
/** The most messages of a session of the server's that are stored here, the latest ones. */
const maximumImported = 500;

type SessionsChange = Extract<ChatChange, { type: 'sessions' }>;

export interface SessionListQuery {
  readonly query: string;
  readonly scope: 'workspace' | 'all';
}

/**
 * What the list of sessions shows: those of this computer at once, and those that only the server has page by
 * page, as the user wants more of them.
 */
export class SessionListing {
  readonly #services: GenerateServices;
  readonly #store: ChatStore;
  readonly #say: (sessions: SessionsChange) => void;
  #query: SessionListQuery = { query: '', scope: 'workspace' };
  #server: { readonly origin: string; readonly sessions: ServerSessions } | undefined;

  constructor(services: GenerateServices, store: ChatStore, say: (sessions: SessionsChange) => void) {
    this.#services = services;
    this.#store = store;
    this.#say = say;
  }

  /** Shows what matches the query; an error is shown in the list. */
  async show(query: SessionListQuery): Promise<void> {
    this.#query = query;
    // The list opens with this workspace: what the server has is looked at anew after that.
    if (query.scope === 'workspace') {
      this.#server = undefined;
      this.#draw('none');
      return;
    }
    const server = this.#sessionsOfServer();
    if (this.#onlyOnServer().length === 0) await this.more();
    else this.#draw(server?.hasMore === true ? 'more' : 'none');
  }

  /** Shows the same again, after something in it was changed. */
  async refresh(): Promise<void> {
    await this.show({ ...this.#query });
  }

  /** Loads further sessions of the server, as many pages as it takes to have something to show for it. */
  async more(): Promise<void> {
    const query = this.#query;
    const server = this.#sessionsOfServer();
    this.#draw(server?.hasMore === true ? 'loading' : 'none');
    const shown = this.#onlyOnServer().length;
    let problem: string | undefined;
    try {
      for (let page = 0; page < maximumPages && server?.hasMore === true && query === this.#query; page++) {
        await server.loadMore();
        if (this.#onlyOnServer().length > shown) break;
      }
    } catch (error) {
      this.#services.log.warn(`The sessions of the server could not be listed: ${describeError(error)}`);
      problem = messageOf(error)?.text;
    }
    if (query === this.#query) this.#draw(server?.hasMore === true ? 'more' : 'none', problem);
  }

  #draw(further: SessionsChange['further'], problem?: string): void {
    const { query, scope } = this.#query;
    const workspace = currentWorkspace();
    const here = this.#store
      .sessions({ query, workspace: scope === 'all' ? undefined : (workspace ?? null), limit: maximumListed })
      .map(summary => sessionSummaryDto(summary, workspace));
    this.#say({
      type: 'sessions',
      query,
      scope,
      sessions: [...here, ...this.#onlyOnServer()],
      further,
      problem,
    });
  }

  /** The loaded sessions that are not stored here and whose titles match. */
  #onlyOnServer(): ChatSessionSummaryDto[] {
    if (!this.#server) return [];
    const known = this.#store.knownRemoteIds(this.#server.origin);
    const words = this.#query.query.toLowerCase().split(/\s+/);
    return this.#server.sessions.sessions
      .filter(session => !known.has(session.id))
      .map(summaryOf)
      .filter(({ title }) => words.every(word => title.toLowerCase().includes(word)));
  }

  /** Undefined without a key. */
  #sessionsOfServer(): ServerSessions | undefined {
    const { server, clientOf } = this.#services;
    const { origin } = server.base;
    if (this.#server?.origin !== origin) {
      const client = clientOf(origin);
      this.#server = client && {
        origin,
        sessions: new ServerSessions(options => client.chat.sessions.list(options)),
      };
    }
    return this.#server?.sessions;
  }
}

/**
 * Loads a session of the server's and stores it, or finds the stored one that continues it.
 * @throws RivyaError
 */
export async function importServerSession(
  { server, clientOf }: GenerateServices,
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
    .slice(-maximumImported)
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

function summaryOf(session: ChatSession): ChatSessionSummaryDto {
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
