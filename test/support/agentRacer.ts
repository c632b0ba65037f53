import { randomUUID } from 'node:crypto';
import { agentGate } from '../../src/core/agents/agentGate.ts';
import { orderName } from '../../src/core/agents/wish.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { isContention } from './contention.ts';
import { newTask, noon, nowhere } from './tasks.ts';

/*
 * Run as a process of its own: orders argv[4] times from the ledger at argv[2], for three credits each, with
 * a budget of argv[5]. The wishes begin with argv[3]; equal ones are equal orders. Prints what came of it.
 */
const [, , path = '', name = '', count = '', budget = ''] = process.argv;
const origin = 'https://rivya.ai';
const { ledger } = Ledger.open(path);
const outcomes = { made: 0, folded: 0, refused: 0 };
for (let index = 0; index < Number(count);) {
  const wish = `${name} ${index}`;
  const order = {
    origin,
    door: 'test',
    client: `Process ${process.pid}`,
    tool: 'generate_image',
    orderId: randomUUID(),
    wish: orderName([wish], false),
    isAgain: false,
    jobs: [{ task: newTask({ prompt: wish }), placement: nowhere, wish, estimate: 3 }],
  };
  const rules = { confirmAbove: 3, dailyBudget: Number(budget), dailyLimit: undefined, spentElsewhere: 0 };
  const estimate = { jobs: 1, certainty: 'certain', credits: 3, worst: 3 } as const;
  try {
    const outcome = ledger.agents.create(order, undefined, { now: noon, dayStart: noon }, facts =>
      // The other limit is not what is tried here.
      agentGate({ ...facts, recentOrders: 0, estimate, isShownByHost: false }, rules),
    );
    const what = outcome.type === 'refused' ? 'refused' : outcome.folded.size > 0 ? 'folded' : 'made';
    outcomes[what] += 1;
    index++;
  } catch (error) {
    // Another process held the lock for longer than is waited: nothing was written, so it is asked again.
    if (!isContention(error)) throw error;
  }
}
console.log(JSON.stringify(outcomes));
ledger.dispose();
