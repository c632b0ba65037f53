import * as v from 'valibot';
import { also, flag, inEnvelope, text } from './decode.ts';

/**
 * A list answer: `{object:"list",data:[…]}` as documented for /models, with the names and the paging fields that the
 * undocumented lists may have, or just the list.
 * @param name that the server may have used in place of `data`
 */
export function listOf<S extends v.GenericSchema>(item: S, name: string) {
  return inEnvelope(
    v.looseObject({
      data: also(v.array(item), name, 'items', 'results'),
      has_more: flag,
      next_cursor: also(text, 'cursor', 'next'),
    }),
    '[]',
  );
}
