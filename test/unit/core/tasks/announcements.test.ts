import { describe, expect, it } from 'vitest';
import { Announcements, type Announcement } from '../../../../src/core/tasks/announcements.ts';
import type { Task } from '../../../../src/shared/task.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { draft } from '../../../support/tasks.ts';

const gathering = 1_500;
const noCredits = { code: 'insufficient_credits', message: 'Not enough credits.', status: 402 };
const noNetwork = { code: 'connection_failed', message: 'Connection refused.' };

interface Scene {
  readonly clock: ManualClock;
  readonly announcements: Announcements;
  /** What was told, in short: type, ids, and `=` when one explanation fits all. */
  readonly told: string[];
  readonly order: (...ids: string[]) => void;
  readonly fail: (id: string, change?: Partial<Task>) => void;
  readonly hold: (id: string, change?: Partial<Task>) => void;
  readonly trouble: (id: string, change?: Partial<Task>) => void;
  readonly recover: (id: string) => void;
}

function start(): Scene {
  const clock = new ManualClock();
  const told: string[] = [];
  const announce = ({ type, tasks, haveSameCause }: Announcement): void => {
    told.push(`${type} ${tasks.map(({ id }) => id).join('+')}${haveSameCause ? ' =' : ''}`);
  };
  const announcements = new Announcements({ clock, gathering, announce });
  const move = (id: string, from: Partial<Task>, to: Partial<Task>): void => {
    const before = draft({ id, state: 'submitting', ...from });
    announcements.advanced(before, { ...before, ...to });
  };
  return {
    clock,
    announcements,
    told,
    order: (...ids) => {
      const order = { size: ids.length };
      for (const id of ids) announcements.ordered(id, order);
    },
    fail: (id, change) => move(id, {}, { state: 'failed', finalCredits: 0, problem: noCredits, ...change }),
    hold: (id, change) =>
      move(id, {}, { hold: 'key', problem: { code: 'api_key_invalid', message: '' }, ...change }),
    trouble: (id, change) => move(id, { failures: 2 }, { failures: 3, problem: noNetwork, ...change }),
    recover: id =>
      move(id, { failures: 3, problem: noNetwork }, { failures: 0, state: 'queued', problem: undefined }),
  };
}

describe('what befalls jobs', () => {
  it('is told at once of a job that was ordered alone', () => {
    const { order, fail, hold, trouble, told } = start();
    for (const id of ['a', 'b', 'c']) order(id);
    fail('a');
    hold('b');
    trouble('c');
    expect(told).toEqual(['failed a =', 'held b =', 'troubled c =']);
  });

  it('is told once of an order', () => {
    const { order, fail, told, clock, announcements } = start();
    order('a', 'b', 'c');
    fail('a');
    clock.advance(gathering - 1);
    fail('b');
    fail('c');
    expect([told, announcements.isIdle]).toEqual([[], false]);
    clock.advance(1);
    expect([told, announcements.isIdle]).toEqual([['failed a+b+c ='], true]);
  });

  it('is precise when it is one of several', () => {
    const { order, fail, told, clock } = start();
    order('a', 'b');
    fail('a');
    clock.advance(gathering);
    expect(told).toEqual(['failed a =']);
  });

  it('is told of each order by itself', () => {
    const { order, fail, told, clock } = start();
    order('a', 'b');
    order('c', 'd');
    for (const id of ['a', 'c', 'b', 'd']) fail(id);
    clock.advance(gathering);
    expect(told).toEqual(['failed a+b =', 'failed c+d =']);
  });

  it('does not mix ends with what waits for the user', () => {
    const { order, fail, hold, told, clock } = start();
    order('a', 'b', 'c');
    fail('a');
    hold('b');
    hold('c');
    clock.advance(gathering);
    expect(told).toEqual(['failed a =', 'held b+c =']);
  });

  it.each([
    { problem: { ...noCredits, code: 'validation_failed' } },
    { problem: { ...noCredits, message: 'Another sentence.' } },
    { remoteId: 'task-1' },
  ])('has different causes when the explanations differ: %j', change => {
    const { order, fail, told, clock } = start();
    order('a', 'b', 'c');
    fail('a', { problem: { ...noCredits, requestId: 'request-1' } });
    fail('b', { problem: { ...noCredits, requestId: 'request-2' } });
    fail('c', change);
    clock.advance(gathering);
    expect(told).toEqual(['failed a+b+c']);
  });

  it('is gathered by time where it is not known who belongs together', () => {
    const { fail, told, clock } = start();
    fail('a');
    fail('b');
    clock.advance(gathering);
    fail('c');
    clock.advance(gathering);
    expect(told).toEqual(['failed a+b =', 'failed c =']);
  });

  it('is told of once: neither a job that stays held or failed, nor a fourth failure in a row, is news', () => {
    const { announcements, told, clock } = start();
    const job = draft({ state: 'submitting', failures: 3, problem: noNetwork });
    const held = { ...job, hold: 'key' } as const;
    const failed = { ...job, state: 'failed' } as const;
    announcements.advanced(job, { ...job, failures: 4 });
    announcements.advanced(held, { ...held, failures: 4 });
    announcements.advanced(failed, failed);
    announcements.advanced({ ...job, failures: 1 }, { ...job, failures: 2 });
    clock.advance(gathering);
    expect(told).toEqual([]);
  });
});

describe('trouble of an order', () => {
  it('is told of once, however late the last job has it', () => {
    const { order, trouble, told, clock } = start();
    order('a', 'b', 'c');
    trouble('a');
    trouble('b', { problem: { code: 'headers_timeout', message: '' } });
    clock.advance(gathering);
    trouble('c');
    clock.advance(gathering);
    expect(told).toEqual(['troubled a+b']);
  });

  it('is told of again when a job had got through meanwhile', () => {
    const { order, trouble, recover, told, clock } = start();
    order('a', 'b');
    trouble('a');
    clock.advance(gathering);
    recover('a');
    trouble('b');
    clock.advance(gathering);
    expect(told).toEqual(['troubled a =', 'troubled b =']);
  });

  it('is no longer told of once nobody listens', () => {
    const { order, trouble, told, clock, announcements } = start();
    order('a', 'b');
    trouble('a');
    announcements.dispose();
    clock.advance(gathering);
    expect(told).toEqual([]);
  });
});
