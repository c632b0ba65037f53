import { isRecord } from '../../base/json.ts';
import { answerMs } from '../tasks/agentJobs.ts';

/** What decides nothing about a price, or is compared by the price itself. */
const otherKeys: ReadonlySet<string> = new Set(['prompt', 'wait_seconds', 'again', 'document']);

/**
 * The prices that a host has shown before it called. Only what was shown counts as agreed to: a host may show
 * nothing, and what a person edits in its question reaches the call without another look.
 */
export class ShownPrices {
  readonly #shown = new Map<string, { readonly credits: number; readonly at: number }>();

  /** @param credits the most that it may cost */
  note(tool: string, input: unknown, credits: number, now: number): void {
    for (const [key, { at }] of this.#shown) if (now - at > answerMs) this.#shown.delete(key);
    this.#shown.set(nameOf(tool, input), { credits, at: now });
  }

  /** What was shown for a call like this, in credits; undefined when nothing was, or too long ago. */
  of(tool: string, input: unknown, now: number): number | undefined {
    const found = this.#shown.get(nameOf(tool, input));
    return found && Math.abs(now - found.at) <= answerMs ? found.credits : undefined;
  }
}

function nameOf(tool: string, input: unknown): string {
  const entries = isRecord(input) ? Object.entries(input).filter(([key]) => !otherKeys.has(key)) : [];
  return JSON.stringify([tool, entries.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
