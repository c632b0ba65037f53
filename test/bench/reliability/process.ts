import { randomFrom } from '../../support/random.ts';
import type { Orders, Tell } from './orders.ts';

/*
 * A program that uses one of the clients for all intents at once; in a process of its own, so that it can be
 * killed.
 */
const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const tell: Tell = report => console.log(JSON.stringify(report));
// The clients' only source of chance is the jitter of their pauses.
Math.random = randomFrom(orders.seed);

const generate = await generateWith(orders.client);
if (generate === 'ledger') {
  const { runLedger } = await import('./clients/rivya.ts');
  await runLedger(orders, tell);
} else if (!orders.resume) {
  // A client without a memory has nothing to go on with: after its death there is nothing to do here.
  await Promise.all(
    orders.intents.map(async intent => {
      try {
        tell({ intent, job: await generate(orders.url, intent) });
      } catch (error) {
        tell({ intent, problem: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
      }
    }),
  );
}

/** Only the client that is used is loaded. */
async function generateWith(
  client: Orders['client'],
): Promise<'ledger' | ((url: string, intent: string) => Promise<string>)> {
  switch (client) {
    case 'rivya':
      return 'ledger';
    case 'fal':
      return (await import('./clients/fal.ts')).generate;
    case 'replicate':
      return (await import('./clients/replicate.ts')).generate;
    case 'openai':
      return (await import('./clients/openai.ts')).generate;
  }
}
