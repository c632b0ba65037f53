import type { TaskFilter } from './queries.ts';

/** How the list of jobs is divided, in the order in which it is shown. Every state is in one of them. */
export const taskGroups = ['running', 'waiting', 'today', 'earlier', 'failed'] as const;
export type TaskGroup = (typeof taskGroups)[number];

/**
 * The jobs of a group. `waiting`: their results wait to be inserted. `today` and `earlier`: they are over, by the day on
 * which they were begun.
 * @param startOfDay milliseconds since the epoch
 */
export function groupFilter(group: TaskGroup, startOfDay: number): TaskFilter {
  switch (group) {
    case 'running':
      return { states: ['draft', 'submitting', 'queued', 'processing', 'succeeded'] };
    case 'waiting':
      return { states: ['stored'] };
    case 'today':
      return { states: ['placed', 'untracked'], since: startOfDay };
    case 'earlier':
      return { states: ['placed', 'untracked'], before: startOfDay };
    case 'failed':
      return { states: ['failed'] };
  }
}

/** Midnight, in local time. */
export function startOfDay(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}
