import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { number, optionalNumber, text, type Database, type Row } from '../storage/database.ts';
import { openDatabase, type Opened } from '../storage/openDatabase.ts';
import { spentSlotsOf, type SpentSlot } from '../storage/spentSlots.ts';
import { AnswerRequests } from './answerRequests.ts';
import type {
  ChatMessageRecord,
  ChatSessionRecord,
  ChatSessionSummaryRecord,
  Composer,
  ContextRecord,
  ImageRecord,
} from './records.ts';
import { rescueChat } from './rescueChat.ts';
import { contextOf, imageOf, messageOf, sessionOf } from './rows.ts';
import { chatMigrations } from './schema.ts';
import { findSessions, type SessionQuery } from './sessionSearch.ts';
import { answerColumns, insertContext, insertImage, insertMessage, type AnswerChange } from './writes.ts';

export type NewSession = Omit<ChatSessionRecord, 'createdAt' | 'updatedAt'>;

/** What of a session may be set; what is left out stays. */
export type SessionChange = Partial<
  Pick<ChatSessionRecord, 'title' | 'model' | 'remoteId' | 'draft' | 'webSearch' | 'reasoningEffort'>
>;

const emptySession = `trim(draft) = ''
  AND NOT EXISTS (SELECT 1 FROM message WHERE session_id = session.id)
  AND NOT EXISTS (SELECT 1 FROM image WHERE session_id = session.id)
  AND NOT EXISTS (SELECT 1 FROM context WHERE session_id = session.id)`;

/** A job that was started from a message. */
export interface CardRecord {
  readonly taskId: string;
  readonly messageId: string;
}

/**
 * All chat sessions: one SQLite file of its own that all windows open. Nothing here is a job that costs anew
 * when it is lost, but a question stands here before it is sent.
 */
export class ChatStore implements Disposable {
  readonly #database: Database;
  readonly #changed = new Emitter<void>();
  #dataVersion: number;

  readonly requests: AnswerRequests;
  /** Fires when `checkForExternalChanges` finds that another window has written. */
  readonly onDidChangeElsewhere = this.#changed.event;
  /** Fires once, when it is noticed that the file was replaced or deleted: the window has to be reloaded. */
  readonly onDidLoseFile: Database['onDidLoseFile'];

  private constructor(database: Database) {
    this.#database = database;
    this.requests = new AnswerRequests(database);
    this.onDidLoseFile = database.onDidLoseFile;
    this.#dataVersion = this.#readDataVersion();
  }

  /**
   * Opens or creates the file; of a damaged one, what can be read is taken over.
   * @throws as `openDatabase`
   */
  static open(path: string): { store: ChatStore } & Omit<Opened, 'database'> {
    const { database, ...found } = openDatabase(path, chatMigrations, rescueChat);
    return { store: new ChatStore(database), ...found };
  }

  dispose(): void {
    this.#changed.dispose();
    this.#database.dispose();
  }

  // --- Sessions.

