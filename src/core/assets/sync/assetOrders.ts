import type { Slices } from '../../../base/slices.ts';
import type { ReferenceMediaItem } from '../../../api/resources/generations.ts';
import type { Task } from '../../../shared/task.ts';
import { draftJob } from '../../generate/draftJob.ts';
import type { Estimate } from '../../generate/cost.ts';
import type { Params } from '../../generate/parameters.ts';
import { isOrderKey, orderKey, sorted } from '../../recipes/identity.ts';
import { mayBeAccepted } from '../../paidRequest/paidRequest.ts';
import type { Ledger, NewTask } from '../../tasks/ledger.ts';
import { decide } from '../../tasks/runner.ts';
import { orderInterrupted } from '../../tasks/transition.ts';
import type { Model } from '../../../api/resources/models.ts';
import type { OrderFact } from '../plan/plan.ts';
import type { WishedAsset } from '../plan/facts.ts';

/** Of an order that somebody else has made from the same wish, with other addresses of its references. */
export const orderedElsewhere = 'ordered_elsewhere';

/** The latest order of a recipe. */
export interface LatestOrder {
  /** From 1. */
  readonly attempt: number;
  readonly task: Task;
}

/** The orders of one server that are made from wishes, as the ledger knows them. */
export class AssetOrders {
  readonly #ledger: Ledger;
  readonly #origin: string;

  constructor(ledger: Ledger, origin: string) {
    this.#ledger = ledger;
    this.#origin = origin;
  }

  /** Attempts count up from 1 on every machine, so the last one is found by counting. */
  latest(recipe: string): LatestOrder | undefined {
    let found: LatestOrder | undefined;
    for (let attempt = 1; ; attempt++) {
      const task = this.#ledger.byIdempotencyKey(orderKey(this.#origin, recipe, attempt));
      if (!task) return found;
      found = { attempt, task };
    }
  }

  fact(recipe: string): OrderFact {
    const latest = this.latest(recipe);
    return latest ? factOf(latest.task) : { state: 'none' };
  }

  /** What is known of the orders of thousands of recipes, looked up in slices. */
  async facts(recipes: Iterable<string>, slices: Slices): Promise<ReadonlyMap<string, OrderFact>> {
    const known = new Map<string, OrderFact>();
    for (const recipe of recipes) {
      known.set(recipe, this.fact(recipe));
      await slices.rest();
    }
    return known;
  }

  /**
   * Jobs that were begun and never answered, because their sync has ended, wait until one wishes them again:
   * a runner that starts for something else sends nothing that was not agreed to now.
   */
  suspendInterrupted(holder: string, now: number): void {
    const { leases } = this.#ledger;
    const open = this.#ledger.tasks({ limit: Number.MAX_SAFE_INTEGER, states: ['draft', 'submitting'] });
    for (const { id, origin, idempotencyKey, hold } of open) {
      if (origin !== this.#origin || !isOrderKey(idempotencyKey) || hold === 'decision') continue;
      // Another sync that lives holds a lease on what it has in hand.
      if (!leases.take(holder, id, now, 1_000)) continue;
      const problem = { code: orderInterrupted, message: 'The sync that ordered it has ended.' };
      decide(this.#ledger, id, { type: 'decisionNeeded', problem }, now);
      leases.release(holder, id);
    }
  }
}

function factOf(task: Task): OrderFact {
  const { state, remoteId, problem, hold } = task;
  const [result] = task.results;
  if (result?.state === 'stored' && result.file) {
    const { sha256, extension } = result.file;
    return { state: 'stored', file: { sha256, extension } };
  }
  if (hold === 'decision' && mayBeAccepted(task)) {
    if (isElsewhere(task)) return { state: 'elsewhere' };
    if (problem?.code !== orderInterrupted)
      return { state: 'none', needsPerson: true, ...(problem && { problem: problem.message }) };
  }
  // What was refused, or never left, is sent with the same key.
  if (remoteId === undefined && !mayBeAccepted(task)) return { state: 'none' };
  if (remoteId === undefined && problem?.code === orderInterrupted) return { state: 'none' };
  if (state === 'failed') return { state: 'failed', ...(problem && { problem: problem.message }) };
  return { state: 'running' };
}

/** Whether Rivya has this key with another body: somebody else has ordered it. */
export function isElsewhere({ hold, problem }: Pick<Task, 'hold' | 'problem'>): boolean {
  const codes = [orderedElsewhere, 'idempotency_conflict', 'http_409'];
  return hold === 'decision' && problem !== undefined && codes.includes(problem.code);
}

/**
 * The order of a wish: key and body are made from it alone, byte for byte, so that two people who wish the
 * same pay once. The id of the job in the ledger is of this machine, and does not go out.
 */
export function wishedJob(
  { recipe, kind, prompt }: WishedAsset,
  model: Model,
  params: Params,
  order: {
    readonly id: string;
    readonly orderId: string;
    readonly origin: string;
    readonly attempt: number;
    readonly estimate: Estimate;
    readonly items: readonly ReferenceMediaItem[];
    readonly sources: readonly string[];
  },
): NewTask {
  const { id, orderId, origin, attempt, estimate, items, sources } = order;
  const job = { prompt, params, estimate };
  const identity = { id: `${recipe}.${attempt}`, idempotencyKey: orderKey(origin, recipe, attempt) };
  const draft = draftJob({ kind, model }, job, { ...identity, origin, sources, items, orderId });
  const { params: all, ...body } = JSON.parse(draft.body) as Record<string, unknown>;
  const { client_request_id: trace, ...start } = body;
  const inOrder = { ...start, ...(all !== undefined && { params: sorted(all) }), client_request_id: trace };
  return { ...draft, id, body: JSON.stringify(inOrder) };
}
