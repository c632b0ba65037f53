import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headStartMs, PriceWatch, type PriceSurprise } from '../../../../src/core/generate/priceWatch.ts';
import { decide } from '../../../../src/core/tasks/runner.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';
import { createJob, newTask, nowhere } from '../../../support/tasks.ts';

describe('the price that Rivya reserves', () => {
  let jobs: JobHarness;
  let surprises: PriceSurprise[];
  let factor: number;

  beforeEach(async () => {
    jobs = await startJobs({ taskDurationMs: 0 });
    surprises = [];
    factor = 1;
    const { fetch } = jobs;
    // A server whose prices have risen since the catalogue was read.
    jobs.fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!response.url.includes('/generations') || !response.ok) return response;
      const body = (await response.json()) as { reserved_credits: number };
      return Response.json({ ...body, reserved_credits: body.reserved_credits * factor });
    };
    const prices = new PriceWatch(jobs.ledger);
    jobs.runner.onDidAdvance(({ before, after }) => {
      const surprise = prices.advanced(before, after, jobs.clock.now());
      if (surprise) surprises.push(surprise);
    });
  });

  afterEach(async () => jobs[Symbol.asyncDispose]());

  /** Jobs of one order, each agreed to at one credit; the first goes ahead. */
  function order(count: number, orderId: string): string[] {
    return Array.from({ length: count }, (_, index) => {
      const dueAt = jobs.clock.now() + (index === 0 ? 0 : headStartMs);
      const task = newTask({ origin: jobs.sandbox.url, orderId, agreedCredits: 1, dueAt });
      return createJob(jobs.ledger, task, nowhere, jobs.clock.now()).id;
    });
  }

  function sent(): number {
    return jobs.sandbox.control.requests().filter(({ method }) => method === 'POST').length;
  }

  it('goes unnoticed when it is what was agreed to, and the others follow at once', async () => {
    const before = jobs.clock.now();
    order(3, 'order-1');
    jobs.runner.poke();
    await jobs.until(() => sent() === 3);
    expect(jobs.clock.now() - before).toBeLessThan(headStartMs);
    await jobs.settled();
    expect(surprises).toEqual([]);
    expect(jobs.sandbox.control.charges()).toHaveLength(3);
  });

  it.each(['dropBefore', 'dropAfter'] as const)(
    'lets the others go when the first brings no answer: %s',
    async type => {
      const before = jobs.clock.now();
      jobs.sandbox.control.addFault({ method: 'POST', times: 1, action: { type } });
      order(3, 'order-1');
      jobs.runner.poke();
      await jobs.until(() => sent() === 3);
      expect(jobs.clock.now() - before).toBeLessThan(headStartMs);
      await jobs.settled();
      expect(jobs.sandbox.control.charges()).toHaveLength(3);
    },
  );

  it('does not keep the others from being due when nobody watches', async () => {
    const ids = order(3, 'order-1');
    const other = jobs.window('window-2');
    jobs.runner.dispose();
    other.runner.poke();
    await jobs.until(() => ids.every(id => jobs.task(id).state === 'stored'));
    expect(jobs.sandbox.control.charges()).toHaveLength(3);
  });

  it('makes the rest of the order wait when it is more, and no other order', async () => {
    factor = 2;
    const [scout = '', ...rest] = order(5, 'order-1');
    const [other = ''] = order(1, 'order-2');
    jobs.runner.poke();
    await jobs.settled();
    for (const id of rest) {
      const task = jobs.task(id);
      expect(task).toMatchObject({
        state: 'draft',
        hold: 'decision',
        firstSentAt: undefined,
        dueAt: undefined,
      });
      expect(task.problem?.code).toBe('price_above_agreed');
    }
    expect([scout, other].map(id => jobs.task(id).state)).toEqual(['stored', 'stored']);
    expect(jobs.sandbox.control.charges()).toHaveLength(2);
    // Told once for each order.
    expect(surprises).toHaveLength(2);
    for (const surprise of surprises) expect(surprise).toMatchObject({ reserved: 2, agreed: 1 });
    expect(surprises.flatMap(each => each.held.map(({ id }) => id)).toSorted()).toEqual(rest.toSorted());
    expect(jobs.ledger.books.reservedIn('order-1')).toBe(2);
    // What waits is not sent, but counts as what may still be spent.
    expect(jobs.ledger.books.planned(jobs.sandbox.url)).toBe(rest.length);

    // The person agrees to the new price of one: it goes, and neither holds the others up nor sends them.
    const [first = '', ...others] = rest;
    jobs.ledger.update(first, jobs.clock.now(), task => ({ ...task, agreedCredits: 2 }));
    decide(jobs.ledger, first, { type: 'released' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.until(() => jobs.task(first).state === 'stored');
    expect(others.map(id => jobs.task(id).hold)).toEqual(others.map(() => 'decision'));
    expect(jobs.sandbox.control.charges()).toHaveLength(3);
    expect(surprises).toHaveLength(2);
  });
});
