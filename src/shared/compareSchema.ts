/**
 * What the page that compares may say to the extension host, once: the schema that checks it at run time is
 * also its type. The page imports this file for its types only.
 */
import * as v from 'valibot';
import type { CompareSubject } from './compare.ts';

/** As many as fit beside one another; more than that nobody compares at once. */
export const mostCompared = 8;

const subject = v.union([
  v.object({
    taskId: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
    index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000)),
  }),
  v.object({ uri: v.pipe(v.string(), v.minLength(1), v.maxLength(8_000)) }),
]);
const subjects = v.pipe(v.array(subject), v.maxLength(mostCompared));

const pageMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  // Of all that are compared, this one stays.
  v.object({ type: v.literal('keep'), subject }),
  v.object({ type: v.literal('open'), subject }),
  // It is compared no longer; nothing else happens to it.
  v.object({ type: v.literal('leave'), subject }),
]);

/** A message of the page. Whatever is not in the schema does not compile on either side. */
export type ComparePageMessage = Readonly<v.InferOutput<typeof pageMessage>>;

/**
 * Checks a message of the page as if a stranger had sent it.
 * @returns undefined for anything that is not understood
 */
export function readCompareMessage(value: unknown): ComparePageMessage | undefined {
  const result = v.safeParse(pageMessage, value);
  return result.success ? result.output : undefined;
}

/** What a page has kept over a reload of the window; none when it is not understood. */
export function readSubjects(value: unknown): readonly CompareSubject[] {
  const result = v.safeParse(v.object({ subjects }), value);
  return result.success ? result.output.subjects : [];
}
