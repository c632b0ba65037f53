import { randomUUID } from 'node:crypto';
import type { ReferenceMediaItem } from '../../api/resources/generations.ts';
import type { Model } from '../../api/resources/models.ts';
import type { Clock } from '../../base/clock.ts';
import { sumOf, type Estimate } from '../generate/cost.ts';
import { draftJob } from '../generate/draftJob.ts';
import type { InputFile } from '../generate/inputRules.ts';
import { headStartMs } from '../generate/priceWatch.ts';
import { modelName } from '../models/usableModels.ts';
import { startOfDay } from '../tasks/groups.ts';
import type { AgentAnswer, AgentFacts, AgentOutcome } from '../tasks/agentJobs.ts';
import type { Ledger } from '../tasks/ledger.ts';
import type { NewPlacement } from '../tasks/placement.ts';
import type { MediaKind, Task } from '../../shared/task.ts';
import { agentGate, type AgentGateFacts, type AgentRefusal, type AgentRules } from './agentGate.ts';
import { estimateWords } from './answers.ts';
import { AgentProblem } from './problems.ts';
import type { ResolvedOrder } from './resolveOrder.ts';
import { generators } from './toolSchemas.ts';
import { orderName } from './wish.ts';

/** A file that an agent has named, looked at but not sent. */
export interface AgentReference extends InputFile {
  /** URI under which the job remembers it. */
  readonly source: string;
  /** Hexadecimal SHA-256 of the bytes that will be sent. */
  readonly sha256: () => Promise<string>;
}

/** Who calls a tool. */
export interface AgentCaller {
  readonly door: string;
  /** What the agent calls itself. */
  readonly client: string;
  /** The most credits that its host has shown for this call before; undefined when it has shown none. */
  readonly shown: number | undefined;
  /** What its client was given to ask its user, when it can do that and calls again with the answer. */
  readonly asks?: { readonly answer: AgentAnswer | undefined } | undefined;
  /** The longest that it waits for a result, in seconds. */
  readonly longestWait?: number | undefined;
  /** Is told how its jobs stand, in words, while they are waited for. */
  readonly progress?: ((message: string) => void) | undefined;
}

/** The client of an agent is to ask its user, and to call again with the answer. No job was made. */
export class ClientQuestion extends Error {
  /** By which the answer is known. */
  readonly nonce: string;
  readonly question: AgentQuestion;

  constructor(nonce: string, question: AgentQuestion) {
    super('The client has a question to ask.');
    this.name = 'ClientQuestion';
    this.nonce = nonce;
    this.question = question;
  }
}

/** What a person is asked about an order of an agent. */
export interface AgentQuestion {
  /** Equal ones are one question. */
  readonly order: string;
  readonly client: string;
  readonly kind: MediaKind;
  readonly prompt: string;
  /** As people read it. */
  readonly model: string;
  readonly estimate: Estimate;
  /** By agents today, in credits. */
  readonly spent: number;
  readonly budget: number;
  readonly reason: Extract<AgentRefusal, { type: 'ask' }>['reason'];
}

/** What making an order needs. */
export interface OrderPorts<R extends AgentReference = AgentReference> {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly rules: (origin: string) => Promise<AgentRules>;
  readonly upload: (origin: string, model: Model, references: readonly R[]) => Promise<ReferenceMediaItem[]>;
  /** Asks a person; undefined where there is none. @returns false also when nobody answers */
  readonly ask: ((question: AgentQuestion, signal: AbortSignal) => Promise<boolean>) | undefined;
  /** Jobs were made, and are to be sent. */
  readonly made: (tasks: readonly Task[]) => void;
}

/** An order that is resolved, with the name of each wish. */
export interface WantedOrder<R extends AgentReference> {
  readonly origin: string;
  readonly kind: MediaKind;
  readonly order: ResolvedOrder;
  readonly wishes: readonly string[];
  readonly references: readonly R[];
  readonly placement: NewPlacement;
  readonly isAgain: boolean;
  readonly caller: AgentCaller;
}

/** Questions about one order: its price may have risen while somebody thought about it. */
const mostQuestions = 3;

/**
 * Finds or makes the jobs of an order; asks a person where one has to agree.
 * @returns the jobs, and the ids of those that existed
 * @throws AgentProblem when it is refused; ClientQuestion; RivyaError; the reason of the signal; no job was
 * made then
 */
