import { number, text, type Database, type Row } from '../storage/database.ts';
import { taskColumns } from './rows.ts';
import { listRows } from './search.ts';
import { conditionOf, indexFor, isNarrowed, type Condition, type TaskFilter } from './taskFilter.ts';

const beginning = 0;
const end = Number.MAX_SAFE_INTEGER;

/** Rows of `taskColumns`, newest first. */
export function taskRows(database: Database, filter: TaskFilter, limit: number): Row[] {
  const { states, since = beginning, before = end } = filter;
  if (states.length === 0) return [];
  if (isNarrowed(filter)) return listRows(database, filter, { limit });
  // Each state on its own, because an index serves only one in the order of time.
  const newestOfState = `SELECT * FROM (SELECT * FROM task WHERE state = ? AND created_at >= ? AND created_at < ?
    ORDER BY created_at DESC LIMIT ?)`;
  return database.all(
    `SELECT ${taskColumns} FROM (
       SELECT * FROM (${states.map(() => newestOfState).join(' UNION ALL ')}) ORDER BY created_at DESC LIMIT ?
     ) AS task ORDER BY created_at DESC`,
    ...states.flatMap(state => [state, since, before, limit]),
    limit,
  );
}

/** How many there are by each filter, but no more than `limit` are counted of one; reads the index alone. */
export function taskCounts(database: Database, filters: readonly TaskFilter[], limit: number): number[] {
  const counted = filters.flatMap((filter, index) => countsOf(filter).map(each => ({ index, ...each })));
  if (counted.length === 0) return filters.map(() => 0);
  const rows = database.all(
    `SELECT filter, sum(count) AS count FROM (${counted
      .map(({ sql }) => `SELECT ? AS filter, count(*) AS count FROM (${sql} LIMIT ?)`)
      .join(' UNION ALL ')}) GROUP BY filter`,
    ...counted.flatMap(({ index, values }) => [index, ...values, limit]),
  );
  const counts = new Map(rows.map(row => [number(row, 'filter'), number(row, 'count')]));
  return filters.map((_, index) => Math.min(limit, counts.get(index) ?? 0));
}

/** Each state on its own, as for the rows; all at once where the index is another one. */
function countsOf(filter: TaskFilter): Condition[] {
  const { states, since = beginning, before = end } = filter;
  if (!isNarrowed(filter)) {
    const sql = 'SELECT 1 FROM task WHERE state = ? AND created_at >= ? AND created_at < ?';
    return states.map(state => ({ sql, values: [state, since, before] }));
  }
  const { sql, values } = conditionOf(filter);
  return [{ sql: `SELECT 1 FROM task INDEXED BY ${indexFor(filter)} WHERE ${sql}`, values }];
}

/**
 * The credits that Rivya has named for the jobs of this origin, made since then: what it has charged, and
 * what it has set aside for those that are not over. The same rule as `chargeOf`; see `hasUnknownCharges`.
 */
export function spentCredits(database: Database, origin: string, since: number): number {
  const row = database.get(
    `SELECT total(coalesce(final_credits, CASE WHEN ${isOpen} THEN reserved_credits END)) AS credits
     FROM task WHERE created_at >= ? AND origin = ?`,
    since,
    origin,
  );
  return row ? number(row, 'credits') : 0;
}

/** Whether there are jobs of this origin, made since then, whose credits nobody knows: they come on top. */
export function hasUnknownCharges(database: Database, origin: string, since: number): boolean {
  const row = database.get(
    `SELECT 1 FROM task WHERE created_at >= ? AND origin = ?
       AND (other_remote_ids IS NOT NULL OR (remote_id IS NULL AND first_sent_at IS NOT NULL)
         OR (remote_id IS NOT NULL AND final_credits IS NULL AND (reserved_credits IS NULL OR NOT ${isOpen})))
     LIMIT 1`,
    since,
    origin,
  );
  return row !== undefined;
}

/** Rivya has not said how it ended, so what it has set aside still stands. */
const isOpen = `(state IN ('queued', 'processing', 'unreachable'))`;

/**
 * What the jobs of this origin that Rivya has not answered yet may cost, whenever they were made: the amounts
 * that were agreed to. What nobody could name an amount for counts as nothing.
 */
export function plannedCredits(database: Database, origin: string): number {
  const row = database.get(
    `SELECT total(agreed_credits) AS credits FROM task
     WHERE state IN ('draft', 'submitting') AND reserved_credits IS NULL AND origin = ?`,
    origin,
  );
  return row ? number(row, 'credits') : 0;
}

/**
 * Jobs that are over and whose files, if they have any, were placed. A result that was never inserted, or
 * that could not be fetched so far, keeps its job, and so does an outcome that nobody knows (`unreachable`,
 * or given up without an answer). Whether a copy still stands is looked for before one is removed.
 * @returns ids, the oldest first
 */
export function clearableTasks(database: Database): string[] {
  const rows = database.all(
    `SELECT id FROM task LEFT JOIN placement ON placement.task_id = id
     WHERE (task.state = 'placed' AND placement.state IN ('placed', 'saved')
            AND NOT EXISTS (SELECT 1 FROM result WHERE result.task_id = id AND result.state = 'pending'))
        OR (task.state IN ('placed', 'failed', 'untracked')
            AND NOT (remote_id IS NULL AND first_sent_at IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM result WHERE result.task_id = id AND result.state <> 'removed'))
     ORDER BY created_at`,
  );
  return rows.map(row => text(row, 'id'));
}
