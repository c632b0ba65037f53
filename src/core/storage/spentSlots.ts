import { number, text, type Database } from './database.ts';

/** What was spent within half an hour, so that a day can begin at midnight in any time zone. */
export interface SpentSlot {
  readonly origin: string;
  /** Half hours since the epoch. */
  readonly slot: number;
  readonly credits: number;
}

export const slotMs = 30 * 60_000;

/**
 * Adds up what a query finds, each row with `origin`, `at` and `credits`.
 * @param since milliseconds since the epoch; the query's parameter `?1`
 */
export function spentSlotsOf(database: Database, query: string, since: number): SpentSlot[] {
  return database
    .all(
      `SELECT origin, at / ${slotMs} AS slot, total(credits) AS credits FROM (${query})
       GROUP BY origin, slot HAVING total(credits) > 0 ORDER BY origin, slot`,
      since,
    )
    .map(row => ({
      origin: text(row, 'origin'),
      slot: number(row, 'slot'),
      credits: number(row, 'credits'),
    }));
}
