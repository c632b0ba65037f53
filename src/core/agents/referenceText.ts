import type { ReferencePlan } from '../references/plan/plan.ts';

/** Documents larger than this are not read to refer to a file, in bytes. */
export const largestDocument = 2 * 1024 ** 2;

/**
 * What an agent is to write into a document, as a plan has it: agents edit documents with their own tools,
 * where their users see the difference.
 */
export function referenceText(plan: ReferencePlan | undefined): string | undefined {
  const main = plan?.edits[plan.main];
  if (!plan || !main) return undefined;
  const others = plan.edits.filter(edit => edit !== main);
  return [main.text.trim(), ...others.map(({ text }) => `with, among the imports: ${text.trim()}`)].join(
    '\n',
  );
}
