import { randomBytes } from 'node:crypto';
import { number, optionalNumber, text, type Database, type Row } from '../storage/database.ts';
import { chargeOf } from '../../shared/charge.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import type { NewPlacement } from './placement.ts';
import type { NewTask } from './newTask.ts';

/** Who had agreed to an order: nobody had to, the host of the agent, its client, or a person in a window. */
export type AgentConsent = 'below' | 'host' | 'client' | 'window';

/** One job of an agent's order. */
export interface AgentJob {
  readonly task: NewTask;
  readonly placement: NewPlacement;
  /** Names exactly what is wanted: the same wish is the same job. */
  readonly wish: string;
  /** The most that it is expected to cost, in credits; undefined when nobody can tell. */
  readonly estimate: number | undefined;
}

/** Jobs that an agent asks for together. */
export interface AgentOrder {
  readonly origin: string;
  readonly door: string;
  /** What the agent calls itself; a claim. */
  readonly client: string;
  readonly tool: string;
  readonly orderId: string;
  /** Names the whole order; an answer to a question counts for this one alone. */
  readonly wish: string;
  /** Whether one more of the same is wanted, so that no job that exists is an answer. */
  readonly isAgain: boolean;
  readonly jobs: readonly AgentJob[];
}

/** What came back of a question about an order. Whatever it holds came from outside. */
export interface AgentAnswer {
  readonly nonce: string;
  readonly allow: unknown;
  /** Where the question was shown; said by our own code, never by the answer. */
  readonly by: 'client' | 'window';
}

/** What decides about an order, as it is in the transaction that makes its jobs. All amounts in credits. */
export interface AgentFacts {
  /** The jobs that would be made, by index in the order; the others exist. */
  readonly makes: readonly number[];
  /** By all agents since the day began: of each job the best that is known. */
  readonly spentToday: number;
  /** Paid orders of all agents in the last ten minutes. */
  readonly recentOrders: number;
  /** Why agents may not order now. */
  readonly stops: readonly AgentStop['reason'][];
  /** By everybody since the day began, as far as this ledger knows. */
  readonly spentByAll: () => number;
  /** By whom this very order was agreed to, once, at no less than its price. */
  readonly agreedBy: AgentAnswer['by'] | undefined;
}

/** Paid orders of agents are refused until then. */
export interface AgentStop {
  /** `person`: somebody has stopped all agents. `credits`: the account was empty. */
  readonly reason: 'person' | 'credits';
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** @template R why an order is refused */
export type AgentOutcome<R> =
  | {
      readonly type: 'made';
      /** In the order of the jobs that were asked for. */
      readonly tasks: readonly Task[];
      /** Ids of those that existed already. */
      readonly folded: ReadonlySet<string>;
    }
  | { readonly type: 'refused'; readonly why: R };

/** One job that an agent has ordered, as it is listed for people. */
export interface AgentSpending {
  readonly at: number;
  readonly origin: string;
  readonly door: string;
  readonly client: string;
  readonly tool: string;
  readonly taskId: string;
  readonly wish: string;
  readonly estimate: number | undefined;
  readonly reserved: number | undefined;
  readonly final: number | undefined;
  readonly consent: AgentConsent;
}

/** An identical order is the job that exists for so long after it ended well, in milliseconds. */
export const foldMs = 10 * 60_000;
/** Orders are counted over so long, and an empty account stops agents for so long. */
export const agentWindowMs = 10 * 60_000;
/** An answer to a question counts for so long. */
export const answerMs = 10 * 60_000;
/** Rows about agents are kept for so long. */
export const agentRowsMs = 90 * 24 * 60 * 60_000;

/** The origin of a stop that counts for every server. */
const everywhere = '*';

/** The best that is known of what a row costs. */
const known = 'coalesce(final, reserved, estimate, 0)';

/** What the room needs of the ledger that it belongs to. */
export interface AgentJobsPorts {
  /** Writes a job, within the caller's transaction. */
  readonly insert: (task: NewTask, placement: NewPlacement, now: number) => Task;
  readonly task: (id: string) => Task | undefined;
  readonly changed: () => void;
  readonly spentByAll: (origin: string, since: number) => number;
}

/**
 * Jobs that agents order, what they cost, and what limits them. Folding, budget and consent are decided in
 * the transaction that makes the jobs, so that of processes that race none passes what another has used up.
 */
export class AgentJobs {
  readonly #database: Database;
  readonly #ports: AgentJobsPorts;

