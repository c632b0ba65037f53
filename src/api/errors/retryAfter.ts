/** What a server can ask for at most, so that a broken header cannot stop the client for a day. */
export const longestRetryAfterMs = 300_000;

/**
 * Reads `Retry-After` (RFC 9110 10.2.3): seconds or an HTTP date, which is held against the server's own
 * clock.
 * @param date the `Date` of the response
 * @param now milliseconds since the epoch, where the server does not say what time it is
 * @returns milliseconds from now, at most `longestRetryAfterMs`; undefined when absent or unreadable
 */
export function parseRetryAfter(header: string | null, date: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (text === '') return undefined;
  const sent = parseHttpDate(date?.trim() ?? '');
  // What two have set, a server and a proxy before it, is joined by a comma: the longest counts.
  const wait = /^\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*$/.test(text)
    ? Math.max(...text.split(',').map(Number)) * 1000
    : parseHttpDate(text) - (Number.isNaN(sent) ? now : sent);
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(wait, 0), longestRetryAfterMs);
}

/** Any of the three forms (RFC 9110 5.6.7), all of which are in GMT. @returns NaN for anything else */
export function parseHttpDate(text: string): number {
  // `Date.parse` alone would read "-5" and "try again in 5" as dates, and what has no zone as local.
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d/i.test(text)) return Number.NaN;
  const hasZone = /(?:[a-z]{1,5}|[+-]\d{4})$/i.test(text);
  return Date.parse(hasZone ? text : `${text} GMT`);
}
