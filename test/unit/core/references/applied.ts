import type { ReferencePlan } from '../../../../src/core/references/plan/plan.ts';

/** A document with the edits of a plan. */
export function applied(text: string, { edits }: ReferencePlan): string {
  return edits.reduceRight(
    (result, { start, end, text: added }) => result.slice(0, start) + added + result.slice(end),
    text,
  );
}
