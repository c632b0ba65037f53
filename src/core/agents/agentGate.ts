import type { Estimate } from '../generate/cost.ts';
import { onlyThePrice, priceGate } from '../generate/priceGate.ts';
import type { AgentConsent, AgentFacts } from '../tasks/agentJobs.ts';

/** What a person has set for agents. All amounts in credits. */
export interface AgentRules {
  /** Above which an order is confirmed first. */
  readonly confirmAbove: number;
  /** What all agents together may spend in a day. */
  readonly dailyBudget: number;
  /** What anybody may spend in a day; undefined when there is no limit. */
  readonly dailyLimit: number | undefined;
  /** What was spent today of which the ledger does not know, such as by chats. */
  readonly spentElsewhere: number;
}

/** What is known about an order when it is judged. */
export interface AgentGateFacts extends Omit<AgentFacts, 'makes'> {
  /** Of the jobs that would be made. */
  readonly estimate: Estimate;
  /** Whether the host of the agent has shown this price, or a higher one, before it called. */
  readonly isShownByHost: boolean;
}

/** Orders of agents in ten minutes after which a person is asked about each. */
export const mostOrders = 20;

/** Why an order of an agent is not made as it stands. */
export type AgentRefusal =
  /** Somebody must agree. `by`: whether the client of the agent may ask its user, or only a window. */
  | {
      readonly type: 'ask';
      readonly by: 'anybody' | 'window';
      readonly reason: 'confirm' | 'price' | 'budget' | 'limit' | 'orders';
    }
  /** Nobody can agree to it here. */
  | { readonly type: 'never'; readonly reason: 'stopped' | 'credits' | 'limit' };

export type AgentDecision =
  | { readonly type: 'pass'; readonly consent: AgentConsent }
  | { readonly type: 'no'; readonly why: AgentRefusal };

/**
 * Whether an order of an agent is made. That the agent may call a tool is no consent to spend: whatever its
 * host has allowed, a person in a window alone can go beyond the budget.
 */
export function agentGate(facts: AgentGateFacts, rules: AgentRules): AgentDecision {
  const { estimate, stops, spentToday, spentByAll, recentOrders, agreedBy, isShownByHost } = facts;
  const { worst, certainty } = estimate;
  if (stops.includes('person')) return never('stopped');
  if (stops.includes('credits')) return never('credits');
  // The gate of people's own orders. Their limit of the day binds agents as it binds them.
  const gate = priceGate({
    estimate,
    confirmAbove: rules.confirmAbove,
    dailyLimit: rules.dailyLimit,
    spentToday: rules.dailyLimit === undefined ? 0 : spentByAll() + rules.spentElsewhere,
    ...onlyThePrice,
  });
  if (gate.type === 'refuse') return never('limit');
  if (agreedBy === 'window') return { type: 'pass', consent: 'window' };
  if (worst === undefined) return ask('window', 'price');
  if (worst > 0 && spentToday + worst > rules.dailyBudget) return ask('window', 'budget');
  if (gate.type === 'ask' && gate.questions.includes('dailyLimit')) return ask('window', 'limit');
  if (recentOrders >= mostOrders) return ask('window', 'orders');
  if (gate.type === 'pass' && certainty === 'certain') return { type: 'pass', consent: 'below' };
  if (isShownByHost) return { type: 'pass', consent: 'host' };
  if (agreedBy === 'client') return { type: 'pass', consent: 'client' };
  return ask('anybody', 'confirm');
}

function never(reason: 'stopped' | 'credits' | 'limit'): AgentDecision {
  return { type: 'no', why: { type: 'never', reason } };
}

function ask(
  by: 'anybody' | 'window',
  reason: 'confirm' | 'price' | 'budget' | 'limit' | 'orders',
): AgentDecision {
  return { type: 'no', why: { type: 'ask', by, reason } };
}
