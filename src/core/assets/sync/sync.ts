import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { asItIs, wording, type Wording } from '../../../base/wording.ts';
import type { RivyaClient } from '../../../api/client.ts';
import type { ReferenceMediaItem } from '../../../api/resources/generations.ts';
import type { Model } from '../../../api/resources/models.ts';
import { isRivyaError } from '../../../api/errors/errors.ts';
import { isRunningState, type Problem, type Task } from '../../../shared/task.ts';
import type { Estimate } from '../../generate/cost.ts';
import { mayBeAccepted } from '../../paidRequest/paidRequest.ts';
import { recipePathOf } from '../../recipes/recipe.ts';
import { decide } from '../../tasks/runner.ts';
import { groupOf, KnownPrices, orderParams } from '../plan/catalogue.ts';
import type { PackageFacts, WishedAsset } from '../plan/facts.ts';
import { makePlan, type Plan, type PlanItem, type PlanOptions } from '../plan/plan.ts';
import { AssetFiles } from './assetFiles.ts';
import { AssetOrders, isElsewhere, orderedElsewhere, wishedJob } from './assetOrders.ts';
import { Purse, type Agreement, type PriceChange } from './purse.ts';
import { ReferenceRefused, References } from './references.ts';
import { Settler, type SettlerParts } from './settle.ts';
import { waitForJob, type JobNews } from './waitForJob.ts';

/** What a sync works with. */
export interface SyncServices extends SettlerParts, JobNews {
  readonly client: Pick<RivyaClient, 'files'>;
  readonly models: readonly Model[];
  readonly holder: string;
  /** Reads the package as it stands now; an editor does it in a thread. */
  readonly read: () => Promise<PackageFacts>;
}

export type SyncEvent =
  | { readonly type: 'ordered' | 'moved' | 'recorded'; readonly item: PlanItem }
  | { readonly type: 'made'; readonly item: PlanItem; readonly credits: number | undefined }
  | { readonly type: 'failed'; readonly item: PlanItem; readonly reason: Wording };

export interface SyncOptions extends PlanOptions {
  readonly agreement: Agreement;
  readonly onEvent: (event: SyncEvent) => void;
  /** Ends it early: nothing more is ordered, and what is on its way comes with the next sync. */
  readonly signal: AbortSignal;
}

/** An asset that was not made, and why. */
export interface NotMade {
  readonly item: PlanItem;
  /** The end of a sentence; may hold text of the package or of Rivya: make it inert before it is shown. */
  readonly reason: Wording;
  /**
   * `asset`: this one alone. `limit`: it could exceed the limit. `person`: somebody must decide. `server`: no
   * key, or no way to Rivya.
   */
  readonly kind: 'asset' | 'limit' | 'person' | 'server';
}

export interface SyncReport {
  /** What was written, in the order in which it was. */
  readonly made: readonly PlanItem[];
  readonly notMade: readonly NotMade[];
  /** What Rivya has named for the orders of this sync. */
  readonly credits: number;
  readonly priceChange: PriceChange | undefined;
  /** How the package stands afterwards. */
  readonly plan: Plan;
}

/** How many orders are sent together. */
const parallelOrders = 8;
/** What is half written for longer than that, nobody writes any more; in milliseconds. */
const abandonedMs = 60 * 60_000;

/**
 * Brings a package to what its manifest wishes: moves, orders within what was agreed to, files, and then
 * their recipes. What is on its way when it ends is in the ledger, and comes with the next one.
 * @throws an error of the ledger or of the disk
 */
export async function syncPackage(services: SyncServices, options: SyncOptions): Promise<SyncReport> {
  return new Sync(services, options).run();
}

/** An order that Rivya has. */
interface Accepted {
  readonly type: 'task';
  readonly task: Task;
  readonly attempt: number;
}

type Ordered = Accepted | { readonly type: 'not'; readonly reason: Wording; readonly kind: NotMade['kind'] };

