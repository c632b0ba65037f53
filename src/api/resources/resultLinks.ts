import { isRecord } from '../../base/json.ts';

/** Links that lead elsewhere than to a result. */
const otherLink =
  /thumb|preview|poster|cover|avatar|webhook|callback|docs?_|status|cancel|self|input|reference/i;
/** Where a result may stand beside `result` itself. */
const outerKey = /^(?:result_?)?(?:urls?|outputs?|files?|images?|videos?|audios?|media|assets?|links?)$/i;
const deepest = 4;

/**
 * Result links under names that are not documented (rivya-api.md 3), so that nothing that was paid for is
 * overlooked: a text, a list, objects with a text.
 * @param generation as it came
 */
export function otherLinks(generation: Readonly<Record<string, unknown>>): string[] {
  const { result, unread } = generation;
  const outer = Object.entries(generation).filter(([key]) => outerKey.test(key));
  const places = [result, isRecord(unread) ? unread['result'] : undefined, Object.fromEntries(outer)];
  return [...new Set(places.map(place => linksIn(place, 0)).find(links => links.length > 0))];
}

function linksIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return /^https?:\/\/\S+$/.test(value) ? [value] : [];
  if (depth === deepest) return [];
  if (Array.isArray(value)) return value.flatMap(each => linksIn(each, depth + 1));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    otherLink.test(key) ? [] : linksIn(each, depth + 1),
  );
}
