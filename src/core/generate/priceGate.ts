import type { Estimate } from './cost.ts';

/** What the gate looks at before anything is paid. All amounts in credits. */
export interface PriceGateFacts {
  /** Of the whole order. */
  readonly estimate: Estimate;
  /** Above which a person wants to be asked. */
  readonly confirmAbove: number;
  /** What may be spent in a day; undefined when there is no limit, or nothing costs anything. */
  readonly dailyLimit: number | undefined;
  /** As far as it is known. */
  readonly spentToday: number;
  /** Whether a job is run again at another server than the first time. */
  readonly isOtherServer: boolean;
  /**
   * Whether the workspace names a model that costs more than the person's own, and nobody has agreed to it.
   */
  readonly isWorkspaceModel: boolean;
  /** Whether the person has just chosen how many jobs there are to be, with the price of all in sight. */
  readonly isCountChosen: boolean;
  /** Whether a job that was to come out differently is the very request of an earlier one. */
  readonly isRepeated: boolean;
  /** Whether it may have been started by something else than a person's hand. */
  readonly isForeign: boolean;
}

/** Of an order about which nothing but its price is a question. */
export const onlyThePrice = {
  isOtherServer: false,
  isWorkspaceModel: false,
  isCountChosen: true,
  isRepeated: false,
  isForeign: false,
} as const satisfies Partial<PriceGateFacts>;

/** Why a person is asked. */
export type Question =
  | 'foreign'
  | 'otherServer'
  | 'workspaceModel'
  | 'repeated'
  | 'several'
  | 'unknownPrice'
  | 'aboveLimit'
  | 'dailyLimit';

/** `refuse`: the limit of the day would be exceeded. `ask`: a person must agree, for these reasons. */
export type PriceGateDecision =
  | { readonly type: 'pass' }
  | { readonly type: 'ask'; readonly questions: readonly Question[] }
  | { readonly type: 'refuse' };

/**
 * The one gate before anything is paid. Only an order of one job whose worst plausible case stays within the
 * limits, at the server and with the model that the person expects, passes without a question.
 */
export function priceGate(facts: PriceGateFacts): PriceGateDecision {
  const { estimate, confirmAbove, dailyLimit, spentToday } = facts;
  const { credits, worst, jobs } = estimate;
  if (exceedsDay(spentToday, credits, dailyLimit)) return { type: 'refuse' };
  const mayExceedDay = dailyLimit !== undefined && (worst === undefined || spentToday + worst > dailyLimit);
  const isAbove = worst === undefined ? (credits ?? 0) > confirmAbove : worst > confirmAbove;
  const given: readonly (readonly [Question, boolean])[] = [
    ['foreign', facts.isForeign],
    ['otherServer', facts.isOtherServer],
    ['workspaceModel', facts.isWorkspaceModel],
    ['repeated', facts.isRepeated],
    ['several', jobs > 1 && !facts.isCountChosen],
    ['unknownPrice', worst === undefined],
    ['aboveLimit', isAbove],
    ['dailyLimit', mayExceedDay],
  ];
  const questions = given.flatMap(([question, isDue]) => (isDue ? [question] : []));
  return questions.length > 0 ? { type: 'ask', questions } : { type: 'pass' };
}

/**
 * Whether what is known of a price would exceed the limit of the day. @param credits undefined when nothing
 * is known of it: then it may still begin while anything is left
 */
export function exceedsDay(
  spentToday: number,
  credits: number | undefined,
  limit: number | undefined,
): boolean {
  if (limit === undefined) return false;
  return credits === undefined ? spentToday >= limit : credits > 0 && spentToday + credits > limit;
}

/** Of more credits than that, an answer is not what was agreed to: prices are rounded, but not that much. */
const tolerance = 1.1;

/** Whether Rivya has reserved more than was agreed to. @param agreed undefined when no amount was named */
export function isAboveAgreed(reserved: number | undefined, agreed: number | undefined): boolean {
  return reserved !== undefined && agreed !== undefined && reserved > agreed * tolerance;
}

/** Whether a model costs more than another; one without a price counts as the dearest. */
export function isDearer(price: number | null, than: number | null | undefined): boolean {
  if (price === 0) return false;
  return price === null || than === undefined || (than !== null && price > than);
}
