import { randomUUID } from 'node:crypto';
import { systemClock } from '../../base/clock.ts';
import type { ChatSessionRecord, SessionNote } from '../../core/chat/records.ts';
import { defaultModelOf } from '../manifest/settings.ts';
import type { ChatParts } from './chatParts.ts';
import { currentWorkspace } from './currentWorkspace.ts';

/** Which session this window shows: always one of the server in use. */
export class ShownSession {
  readonly #parts: ChatParts;
  #id: string | undefined;

  constructor(parts: ChatParts) {
    this.#parts = parts;
  }

  /** Undefined until `get` was called. */
  get id(): string | undefined {
    return this.#id;
  }

  /**
   * The one that was shown last in this workspace, or a new one, when there is none yet or it was deleted.
   */
  get(): ChatSessionRecord {
    const { store, services } = this.#parts;
    const known = this.#id === undefined ? undefined : store.session(this.#id);
    const session =
      known ??
      store.lastShown(services.server.origin ?? '', currentWorkspace()) ??
      this.create(undefined, undefined);
    this.#id = session.id;
    const preset = defaultModelOf('chat');
    if (session.model !== undefined || preset === '') return session;
    store.change(session.id, { model: preset });
    return { ...session, model: preset };
  }

  /** Shows this one from now on; one before in which nothing was said or prepared is gone. */
  set(id: string): void {
    const { store } = this.#parts;
    if (this.#id !== undefined && this.#id !== id) store.discardIfEmpty(this.#id);
    this.#id = id;
    store.markShown(id, systemClock.now());
  }

  /**
   * A new session of the server in use, which is not shown yet.
   * @param model its id; undefined for the default
   */
  create(model: string | undefined, note: SessionNote | undefined): ChatSessionRecord {
    const { store, services } = this.#parts;
    return store.create(
      {
        id: randomUUID(),
        origin: services.server.origin ?? '',
        workspace: currentWorkspace(),
        title: '',
        model: model ?? (defaultModelOf('chat') || undefined),
        remoteId: undefined,
        note,
        draft: '',
        webSearch: false,
        reasoningEffort: undefined,
      },
      systemClock.now(),
    );
  }

  /** A session belongs to its server: another one has its own. */
  serverChanged(): void {
    const { services, store, conversations } = this.#parts;
    const shown = this.#id === undefined ? undefined : store.session(this.#id);
    // Without a server in use there is none whose session could be shown instead.
    const { origin } = services.server;
    if (!shown || origin === undefined || shown.origin === origin) return;
    this.#id = undefined;
    const next = this.get();
    // What was being written is meant for whoever answers.
    const isUnsaid = conversations.messages(shown.id).length === 0;
    if (isUnsaid && next.draft.trim() === '') store.moveComposer(shown.id, next.id);
    store.discardIfEmpty(shown.id);
  }
}
