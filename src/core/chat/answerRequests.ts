import { number, optionalNumber, text, type Database } from '../storage/database.ts';
import type { AnswerRequest, ChatMessageRecord } from './records.ts';
import { requestOf } from './rows.ts';
import {
  answered,
  decided,
  mayBeAccepted,
  objection,
  sent,
  type PaidAttempt,
  type NextStep,
  type PaidRequest,
} from '../paidRequest/paidRequest.ts';
import type { Problem } from '../../shared/task.ts';
import { answerColumns, insertMessage, type AnswerChange } from './writes.ts';

/** A question with the answer that is to come. */
export interface NewTurn {
  readonly question: ChatMessageRecord;
  readonly answer: ChatMessageRecord;
  readonly idempotencyKey: string;
  readonly streamed: boolean;
  /** Whether what the composer holds goes with the question, and its text is no draft any more. */
  readonly takesComposer: boolean;
  /** For a session that has none yet. */
  readonly title: string;
}

/**
 * Which answers are asked for, under which key, and by which window. A lease runs out by itself, so that the
 * answers of a window that dies are asked for by another, with the same key and the same body.
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
        intended_at: now,
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

  /**
   * The text of the question is no draft any more; what another window writes in the same session stays one.
   */
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

  /** The body is final: from now on nothing else goes out under its key. */
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
   * Lets an answer that has ended be asked for once more: with the same key and body, unless it is certain
   * that nothing was accepted. Then it is a new intent, with a new key and a body that is made anew.
   * @param freshKey for a new intent
   * @returns undefined when there is nothing to ask for any more, or it is under way already
   */
  reopen(
    answerId: string,
    freshKey: string,
    holder: string,
    now: number,
    milliseconds: number,
  ): AnswerRequest | undefined {
    return this.#database.transaction('durable', () => {
      const request = this.request(answerId);
      if (!request) return undefined;
      const { changes } = this.#database.run(
        `UPDATE message SET state = 'streaming', problem = NULL WHERE id = ? AND state <> 'streaming'`,
        answerId,
      );
      if (changes === 0) return undefined;
      if (!mayBeAccepted(request)) {
        this.#database.run(
          'UPDATE request SET idempotency_key = ?, body = NULL WHERE answer_id = ?',
          freshKey,
          answerId,
        );
        this.#database.run(`UPDATE message SET text = '', reasoning = '' WHERE id = ?`, answerId);
        this.#write(answerId, decided(request, now));
      } else if (request.hold === 'decision') {
        // The person has read what stands against it, and asks all the same.
        this.#write(answerId, decided(request, now));
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

  /**
   * The request is about to leave, with the API key of this mark; that is on disk when this returns.
   * @param serverTime see `serverTimeBefore`
   * @returns what stands against it, which is for the person to decide; else whether an earlier attempt may
   * have been accepted; undefined when the answer is gone
   */
  sending(
    answerId: string,
    account: string | undefined,
    serverTime: number,
    now: number,
  ): { readonly problem: Problem | undefined; readonly mayBeOut: boolean } | undefined {
    return this.#database.transaction('durable', () => {
      const request = this.request(answerId);
      if (!request) return undefined;
      const problem = objection(request, account, now, serverTime);
      if (!problem) this.#write(answerId, sent(request, account, now, serverTime));
      return { problem, mayBeOut: mayBeAccepted(request) };
    });
  }

  /** What an attempt that brought no answer means, on disk when this returns. */
  answered(answerId: string, attempt: PaidAttempt): NextStep {
    return this.#database.transaction('durable', () => this.#answered(answerId, attempt).next);
  }

  /**
   * Writes down how an answer has ended, together with what that means for its request, all or nothing.
   * @param remoteId Rivya's session, where it was learnt
   * @param outcome undefined for an answer that is over for good; else what the last attempt has shown, or
   * that the person is to decide
   */
  finish(
    answerId: string,
    change: Omit<AnswerChange, 'problem'> & { readonly problem: Problem | undefined },
    remoteId: string | undefined,
    outcome: PaidAttempt | 'ask' | undefined,
    now: number,
  ): NextStep | undefined {
    return this.#database.transaction('durable', () => {
      const { request, next } =
        outcome === undefined
          ? { request: undefined, next: undefined }
          : outcome === 'ask'
            ? { request: this.request(answerId), next: 'ask' as const }
            : this.#answered(answerId, outcome);
      const { problem, ...rest } = change;
      const mayHaveBeenCharged = request === undefined || mayBeAccepted(request);
      const columns = answerColumns({ ...rest, problem: problem && { ...problem, mayHaveBeenCharged } });
      this.#database.update('message', columns, 'id', answerId);
      this.#database.run(
        `UPDATE session SET updated_at = ?, remote_id = coalesce(?, remote_id)
         WHERE id = (SELECT session_id FROM message WHERE id = ?)`,
        now,
        remoteId ?? null,
        answerId,
      );
      if (outcome === undefined) this.#database.run('DELETE FROM request WHERE answer_id = ?', answerId);
      else {
        const hold = next === 'ask' ? 'decision' : null;
        this.#database.run('UPDATE request SET holder = NULL, hold = ? WHERE answer_id = ?', hold, answerId);
      }
      return next;
    });
  }

  #answered(answerId: string, attempt: PaidAttempt): { request: AnswerRequest; next: NextStep } {
    const request = this.request(answerId);
    if (!request) throw new Error(`There is no request for the answer ${answerId}.`);
    const after = answered(request, attempt);
    if (after.request !== request) this.#write(answerId, after.request);
    return after;
  }

  #write(answerId: string, request: PaidRequest): void {
    const columns = {
      intended_at: request.intendedAt,
      first_sent_at: request.firstSentAt ?? null,
      account: request.account ?? null,
      sent_server_time: request.sentServerTime ?? null,
      conflicts: request.conflicts,
      hold: request.hold ?? null,
    };
    this.#database.update('request', columns, 'answer_id', answerId);
  }

  /**
   * Takes the answers that nobody asks for any more, of these origins.
   * @param inHand the answers that this window is busy with
   */
  claim(
    holder: string,
    inHand: readonly string[],
    origins: readonly string[],
    now: number,
    milliseconds: number,
  ): AnswerRequest[] {
    const orphans = (): AnswerRequest[] =>
      this.#database
        .all(
          `SELECT request.* FROM request JOIN message ON message.id = answer_id
             JOIN session ON session.id = request.session_id
           WHERE state = 'streaming' AND origin IN (SELECT value FROM json_each(?))
             AND answer_id NOT IN (SELECT value FROM json_each(?))
             AND (holder IS NULL OR holder = ? OR expires_at <= ? OR expires_at > ?)`,
          JSON.stringify(origins),
          JSON.stringify(inHand),
          holder,
          now,
          // Further than any lease reaches: the clock was set back since.
          now + 2 * milliseconds,
        )
        .map(requestOf);
    // Mostly there is none; reading needs no lock.
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

  /** Prolongs the leases on what this window is busy with. */
  renew(holder: string, inHand: readonly string[], now: number, milliseconds: number): void {
    this.#database.transaction('cheap', () =>
      this.#database.run(
        'UPDATE request SET expires_at = ? WHERE holder = ? AND answer_id IN (SELECT value FROM json_each(?))',
        now + milliseconds,
        holder,
        JSON.stringify(inHand),
      ),
    );
  }

  /** Whether this window still is the one that asks. */
  holds(holder: string, answerId: string): boolean {
    return (
      this.#database.get('SELECT 1 FROM request WHERE answer_id = ? AND holder = ?', answerId, holder) !==
      undefined
    );
  }

  /** Releases what this window asks for, so that another may at once. */
  releaseAll(holder: string): void {
    this.#database.transaction('cheap', () =>
      this.#database.run('UPDATE request SET holder = NULL WHERE holder = ?', holder),
    );
  }

  /** Leaves an answer to whoever can reach its server. */
  release(answerId: string): void {
    this.#database.transaction('cheap', () =>
      this.#database.run('UPDATE request SET holder = NULL WHERE answer_id = ?', answerId),
    );
  }

  /**
   * Takes a turn back that certainly never left: what it held returns to the composer.
   * @returns false when the composer is in use, or it may have left after all
   */
  withdraw(answerId: string): boolean {
    return this.#database.transaction('durable', () => {
      const request = this.request(answerId);
      if (!request || mayBeAccepted(request)) return false;
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
