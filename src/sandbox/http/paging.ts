import type { Context } from 'hono';
import { ApiError } from './apiError.ts';
import type { SandboxEnv } from './requestContext.ts';

/** Entries of a page. */
export const pageLimits = { usual: 20, most: 100 } as const;

/**
 * One page of a list, as `?limit=` and `?after=` (the id of the last item seen) ask for it. Paging is not
 * documented (rivya-api.md sections 6.3 and 7); this is its usual form.
 * @throws ApiError `validation_failed` for a limit outside 1 to 100, or for a cursor that is not in the list
 */
export function pageOf<T extends { id: string }>(
  c: Context<SandboxEnv>,
  items: readonly T[],
  wire: (item: T) => Record<string, unknown>,
): Record<string, unknown> {
  const limit = readLimit(c.req.query('limit'));
  const after = c.req.query('after');
  const start = after === undefined ? 0 : items.findIndex(item => item.id === after) + 1;
  if (after !== undefined && start === 0) {
    throw new ApiError('validation_failed', 'after must be a next_cursor of this list.');
  }
  const page = items.slice(start, start + limit);
  const hasMore = start + limit < items.length;
  return {
    object: 'list',
    data: page.map(wire),
    has_more: hasMore,
    next_cursor: hasMore ? (page.at(-1)?.id ?? null) : null,
  };
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return pageLimits.usual;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > pageLimits.most) {
    throw new ApiError('validation_failed', `limit must be a whole number from 1 to ${pageLimits.most}.`);
  }
  return limit;
}
