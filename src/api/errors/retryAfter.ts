/** What a server can ask for at most, so that a broken header cannot stop the client for a day. */
export const longestRetryAfterMs = 300_000;

/** Seconds, or since 2001 the time itself, in seconds or milliseconds since the epoch. */
const firstEpochSeconds = 1e9;
const firstEpochMs = 1e12;

/**
 * How long a refusal asks to wait. Which headers Rivya sends is not documented (rivya-api.md 8): after
 * `Retry-After`, those count that others send in its place, as far as they speak of the whole limit.
 * @param now milliseconds since the epoch
 * @returns milliseconds from now, at most `longestRetryAfterMs`
 */
export function retryAfterOf(headers: Headers, status: number, now: number): number | undefined {
  const date = headers.get('date');
  const asked = parseRetryAfter(headers.get('retry-after'), date, now);
  if (asked !== undefined) return asked;
  const milliseconds = /^\d+(?:\.\d+)?$/.exec(headers.get('retry-after-ms')?.trim() ?? '')?.[0];
  if (milliseconds !== undefined) return Math.min(Number(milliseconds), longestRetryAfterMs);
  if (status !== 429) return undefined;
  const limit = /(?:^|[;,\s])(?:t|reset)=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  const resets = ['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset'].map(name =>
    headers.get(name),
  );
  return [limit ?? null, ...resets]
    .map(each => parseRetryAfter(each, date, now))
    .find(each => each !== undefined);
}

/**
 * Reads `Retry-After` (RFC 9110 10.2.3): seconds or an HTTP date, which is held against the server's own
 * clock; also the times that others write there.
 * @param date the `Date` of the response
 * @param now milliseconds since the epoch, where the server does not say what time it is
 * @returns milliseconds from now, at most `longestRetryAfterMs`; undefined when absent or unreadable
 */
export function parseRetryAfter(header: string | null, date: string | null, now: number): number | undefined {
  const text = header?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  if (text === '') return undefined;
  const sent = parseHttpDate(date?.trim() ?? '');
  const today = Number.isNaN(sent) ? now : sent;
  // What two have set, a server and a proxy before it, is joined by a comma: the longest counts.
  const wait = /^\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*$/.test(text)
    ? Math.max(...text.split(',').map(each => fromNow(Number(each), today)))
    : parseTime(text) - today;
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(wait, 0), longestRetryAfterMs);
}

/** @returns milliseconds */
function fromNow(seconds: number, today: number): number {
  if (seconds >= firstEpochMs && Number.isFinite(seconds) && seconds < firstEpochMs * 10)
    return seconds - today;
  if (seconds >= firstEpochSeconds && seconds < firstEpochSeconds * 10) return seconds * 1000 - today;
  return seconds * 1000;
}

/** An HTTP date, or that of ISO 8601, with or without its zone. @returns NaN for anything else */
function parseTime(text: string): number {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(text)) return parseHttpDate(text);
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
}

/** Any of the three forms (RFC 9110 5.6.7), all of which are in GMT. @returns NaN for anything else */
export function parseHttpDate(text: string): number {
  // `Date.parse` alone would read "-5" and "try again in 5" as dates, and what has no zone as local.
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d/i.test(text)) return Number.NaN;
  const hasZone = /(?:[a-z]{1,5}|[+-]\d{4})$/i.test(text);
  return Date.parse(hasZone ? text : `${text} GMT`);
}
