/*
 * One life of a container (`begin` or `end`), run as a process of its own by the public workflow, each time
 * on a fresh file system: what stays is the server and the folder of argv[4], which stands for what VS Code
 * keeps on the person's own machine. `begin` dies in the middle of a job; `end` must bring it to its file,
 * paid once.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRivyaClient } from '../../src/api/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Library } from '../../src/core/assets/library.ts';
import { Mirror } from '../../src/core/mirror/mirror.ts';
import { storageIdOf } from '../../src/core/mirror/storageId.ts';
import { AccountMarks } from '../../src/core/paidRequest/accountMarks.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { Runner } from '../../src/core/tasks/runner.ts';
import { ClientState } from './clientState.ts';
import { createTask } from './tasks.ts';

const [, , step = '', url = '', kept = ''] = process.argv;
const apiKey = 'rvya_sk_sandbox_0000000000000000';
const client = new ClientState(kept);
/** Ends a run that hangs, in milliseconds. */
const patience = 120_000;

const log = {
  trace: () => undefined,
  debug: () => undefined,
  info: (text: string) => console.log(text),
  warn: (text: string) => console.log(text),
  error: (text: string) => console.error(text),
};
const storage = mkdtempSync(join(tmpdir(), 'storage-'));
const { ledger } = Ledger.open(join(storage, 'ledger.sqlite'));
const mirror = new Mirror({
  ledger,
  storageId: storageIdOf(storage, work => ledger.openJobs.whileNobodyWrites(work)),
  store: client,
  place: 'dev-container  /work',
  isFresh: true,
  clock: systemClock,
  log,
  isKept: () => true,
  chatsSpent: () => undefined,
});
const account = AccountMarks.open(join(storage, 'account.salt')).sender(() => apiKey);
const rivya = createRivyaClient({ baseUrl: url, apiKey: () => apiKey, fetch: globalThis.fetch });
const runner = new Runner({
  ledger,
  library: new Library(join(storage, 'library')),
  servers: () =>
    new Map([[url, { client: rivya, account, baseUrl: url, fetch: globalThis.fetch, pollPace: 1 }]]),
  holder: `container-${process.pid}`,
  clock: systemClock,
  random: Math.random,
  focused: () => true,
  log,
  maximumResultBytes: { image: 20_000_000, video: 20_000_000, audio: 20_000_000 },
  beforeSending: () => mirror.save(),
});
setTimeout(() => fail(`It was not done after ${patience / 1_000} s.`), patience).unref();

const balanceFile = join(kept, 'balance');

if (step === 'begin') {
  writeFileSync(balanceFile, String(await balance()));
  createTask(ledger, Date.now(), { origin: url });
  await mirror.adopt(client.known, id => client.note(id));
  runner.onDidAdvance(({ after }) => {
    if (after.state === 'queued' || after.state === 'processing')
      void mirror.save().then(() => process.kill(process.pid, 'SIGKILL'));
  });
} else {
  const adopted = await mirror.adopt(client.known, id => client.note(id));
  if (adopted !== 1) fail(`${adopted} jobs came back, not 1.`);
  runner.onDidAdvance(({ after }) => {
    if (after.state === 'stored') void finish(after.finalCredits);
  });
}
runner.poke();

async function finish(price: number | undefined): Promise<void> {
  const spent = Number(readFileSync(balanceFile, 'utf8')) - (await balance());
  if (price === undefined || spent !== price)
    fail(`The job costs ${price ?? 'nothing known'}, and ${spent} are gone.`);
  console.log('The job is back, its file is in the library, and it was charged once.');
  process.exit(0);
}

async function balance(): Promise<number> {
  return (await rivya.credits.retrieve()).current_credits;
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
