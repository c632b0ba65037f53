import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/server.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { PaidWorld, type Step, type Weather } from '../../../support/paidWorld.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';

/*
 * Whatever happens in whatever order: charges are what a person wanted, nothing that is paid is out of reach,
 * and nothing that is said about credits is denied by the books, which are the sandbox's own.
 */

const weathers: readonly Weather[] = [
  'offline',
  'lostBefore',
  'lostAfter',
  'cut',
  'page404',
  'page403',
  'page413',
  'page502After',
  'conflict',
  'conflictAfter',
  'key',
  'scope',
  'credits',
  'validation',
  'notFound',
  'rateLimit',
  'disabled',
  'error500After',
];
const which = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'order' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'ask' }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('weather' as const),
      what: fc.constantFrom(...weathers),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pass' as const), looks: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('jump' as const), hours: fc.constantFrom(1, -1, 25, -25, 170) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('standStill' as const), hours: fc.constantFrom(1, 23, 25, 170) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('key' as const), which: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'reload' }, { do: 'crash' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'busy' }, { do: 'free' }, { do: 'free' }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('again', 'again', 'again', 'stopAnswer', 'delete'), which }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'clear' }, { do: 'nextFails' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('stop', 'send', 'check', 'remove', 'place', 'place', 'undo'),
      which,
    }),
  },
);

/** Something is ordered or asked in some weather, something else befalls it, and time goes on. */
const chapter: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.array(
      fc.record({
        do: fc.constant('weather' as const),
        what: fc.constantFrom(...weathers),
        times: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 2 },
    ),
    fc.constantFrom<Step>({ do: 'order' }, { do: 'ask' }),
    fc.array(step, { maxLength: 3 }),
    fc.record({ do: fc.constant('pass' as const), looks: fc.integer({ min: 1, max: 8 }) }),
    fc.array(step, { maxLength: 2 }),
  )
  .map(([weather, order, then, pass, last]) => [...weather, order, ...then, pass, ...last]);
const history = fc
  .array(chapter, { minLength: 1, maxLength: 5, size: 'max' })
  .map(chapters => chapters.flat());

let sandbox: Sandbox;
let clock = new ManualClock();
let histories = 0;
beforeAll(async () => {
  sandbox = await startSandbox({ credits: 1_000, taskDurationMs: 6_000, now: () => clock.steady() });
});
afterAll(() => sandbox.close());

async function live(steps: readonly Step[]): Promise<void> {
  // The server's clock never goes back.
  clock = new ManualClock(Date.UTC(2026, 4, 11) + ++histories * 1_000 * 24 * 3_600_000);
  await using world = new PaidWorld(sandbox, clock);
  for (const each of steps) await world.take(each);
  await world.everythingIsFound();
}

it(
  'the books hold, whatever happens',
  async () => {
    await fc.assert(fc.asyncProperty(history, live), {
      numRuns: propertyRuns(40, 10_000),
    });
  },
  4 * 3_600_000,
);

