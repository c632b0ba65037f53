import { afterEach, expect, it } from 'vitest';
import { parseRetryAfter, retryAfterOf } from '../../../src/api/errors/retryAfter.ts';

const { TZ: zone } = process.env;
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const now = Date.UTC(2026, 10, 25, 22, 0, 0);
const hour = 3_600_000;
const utc = (milliseconds: number): string => new Date(milliseconds).toUTCString();

it.each([
  ['no header', null, null, undefined],
  ['seconds', '3', null, 3_000],
  ['seconds, whatever the clocks say', '3', utc(now - hour), 3_000],
  ['a date', utc(now + 3_000), null, 3_000],
  ['a date of a server that is behind', utc(now - hour + 3_000), utc(now - hour), 3_000],
  ['a date of a server that is ahead', utc(now + hour + 3_000), utc(now + hour), 3_000],
  ['a date, and a Date that is none', utc(now + 3_000), 'soon', 3_000],
  ['a date that is over', utc(now - hour), utc(now), 0],
  ['the form of RFC 850', 'Wednesday, 25-Nov-26 22:00:10 GMT', null, 10_000],
  ['the form of asctime', 'Wed Nov 25 22:00:10 2026', null, 10_000],
  ['both in the form of asctime', 'Wed Nov  4 22:00:10 2026', 'Wed Nov  4 22:00:00 2026', 10_000],
  ['asctime with one blank before the day', 'Wed Nov 4 22:00:10 2026', 'Wed Nov 4 22:00:00 2026', 10_000],
  ['a date that names no zone', 'Wed, 25 Nov 2026 22:00:10', null, 10_000],
  ['a date with a numeric zone', 'Wed, 25 Nov 2026 23:00:10 +0100', null, 10_000],
  ['the headers of a server and of a proxy', '5, 120', null, 120_000],
  ['a date in UTC', 'Wed, 25 Nov 2026 22:00:10 UTC', null, 10_000],
  ['a date in small letters', 'wed, 25 nov 2026 22:00:10 gmt', null, 10_000],
  [
    'a date with one digit for the day',
    'Wed, 4 Nov 2026 22:00:10 GMT',
    'Wed, 04 Nov 2026 22:00:00 GMT',
    10_000,
  ],
  ['the form of RFC 850 with a whole year', 'Wednesday, 25-Nov-2026 22:00:10 GMT', null, 10_000],
  ['the form of RFC 850 and a short day', 'Wed, 25-Nov-26 22:00:10 GMT', null, 10_000],
  ['the form of ISO 8601', '2026-11-25T22:00:10Z', null, 10_000],
  ['ISO 8601 with a fraction', '2026-11-25T22:00:10.000Z', null, 10_000],
  ['ISO 8601 without a zone', '2026-11-25T22:00:10', null, 10_000],
  ['ISO 8601 with a zone', '2026-11-25T23:00:10+01:00', null, 10_000],
  ['seconds since the epoch', String(now / 1000 + 10), null, 10_000],
  ['seconds since the epoch of a server behind', String((now - hour) / 1000 + 10), utc(now - hour), 10_000],
  ['milliseconds since the epoch', String(now + 10_000), null, 10_000],
  ['seconds with a fraction', '2.5', null, 2_500],
  ['seconds with blanks', ' 3 ', null, 3_000],
  ['seconds in quotes', '"3"', null, 3_000],
  ['no second', '0', null, 0],
  ['a duration of ISO 8601', 'PT3S', null, undefined],
  ['a date without a time', '2026-11-25', null, undefined],
  ['a plus sign', '+3', null, undefined],
  ['too much', '86400', null, 300_000],
  ['a number too large', '9'.repeat(400), null, 300_000],
  ['a number behind words', 'try again in 5', null, undefined],
  ['a weekday alone', 'Wed 5', null, undefined],
  ['a day that is none', 'Wed, 32 Nov 2026 22:00:10 GMT', null, undefined],
  ['a number with a unit', '3s', null, undefined],
  ['a negative number', '-5', null, undefined],
  ['words', 'later', null, undefined],
])('reads %s', (_name, header, date, expected) => {
  for (const each of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
    process.env['TZ'] = each;
    expect(parseRetryAfter(header, date, now)).toBe(expected);
  }
});

it.each([
  [{ 'retry-after-ms': '1500' }, 429, 1_500],
  [{ 'retry-after-ms': '1500' }, 503, 1_500],
  [{ 'retry-after': '3', 'retry-after-ms': '1500' }, 429, 3_000],
  [{ 'retry-after-ms': 'soon' }, 429, undefined],
  [{ 'ratelimit-reset': '7' }, 429, 7_000],
  [{ 'x-ratelimit-reset': String(now / 1000 + 7) }, 429, 7_000],
  [{ 'x-ratelimit-reset': String(now + 7_000) }, 429, 7_000],
  [{ 'x-rate-limit-reset': '7' }, 429, 7_000],
  [{ ratelimit: '"default";r=0;t=7' }, 429, 7_000],
  [{ ratelimit: 'limit=10, remaining=0, reset=7' }, 429, 7_000],
  // Of another refusal it says nothing.
  [{ 'ratelimit-reset': '7' }, 503, undefined],
  [{ 'ratelimit-remaining': '0' }, 429, undefined],
  [{}, 429, undefined],
])('reads %j of a status %i', (headers, status, expected) => {
  expect(retryAfterOf(new Headers(headers as Record<string, string>), status, now)).toBe(expected);
});
