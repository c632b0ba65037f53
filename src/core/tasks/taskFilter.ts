import type { SQLInputValue } from 'node:sqlite';
import type { MediaKind, TaskState } from '../../shared/task.ts';
import { placeholders } from '../storage/database.ts';

/** Which jobs. What is left out, or is an empty list, lets all pass. */
export interface TaskFilter {
  readonly states: readonly TaskState[];
  /** Made then or later. Milliseconds since the epoch. */
  readonly since?: number;
  /** Made earlier than that. */
  readonly before?: number;
  readonly kinds?: readonly MediaKind[];
  /** Ids of models. */
  readonly models?: readonly string[];
  /** URIs of workspace folders that jobs were begun in. */
  readonly folders?: readonly string[];
  readonly favouritesOnly?: boolean;
  /** Who ordered them; the only choice is `agents`. */
  readonly orderedBy?: readonly 'agents'[];
}

/** The order of a list. `price`: the dearest first, as far as Rivya has named a charge. */
export const listOrders = ['newest', 'oldest', 'price'] as const;
export type ListOrder = (typeof listOrders)[number];

/** A condition on rows of `task`, with the values of its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Whether more is asked for than states and times, for which `task_state` is the index. */
export function isNarrowed(filter: Partial<TaskFilter>): boolean {
  const { kinds, models, folders, orderedBy, favouritesOnly } = filter;
  return [kinds, models, folders, orderedBy].some(each => each && each.length > 0) || favouritesOnly === true;
}

/** The index that holds everything that the filter and the order ask of. */
export function indexFor({
  folders = [],
  orderedBy = [],
}: Partial<TaskFilter>): 'task_folder' | 'task_list' | 'task_wish' {
  // Jobs of agents are few, and none but theirs is in that index.
  if (orderedBy.length > 0) return 'task_wish';
  return folders.length > 0 ? 'task_folder' : 'task_list';
}

/** The filter as a condition. */
export function conditionOf(filter: Partial<TaskFilter>): Condition {
  const { states, since, before, kinds, models, folders, orderedBy = [], favouritesOnly } = filter;
  const parts: Condition[] = [
    ...oneOf('state', states),
    ...oneOf('kind', kinds),
    ...oneOf('model', models),
    ...inFolders(folders),
    ...(since === undefined ? [] : [{ sql: 'task.created_at >= ?', values: [since] }]),
    ...(before === undefined ? [] : [{ sql: 'task.created_at < ?', values: [before] }]),
    ...(orderedBy.length > 0 ? [{ sql: 'task.wish IS NOT NULL', values: [] }] : []),
    ...(favouritesOnly === true ? [{ sql: 'task.favourite = 1', values: [] }] : []),
  ];
  return allOf(parts);
}

/** The condition that all of these hold. */
export function allOf(parts: readonly Condition[]): Condition {
  return parts.length === 0
    ? { sql: 'true', values: [] }
    : { sql: parts.map(({ sql }) => sql).join(' AND '), values: parts.flatMap(({ values }) => values) };
}

export function orderBy(order: ListOrder): string {
  switch (order) {
    case 'newest':
      return 'task.created_at DESC';
    case 'oldest':
      return 'task.created_at';
    case 'price':
      return 'task.final_credits DESC NULLS LAST, task.created_at DESC';
  }
}

/** All spellings of these folders: each folder that there is is looked at once, however many jobs it has. */
function inFolders(folders: readonly string[] | undefined): Condition[] {
  if (!folders || folders.length === 0) return [];
  const sql = `task.folder IN (
    WITH RECURSIVE each(folder) AS (
      SELECT min(folder) FROM task
      UNION ALL SELECT (SELECT min(folder) FROM task WHERE task.folder > each.folder) FROM each
        WHERE each.folder IS NOT NULL)
    SELECT folder FROM each WHERE address_key(folder) IN (${folders.map(() => 'address_key(?)').join(', ')}))`;
  return [{ sql, values: folders }];
}

function oneOf(column: string, values: readonly string[] | undefined): Condition[] {
  if (!values || values.length === 0) return [];
  return [{ sql: `task.${column} IN (${placeholders(values)})`, values }];
}
