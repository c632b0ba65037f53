import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Estimate } from '../../../../src/core/generate/cost.ts';
import {
  exceedsDay,
  isAboveAgreed,
  isDearer,
  priceGate,
  type PriceGateFacts,
} from '../../../../src/core/generate/priceGate.ts';

function price(change: Partial<Estimate> = {}): Estimate {
  return { jobs: 1, certainty: 'certain', credits: 5, worst: 5, ...change };
}

/** `pass`, `refuse`, or the questions. */
function gate(change: Partial<PriceGateFacts>): unknown {
  const decision = priceGate({
    estimate: price(),
    confirmAbove: 20,
    dailyLimit: undefined,
    spentToday: 0,
    isOtherServer: false,
    isWorkspaceModel: false,
    isCountChosen: false,
    isRepeated: false,
    isForeign: false,
    ...change,
  });
  return decision.type === 'ask' ? decision.questions : decision.type;
}

describe('the price gate', () => {
  it('lets one job pass that costs no more than the limit at worst', () => {
    expect(gate({})).toBe('pass');
    expect(gate({ estimate: price({ credits: 20, worst: 20 }) })).toBe('pass');
    expect(gate({ estimate: price({ certainty: 'atLeast', credits: 5, worst: 20 }) })).toBe('pass');
    expect(gate({ estimate: price({ certainty: 'unknown', credits: 5, worst: 20 }) })).toBe('pass');
    expect(gate({ estimate: price({ credits: 0, worst: 0 }), confirmAbove: 0 })).toBe('pass');
  });

  it('does not ask again how many there are to be, but about everything else', () => {
    const four = price({ jobs: 4, credits: 20, worst: 20 });
    expect(gate({ estimate: four })).toEqual(['several']);
    expect(gate({ estimate: four, isCountChosen: true })).toBe('pass');
    const dear = price({ jobs: 4, credits: 24, worst: 24 });
    expect(gate({ estimate: dear, isCountChosen: true })).toEqual(['aboveLimit']);
    expect(gate({ estimate: four, isCountChosen: true, isForeign: true })).toEqual(['foreign']);
    expect(gate({ estimate: four, isCountChosen: true, dailyLimit: 10 })).toBe('refuse');
  });

  it('asks before the very same request is paid again', () => {
    expect(gate({ isRepeated: true })).toEqual(['repeated']);
  });

  it('asks about what may reach above the limit', () => {
    expect(gate({ estimate: price({ credits: 21, worst: 21 }) })).toEqual(['aboveLimit']);
    expect(gate({ estimate: price({ certainty: 'atLeast', credits: 5, worst: 21 }) })).toEqual([
      'aboveLimit',
    ]);
    expect(gate({ confirmAbove: 0 })).toEqual(['aboveLimit']);
  });

  it('asks about what nobody can tell the price of, whatever the limit', () => {
    const long = price({ certainty: 'unknown', credits: 6, worst: undefined });
    expect(gate({ estimate: long, confirmAbove: 1_000_000 })).toEqual(['unknownPrice']);
    const unnamed = price({ certainty: 'unknown', credits: undefined, worst: undefined });
    expect(gate({ estimate: unnamed, confirmAbove: 1_000_000 })).toEqual(['unknownPrice']);
    expect(gate({ estimate: long, confirmAbove: 3 })).toEqual(['unknownPrice', 'aboveLimit']);
  });

  it('asks about several jobs by what they cost together', () => {
    expect(gate({ estimate: price({ jobs: 2, credits: 2, worst: 2 }) })).toEqual(['several']);
    expect(gate({ estimate: price({ jobs: 5, credits: 70, worst: 70 }) })).toEqual(['several', 'aboveLimit']);
  });

  it('asks when server, model or starter are not what the person expects, all in one question', () => {
    expect(gate({ isOtherServer: true })).toEqual(['otherServer']);
    expect(gate({ isWorkspaceModel: true })).toEqual(['workspaceModel']);
    expect(gate({ isForeign: true })).toEqual(['foreign']);
    expect(gate({ isForeign: true, isOtherServer: true, confirmAbove: 0 })).toEqual([
      'foreign',
      'otherServer',
      'aboveLimit',
    ]);
  });

  it('refuses what exceeds the limit of the day, and asks about what may', () => {
    expect(gate({ dailyLimit: 10, spentToday: 5 })).toBe('pass');
    expect(gate({ dailyLimit: 10, spentToday: 6 })).toBe('refuse');
    expect(gate({ dailyLimit: 0 })).toBe('refuse');
    const some = price({ certainty: 'atLeast', credits: 5, worst: 15 });
    expect(gate({ dailyLimit: 10, estimate: some })).toEqual(['dailyLimit']);
    const long = price({ certainty: 'unknown', credits: 5, worst: undefined });
    expect(gate({ dailyLimit: 10, estimate: long })).toEqual(['unknownPrice', 'dailyLimit']);
  });

  it('lets nothing pass that may cost more than a limit', () => {
    const amount = fc.nat({ max: 100 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.option(amount, { nil: undefined }),
        fc.option(amount, { nil: undefined }),
        amount,
        fc.option(amount, { nil: undefined }),
        amount,
        (jobs, credits, more, confirmAbove, dailyLimit, spentToday) => {
          const worst = credits === undefined || more === undefined ? undefined : credits + more;
          const estimate: Estimate = { jobs, certainty: 'unknown', credits, worst };
          if (gate({ estimate, confirmAbove, dailyLimit, spentToday }) !== 'pass') return;
          expect(jobs).toBe(1);
          expect(worst).toBeLessThanOrEqual(confirmAbove);
          if (worst !== 0)
            expect(spentToday + (worst ?? Infinity)).toBeLessThanOrEqual(dailyLimit ?? Infinity);
        },
      ),
    );
  });
});

describe('the limit of a day', () => {
  it.each([
    [undefined, 1_000, 1_000, false],
    [10, 9, 1, false],
    [10, 9, 1.5, true],
    [10, 9, undefined, false],
    [10, 10, undefined, true],
    // What costs nothing does not exceed anything.
    [10, 12, 0, false],
    [0, 0, 0, false],
    [0, 0, 1, true],
  ])('%s: %d spent, %s more', (limit, spent, credits, exceeds) => {
    expect(exceedsDay(spent, credits, limit)).toBe(exceeds);
  });
});

describe('what Rivya reserves', () => {
  it.each([
    [1, 1, false],
    [11, 10, false],
    [12, 10, true],
    [1, 0, true],
    [undefined, 10, false],
    [30, undefined, false],
  ])('%s, when %s were agreed to', (reserved, agreed, isAbove) => {
    expect(isAboveAgreed(reserved, agreed)).toBe(isAbove);
  });
});

describe('a model of the workspace', () => {
  it.each([
    [14, 1, true],
    [1, 1, false],
    [1, 14, false],
    // The person has none, or one without a price.
    [1, undefined, true],
    [null, 1, true],
    [5, null, false],
    [0, undefined, false],
  ])('that costs %s, when the own costs %s', (cost, own, dearer) => {
    expect(isDearer(cost, own)).toBe(dearer);
  });
});
