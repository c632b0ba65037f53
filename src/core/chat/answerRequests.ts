import { number, optionalNumber, text, type Database } from '../storage/database.ts';
import type { AnswerRequest, ChatMessageRecord } from './records.ts';
import { requestOf } from './rows.ts';
import { insertMessage } from './writes.ts';

/** A question with the answer that is to come. */
export interface NewTurn {
  readonly question: ChatMessageRecord;
  readonly answer: ChatMessageRecord;
  readonly idempotencyKey: string;
  readonly streamed: boolean;
  /** Whether what the composer holds goes with the question, and its words are no draft any more. */
  readonly takesComposer: boolean;
  /** For a session that has none yet. */
  readonly title: string;
}

/**
 * Which answers are asked for, under which key, and by which window. A lease runs out by itself, so that the answers of a
 * window that dies are asked for by another, with the same key and the same words.
 */
export class AnswerRequests {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Question, pending answer and key are on disk when this returns, before anything leaves.
   * @returns false when an answer is on its way in this session already, for instance in another window
   */
  begin(turn: NewTurn, holder: string, now: number, milliseconds: number): boolean {
    const { question, answer } = turn;
    return this.#database.transaction('durable', () => {
      if (this.isAnswering(question.sessionId)) return false;
      insertMessage(this.#database, question);
      insertMessage(this.#database, answer);
      this.#database.insert('request', {
        answer_id: answer.id,
        question_id: question.id,
        session_id: question.sessionId,
        idempotency_key: turn.idempotencyKey,
        body: null,
        streamed: Number(turn.streamed),
        created_at: now,
        holder,
        expires_at: now + milliseconds,
      });
      if (turn.takesComposer) {
        for (const table of ['image', 'context']) {
          this.#database.run(
            `UPDATE ${table} SET message_id = ? WHERE session_id = ? AND message_id IS NULL`,
            question.id,
            question.sessionId,
          );
        }
        this.#takeDraft(question);
      }
      this.#database.run(
        `UPDATE session SET updated_at = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?`,
        now,
        turn.title,
        question.sessionId,
      );
      return true;
    });
  }

  /** The words of the question are no draft any more; what another window writes in the same session stays one. */
  #takeDraft({ sessionId, text: sent }: ChatMessageRecord): void {
    const row = this.#database.get('SELECT draft FROM session WHERE id = ?', sessionId);
    if (row && text(row, 'draft').trim() === sent) {
      this.#database.run(`UPDATE session SET draft = '' WHERE id = ?`, sessionId);
    }
  }

  /** Whether an answer is on its way in this session, by any window. */
  isAnswering(sessionId: string): boolean {
    const query = `SELECT 1 FROM message WHERE session_id = ? AND state = 'streaming'`;
    return this.#database.get(query, sessionId) !== undefined;
  }

  /** Everything in the body is known: from now on only these words go out under its key. */
  setBody(answerId: string, body: string): void {
    this.#database.transaction('durable', () =>
      this.#database.run('UPDATE request SET body = ? WHERE answer_id = ? AND body IS NULL', body, answerId),
    );
  }

  request(answerId: string): AnswerRequest | undefined {
    const row = this.#database.get('SELECT * FROM request WHERE answer_id = ?', answerId);
    return row && requestOf(row);
  }

  /**
   * Lets an answer that has ended be asked for once more.
   * @param freshKey for an attempt that certainly did nothing: it is a new intent, and its body is made anew. Undefined
   * asks for the outcome of the old one, with its key and its words.
   * @returns undefined when it is not there any more, or under way already
   */
  reopen(
    answerId: string,
    freshKey: string | undefined,
    holder: string,
    now: number,
    milliseconds: number,
  ): AnswerRequest | undefined {
    return this.#database.transaction('durable', () => {
      const { changes } = this.#database.run(
        `UPDATE message SET state = 'streaming', problem = NULL WHERE id = ? AND state <> 'streaming'
           AND id IN (SELECT answer_id FROM request)`,
        answerId,
      );
      if (changes === 0) return undefined;
      if (freshKey !== undefined) {
        this.#database.run(
          'UPDATE request SET idempotency_key = ?, body = NULL, created_at = ? WHERE answer_id = ?',
          freshKey,
          now,
          answerId,
        );
        this.#database.run(`UPDATE message SET text = '', reasoning = '' WHERE id = ?`, answerId);
      }
      this.#database.run(
        'UPDATE request SET holder = ?, expires_at = ? WHERE answer_id = ?',
        holder,
        now + milliseconds,
        answerId,
      );
      return this.request(answerId);
    });
  }

  /** Takes the answers that nobody asks for any more, of these origins. */
  claim(holder: string, origins: readonly string[], now: number, milliseconds: number): AnswerRequest[] {
    const orphans = (): AnswerRequest[] =>
      this.#database
        .all(
          `SELECT request.* FROM request JOIN message ON message.id = answer_id
             JOIN session ON session.id = request.session_id
           WHERE state = 'streaming' AND origin IN (SELECT value FROM json_each(?))
             AND (holder IS NULL OR (holder <> ? AND (expires_at <= ? OR expires_at > ?)))`,
          JSON.stringify(origins),
          holder,
          now,
          // Further than any lease reaches: the clock was set back since.
          now + 2 * milliseconds,
        )
        .map(requestOf);
    // Mostly there is none; looking needs no lock.
    if (orphans().length === 0) return [];
    return this.#database.transaction('cheap', () => {
      const claimed = orphans();
      for (const { answerId } of claimed) {
        this.#database.run(
          'UPDATE request SET holder = ?, expires_at = ? WHERE answer_id = ?',
          holder,
          now + milliseconds,
          answerId,
        );
      }
      return claimed;
    });
  }

  /** When a lease of another window runs out next; undefined when none is held. */
  nextExpiry(holder: string): number | undefined {
    const row = this.#database.get(
      `SELECT min(expires_at) AS next FROM request JOIN message ON message.id = answer_id
       WHERE state = 'streaming' AND holder <> ?`,
      holder,
    );
    return row && optionalNumber(row, 'next');
  }

  renew(holder: string, now: number, milliseconds: number): void {
    this.#database.transaction('cheap', () =>
      this.#database.run('UPDATE request SET expires_at = ? WHERE holder = ?', now + milliseconds, holder),
    );
  }

  /** Whether this window still is the one that asks. */
  holds(holder: string, answerId: string): boolean {
    return (
      this.#database.get('SELECT 1 FROM request WHERE answer_id = ? AND holder = ?', answerId, holder) !==
      undefined
    );
  }

  /** Gives up what this window asks for, so that another may at once. */
  handBack(holder: string): void {
    this.#database.transaction('cheap', () =>
      this.#database.run('UPDATE request SET holder = NULL WHERE holder = ?', holder),
    );
  }

  /** @param keep whether the same may be asked for again later: its outcome is unknown, or it did nothing */
  end(answerId: string, keep: boolean): void {
    this.#database.transaction('cheap', () => {
      if (keep) this.#database.run('UPDATE request SET holder = NULL WHERE answer_id = ?', answerId);
      else this.#database.run('DELETE FROM request WHERE answer_id = ?', answerId);
    });
  }

  /** Takes a turn back that certainly never left: what it held returns to the composer. @returns false when the composer is in use */
  withdraw(answerId: string): boolean {
    return this.#database.transaction('durable', () => {
      const request = this.request(answerId);
      if (!request) return false;
      const { questionId, sessionId } = request;
      const busy = this.#database.get(`SELECT 1 FROM session WHERE id = ? AND trim(draft) <> ''`, sessionId);
      if (busy) return false;
      for (const table of ['image', 'context']) {
        this.#database.run(`UPDATE ${table} SET message_id = NULL WHERE message_id = ?`, questionId);
      }
      const question = this.#database.get('SELECT text FROM message WHERE id = ?', questionId);
      this.#database.run(
        'UPDATE session SET draft = ? WHERE id = ?',
        question ? text(question, 'text') : '',
        sessionId,
      );
      this.#database.run('DELETE FROM message WHERE id IN (?, ?)', answerId, questionId);
      return true;
    });
  }

  /** How many answers are being asked for, by any window. */
  count(): number {
    const row = this.#database.get(`SELECT count(*) AS count FROM message WHERE state = 'streaming'`);
    return row ? number(row, 'count') : 0;
  }
}
