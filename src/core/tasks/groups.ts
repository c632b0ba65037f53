import type { TaskFilter } from './taskFilter.ts';

/** Groups by what is to be done about the jobs, and by the day on which those were begun that are over. */
export type TaskGroup =
  | 'running'
  | 'unreachable'
  | 'waiting'
  | 'today'
  | 'yesterday'
  | 'week'
  /** A month, such as `month:2026-11`. */
  | `month:${string}`
  | 'earlier'
  | 'failed';

/** So many months have a group each; what is older is one group. */
const mostMonths = 24;
const over = ['placed', 'untracked'] as const;

/**
 * How the list of jobs is divided, in the order in which it is shown. Every job is in one of the groups.
 * @param now milliseconds since the epoch, like every time here
 * @param earliest when the earliest job was made; undefined when there is none
 */
export function taskGroupsAt(now: number, earliest: number | undefined): TaskGroup[] {
  const months: TaskGroup[] = [];
  for (let ago = 0; ago < mostMonths && earliest !== undefined; ago++) {
    const start = monthBefore(now, ago);
    if (start < weekStart(now)) months.push(`month:${monthName(start)}`);
    if (start <= earliest) break;
  }
  return [
    ...(['running', 'unreachable', 'waiting', 'today', 'yesterday', 'week'] as const),
    ...months,
    ...(['earlier', 'failed'] as const),
  ];
}

/**
 * The jobs of a group. `unreachable`: nobody looks for them by itself any more. `waiting`: their results wait
 * to be inserted. The others are over; `week` is the last seven days without today and yesterday.
 */
export function groupFilter(group: TaskGroup, now: number): TaskFilter {
  const today = startOfDay(now);
  switch (group) {
    case 'running':
      return { states: ['draft', 'submitting', 'queued', 'processing', 'succeeded'] };
    case 'unreachable':
      return { states: ['unreachable'] };
    case 'waiting':
      return { states: ['stored'] };
    case 'today':
      return { states: over, since: today };
    case 'yesterday':
      return { states: over, since: dayBefore(today, 1), before: today };
    case 'week':
      return { states: over, since: weekStart(now), before: dayBefore(today, 1) };
    case 'earlier':
      return { states: over, before: Math.min(weekStart(now), monthBefore(now, mostMonths - 1)) };
    case 'failed':
      return { states: ['failed'] };
    default: {
      const start = monthOf(group);
      const { year, month } = partsOf(start);
      const end = new Date(year, month + 1, 1).getTime();
      return { states: over, since: start, before: Math.min(end, weekStart(now)) };
    }
  }
}

/** The first moment of the month that a group is for. */
export function monthOf(group: `month:${string}`): number {
  const [year = NaN, month = NaN] = group.slice('month:'.length).split('-').map(Number);
  return new Date(year, month - 1, 1).getTime();
}

/** Midnight, in local time. */
export function startOfDay(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}

/** Midnight of an earlier day: days with a change of the clock have not 24 hours. */
export function dayBefore(midnight: number, days: number): number {
  const { year, month, day } = partsOf(midnight);
  return new Date(year, month, day - days).getTime();
}

function weekStart(now: number): number {
  return dayBefore(startOfDay(now), 6);
}

function monthBefore(now: number, months: number): number {
  const { year, month } = partsOf(now);
  return new Date(year, month - months, 1).getTime();
}

function monthName(start: number): string {
  const { year, month } = partsOf(start);
  return `${year}-${String(month + 1).padStart(2, '0')}`;
}

function partsOf(time: number): { year: number; month: number; day: number } {
  const date = new Date(time);
  return { year: date.getFullYear(), month: date.getMonth(), day: date.getDate() };
}
