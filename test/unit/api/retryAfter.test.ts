import { afterEach, expect, it } from 'vitest';
import { parseRetryAfter } from '../../../src/api/errors/retryAfter.ts';

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
