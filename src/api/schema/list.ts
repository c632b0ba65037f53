import * as v from 'valibot';
import { also, flag, inEnvelope, losingNotAll, text } from './decode.ts';

/**
 * A list answer: `{object:"list",data:[…]}` as documented for /models, with the names and the paging fields
 * that the undocumented lists may have, or just the list.
 * @param name that the server may have used in place of `data`
 */
export function listOf<S extends v.GenericSchema>(item: S, name: string) {
  return inEnvelope(
    v.looseObject({
      data: also(losingNotAll(v.array(item)), name, 'items', 'results'),
      has_more: flag,
      next_cursor: also(text, 'cursor', 'next', 'next_page_token'),
    }),
    '[]',
    'pagination',
    'paging',
    'page',
    'meta',
    'links',
  );
}

/** A page of a list; `nextPage` finds the one after it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

/** The query that asks for a page of a list. */
export type PageQuery = Readonly<Record<string, string>>;

/**
 * The query for the page after this one: with the cursor that the answer gives, or else the id of its last
 * entry, as `after`; of an address of the next page, its own query. How Rivya's lists are paged is not
 * documented (rivya-api.md 6.3 and 7), so a server may ignore all this and answer with the first page again:
 * a page without anything new is the end too.
 * @returns undefined when there is no such page
 */
export function nextPage(page: Page<{ readonly id: string | null }>): PageQuery | undefined {
  const last = page.data.at(-1);
  // Whether the last page still has a cursor is not documented; an empty page ends the list in any case.
  if (last === undefined) return undefined;
  const cursor = page.next_cursor ?? (page.has_more ? last.id : null);
  if (cursor === null || cursor === '') return undefined;
  const address = URL.parse(cursor, 'https://list.invalid');
  const isAddress = /^(https?:\/)?[/?]/.test(cursor);
  return isAddress && address !== null ? Object.fromEntries(address.searchParams) : { after: cursor };
}

// A server that invents entries for ever must not be asked for ever.
const mostPages = 100;

/** Every entry of a list once, page after page. @throws what `load` throws */
export async function allPages<T extends { readonly id: string }>(
  load: (query: PageQuery) => Promise<Page<T>>,
): Promise<T[]> {
  const entries = new Map<string, T>();
  let query: PageQuery | undefined = {};
  for (let count = 0; query && count < mostPages; count++) {
    const page: Page<T> = await load(query);
    const before = entries.size;
    for (const entry of page.data) if (!entries.has(entry.id)) entries.set(entry.id, entry);
    query = entries.size > before ? nextPage(page) : undefined;
  }
  return [...entries.values()];
}
