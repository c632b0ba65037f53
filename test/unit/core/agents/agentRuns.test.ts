import fc from 'fast-check';
import { expect, it } from 'vitest';
import { agentWorld, someAgent } from '../../../support/agentWorld.ts';
import '../../../support/fuzzSeed.ts';
import { startJobs } from '../../../support/jobHarness.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';

/** What happens in a run; a number is a wish, or how far the clock is turned. */
type Step =
  | { readonly type: 'order'; readonly wish: number; readonly isGone: boolean; readonly repeats: number }
  | { readonly type: 'turn'; readonly looks: number }
  | { readonly type: 'loseAnswer' }
  | { readonly type: 'failJob' }
  | { readonly type: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('order' as const),
      wish: fc.nat({ max: 3 }),
      isGone: fc.boolean(),
      repeats: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('turn' as const), looks: fc.nat({ max: 6 }) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'loseAnswer' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'failJob' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
);

const budget = 9;

it(
  'whatever is lost, repeated, given up or restarted, a wish is charged once and the budget holds',
  { timeout: 1_800_000 },
  async () => {
    let charged = 0;
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async steps => {
        await using harness = await startJobs({ credits: 1_000, taskDurationMs: 2_000 });
        const price = 3;
        const rules = { confirmAbove: 100, dailyBudget: budget, dailyLimit: undefined, spentElsewhere: 0 };
        let running: Pick<typeof harness, 'ledger' | 'runner'> = harness;
        let world = await agentWorld(harness, {}, running);
        const model = world.models.find(
          each => each.base_credits === price && each.billing_type === 'FIXED' && each.category === 'image',
        );
        if (!model) throw new Error('No model has the price that this test wants.');
        const start = harness.clock.now();
        const answers: Promise<unknown>[] = [];
        for (const each of steps) {
          world.rules = rules;
          switch (each.type) {
            case 'order': {
              const order = { prompt: `Wish ${each.wish}`, model: model.id };
              for (let repeat = 0; repeat < each.repeats; repeat++) {
                const abort = new AbortController();
                answers.push(
                  world.agents.call('generate_image', order, someAgent, abort.signal).then(
                    () => undefined,
                    () => undefined,
                  ),
                );
                if (each.isGone) setImmediate(() => abort.abort(new Error('gone')));
              }
              await new Promise(resolve => setTimeout(resolve, 0));
              break;
            }
            case 'turn':
              for (let look = 0; look < each.looks; look++) {
                await running.runner.idle();
                harness.clock.advanceToNext();
              }
              break;
            case 'loseAnswer':
              harness.sandbox.control.addFault({
                method: 'POST',
                path: '/generations',
                times: 1,
                action: { type: 'dropAfter' },
              });
              lost++;
              break;
            case 'failJob':
              harness.sandbox.control.failNextGeneration();
              break;
            case 'restart': {
              // The window dies without a word; what it had begun is taken up by the next one.
              running.runner.dispose();
              running = harness.window(`window-${answers.length + 2}-${lost}`);
              world = await agentWorld(harness, {}, running);
              break;
            }
          }
          expect(running.ledger.agents.spent(harness.sandbox.url, start - 1)).toBeLessThanOrEqual(budget);
        }
        running.runner.poke();
        await harness.until(() => running.ledger.runningCount() === 0);
        // Those whose window died wait for what it will never say.
        const tasks = running.ledger.tasks({ limit: 100 });
        const charges = harness.sandbox.control.charges();
        // 0 lost, 0 doubled: Rivya knows each job once.
        expect(charges.length).toBe(tasks.filter(({ remoteId }) => remoteId !== undefined).length);
        expect(tasks.every(({ remoteId }) => remoteId !== undefined)).toBe(true);
        // One job a wish, but for one that failed and was ordered anew.
        for (const prompt of new Set(tasks.map(task => task.prompt))) {
          const same = tasks.filter(task => task.prompt === prompt && task.state !== 'failed');
          expect(same.length, prompt).toBeLessThanOrEqual(1);
        }
        const paid = tasks.reduce((sum, { finalCredits = 0 }) => sum + finalCredits, 0);
        expect(paid).toBeLessThanOrEqual(budget);
        expect(running.ledger.agents.spent(harness.sandbox.url, start - 1)).toBe(paid);
        charged += tasks.length;
      }),
      { numRuns: propertyRuns(15, 1_000) },
    );
    // Else nothing was tried.
    expect(charged).toBeGreaterThan(10);
    expect(lost).toBeGreaterThan(3);
  },
);
