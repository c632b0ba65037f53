/** What a model can do about a refusal; each stands in the text, because hosts pass on nothing else. */
export type ProblemCode =
  | 'invalid_input'
  | 'model_unknown'
  | 'model_unusable'
  | 'reference_refused'
  | 'not_set_up'
  | 'consent_required'
  | 'consent_denied'
  | 'budget_exceeded'
  | 'price_unknown'
  | 'too_many_orders'
  | 'insufficient_credits'
  | 'unavailable'
  | 'task_unknown';

/** What the model cannot mend by another call; a host shows it as an error. */
const final: ReadonlySet<ProblemCode> = new Set([
  'not_set_up',
  'consent_required',
  'consent_denied',
  'budget_exceeded',
  'price_unknown',
  'too_many_orders',
  'insufficient_credits',
]);

/**
 * For an error that nobody expected: nothing of it goes to a model, because it may name folders of this
 * machine.
 * @param what happened, in few words
 */
export function unexpectedProblem(what: string): AgentProblem {
  return new AgentProblem(
    'unavailable',
    `${what}; the log of Rivya says more`,
    'look with find_tasks whether a job was made before you order again; tell the user.',
    'unknown',
  );
}

/** Why a tool did not do what it was asked for, in words for the model. */
export class AgentProblem extends Error {
  readonly code: ProblemCode;
  readonly charged: 'no' | 'yes' | 'unknown';

  /**
   * @param what what is wrong, without a full stop at its end
   * @param next what the model shall do now
   */
  constructor(code: ProblemCode, what: string, next: string, charged: 'no' | 'yes' | 'unknown' = 'no') {
    super(`${code}: ${what}. charged: ${charged}. next: ${next}`);
    this.name = 'AgentProblem';
    this.code = code;
    this.charged = charged;
  }

  /** Whether nothing that the model does can help. */
  get isFinal(): boolean {
    return final.has(this.code);
  }
}
