import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createRivyaClient } from '../../../../src/api/client.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { Library } from '../../../../src/core/assets/library.ts';
import { AccountMarks } from '../../../../src/core/paidRequest/accountMarks.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { Runner } from '../../../../src/core/tasks/runner.ts';
import type { Task } from '../../../../src/shared/task.ts';
import { sandboxKey } from '../../../../src/sandbox/state/sandboxState.ts';
import { createTask } from '../../../support/tasks.ts';
import type { Orders, Tell } from '../orders.ts';

/** The engine of the extension as it is shipped: default timings, its ledger and library on disk. */
export async function runLedger({ url, intents, folder, resume }: Orders, tell: Tell): Promise<void> {
  const { ledger } = Ledger.open(join(folder, 'ledger.sqlite'));
  const marks = AccountMarks.open(join(folder, 'account.salt'));
  const client = createRivyaClient({ baseUrl: url, apiKey: () => sandboxKey, fetch });
  const runner = new Runner({
    ledger,
    library: new Library(join(folder, 'library')),
    servers: () =>
      new Map([[url, { client, account: marks.sender(() => sandboxKey), baseUrl: url, fetch, pollPace: 1 }]]),
    holder: `process-${process.pid}`,
    clock: systemClock,
    random: Math.random,
    focused: () => true,
    log: silentLog,
    maximumResultBytes: { image: 10_000_000, video: 10_000_000, audio: 10_000_000 },
  });
  const { promise: finished, resolve: finish } = Promise.withResolvers<undefined>();
  runner.onDidAdvance(({ after }) => {
    report(after, tell);
    if (ledger.runningCount() === 0) finish(undefined);
  });
  for (const intent of resume ? [] : intents) {
    const body = JSON.stringify({ model: 'z-image', prompt: intent, client_request_id: intent });
    createTask(ledger, Date.now(), { id: randomUUID(), origin: url, prompt: intent, body });
  }
  // What an earlier process has stored is in the ledger, whether or not it could still say so.
  for (const task of ledger.tasks({ limit: intents.length, states: ['stored'] })) report(task, tell);
  runner.poke();
  await finished;
  await runner.idle();
  runner.dispose();
  ledger.dispose();
}

function report({ state, prompt, remoteId, problem }: Task, tell: Tell): void {
  if (state === 'stored' && remoteId !== undefined) tell({ intent: prompt, job: remoteId });
  else if (state === 'failed') tell({ intent: prompt, problem: problem?.message ?? 'failed' });
}
