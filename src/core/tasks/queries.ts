import type { TaskState } from '../../shared/task.ts';
import { number, text, type Database, type Row } from '../storage/database.ts';

/** Which jobs: by state, and by when they were made. Both bounds are milliseconds since the epoch. */
export interface TaskFilter {
  readonly states: readonly TaskState[];
  /** Made then or later. */
  readonly since?: number;
  /** Made earlier than that. */
  readonly before?: number;
}

const beginning = 0;
const end = Number.MAX_SAFE_INTEGER;

/** Rows of `task`, newest first. */
export function taskRows(database: Database, filter: TaskFilter, limit: number): Row[] {
  const { states, since = beginning, before = end } = filter;
  // A query for each state, because an index serves only one in the order of time.
  const rows = states.flatMap(state =>
    database.all(
      'SELECT * FROM task WHERE state = ? AND created_at >= ? AND created_at < ? ORDER BY created_at DESC LIMIT ?',
      state,
      since,
      before,
      limit,
    ),
  );
  return rows.sort((a, b) => number(b, 'created_at') - number(a, 'created_at')).slice(0, limit);
}

/** How many there are, but no more than `limit` are counted; reads the index alone. */
export function taskCount(database: Database, filter: TaskFilter, limit: number): number {
  const { states, since = beginning, before = end } = filter;
  return states.reduce((sum, state) => {
    const row = database.get(
      `SELECT count(*) AS count FROM
         (SELECT 1 FROM task WHERE state = ? AND created_at >= ? AND created_at < ? LIMIT ?)`,
      state,
      since,
      before,
      limit,
    );
    return Math.min(limit, sum + (row ? number(row, 'count') : 0));
  }, 0);
}

/** Rows of `task` whose prompt contains every word, the latest first; see `Ledger.search`. */
export function searchRows(database: Database, query: string, limit: number): Row[] {
  const words = query.split(/\s+/).filter(word => word !== '');
  if (words.length === 0) return [];
  // The index knows nothing shorter than three characters.
  const [long, short] = [words.filter(isIndexed), words.filter(word => !isIndexed(word))];
  const likes = short.map(() => `task.prompt LIKE ? ESCAPE '\\'`);
  const patterns = short.map(word => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  if (long.length > 0) {
    return database.all(
      `SELECT task.* FROM task_text JOIN task ON task.number = task_text.rowid
       WHERE ${['task_text MATCH ?', ...likes].join(' AND ')} ORDER BY task_text.rowid DESC LIMIT ?`,
      long.map(word => `"${word.replaceAll('"', '""')}"`).join(' '),
      ...patterns,
      limit,
    );
  }
  return database.all(
    `SELECT task.* FROM task WHERE ${likes.join(' AND ')} ORDER BY number DESC LIMIT ?`,
    ...patterns,
    limit,
  );
}

/**
 * What the jobs of this origin, made since then, have cost as far as is known: what is charged, and what is reserved for
 * those that still run. The same rule as `creditsOf`.
 */
export function spentCredits(database: Database, origin: string, since: number): number {
  const row = database.get(
    `SELECT total(CASE WHEN state IN ('draft', 'submitting', 'queued', 'processing') THEN reserved_credits
                       ELSE coalesce(final_credits, reserved_credits) END) AS credits
     FROM task WHERE created_at >= ? AND origin = ?`,
    since,
    origin,
  );
  return row ? number(row, 'credits') : 0;
}

/**
 * Jobs that are over and whose files, if they have any, stand elsewhere: removing them from the list loses nothing. A
 * result that was never inserted, or that could not be fetched so far, keeps its job.
 * @returns ids, the oldest first
 */
export function clearableTasks(database: Database): string[] {
  const rows = database.all(
    `SELECT id FROM task LEFT JOIN placement ON placement.task_id = id
     WHERE (task.state = 'placed' AND placement.state IN ('placed', 'saved'))
        OR (task.state IN ('placed', 'failed', 'untracked')
            AND NOT EXISTS (SELECT 1 FROM result WHERE result.task_id = id AND result.state <> 'removed'))
     ORDER BY created_at`,
  );
  return rows.map(row => text(row, 'id'));
}

function isIndexed(word: string): boolean {
  return Array.from(word).length >= 3;
}
