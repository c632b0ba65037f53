import { describe, expect, it } from 'vitest';
import { RecentOrders } from '../../../../src/core/generate/recentOrders.ts';
import { ManualClock } from '../../../support/manualClock.ts';

describe('an order', () => {
  const clock = new ManualClock();

  /** An order that comes about at once. @returns whether it was one of its own */
  function order(orders: RecentOrders, what = 'a fox'): boolean {
    const begun = orders.begin(what);
    begun?.done();
    begun?.dispose();
    return begun !== undefined;
  }

  it('that is asked for twice within a second is one', () => {
    const orders = new RecentOrders(clock);
    expect(order(orders)).toBe(true);
    clock.advance(999);
    expect(order(orders)).toBe(false);
    clock.advance(1_000);
    expect(order(orders)).toBe(true);
  });

  it('of something else is another one', () => {
    const orders = new RecentOrders(clock);
    expect([order(orders), order(orders, 'a hare')]).toEqual([true, true]);
  });

  it('is one while a key is held down', () => {
    const orders = new RecentOrders(clock);
    expect(order(orders)).toBe(true);
    for (let repeated = 0; repeated < 100; repeated++) {
      clock.advance(30);
      expect(order(orders)).toBe(false);
    }
  });

  it('is one for as long as it is being settled', () => {
    const orders = new RecentOrders(clock);
    const begun = orders.begin('a fox');
    clock.advance(60_000);
    expect(order(orders)).toBe(false);
    clock.advance(60_000);
    expect(order(orders)).toBe(false);
    begun?.done();
    begun?.dispose();
    clock.advance(1_000);
    expect(order(orders)).toBe(true);
  });

  it('that came to nothing may be asked for again at once', () => {
    const orders = new RecentOrders(clock);
    orders.begin('a fox')?.dispose();
    expect(order(orders)).toBe(true);
  });

  it('is not blocked by a clock that was set back', () => {
    const orders = new RecentOrders(clock);
    expect(order(orders)).toBe(true);
    clock.jump(-3_600_000);
    expect(order(orders)).toBe(true);
  });
});