export async function makeOrder<R extends AgentReference>(
  ports: OrderPorts<R>,
  wanted: WantedOrder<R>,
  signal: AbortSignal,
): Promise<{ readonly tasks: readonly Task[]; readonly folded: ReadonlySet<string> }> {
  const { origin, order, wishes, references, isAgain, caller, kind } = wanted;
  const { ledger, clock, ask, upload, made } = ports;
  const name = orderName(wishes, isAgain);
  let answer = caller.asks?.answer;
  if (answer && answer.allow !== true) throw clientDeclined();
  let items: ReferenceMediaItem[] | undefined;
  for (let questions = 0; ; questions++) {
    const rules = await ports.rules(origin);
    const decide = (facts: AgentFacts): ReturnType<typeof agentGate> =>
      agentGate(gateFacts(facts, order, caller), rules);
    const { existing, facts } = ledger.agents.look({ origin, wishes, isAgain }, dayOf(clock));
    // Nothing is uploaded for an order that is refused, or that exists.
    const prices = facts.makes.map(index => priceOfJob(order, index));
    const agreedBy = answer && ledger.agents.agreedBy(name, prices, answer, clock.now());
    const first = facts.makes.length > 0 ? decide({ ...facts, agreedBy }) : undefined;
    let why = first?.type === 'no' ? first.why : undefined;
    if (!why) {
      if (!existing.every(task => task !== undefined))
        items ??= await upload(origin, order.model, references);
      signal.throwIfAborted();
      const outcome = create(ports, wanted, name, items ?? [], answer, decide);
      if (outcome.type === 'made') {
        const fresh = outcome.tasks.filter(({ id }) => !outcome.folded.has(id));
        if (fresh.length > 0) made(fresh);
        return outcome;
      }
      ({ why } = outcome);
    }
    const estimate = estimateOf(order, facts.makes);
    const spent = { spent: facts.spentToday, budget: rules.dailyBudget };
    const isForClient = why.type === 'ask' && why.by === 'anybody' && caller.asks !== undefined;
    if (why.type === 'never' || questions >= mostQuestions) throw refusalOf(why, estimate, spent);
    if (!isForClient && !ask)
      throw why.reason === 'confirm' ? unasked(estimate) : refusalOf(why, estimate, spent);
    const nonce = ledger.agents.ask(name, estimate.worst, clock.now());
    const question: AgentQuestion = {
      order: name,
      client: caller.client,
      kind,
      prompt: order.jobs[0]?.prompt ?? '',
      model: modelName(order.model),
      estimate,
      ...spent,
      reason: why.reason,
    };
    if (isForClient || !ask) throw new ClientQuestion(nonce, question);
    const allow = await ask(question, signal);
    signal.throwIfAborted();
    if (!allow) throw refusalOf(why, estimate, spent);
    answer = { nonce, allow, by: 'window' };
  }
}

function create<R extends AgentReference>(
  { ledger, clock }: OrderPorts<R>,
  { origin, order, wishes, references, placement, isAgain, caller, kind }: WantedOrder<R>,
  name: string,
  items: readonly ReferenceMediaItem[],
  answer: AgentAnswer | undefined,
  decide: (facts: AgentFacts) => ReturnType<typeof agentGate>,
): AgentOutcome<AgentRefusal> {
  const times = dayOf(clock);
  const orderId = randomUUID();
  const isSure = order.jobs.every(({ estimate }) => estimate.certainty === 'certain');
  const jobs = order.jobs.map((job, index) => {
    const identity = {
      id: randomUUID(),
      idempotencyKey: randomUUID(),
      origin,
      sources: references.map(({ source }) => source),
      items,
      orderId,
    };
    // Where the price is not certain, the first one shows what they cost.
    const dueAt = times.now + (index === 0 || isSure ? 0 : headStartMs);
    return {
      task: { ...draftJob(order, job, identity), dueAt },
      placement,
      wish: wishes[index] ?? '',
      estimate: priceOfJob(order, index),
    };
  });
  const { door, client } = caller;
  return ledger.agents.create(
    { origin, door, client, tool: generators[kind], orderId, wish: name, isAgain, jobs },
    answer,
    times,
    decide,
  );
}

/** The time, and when the day of the budget began; in milliseconds since the epoch. */
export function dayOf(clock: Clock): { readonly now: number; readonly dayStart: number } {
  const now = clock.now();
  return { now, dayStart: startOfDay(now) };
}

/** The most that one job is expected to cost, in credits; undefined when nobody can tell. */
function priceOfJob({ jobs }: ResolvedOrder, index: number): number | undefined {
  const estimate = jobs[index]?.estimate;
  return estimate?.worst ?? estimate?.credits;
}

/** What the jobs that would be made cost together. */
export function estimateOf({ jobs }: ResolvedOrder, makes: readonly number[]): Estimate {
  return sumOf(makes.flatMap(index => jobs[index]?.estimate ?? []));
}

function gateFacts(facts: AgentFacts, order: ResolvedOrder, { shown }: AgentCaller): AgentGateFacts {
  const estimate = estimateOf(order, facts.makes);
  const { worst } = estimate;
  return { ...facts, estimate, isShownByHost: shown !== undefined && worst !== undefined && worst <= shown };
}

function clientDeclined(): AgentProblem {
  return new AgentProblem(
    'consent_denied',
    'the client has answered no, which some do without showing the question',
    'tell the user. Do not order something else in its place.',
  );
}

function unasked(estimate: Estimate): AgentProblem {
  return new AgentProblem(
    'consent_required',
    `this costs ${estimateWords(estimate)}, and this client cannot ask its user`,
    'tell the user. Do not try another model or a smaller order to get around it.',
  );
}

/** No refusal names a way around it. */
function refusalOf(
  why: AgentRefusal,
  estimate: Estimate,
  { spent, budget }: { readonly spent: number; readonly budget: number },
): AgentProblem {
  const used = `agents have spent ${Math.round(spent)} of ${Math.round(budget)} credits today, and this costs ${estimateWords(estimate)}`;
  const stop = 'stop ordering and tell the user, who alone can change it in the settings.';
  switch (why.reason) {
    case 'confirm':
      return new AgentProblem(
        'consent_denied',
        `the user did not agree to ${estimateWords(estimate)}`,
        'tell the user. Do not order something else in its place.',
      );
    case 'price':
      return new AgentProblem('price_unknown', 'nobody can tell the price, and the user did not agree', stop);
    case 'budget':
      return new AgentProblem('budget_exceeded', used, stop);
    case 'limit':
      return new AgentProblem('budget_exceeded', "the user's limit for a day would be exceeded", stop);
    case 'orders':
      return new AgentProblem('too_many_orders', 'more than 20 paid orders in 10 minutes', stop);
    case 'stopped':
      return new AgentProblem('budget_exceeded', 'the user has stopped all agents for today', stop);
    case 'credits':
      return new AgentProblem(
        'insufficient_credits',
        'the account had too few credits a moment ago',
        'stop ordering and tell the user. Do not retry.',
      );
  }
}