  create(session: NewSession, now: number): ChatSessionRecord {
    this.#database.transaction('cheap', () =>
      this.#database.insert('session', {
        id: session.id,
        origin: session.origin,
        workspace: session.workspace ?? null,
        title: session.title,
        model: session.model ?? null,
        remote_id: session.remoteId ?? null,
        note: session.note ? JSON.stringify(session.note) : null,
        draft: session.draft,
        web_search: Number(session.webSearch),
        reasoning_effort: session.reasoningEffort ?? null,
        created_at: now,
        updated_at: now,
        shown_at: now,
      }),
    );
    return { ...session, createdAt: now, updatedAt: now };
  }

  session(id: string): ChatSessionRecord | undefined {
    const row = this.#database.get('SELECT * FROM session WHERE id = ?', id);
    return row && sessionOf(row);
  }

  /** The session that was shown last in this workspace on this server. */
  lastShown(origin: string, workspace: string | undefined): ChatSessionRecord | undefined {
    const row = this.#database.get(
      'SELECT * FROM session WHERE origin = ? AND address_key(workspace) IS address_key(?) ORDER BY shown_at DESC, rowid DESC LIMIT 1',
      origin,
      workspace ?? null,
    );
    return row && sessionOf(row);
  }

  /** The session here that goes on with this one of the server's. */
  sessionOfRemote(origin: string, remoteId: string): ChatSessionRecord | undefined {
    const row = this.#database.get(
      'SELECT * FROM session WHERE origin = ? AND remote_id = ? ORDER BY updated_at DESC LIMIT 1',
      origin,
      remoteId,
    );
    return row && sessionOf(row);
  }

  markShown(id: string, now: number): void {
    this.#database.transaction('cheap', () =>
      this.#database.run('UPDATE session SET shown_at = ? WHERE id = ?', now, id),
    );
  }

  change(id: string, change: SessionChange): void {
    const columns = {
      ...(change.title !== undefined && { title: change.title }),
      ...('model' in change && { model: change.model ?? null }),
      ...('remoteId' in change && { remote_id: change.remoteId ?? null }),
      ...(change.draft !== undefined && { draft: change.draft }),
      ...(change.webSearch !== undefined && { web_search: Number(change.webSearch) }),
      ...('reasoningEffort' in change && { reasoning_effort: change.reasoningEffort ?? null }),
    };
    if (Object.keys(columns).length === 0) return;
    this.#database.transaction('cheap', () => this.#database.update('session', columns, 'id', id));
  }

  /** @returns the paths of image files that nothing refers to any more */
  delete(id: string): string[] {
    return this.#database.transaction('durable', () => {
      const paths = this.#imagePaths('session_id = ?', id);
      this.#database.run('DELETE FROM session WHERE id = ?', id);
      return this.#unused(paths);
    });
  }

  /** Whether nothing was said in this session and nothing is prepared. */
  isEmpty(id: string): boolean {
    return this.#database.get(`SELECT 1 FROM session WHERE id = ? AND ${emptySession}`, id) !== undefined;
  }

  /** Deletes a session in which nothing was said and nothing is prepared. @returns whether it was one */
  discardIfEmpty(id: string): boolean {
    return this.#database.transaction('cheap', () => {
      const { changes } = this.#database.run(`DELETE FROM session WHERE id = ? AND ${emptySession}`, id);
      return changes !== 0;
    });
  }

  /** Sessions that have messages or a draft, the latest first. */
  sessions(query: SessionQuery): ChatSessionSummaryRecord[] {
    return findSessions(this.#database, query);
  }

  /** Which of these sessions of the server are stored here already. */
  knownRemoteIds(origin: string): Set<string> {
    const rows = this.#database.all(
      'SELECT remote_id FROM session WHERE origin = ? AND remote_id IS NOT NULL',
      origin,
    );
    return new Set(rows.map(row => text(row, 'remote_id')));
  }

  // --- Messages.

  /** Of a session, oldest first. */
  messages(sessionId: string): ChatMessageRecord[] {
    const images = grouped(
      this.#database.all(
        'SELECT * FROM image WHERE session_id = ? AND message_id IS NOT NULL ORDER BY number',
        sessionId,
      ),
      imageOf,
    );
    const contexts = grouped(
      this.#database.all(
        'SELECT * FROM context WHERE session_id = ? AND message_id IS NOT NULL ORDER BY number',
        sessionId,
      ),
      contextOf,
    );
    return this.#database
      .all('SELECT * FROM message WHERE session_id = ? ORDER BY number', sessionId)
      .map(row => messageOf(row, images.get(text(row, 'id')) ?? [], contexts.get(text(row, 'id')) ?? []));
  }

  message(id: string): ChatMessageRecord | undefined {
    const row = this.#database.get('SELECT * FROM message WHERE id = ?', id);
    if (!row) return undefined;
    const images = this.#database.all('SELECT * FROM image WHERE message_id = ? ORDER BY number', id);
    const contexts = this.#database.all('SELECT * FROM context WHERE message_id = ? ORDER BY number', id);
    return messageOf(row, images.map(imageOf), contexts.map(contextOf));
  }

  /** Writes messages that are complete as they are, such as those of a session of the server. */
  addMessages(messages: readonly ChatMessageRecord[]): void {
    this.#database.transaction('durable', () => {
      for (const message of messages) insertMessage(this.#database, message);
    });
  }

  /** While it comes: cheap, because it can be asked for again. When it has ended: durable. */
  changeAnswer(id: string, change: AnswerChange, now: number): void {
    const ended = change.state !== undefined && change.state !== 'streaming';
    this.#database.transaction(ended ? 'durable' : 'cheap', () => {
      this.#database.update('message', answerColumns(change), 'id', id);
      if (ended) {
        this.#database.run(
          'UPDATE session SET updated_at = ? WHERE id = (SELECT session_id FROM message WHERE id = ?)',
          now,
          id,
        );
      }
    });
  }

  /** The sum of what is known to have been charged; undefined when nothing is. */
  creditsOf(sessionId: string): number | undefined {
    const row = this.#database.get('SELECT sum(credits) AS sum FROM message WHERE session_id = ?', sessionId);
    return row && optionalNumber(row, 'sum');
  }

  /**
   * What is known to have been charged for answers of this origin since then.
   * @param since milliseconds since the epoch
   */
  spent(origin: string, since: number): number {
    const row = this.#database.get(
      `SELECT total(credits) AS credits FROM message JOIN session ON session.id = session_id
       WHERE session.updated_at >= ? AND message.created_at >= ? AND role = 'assistant' AND origin = ?`,
      since,
      since,
      origin,
    );
    return row ? number(row, 'credits') : 0;
  }

  /** The same by half hours, for all servers; see `SpentSlot`. */
  spentSlots(since: number): SpentSlot[] {
    return spentSlotsOf(
      this.#database,
      `SELECT origin, message.created_at AS at, credits FROM message JOIN session ON session.id = session_id
       WHERE session.updated_at >= ?1 AND message.created_at >= ?1 AND role = 'assistant'`,
      since,
    );
  }

  /**
   * Whether there are answers that may have been charged, and nobody knows how much; those that run
   * included.
   */
  hasUnknownCharges(sessionId: string): boolean {
    const row = this.#database.get(
      `SELECT 1 FROM message WHERE session_id = ? AND role = 'assistant' AND credits IS NULL
         AND coalesce(problem ->> 'mayHaveBeenCharged', 1) LIMIT 1`,
      sessionId,
    );
    return row !== undefined;
  }

  /** The latest questions of this workspace, each once, newest first. */
  questions(workspace: string | undefined, limit: number): string[] {
    return this.#database
      .all(
        `SELECT text, max(asked_at) AS latest FROM (
           SELECT text, message.created_at AS asked_at FROM message JOIN session ON session.id = session_id
           WHERE role = 'user' AND text <> '' AND address_key(workspace) IS address_key(?) ORDER BY message.created_at DESC LIMIT ?
         ) GROUP BY text ORDER BY latest DESC LIMIT ?`,
        workspace ?? null,
        // Enough to find so many different ones, without reading all that was ever asked.
        4 * limit,
        limit,
      )
      .map(row => text(row, 'text'));
  }

  // --- The composer.

  composer(sessionId: string): Composer {
    const where = 'WHERE session_id = ? AND message_id IS NULL ORDER BY number';
    return {
      images: this.#database.all(`SELECT * FROM image ${where}`, sessionId).map(imageOf),
      contexts: this.#database.all(`SELECT * FROM context ${where}`, sessionId).map(contextOf),
    };
  }

  addImage(sessionId: string, image: ImageRecord): void {
    this.#database.transaction('cheap', () => insertImage(this.#database, sessionId, null, image));
  }

  /** Of every image that anything refers to. */
  imagePaths(): Set<string> {
    return new Set(this.#database.all('SELECT path FROM image').map(row => text(row, 'path')));
  }

  addContext(sessionId: string, context: ContextRecord): void {
    this.#database.transaction('cheap', () => insertContext(this.#database, sessionId, null, context));
  }

  /** Takes an image out of the composer. @returns the paths of files that nothing refers to any more */
  removeImage(id: string): string[] {
    return this.#database.transaction('cheap', () => {
      const paths = this.#imagePaths('id = ? AND message_id IS NULL', id);
      this.#database.run('DELETE FROM image WHERE id = ? AND message_id IS NULL', id);
      return this.#unused(paths);
    });
  }

  removeContext(id: string): void {
    this.#database.transaction('cheap', () =>
      this.#database.run('DELETE FROM context WHERE id = ? AND message_id IS NULL', id),
    );
  }

  /** Takes what the composer of one session holds into that of another. */
  moveComposer(from: string, to: string): void {
    this.#database.transaction('cheap', () => {
      for (const table of ['image', 'context']) {
        this.#database.run(
          `UPDATE ${table} SET session_id = ? WHERE session_id = ? AND message_id IS NULL`,
          to,
          from,
        );
      }
      this.#database.run(
        'UPDATE session SET draft = (SELECT draft FROM session WHERE id = ?) WHERE id = ?',
        from,
        to,
      );
      this.#database.run(`UPDATE session SET draft = '' WHERE id = ?`, from);
    });
  }

  /** The upload is known: should the question be sent again, the file need not. */
  setFileId(imageId: string, fileId: string): void {
    this.#database.transaction('cheap', () =>
      this.#database.run('UPDATE image SET file_id = ? WHERE id = ?', fileId, imageId),
    );
  }

  // --- Cards.

  addCard(sessionId: string, card: CardRecord): void {
    this.#database.transaction('durable', () =>
      this.#database.insert('card', {
        task_id: card.taskId,
        session_id: sessionId,
        message_id: card.messageId,
      }),
    );
  }

  cards(sessionId: string): CardRecord[] {
    return this.#database
      .all('SELECT * FROM card WHERE session_id = ? ORDER BY rowid', sessionId)
      .map(row => ({ taskId: text(row, 'task_id'), messageId: text(row, 'message_id') }));
  }

  // --- Other windows.

  /** Fires `onDidChangeElsewhere` when another window has written since the last check. Cheap: one pragma. */
  checkForExternalChanges(): void {
    if (!this.#database.isInPlace()) return;
    const version = this.#readDataVersion();
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.#changed.fire();
  }

  #readDataVersion(): number {
    const row = this.#database.get('PRAGMA data_version');
    return row ? number(row, 'data_version') : 0;
  }

  #imagePaths(condition: string, value: string): string[] {
    return this.#database
      .all(`SELECT path FROM image WHERE ${condition}`, value)
      .map(row => text(row, 'path'));
  }

  #unused(paths: readonly string[]): string[] {
    return [...new Set(paths)].filter(
      path => !this.#database.get('SELECT 1 FROM image WHERE path = ? LIMIT 1', path),
    );
  }
}

function grouped<T>(rows: readonly Row[], read: (row: Row) => T): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = text(row, 'message_id');
    const group = groups.get(key);
    if (group) group.push(read(row));
    else groups.set(key, [read(row)]);
  }
  return groups;
}
