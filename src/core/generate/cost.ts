import type { Model } from '../../api/models.ts';

/** What jobs will probably cost. */
export interface Estimate {
  readonly jobs: number;
  /** Of all jobs together; undefined when the model names no price. */
  readonly credits: number | undefined;
  /** False when the price may depend on the parameters or on what is used (rivya-api.md 1: `base_credits` is a hint). */
  readonly isCertain: boolean;
}

/** @param isChanged whether any parameter differs from its default */
export function estimateCost(model: Model, jobs: number, isChanged: boolean): Estimate {
  const { base_credits: price, billing_type: billing } = model;
  return {
    jobs,
    credits: price === null ? undefined : price * jobs,
    isCertain: price !== null && billing === 'FIXED' && !isChanged,
  };
}

/** Whether to ask first: above the limit, and whenever the price is not known. */
export function needsConfirmation({ credits }: Estimate, limit: number): boolean {
  return credits === undefined || credits > limit;
}