  constructor(database: Database, ports: AgentJobsPorts) {
    this.#database = database;
    this.#ports = ports;
  }

  /**
   * The only way from an agent to a job: finds those that exist, lets `decide` judge the others, and writes
   * them with what they may cost, all or none, on disk when it returns.
   * @param dayStart when the day of the budget began, in milliseconds since the epoch
   * @param decide must be pure. It is not asked when nothing would be made
   * @throws an error of SQLite; nothing was written then, and nothing will be sent
   */
  create<R>(
    order: AgentOrder,
    answer: AgentAnswer | undefined,
    { now, dayStart }: { readonly now: number; readonly dayStart: number },
    decide: (
      facts: AgentFacts,
    ) => { readonly type: 'pass'; readonly consent: AgentConsent } | { type: 'no'; why: R },
  ): AgentOutcome<R> {
    const outcome = this.#database.transaction('durable', (): AgentOutcome<R> => {
      const existing = order.isAgain ? [] : this.#existing(order.jobs, now);
      const makes = order.jobs.flatMap((_, index) => (existing[index] ? [] : [index]));
      let consent: AgentConsent | undefined;
      if (makes.length > 0) {
        const prices = makes.map(index => order.jobs[index]?.estimate);
        const agreedBy = answer && this.agreedBy(order.wish, prices, answer, now);
        const decision = decide(this.#facts(order.origin, makes, agreedBy, now, dayStart));
        if (decision.type === 'no') return { type: 'refused', why: decision.why };
        ({ consent } = decision);
        if (answer)
          this.#database.run('UPDATE agent_grant SET used_at = ? WHERE nonce = ?', now, answer.nonce);
      }
      const tasks = order.jobs.map((job, index) => {
        const found = existing[index];
        if (found) return found;
        if (!consent) throw new Error('A job would be made without a decision.');
        return this.#make(order, job, consent, now);
      });
      return { type: 'made', tasks, folded: new Set(existing.flatMap(task => task?.id ?? [])) };
    });
    if (outcome.type === 'made' && outcome.folded.size < outcome.tasks.length) this.#ports.changed();
    return outcome;
  }

  /**
   * What an order would meet now, without making anything.
   * @param wishes of its jobs
   */
  look(
    { origin, wishes, isAgain }: { origin: string; wishes: readonly string[]; isAgain: boolean },
    { now, dayStart }: { readonly now: number; readonly dayStart: number },
  ): { readonly existing: readonly (Task | undefined)[]; readonly facts: AgentFacts } {
    const existing = wishes.map(wish => (isAgain ? undefined : this.find(wish, now)));
    const makes = existing.flatMap((task, index) => (task ? [] : [index]));
    return { existing, facts: this.#facts(origin, makes, undefined, now, dayStart) };
  }

  /** The job that an order of this wish would be, without making any. */
  find(wish: string, now: number): Task | undefined {
    // A job that failed got nobody anything, so the next order is a new one.
    const row = this.#database.get(
      `SELECT id FROM task WHERE wish = ?
         AND (state IN ('draft', 'submitting', 'queued', 'processing', 'succeeded')
           OR (state <> 'failed' AND updated_at > ?))
       ORDER BY created_at DESC LIMIT 1`,
      wish,
      now - foldMs,
    );
    return row && this.#ports.task(text(row, 'id'));
  }

