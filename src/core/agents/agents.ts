import { isRivyaError } from '../../api/errors/errors.ts';
import { modelFields } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import type { Estimate } from '../generate/cost.ts';
import type { InputFile } from '../generate/inputRules.ts';
import { modelName, modelsFor } from '../models/usableModels.ts';
import { toDisposable, type Disposable } from '../../base/lifecycle.ts';
import type { NewPlacement } from '../tasks/placement.ts';
import type { MediaKind, StoredFile, Task } from '../../shared/task.ts';
import { agentGate } from './agentGate.ts';
import {
  creditsAnswer,
  foundAnswer,
  modelAnswer,
  modelsAnswer,
  previewsOf,
  tasksAnswer,
  stateOf,
  type AnsweredFile,
  type PlaceHints,
  type PreviewImage,
  type ToolAnswer,
} from './answers.ts';
import {
  dayOf,
  estimateOf,
  makeOrder,
  type AgentCaller,
  type AgentReference,
  type OrderPorts,
} from './makeOrder.ts';
import { AgentProblem } from './problems.ts';
import { bareId, quoted } from './quoted.ts';
import { readInput, type GenerationInput, type ToolInput } from './readInput.ts';
import { resolveOrder, wantedBy, type ResolvedOrder } from './resolveOrder.ts';
import { generators, type ToolName } from './toolSchemas.ts';
import { waitForTasks } from './waitForTasks.ts';
import { wishName } from './wish.ts';

/** Everything that the tools need of the place where they run. */
export interface AgentsPorts<R extends AgentReference = AgentReference> extends OrderPorts<R> {
  /** Undefined when the one that is set cannot be used. */
  readonly server: () => { readonly origin: string; readonly isSandbox: boolean } | undefined;
  /** @throws AgentProblem when no agent may do anything, or, for `paid`, nothing that costs */
  readonly requireAllowed: (cost: 'free' | 'paid') => Promise<void>;
  /** @throws RivyaError */
  readonly models: (origin: string) => Promise<readonly Model[]>;
  /** What is known of them without a network. */
  readonly keptModels: (origin: string) => Promise<readonly Model[] | undefined>;
  readonly defaultModel: (kind: MediaKind) => string;
  /** @throws AgentProblem for a file that may not be sent */
  readonly references: (paths: readonly string[]) => Promise<readonly R[]>;
  /** Where results go. @throws AgentProblem for a document that is none */
  readonly placement: (document: string | undefined) => Promise<NewPlacement>;
  /** The files of a job. @param document that is to refer to them, as the agent has named it */
  readonly files: (task: Task, document: string | undefined) => Promise<readonly AnsweredFile[]>;
  readonly hints: PlaceHints;
  /** A small picture of a file; undefined when none can be made of it, or nowhere here. */
  readonly preview?: (file: StoredFile) => Promise<PreviewImage | undefined>;
  /** In credits, as seen last. */
  readonly balance: (origin: string) => number | undefined;
}

/** What a call would do, for the question of a host. */
export type Preview =
  | { readonly type: 'free' }
  /** The call itself says what is wrong, and nothing is asked before. */
  | { readonly type: 'invalid' }
  | { readonly type: 'folded'; readonly kind: MediaKind }
  | {
      readonly type: 'paid';
      readonly kind: MediaKind;
      readonly prompt: string;
      readonly references: readonly string[];
      readonly document: string | undefined;
      /** Undefined when the catalogue is not known yet. */
      readonly price:
        | {
            readonly model: string;
            readonly estimate: Estimate;
            readonly spent: number;
            readonly budget: number;
          }
        | undefined;
      readonly balance: number | undefined;
      readonly isSandbox: boolean;
      /** Whether somebody is to agree to it. */
      readonly isAsked: boolean;
    };

/** An image is waited for so long by default, in seconds. */
const imageSeconds = 120;
/** What the tools do: one way for every order, whoever's agent asks through whichever door. */
export class Agents<R extends AgentReference = AgentReference> {
  readonly #ports: AgentsPorts<R>;

  constructor(ports: AgentsPorts<R>) {
    this.#ports = ports;
  }

