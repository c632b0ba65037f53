import type { ChatSession, ChatSessions } from '../../api/chat/chatSessions.ts';
import { nextPage, type PageQuery } from '../../api/schema/list.ts';

/** The sessions that the server has, as far as they were loaded: page by page, when they are asked for. */
export class ServerSessions {
  readonly #list: ChatSessions['list'];
  readonly #sessions = new Map<string, ChatSession>();
  #next: PageQuery | undefined = {};
  #loading: Promise<void> | undefined;

  constructor(list: ChatSessions['list']) {
    this.#list = list;
  }

  /** In the order of the server, each once. */
  get sessions(): readonly ChatSession[] {
    return [...this.#sessions.values()];
  }

  /** Whether the server has, or may have, sessions that were not loaded. */
  get hasMore(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Loads the next page; a call while one is under way waits for that. After an error the same page is next.
   * @throws RivyaError
   */
  loadMore(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #load(): Promise<void> {
    if (!this.#next) return;
    const page = await this.#list({ query: this.#next, maxRetries: 0 });
    const before = this.#sessions.size;
    for (const session of page.data)
      if (!this.#sessions.has(session.id)) this.#sessions.set(session.id, session);
    // A server that knows another way of paging answers with the first page for ever.
    this.#next = this.#sessions.size > before ? nextPage(page) : undefined;
  }
}