  /** Whether a job was ordered by an agent. */
  has(taskId: string): boolean {
    return this.#database.get('SELECT 1 FROM agent_spend WHERE task_id = ?', taskId) !== undefined;
  }

  /** What all agents have spent and may still spend for what is under way, in credits. */
  spent(origin: string, since: number): number {
    const sql = `SELECT total(${known}) AS credits FROM agent_spend WHERE origin = ? AND at >= ?`;
    const row = this.#database.get(sql, origin, since);
    return row ? number(row, 'credits') : 0;
  }

  /**
   * Notes that somebody is asked about an order.
   * @param wish of the order
   * @param credits the price that is shown; undefined when nobody can tell
   * @returns by which the answer is known; nobody can guess it
   */
  ask(wish: string, credits: number | undefined, now: number): string {
    const nonce = randomBytes(24).toString('base64url');
    this.#database.transaction('cheap', () => {
      this.#database.insert('agent_grant', {
        nonce,
        wish,
        credits: credits ?? null,
        expires_at: now + answerMs,
        used_at: null,
      });
    });
    return nonce;
  }

  /** Refuses paid orders of all agents at all servers until then. */
  stopAll(until: number): void {
    this.#database.transaction('durable', () => this.#stop(everywhere, { reason: 'person', until }));
    this.#ports.changed();
  }

  /** Takes back `stopAll`. */
  goOn(): void {
    this.#database.transaction('durable', () =>
      this.#database.run('DELETE FROM agent_stop WHERE origin = ?', everywhere),
    );
    this.#ports.changed();
  }

  /** The account of an origin was seen to have more credits than before. */
  balanceRose(origin: string): void {
    this.#database.transaction('cheap', () =>
      this.#database.run(`DELETE FROM agent_stop WHERE origin = ? AND reason = 'credits'`, origin),
    );
  }

  /** What stops the agents at a server now. */
  stops(origin: string, now: number): AgentStop[] {
    return this.#database
      .all(
        'SELECT reason, until FROM agent_stop WHERE origin IN (?, ?) AND until > ?',
        origin,
        everywhere,
        now,
      )
      .map(row => ({ reason: text(row, 'reason') as AgentStop['reason'], until: number(row, 'until') }));
  }

  /**
   * Who has ordered which jobs, of what was noted since.
   * @param row the last one that was seen; 0 for all
   */
  orderedAfter(row: number): { readonly row: number; readonly taskId: string; readonly client: string }[] {
    return this.#database
      .all('SELECT id, task_id, client FROM agent_spend WHERE id > ? ORDER BY id', row)
      .map(each => ({
        row: number(each, 'id'),
        taskId: text(each, 'task_id'),
        client: text(each, 'client'),
      }));
  }

  /** What agents have ordered, the latest first. */
  spendings(limit: number): AgentSpending[] {
    return this.#database.all('SELECT * FROM agent_spend ORDER BY id DESC LIMIT ?', limit).map(spendingOf);
  }

  /** Forgets what is older; the jobs stay. @param before milliseconds since the epoch */
  forget(before: number): void {
    this.#database.transaction('cheap', () => {
      this.#database.run('DELETE FROM agent_spend WHERE at < ?', before);
      this.#database.run('DELETE FROM agent_grant WHERE expires_at < ?', before);
      this.#database.run('DELETE FROM agent_stop WHERE until < ?', before);
    });
  }

  /** Follows a job as it changes, within the caller's transaction. */
  follow(before: Task, after: Task, now: number): void {
    const [was, is] = [costOf(before), costOf(after)];
    const isEmpty =
      after.problem?.code === 'insufficient_credits' && before.problem?.code !== after.problem.code;
    if (was.reserved !== is.reserved || was.final !== is.final) {
      const sql = 'UPDATE agent_spend SET reserved = ?, final = ? WHERE task_id = ?';
      this.#database.run(sql, is.reserved, is.final, after.id);
    }
    if (!isEmpty || !this.#database.get('SELECT 1 FROM agent_spend WHERE task_id = ?', after.id)) return;
    this.#stop(after.origin, { reason: 'credits', until: now + agentWindowMs });
  }

  #existing(jobs: readonly AgentJob[], now: number): (Task | undefined)[] {
    return jobs.map(({ wish }) => this.find(wish, now));
  }

  #facts(
    origin: string,
    makes: readonly number[],
    agreedBy: AgentFacts['agreedBy'],
    now: number,
    dayStart: number,
  ): AgentFacts {
    const recent = this.#database.get(
      'SELECT count(DISTINCT order_id) AS count FROM agent_spend WHERE origin = ? AND at > ?',
      origin,
      now - agentWindowMs,
    );
    return {
      makes,
      spentToday: this.spent(origin, dayStart),
      recentOrders: recent ? number(recent, 'count') : 0,
      stops: this.stops(origin, now).map(({ reason }) => reason),
      spentByAll: () => this.#ports.spentByAll(origin, dayStart),
      agreedBy,
    };
  }

  /**
   * By whom an order is agreed to: only a plain yes counts, and only to this order, at no higher price, in
   * time, and once. It is used up where jobs are made.
   * @param wish of the order
   * @param prices of the jobs that would be made, in credits
   */
  agreedBy(
    wish: string,
    prices: readonly (number | undefined)[],
    { nonce, allow, by }: AgentAnswer,
    now: number,
  ): AgentAnswer['by'] | undefined {
    if (allow !== true) return undefined;
    const row = this.#database.get(
      'SELECT credits FROM agent_grant WHERE nonce = ? AND wish = ? AND used_at IS NULL AND expires_at > ?',
      nonce,
      wish,
      now,
    );
    if (!row) return undefined;
    const shown = optionalNumber(row, 'credits');
    // Whoever agreed to an unknown price has agreed to any.
    const isDearer = shown !== undefined && prices.some(each => each === undefined);
    const sum = prices.reduce<number>((total, each) => total + (each ?? 0), 0);
    return isDearer || (shown !== undefined && sum > shown) ? undefined : by;
  }

  #make(order: AgentOrder, job: AgentJob, consent: AgentConsent, now: number): Task {
    const { origin, door, client, tool, orderId } = order;
    const { id } = this.#ports.insert(job.task, job.placement, now);
    this.#database.run('UPDATE task SET wish = ? WHERE id = ?', job.wish, id);
    this.#database.insert('agent_spend', {
      at: now,
      origin,
      door,
      client,
      tool,
      order_id: orderId,
      wish: job.wish,
      task_id: id,
      estimate: job.estimate ?? null,
      consent,
    });
    const task = this.#ports.task(id);
    if (!task) throw new Error(`Task ${id} is not in the ledger.`);
    return task;
  }

  #stop(origin: string, { reason, until }: AgentStop): void {
    this.#database.insert('agent_stop', { origin, reason, until }, true);
  }
}

/** What a job of an agent has set aside and cost in the end, as columns; null while it is not known. */
function costOf(task: Task): { readonly reserved: number | null; readonly final: number | null } {
  const charge = chargeOf(task);
  const isCharged = charge.kind === 'said' && charge.as === 'charge';
  const isFree = charge.kind === 'neverLeft' && !isRunningState(task.state);
  return {
    reserved: task.reservedCredits ?? null,
    final: isCharged ? charge.credits : isFree ? 0 : null,
  };
}

function spendingOf(row: Row): AgentSpending {
  return {
    at: number(row, 'at'),
    origin: text(row, 'origin'),
    door: text(row, 'door'),
    client: text(row, 'client'),
    tool: text(row, 'tool'),
    taskId: text(row, 'task_id'),
    wish: text(row, 'wish'),
    estimate: optionalNumber(row, 'estimate'),
    reserved: optionalNumber(row, 'reserved'),
    final: optionalNumber(row, 'final'),
    consent: text(row, 'consent') as AgentConsent,
  };
}
