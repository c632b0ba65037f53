import type { Clock } from '../../../base/clock.ts';
import type { Wording } from '../../../base/wording.ts';
import type { Task } from '../../../shared/task.ts';
import type { Ledger } from '../../tasks/ledger.ts';
import { decide } from '../../tasks/runner.ts';
import type { PackageFacts, WishedAsset } from '../plan/facts.ts';
import { makePlan, type Plan, type PlanItem } from '../plan/plan.ts';
import { hasConflict } from '../plan/views.ts';
import { AssetFiles, type AssetFilesParts } from './assetFiles.ts';
import { AssetOrders } from './assetOrders.ts';

/** What results are brought to their places with. */
export interface SettlerParts extends AssetFilesParts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly origin: string;
}

/** What was done about an item. */
export interface Settled {
  /** Why it was not done; undefined when it was. */
  readonly failure: Wording | undefined;
  readonly type: 'made' | 'recorded' | 'renamed';
}

/** Brings about what of a plan needs no order. */
export class Settler {
  readonly #parts: SettlerParts;
  readonly #orders: AssetOrders;
  readonly #files: AssetFiles;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
    this.#orders = new AssetOrders(parts.ledger, parts.origin);
    this.#files = new AssetFiles(parts);
  }

  /**
   * Results in the library, copies, and recipes of what stands there.
   * @returns undefined where there is nothing of the kind to do
   * @throws an error of the disk or of the ledger
   */
  async settle(item: PlanItem, plan: Plan): Promise<Settled | undefined> {
    const { asset, action } = item;
    if (!asset) return undefined;
    if (action === 'take' || action === 'adopt') {
      const task = this.#orders.latest(asset.recipe)?.task;
      return task && this.place(item, asset, task);
    }
    if (action === 'copy') {
      const twin = plan.items.find(({ id }) => id === item.twin)?.asset;
      return { failure: this.#files.copy(item, asset, twin), type: 'made' };
    }
    if (action !== 'none' || !item.isRenamed || !item.recipe) return undefined;
    this.#files.record(asset, item.recipe);
    return { failure: undefined, type: 'renamed' };
  }

  /** Writes the result of a job. @throws an error of the disk or of the ledger */
  async place(item: PlanItem, asset: WishedAsset, task: Task): Promise<Settled> {
    const { ledger, clock } = this.#parts;
    const failure = await this.#files.place(item, asset, task);
    if (failure === undefined) {
      // The ledger learns where the file went, so that it is not offered to anybody.
      const uri = this.#files.uriOf(asset);
      const saved = { state: 'saved', file: uri, copies: [{ index: 0, uri }] } as const;
      ledger.setPlacement(task.id, 'waiting', saved, clock.now());
    }
    return { failure, type: item.action === 'adopt' ? 'recorded' : 'made' };
  }
}

/** What became of results that came when their sync was no longer there. */
export interface Arrived {
  readonly made: readonly PlanItem[];
  /** So many results stay in the library: the wish or the file is another one by now. */
  readonly kept: number;
}

/**
 * Brings results to their places that a sync has ordered, and that came when it was no longer there, because
 * its window was reloaded. Orders nothing, and replaces no file that is not the one which the wish replaces.
 * @param ids of their jobs
 * @throws an error of the disk or of the ledger
 */
export async function settleArrived(
  parts: SettlerParts & { readonly read: () => Promise<PackageFacts> },
  ids: ReadonlySet<string>,
): Promise<Arrived> {
  const { ledger, clock, origin, read } = parts;
  const orders = new AssetOrders(ledger, origin);
  const settler = new Settler(parts);
  const facts = await read();
  const plan = makePlan(facts, { order: recipe => orders.fact(recipe), price: () => undefined });
  const jobs = new Map(
    facts.assets.flatMap(({ recipe }) => {
      const id = orders.latest(recipe)?.task.id;
      return id !== undefined && ids.has(id) ? [[recipe, id] as const] : [];
    }),
  );
  const made: PlanItem[] = [];
  const standing = new Set<string>();
  for (const item of hasConflict(plan) ? [] : plan.items) {
    const id = item.asset && jobs.get(item.asset.recipe);
    if (id === undefined) continue;
    // Somebody else has brought the same file meanwhile.
    if (item.state === 'ok') standing.add(id);
    const settled = item.action === 'none' ? undefined : await settler.settle(item, plan);
    if (settled && settled.failure === undefined) made.push(item);
  }
  const waiting = [...ids].filter(id => ledger.placements.of(id)?.state === 'waiting');
  // Nobody waits for them any more; a sync finds them in the library.
  for (const id of waiting) decide(ledger, id, { type: 'trackingStopped' }, clock.now());
  return { made, kept: waiting.filter(id => !standing.has(id)).length };
}
