import { dayBefore, startOfDay } from '../../core/tasks/groups.ts';
import type { ListQuery } from '../../core/tasks/search.ts';
import { isoSpan, searchWords, type SearchLanguage, type Span } from '../../core/tasks/searchWords.ts';
import type { GalleryQuery, GalleryState } from '../../shared/gallery.ts';
import type { TaskState } from '../../shared/task.ts';

/** What the window adds to what the page shows. */
export interface QueryContext extends SearchLanguage {
  /** URIs of the folders that are open. */
  readonly folders: readonly string[];
}

const statesOf: Readonly<Record<Exclude<GalleryState, 'all'>, readonly TaskState[]>> = {
  made: ['stored', 'placed', 'untracked'],
  ready: ['stored'],
  running: ['draft', 'submitting', 'queued', 'processing', 'succeeded'],
  failed: ['failed', 'unreachable'],
};

/** What the page shows, as the ledger is asked for it. */
export function listQuery(query: GalleryQuery, context: QueryContext): ListQuery {
  const { text, kind, model, state, workspace, favourites, order } = query;
  const span = spanOf(query, context.now);
  return {
    words: searchWords(text, context),
    ...(kind !== '' && { kinds: [kind] }),
    ...(model !== '' && { models: [model] }),
    ...(state !== 'all' && { states: statesOf[state] }),
    ...(workspace && context.folders.length > 0 && { folders: context.folders }),
    ...(favourites && { favouritesOnly: true }),
    ...span,
    order,
  };
}

function spanOf({ time, day }: GalleryQuery, now: number): Partial<Span> {
  const today = startOfDay(now);
  switch (time) {
    case 'any':
      return {};
    case 'today':
      return { since: today };
    case 'yesterday':
      return { since: dayBefore(today, 1), before: today };
    case 'week':
      return { since: dayBefore(today, 6) };
    case 'month':
      return { since: dayBefore(today, 29) };
    case 'day':
      return isoSpan(day) ?? {};
  }
}
