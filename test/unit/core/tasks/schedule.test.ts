import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  longestPauseMs,
  nextPollAt,
  pollPaceOf,
  type ScheduleContext,
} from '../../../../src/core/tasks/schedule.ts';
import { taskStates, type Task } from '../../../../src/shared/task.ts';
import { draft, noon } from '../../../support/tasks.ts';

const at: ScheduleContext = { now: noon, random: 0.5, focused: true, pollPace: 1, retryPace: 1 };
const minute = 60_000;

function pause(task: Task, change: Partial<ScheduleContext> = {}, accepted = false): number | undefined {
  const context = { ...at, ...change };
  const look = nextPollAt(task, accepted, context);
  return look === undefined ? undefined : look - context.now;
}

function polled(change: Partial<Task> = {}): Task {
  return draft({ state: 'processing', remoteId: 'task_1', firstSentAt: noon, ...change });
}

describe('polling', () => {
  it('looks first after 2.5 s', () => {
    expect(pause(polled(), {}, true)).toBe(2_500);
  });

  it('looks thirty times as often at a server on this machine, which is not hurried after a failure', () => {
    const local = { pollPace: pollPaceOf({ loopback: true }) };
    expect([pause(polled(), local, true), pause(polled(), local)]).toEqual([75, 150]);
    const failed = polled({ failures: 1 });
    expect(pause(failed, local)).toBe(pause(failed));
    expect(pause(polled(), { pollPace: pollPaceOf({ loopback: false }) }, true)).toBe(2_500);
  });

  it('can be hurried after a failure, but never before the time that the server has asked for', () => {
    const failed = polled({ failures: 1 });
    expect(pause(failed, { retryPace: 0.02 })).toBeLessThanOrEqual(60);
    expect(pause(failed, { retryPace: 0.02, retryAfter: 20_000 })).toBeGreaterThanOrEqual(20_000);
  });

  it('grows from 5 to 10 s for an image, and more slowly asks for sound and video', () => {
    const later = { now: noon + 3 * minute };
    expect([pause(polled()), pause(polled(), later)]).toEqual([5_000, 10_000]);
    expect([pause(polled({ kind: 'audio' })), pause(polled({ kind: 'audio' }), later)]).toEqual([
      6_000, 15_000,
    ]);
    expect([pause(polled({ kind: 'video' })), pause(polled({ kind: 'video' }), later)]).toEqual([
      8_000, 30_000,
    ]);
  });

  it('is spread by a tenth to both sides', () => {
    expect([pause(polled(), { random: 0 }), pause(polled(), { random: 0.999_999 })]).toEqual([4_500, 5_500]);
  });

  it('takes twice as long without focus', () => {
    expect(pause(polled(), { focused: false })).toBe(10_000);
  });

  it('becomes seldom for a job that goes on for hours, but never stops', () => {
    expect(pause(polled(), { now: noon + 60 * minute })).toBe(minute);
    expect(pause(polled(), { now: noon + 1_000 * 60 * minute })).toBe(longestPauseMs);
  });

  it('does not suffer from a clock that was set back', () => {
    expect(pause(polled(), { now: noon - 60 * minute })).toBe(5_000);
  });
});

describe('after failures', () => {
  it('waits twice as long each time, up to a minute', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 50].map(failures => pause(polled({ failures }), { random: 0 }));
    expect(pauses).toEqual([3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000]);
  });

  it('takes up to a quarter off, so that many jobs do not come together', () => {
    expect(pause(polled({ failures: 2 }), { random: 0.999_999 })).toBe(4_500);
  });

  it('never comes sooner than Retry-After says', () => {
    for (const random of [0, 0.5, 0.99]) {
      const wait = pause(polled({ failures: 1 }), { random, retryAfter: 20_000 });
      expect(wait).toBeGreaterThanOrEqual(20_000);
      expect(wait).toBeLessThanOrEqual(22_000);
    }
    expect(pause(polled({ failures: 1 }), { retryAfter: 0 })).toBe(0);
  });

  it('waits in the same way to send and to download', () => {
    expect(pause(draft({ failures: 1 }), { random: 0 })).toBe(3_000);
    expect(pause(draft({ state: 'succeeded', failures: 2 }), { random: 0 })).toBe(6_000);
  });
});

describe('at once and never', () => {
  it('sends and downloads at once', () => {
    expect(pause(draft())).toBe(0);
    expect(pause(draft({ state: 'succeeded' }))).toBe(0);
  });

  it('does not look at what is over, or waits for a decision', () => {
    for (const state of ['stored', 'placed', 'failed', 'unreachable', 'untracked'] as const)
      expect(pause(draft({ state }))).toBeUndefined();
    expect(pause(draft({ state: 'submitting', hold: 'decision' }))).toBeUndefined();
  });

  it('tries now and then whether a key works again', () => {
    expect(pause(polled({ hold: 'key' }))).toBe(10 * minute);
  });
});

it('is always between now and the longest pause', () => {
  fc.assert(
    fc.property(
      fc.record({
        state: fc.constantFrom(...taskStates),
        kind: fc.constantFrom('image' as const, 'video' as const, 'audio' as const),
        failures: fc.nat(5_000),
        firstSentAt: fc.option(fc.integer({ min: 0, max: 4e12 }), { nil: undefined }),
        hold: fc.constantFrom(undefined, 'key' as const, 'decision' as const),
      }),
      fc.record({
        now: fc.integer({ min: 0, max: 4e12 }),
        random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        focused: fc.boolean(),
        retryAfter: fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
        pollPace: fc.constantFrom(1, pollPaceOf({ loopback: true })),
        retryPace: fc.constantFrom(1, 0.02),
      }),
      fc.boolean(),
      (change, context, accepted) => {
        const look = nextPollAt(draft(change), accepted, context);
        if (look === undefined) return;
        expect(Number.isSafeInteger(look)).toBe(true);
        expect(look).toBeGreaterThanOrEqual(context.now);
        expect(look).toBeLessThanOrEqual(context.now + longestPauseMs);
      },
    ),
    { numRuns: 5_000 },
  );
});