class Sync {
  readonly #services: SyncServices;
  readonly #options: SyncOptions;
  readonly #orders: AssetOrders;
  readonly #purse: Purse;
  readonly #orderId = randomUUID();
  readonly #made: PlanItem[] = [];
  readonly #notMade: NotMade[] = [];
  readonly #references: References;
  readonly #files: AssetFiles;
  readonly #settler: Settler;
  /** What a group has turned out to cost. */
  readonly #revealed = new Map<string, number>();
  readonly #finishing: Promise<void>[] = [];
  #priceChange: PriceChange | undefined;
  #stopped: Pick<NotMade, 'reason' | 'kind'> | undefined;

  constructor(services: SyncServices, options: SyncOptions) {
    this.#services = services;
    this.#options = options;
    this.#orders = new AssetOrders(services.ledger, services.origin);
    this.#purse = new Purse(options.agreement);
    this.#references = new References(services.folder, services.client);
    this.#files = new AssetFiles(services);
    this.#settler = new Settler(services);
  }

  async run(): Promise<SyncReport> {
    const { holder, clock, runner, origin } = this.#services;
    this.#orders.suspendInterrupted(holder, clock.now());
    // The key and the way may be others than when an earlier sync gave up waiting for its results.
    runner.keyChanged(origin);
    let plan = await this.#plan();
    const written = plan.items.flatMap(({ file }) => [file, recipePathOf(file)]);
    this.#services.folder.sweep(written, clock.now() - abandonedMs);
    if (plan.items.some(({ state }) => state === 'conflict')) return this.#report(plan);
    const moves = plan.items.filter(({ action }) => action === 'move');
    for (const item of moves) this.#tell(item, this.#files.move(item), 'moved');
    if (moves.length > 0) plan = await this.#plan();
    await this.#orderAll(plan.items.filter(({ action }) => action === 'make'));
    // Copies of what has come, what lay in the library, and what a crash has left without its recipe.
    plan = await this.#plan();
    for (const item of plan.items) await this.#settle(item, plan);
    plan = await this.#plan();
    for (const item of plan.items) {
      if (item.action === 'leave' && item.state !== 'edited') this.#fail(item, asItIs(item.reason), 'asset');
    }
    return this.#report(plan);
  }

  #report(plan: Plan): SyncReport {
    const { counted: credits } = this.#purse;
    return { made: this.#made, notMade: this.#notMade, credits, priceChange: this.#priceChange, plan };
  }

  async #plan(): Promise<Plan> {
    const { read, models } = this.#services;
    const facts = await read();
    const prices = new KnownPrices(facts.recipes.values());
    return makePlan(
      facts,
      { order: recipe => this.#orders.fact(recipe), price: asset => prices.of(asset, models) },
      this.#options,
    );
  }