describe('a history that once went wrong, here or before there was this test', () => {
  it.each<[string, Step[]]>([
    ['nothing happens', []],
    [
      'a result is placed and cleared, and another placed and undone',
      [
        ...Array.from({ length: 2 }, (): Step => ({ do: 'order' })),
        { do: 'pass', looks: 8 },
        { do: 'place', which: 0 },
        { do: 'place', which: 1 },
        { do: 'undo', which: 1 },
        { do: 'clear' },
      ],
    ],
    ['an order and a question', [{ do: 'order' }, { do: 'ask' }, { do: 'pass', looks: 8 }]],
    ['another key while the ledger is busy', [{ do: 'busy' }, { do: 'key', which: 0 }]],
    ['clearing while the ledger is busy', [{ do: 'busy' }, { do: 'clear' }]],
    [
      'a lost answer, and the key of another account',
      [
        { do: 'weather', what: 'lostAfter', times: 1 },
        { do: 'order' },
        { do: 'key', which: 2 },
        { do: 'pass', looks: 8 },
      ],
    ],
    [
      'a broken answer, asked again without a network, and then with one',
      [
        { do: 'weather', what: 'cut', times: 1 },
        // The session of the server does not have the rest either.
        { do: 'weather', what: 'notFound', times: 3 },
        { do: 'ask' },
        { do: 'pass', looks: 8 },
        { do: 'weather', what: 'offline', times: 4 },
        { do: 'again', which: 0 },
        { do: 'pass', looks: 8 },
        { do: 'again', which: 0 },
        { do: 'pass', looks: 8 },
      ],
    ],
    [
      'a broken answer, and the key of another account',
      [
        { do: 'weather', what: 'cut', times: 1 },
        // The session of the server does not have the rest either.
        { do: 'weather', what: 'notFound', times: 3 },
        { do: 'ask' },
        { do: 'pass', looks: 8 },
        { do: 'key', which: 2 },
        { do: 'again', which: 0 },
        { do: 'pass', looks: 8 },
      ],
    ],
    [
      'a conflict on the very first send',
      [
        { do: 'weather', what: 'conflictAfter', times: 2 },
        { do: 'order' },
        { do: 'ask' },
        { do: 'pass', looks: 8 },
      ],
    ],
    [
      'a lost answer, and days that the clock of this machine does not know of',
      [
        { do: 'weather', what: 'lostAfter', times: 1 },
        { do: 'order' },
        { do: 'standStill', hours: 48 },
        { do: 'pass', looks: 8 },
      ],
    ],
    [
      'a job whose page of an error was lost a day ago is sent again, and that one fails',
      [
        { do: 'weather', what: 'page502After', times: 1 },
        { do: 'order' },
        { do: 'standStill', hours: 25 },
        { do: 'pass', looks: 1 },
        { do: 'order' },
        { do: 'nextFails' },
        { do: 'pass', looks: 1 },
      ],
    ],
    [
      'a lost answer, days that the clock of this machine does not know of, and a job that is stopped and sent',
      [
        { do: 'weather', what: 'offline', times: 1 },
        { do: 'weather', what: 'cut', times: 1 },
        { do: 'order' },
        { do: 'pass', looks: 1 },
        { do: 'weather', what: 'offline', times: 1 },
        { do: 'ask' },
        { do: 'nextFails' },
        { do: 'pass', looks: 1 },
        { do: 'standStill', hours: 170 },
        { do: 'ask' },
        { do: 'pass', looks: 1 },
        { do: 'stop', which: 0 },
      ],
    ],
    [
      'a lost question that waits for a pause of the server, which the machine sleeps through for days',
      [
        { do: 'weather', what: 'lostAfter', times: 3 },
        { do: 'ask' },
        { do: 'weather', what: 'rateLimit', times: 2 },
        { do: 'pass', looks: 1 },
        { do: 'ask' },
        { do: 'order' },
        { do: 'reload' },
        { do: 'pass', looks: 1 },
        { do: 'standStill', hours: 170 },
      ],
    ],
    [
      'a lost question, and a day of sleep before it goes out again by itself',
      [
        { do: 'weather', what: 'error500After', times: 1 },
        { do: 'ask' },
        { do: 'standStill', hours: 25 },
        { do: 'pass', looks: 8 },
      ],
    ],
    [
      'a broken answer, and days that the clock of this machine does not know of',
      [
        { do: 'weather', what: 'cut', times: 1 },
        // The session of the server does not have the rest either.
        { do: 'weather', what: 'notFound', times: 3 },
        { do: 'ask' },
        { do: 'pass', looks: 8 },
        { do: 'standStill', hours: 48 },
        { do: 'again', which: 0 },
        { do: 'pass', looks: 8 },
      ],
    ],
  ])('%s', async (_, steps) => live(steps));
});