  /**
   * Does what a tool is called for.
   * @param signal ends the waiting; jobs that were made go on
   * @throws AgentProblem; ClientQuestion; the reason of the signal
   */
  async call(tool: ToolName, input: unknown, caller: AgentCaller, signal: AbortSignal): Promise<ToolAnswer> {
    try {
      switch (tool) {
        case 'generate_image':
          return await this.#generate('image', readInput(tool, input), caller, signal);
        case 'generate_video':
          return await this.#generate('video', readInput(tool, input), caller, signal);
        case 'generate_audio':
          return await this.#generate('audio', readInput(tool, input), caller, signal);
        case 'check_task':
          return await this.#check(readInput(tool, input), caller, signal);
        case 'find_tasks':
          return { text: await this.#find(readInput(tool, input)) };
        case 'list_models':
          return { text: await this.#list(readInput(tool, input)) };
        case 'get_credits':
          readInput(tool, input);
          return { text: await this.#credits() };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!isRivyaError(error)) throw error;
      const what = `Rivya could not be asked. Rivya says: ${quoted(error.message, 300)}`;
      if (error.kind === 'scope' || error.kind === 'authentication') throw this.#notSetUp(what);
      throw new AgentProblem('unavailable', what, 'nothing was ordered by this call; try once more in 60 s.');
    }
  }

  /** What a call would do. No network, and nothing is written. */
  async preview(tool: ToolName, input: unknown): Promise<Preview> {
    const found = Object.entries(generators).find(([, name]) => name === tool);
    if (!found) return { type: 'free' };
    const kind = found[0] as MediaKind;
    try {
      const read: GenerationInput = readInput(tool as 'generate_image', input);
      const { server, requireAllowed, keptModels, balance } = this.#ports;
      await requireAllowed('paid');
      const { origin, isSandbox } = server() ?? {};
      if (origin === undefined || isSandbox === undefined) return { type: 'invalid' };
      const models = await keptModels(origin);
      const about = {
        type: 'paid',
        kind,
        prompt: read.prompt,
        references: read.references ?? [],
        document: read.document,
        balance: balance(origin),
        isSandbox,
      } as const;
      if (!models) return { ...about, price: undefined, isAsked: true };
      const references = await this.#ports.references(read.references ?? []);
      const order = this.#resolve(kind, read, models, references);
      const rules = await this.#ports.rules(origin);
      // Files are hashed when they are to be sent, not for a question.
      const wishes = references.length > 0 ? undefined : wishesOf(origin, order, []);
      const { existing, facts } = this.#ports.ledger.agents.look(
        { origin, wishes: wishes ?? order.jobs.map(() => ''), isAgain: read.again ?? wishes === undefined },
        dayOf(this.#ports.clock),
      );
      if (existing.every(task => task !== undefined)) return { type: 'folded', kind };
      const price = {
        model: modelName(order.model),
        estimate: estimateOf(order, facts.makes),
        spent: facts.spentToday,
        budget: rules.dailyBudget,
      };
      const decision = agentGate({ ...facts, estimate: price.estimate, isShownByHost: false }, rules);
      // What nobody can agree to needs no question: the call itself says why.
      const isAsked = decision.type === 'no' && decision.why.type === 'ask';
      return { ...about, price, isAsked };
    } catch (error) {
      if (error instanceof AgentProblem) return { type: 'invalid' };
      throw error;
    }
  }

  async #generate(
    kind: MediaKind,
    input: GenerationInput,
    caller: AgentCaller,
    signal: AbortSignal,
  ): Promise<ToolAnswer> {
    const ports = this.#ports;
    await ports.requireAllowed('paid');
    const { origin } = this.#server();
    const references = await ports.references(input.references ?? []);
    const placement = await ports.placement(input.document);
    const models = await ports.models(origin);
    signal.throwIfAborted();
    const order = this.#resolve(kind, input, models, references);
    const hashes = await Promise.all(references.map(reference => reference.sha256()));
    const wishes = wishesOf(origin, order, hashes);
    const { tasks, folded } = await makeOrder(
      this.#ports,
      { origin, order, wishes, references, placement, isAgain: input.again ?? false, kind, caller },
      signal,
    );
    const seconds = input.wait_seconds ?? (kind === 'image' ? imageSeconds : 0);
    const ids = tasks.map(({ id }) => id);
    const remarks = [
      ...(order.isModelChosen && folded.size < ids.length
        ? [
            `model ${bareId(order.model.id)} was chosen because it is the cheapest; the user has set no default.`,
          ]
        : []),
    ];
    return this.#answer(ids, { seconds, document: input.document, folded, remarks, caller }, signal);
  }

  #resolve(
    kind: MediaKind,
    input: GenerationInput,
    models: readonly Model[],
    inputs: readonly InputFile[],
  ): ResolvedOrder {
    return resolveOrder(kind, input, { models, defaultModel: this.#ports.defaultModel(kind), inputs });
  }

  async #check(
    input: ToolInput<'check_task'>,
    caller: AgentCaller,
    signal: AbortSignal,
  ): Promise<ToolAnswer> {
    await this.#ports.requireAllowed('free');
    const ids = [...new Set(input.task_ids.map(id => id.trim()))];
    for (const id of ids) if (!this.#ports.ledger.task(id)) throw unknownTask(id);
    const { document, wait_seconds: seconds = 0, show: isShown = false } = input;
    if (document !== undefined) await this.#ports.placement(document);
    return this.#answer(ids, { seconds, document, folded: new Set(), remarks: [], caller, isShown }, signal);
  }

  async #find({ query = '', kind, limit = 10 }: ToolInput<'find_tasks'>): Promise<string> {
    await this.#ports.requireAllowed('free');
    const { ledger, files } = this.#ports;
    const filter = kind === undefined ? {} : { kinds: [kind] };
    const tasks =
      query.trim() === '' ? ledger.lists.page(filter, { limit }) : ledger.search(query, limit, filter);
    const lines = tasks.map(async task => ({ task, path: (await files(task, undefined))[0]?.path }));
    return foundAnswer(await Promise.all(lines));
  }

  async #list({ kind, query = '', model: id }: ToolInput<'list_models'>): Promise<string> {
    await this.#ports.requireAllowed('free');
    const models = await this.#ports.models(this.#server().origin);
    if (id !== undefined) {
      const model = models.find(each => each.id === id.trim());
      if (!model)
        throw new AgentProblem(
          'model_unknown',
          `there is no model ${quoted(id, 100)}`,
          'ask list_models without it.',
        );
      return modelAnswer(model, modelFields(model), wantedBy);
    }
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = kind === undefined ? (['image', 'video', 'audio'] as const) : [kind];
    const found = kinds
      .flatMap(each => modelsFor(models, each, 'price'))
      .filter(model => words.every(word => `${model.id} ${modelName(model)}`.toLowerCase().includes(word)));
    return modelsAnswer(found);
  }

  async #credits(): Promise<string> {
    await this.#ports.requireAllowed('free');
    const { origin, isSandbox } = this.#server();
    const { dailyBudget, confirmAbove } = await this.#ports.rules(origin);
    const budget = { spent: this.#spent(origin), limit: dailyBudget };
    return creditsAnswer(this.#ports.balance(origin), budget, confirmAbove, isSandbox);
  }

  async #answer(
    ids: readonly string[],
    how: {
      readonly seconds: number;
      readonly document: string | undefined;
      readonly folded: ReadonlySet<string>;
      readonly remarks: readonly string[];
      readonly caller: AgentCaller;
      /** Whether the model wants to see the images. */
      readonly isShown?: boolean;
    },
    signal: AbortSignal,
  ): Promise<ToolAnswer> {
    const { ledger, clock, files, hints, preview } = this.#ports;
    const { longestWait = how.seconds } = how.caller;
    const following = this.#follow(ids, how.caller);
    try {
      await waitForTasks(ids, Math.min(how.seconds, longestWait) * 1_000, { ledger, clock }, signal);
    } finally {
      following.dispose();
    }
    const tasks = ids.flatMap(id => ledger.task(id) ?? []);
    const answered = await Promise.all(
      tasks.map(async task => ({
        task,
        files: await files(task, how.document),
        isFolded: how.folded.has(task.id),
      })),
    );
    const { origin } = tasks[0] ?? this.#server();
    const { dailyBudget } = await this.#ports.rules(origin);
    const budget = { spent: this.#spent(origin), limit: dailyBudget };
    const shown = how.isShown ? await previewsOf(answered, preview) : undefined;
    signal.throwIfAborted();
    const remarks = [...(shown ? [shown.remark] : []), ...how.remarks];
    return {
      text: tasksAnswer(answered, budget, how.document, hints, remarks),
      tasks: answered,
      budget,
      ...(shown && { previews: shown.previews }),
    };
  }

  /** Tells the caller how its jobs stand, now and whenever that is another. */
  #follow(ids: readonly string[], { progress }: AgentCaller): Disposable {
    if (!progress) return toDisposable(() => undefined);
    const { ledger } = this.#ports;
    let said = '';
    const look = (): void => {
      const states = ids.flatMap(id => ledger.task(id) ?? []).map(stateOf);
      const text = states.join(', ');
      if (text === said) return;
      said = text;
      progress(text);
    };
    look();
    return ledger.onDidChange(look);
  }

  #server(): { readonly origin: string; readonly isSandbox: boolean } {
    const server = this.#ports.server();
    if (!server) throw this.#notSetUp('the address of Rivya that is set cannot be used');
    return server;
  }

  #notSetUp(what: string): AgentProblem {
    return new AgentProblem('not_set_up', what, `${this.#ports.hints.setUp} Do not retry.`);
  }

  #spent(origin: string): number {
    return this.#ports.ledger.agents.spent(origin, dayOf(this.#ports.clock).dayStart);
  }
}

function wishesOf(origin: string, order: ResolvedOrder, references: readonly string[]): string[] {
  return order.jobs.map(({ prompt, params }, number) =>
    wishName({ origin, kind: order.kind, model: order.model.id, prompt, params, references, number }),
  );
}

function unknownTask(id: string): AgentProblem {
  return new AgentProblem(
    'task_unknown',
    `there is no task ${quoted(id, 100)}`,
    'look for it with find_tasks.',
  );
}