  /** @param failure why it was not done */
  #tell(
    item: PlanItem,
    failure: Wording | undefined,
    type: 'moved' | 'recorded' | 'made',
    credits?: number,
  ): void {
    if (failure !== undefined) {
      this.#fail(item, failure, 'asset');
      return;
    }
    this.#made.push(item);
    this.#options.onEvent(type === 'made' ? { type, item, credits } : { type, item });
  }

  #fail(item: PlanItem, reason: Wording, kind: NotMade['kind']): void {
    if (this.#notMade.some(each => each.item.id === item.id)) return;
    this.#notMade.push({ item, reason, kind });
    this.#options.onEvent({ type: 'failed', item, reason });
  }

  /** The first of each group alone, because its answer says what the others cost; then the others. */
  async #orderAll(items: readonly PlanItem[]): Promise<void> {
    const groups = Map.groupBy(items, ({ asset }) => (asset ? groupOf(asset) : ''));
    const first = [...groups.values()].flatMap(([each]) => each ?? []);
    const rest = [...groups.values()].flatMap(([, ...others]) => others);
    const order = async (item: PlanItem): Promise<void> => {
      if (item.asset) await this.#orderOne(item, item.asset, groups);
    };
    await together(first, order);
    await together(rest, order);
    await Promise.all(this.#finishing);
  }

  async #orderOne(
    item: PlanItem,
    asset: WishedAsset,
    groups: ReadonlyMap<string, readonly PlanItem[]>,
  ): Promise<void> {
    const ordered = await this.#order(item, asset);
    if (ordered.type === 'not') {
      this.#fail(item, ordered.reason, ordered.kind);
      return;
    }
    const { reservedCredits: reserved } = ordered.task;
    const group = groupOf(asset);
    if (reserved !== undefined && !this.#revealed.has(group) && item.estimate) {
      this.#revealed.set(group, reserved);
      const members = (groups.get(group) ?? []).filter(({ estimate }) => estimate !== undefined).length;
      const change = this.#purse.revealed(asset.model, item.estimate.credits, reserved, members);
      if (change) {
        this.#priceChange ??= change;
        this.#stopped ??= { reason: asItIs(priceChangeText(change)), kind: 'person' };
      }
    }
    this.#finishing.push(this.#finish(item, asset, ordered));
  }

  /** Until Rivya has answered: its result is waited for elsewhere. */
  async #order(item: PlanItem, asset: WishedAsset): Promise<Ordered> {
    const { ledger, clock, models, runner } = this.#services;
    const latest = this.#orders.latest(asset.recipe);
    const hasEnded = latest?.task.state === 'failed' && latest.task.remoteId !== undefined;
    const attempt = latest ? latest.attempt + (hasEnded ? 1 : 0) : 1;
    if (latest && !hasEnded && latest.task.remoteId !== undefined) {
      // Accepted already, by this machine: nothing new is ordered.
      if (latest.task.state === 'unreachable')
        decide(ledger, latest.task.id, { type: 'reopened' }, clock.now());
      runner.poke();
      return { type: 'task', task: latest.task, attempt };
    }
    const model = models.find(({ id }) => id === asset.model);
    if (!model)
      return { type: 'not', reason: wording("the model {0} doesn't exist", asset.model), kind: 'asset' };
    if (this.#options.signal.aborted)
      return { type: 'not', reason: wording('stopped before it was ordered'), kind: 'asset' };
    if (this.#stopped) return { type: 'not', ...this.#stopped };
    const estimate = this.#estimateOf(item, asset, model);
    const name = `${asset.recipe}.${attempt}`;
    const refusal = this.#purse.take(name, estimate);
    if (refusal === 'limit')
      return { type: 'not', reason: wording('it could exceed the limit'), kind: 'limit' };
    if (refusal === 'noPrice')
      return { type: 'not', reason: wording('its price is unknown'), kind: 'person' };
    const begun = await this.#begin(asset, model, latest && !hasEnded ? latest.task : undefined, {
      attempt,
      estimate,
    });
    if (typeof begun === 'object') {
      this.#purse.withdrawn(name);
      return begun;
    }
    this.#options.onEvent({ type: 'ordered', item });
    runner.poke();
    const hasReferences = asset.references.length > 0;
    const task = await this.#reached(begun, each => isAnswered(each, hasReferences));
    return this.#answer(task, name, attempt);
  }

  /** What it is worth: what its group has turned out to cost, else what was named before. */
  #estimateOf(item: PlanItem, asset: WishedAsset, model: Model): Estimate {
    const known = this.#revealed.get(groupOf(asset));
    const named = item.estimate ?? new KnownPrices([]).of(asset, [model]);
    if (known === undefined || model.billing_type !== 'FIXED') return named;
    return { jobs: 1, certainty: 'certain', credits: known, worst: known };
  }

  /** Writes the job, or takes it up again. @returns its id, or why not */
  async #begin(
    asset: WishedAsset,
    model: Model,
    known: Task | undefined,
    { attempt, estimate }: { readonly attempt: number; readonly estimate: Estimate },
  ): Promise<string | Extract<Ordered, { type: 'not' }>> {
    const { ledger, clock, origin } = this.#services;
    if (known) {
      if (isElsewhere(known)) return elsewhere;
      const needsPerson = known.hold === 'decision' && mayBeAccepted(known);
      const { agreement } = this.#options;
      const agreed = (task: Task): Task => ({ ...task, agreedCredits: estimate.worst });
      ledger.update(known.id, clock.now(), agreed);
      const again = decide(ledger, known.id, { type: 'wishedAgain' }, clock.now());
      if (again?.hold !== 'decision' || !needsPerson) return known.id;
      if (!agreement.hasPerson) {
        const reason = wording('Rivya may have received it more than a day ago or with another key');
        return { type: 'not', reason, kind: 'person' };
      }
      decide(ledger, known.id, { type: 'released' }, clock.now());
      return known.id;
    }
    const params = orderParams(model, asset);
    let items: ReferenceMediaItem[];
    try {
      items = await this.#references.send(asset, model);
    } catch (error) {
      if (error instanceof ReferenceRefused) return { type: 'not', reason: error.wording, kind: 'asset' };
      if (!isRivyaError(error)) throw error;
      const kind = isServerProblem({ code: error.code, message: error.message }) ? 'server' : 'asset';
      return { type: 'not', reason: wording("a reference couldn't be sent: {0}", error.message), kind };
    }
    if (this.#stopped) return { type: 'not', ...this.#stopped };
    const id = randomUUID();
    const sources = asset.references.map(file => pathToFileURL(this.#services.folder.pathOf(file)).href);
    const order = { id, orderId: this.#orderId, origin, attempt, estimate, items, sources };
    const task = wishedJob(asset, model, params, order);
    const placement = {
      mode: 'none' as const,
      document: undefined,
      language: undefined,
      folder: pathToFileURL(this.#services.folder.root).href,
      anchor: undefined,
    };
    try {
      ledger.createAll([{ task, placement }], clock.now());
      return id;
    } catch (error) {
      // Another sync with the same ledger was faster.
      const theirs = ledger.byIdempotencyKey(task.idempotencyKey);
      if (!theirs) throw error;
      return theirs.id;
    }
  }

  #answer(task: Task, name: string, attempt: number): Ordered {
    if (task.remoteId !== undefined) {
      this.#purse.answered(name, task.reservedCredits);
      return { type: 'task', task, attempt };
    }
    const problem = task.problem ?? { code: 'unknown', message: 'Rivya has not answered' };
    if (isElsewhere(task) || (isConflict(problem) && isRunningState(task.state))) {
      if (!isElsewhere(task)) {
        const event = {
          type: 'decisionNeeded',
          problem: { code: orderedElsewhere, message: 'Someone else has ordered it.' },
        } as const;
        decide(this.#services.ledger, task.id, event, this.#services.clock.now());
      }
      this.#purse.withdrawn(name);
      return elsewhere;
    }
    // What may be out counts as what it could cost.
    if (mayBeAccepted(task)) this.#purse.answered(name, undefined);
    else this.#purse.withdrawn(name);
    if (task.hold === 'decision' && task.problem?.code !== 'insufficient_credits')
      return { type: 'not', reason: inSentence(problem), kind: 'person' };
    const isServers = task.hold === 'key' || isServerProblem(problem);
    if (isServers || problem.code === 'insufficient_credits' || problem.status === 402)
      this.#stopped ??= { reason: inSentence(problem), kind: isServers ? 'server' : 'asset' };
    return { type: 'not', reason: inSentence(problem), kind: isServers ? 'server' : 'asset' };
  }

  /** Waits for the result, and writes it; a job that failed is followed by one more attempt. */
  async #finish(item: PlanItem, asset: WishedAsset, { task: begun, attempt }: Accepted): Promise<void> {
    let task = await this.#reached(begun.id, isFinished);
    this.#settleFailed(task, asset, attempt);
    if (task.state === 'failed') {
      const again = await this.#order(item, asset);
      if (again.type === 'not') {
        const words = again.kind === 'asset' && task.problem ? inSentence(task.problem) : again.reason;
        this.#fail(item, words, again.kind);
        return;
      }
      task = await this.#reached(again.task.id, isFinished);
      this.#settleFailed(task, asset, again.attempt);
    }
    const [result] = task.results;
    if (result?.state === 'stored') {
      await this.#place(item, asset, task);
      return;
    }
    // Who stops a sync does not wait for what is on its way; the next sync finds it in the library.
    if (this.#options.signal.aborted && task.remoteId !== undefined)
      decide(this.#services.ledger, task.id, { type: 'trackingStopped' }, this.#services.clock.now());
    const { problem } = task;
    const kind = task.hold === 'key' || (problem && isServerProblem(problem)) ? 'server' : 'asset';
    const reason = problem ? inSentence(problem) : wording("it isn't ready yet");
    this.#fail(item, this.#options.signal.aborted ? wording('stopped before it was ready') : reason, kind);
  }

  #reached(id: string, reached: (task: Task) => boolean): Promise<Task> {
    return waitForJob(this.#services, id, reached, this.#options.signal);
  }

  #settleFailed({ state, finalCredits }: Task, { recipe }: WishedAsset, attempt: number): void {
    if (state === 'failed' && finalCredits === 0) this.#purse.returned(`${recipe}.${attempt}`);
  }

  /** What needs no order: results in the library, copies, and recipes of what stands there. */
  async #settle(item: PlanItem, plan: Plan): Promise<void> {
    const settled = await this.#settler.settle(item, plan);
    if (settled?.type === 'renamed') this.#made.push(item);
    else if (settled) this.#tell(item, settled.failure, settled.type, item.action === 'copy' ? 0 : undefined);
  }

  async #place(item: PlanItem, asset: WishedAsset, task: Task): Promise<void> {
    const { failure, type } = await this.#settler.place(item, asset, task);
    const credits = item.action === 'make' ? (task.finalCredits ?? task.reservedCredits) : undefined;
    this.#tell(item, failure, type === 'recorded' ? type : 'made', credits);
  }
}

const elsewhere: Extract<Ordered, { type: 'not' }> = {
  type: 'not',
  reason: wording('already ordered elsewhere: pull its file and recipe'),
  kind: 'asset',
};

function isConflict({ code }: Problem): boolean {
  return code === 'idempotency_conflict';
}

/**
 * Rivya has answered the order. With references a conflict is an answer, too: whoever ordered first sent
 * other addresses of the same files.
 */
function isAnswered(task: Task, hasReferences: boolean): boolean {
  if (task.remoteId !== undefined || !isRunningState(task.state)) return true;
  return hasReferences && task.problem !== undefined && isConflict(task.problem);
}

function isFinished(task: Task): boolean {
  return !isRunningState(task.state);
}

function isServerProblem({ code, status }: Problem): boolean {
  if (status === 401 || status === 403) return true;
  return /^(?:api_key|api_scope|host_not|connection_|proxy_|certificate_|tls_|public_api_disabled)/.test(
    code,
  );
}

function inSentence({ message }: Problem): Wording {
  return asItIs(message.replace(/[.\s]+$/, ''));
}

/** What a person reads when a price was not the one of the plan. */
export function priceChangeText({ model, named, reserved, totalBefore, totalNow }: PriceChange): string {
  return `${model} costs ${reserved} credits instead of ${named}: ${totalNow} credits in all instead of ${totalBefore}`;
}

/** Works on several at a time, in their order. */
async function together<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: parallelOrders }, worker));
}
