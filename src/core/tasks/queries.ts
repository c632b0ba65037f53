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
