import { randomUUID } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetch as undiciFetch } from 'undici';
import { createRivyaClient } from '../../src/api/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { Library } from '../../src/core/assets/library.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import type { Placement } from '../../src/core/tasks/placement.ts';
import { Runner } from '../../src/core/tasks/runner.ts';
import { storedFiles, type StoredFile } from '../../src/shared/task.ts';
import { pathsIn, type DeathPoint, type WindowOrders } from './orders.ts';

/*
 * One window: the real runner, ledger and library in a process of its own, which kills itself with SIGKILL at the place
 * that its orders name, or is killed from outside at any moment.
 */
const orders = JSON.parse(process.argv[2] ?? '{}') as WindowOrders;
const paths = pathsIn(orders.folder);
let passed = 0;

/** The end comes without warning: nothing after this line runs. */
function mayDie(point: DeathPoint): void {
  if (orders.death?.point !== point || passed++ < orders.death.skip) return;
  process.kill(process.pid, 'SIGKILL');
}

/** Dies a little later, in the middle of whatever is then under way. */
function mayDieSoon(point: DeathPoint): void {
  if (orders.death?.point === point) setTimeout(() => mayDie(point), orders.death.delay);
}

const fetch: typeof globalThis.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : input.toString();
  if (init?.method === 'POST') {
    mayDie('between commit and send');
    mayDieSoon('after send, before the answer');
  } else if (url.includes('/generations/')) mayDieSoon('while polling');
  const answer = (await undiciFetch(url, init as Parameters<typeof undiciFetch>[1])) as unknown as Response;
  if (init?.method === 'POST') mayDie('between answer and commit');
  return answer;
};

class WatchedLibrary extends Library {
  override async store(name: string, holder: string, source: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        yield chunk;
        mayDie('in the middle of a download');
      }
      mayDieSoon('between the last byte and the rename');
    }
    const file = await super.store(name, holder, watched());
    mayDie('between rename and commit');
    return file;
  }
}

const { ledger } = Ledger.open(paths.ledger);
const library = new WatchedLibrary(paths.library);
const client = createRivyaClient({ baseUrl: orders.url, apiKey: () => orders.apiKey, fetch });
const runner = new Runner({
  ledger,
  library,
  servers: () => new Map([[orders.url, { client, baseUrl: orders.url, fetch }]]),
  holder: orders.holder,
  clock: systemClock,
  random: Math.random,
  focused: () => true,
  log: silentLog,
  maximumResultBytes: { image: 10_000_000, video: 10_000_000, audio: 10_000_000 },
  timings: { lease: orders.lease, renewal: orders.lease / 4, pace: 0.02 },
});

function create(): void {
  const id = randomUUID();
  const job = { model: 'z-image', prompt: `Job ${id}` };
  const placement: Omit<Placement, 'taskId' | 'state' | 'file'> = {
    mode: 'none',
    document: undefined,
    language: undefined,
    anchor: undefined,
    // Read inside the transaction, after the job's own row was written.
    get folder() {
      mayDie('before the commit of a new job');
      return undefined;
    },
  };
  const { origin } = new URL(orders.url);
  const body = JSON.stringify({ ...job, client_request_id: id });
  ledger.create(
    { id, origin, kind: 'image', ...job, body, idempotencyKey: randomUUID() },
    placement,
    Date.now(),
  );
}

/** A stand-in for the editor: copies the files of a stored job, and notes it. */
async function place(id: string): Promise<void> {
  if (!ledger.lease(orders.holder, id, Date.now(), orders.lease)) return;
  const task = ledger.task(id);
  if (task?.state !== 'stored') return;
  mayDie('before placing');
  const targets: string[] = [];
  for (const [index, file] of storedFiles(task).entries()) {
    const target = join(paths.workspace, `${id}-${index}.${file.extension}`);
    await copyFile(library.pathOf(file), target);
    targets.push(target);
  }
  mayDie('between copy and commit of a placement');
  ledger.setPlacement(id, 'waiting', { state: 'saved', file: targets[0] }, Date.now());
  ledger.releaseLease(orders.holder, id);
}

const placing = new Set<string>();

function look(): void {
  ledger.notice();
  for (const { taskId } of ledger.waitingPlacements()) {
    if (placing.has(taskId)) continue;
    placing.add(taskId);
    void place(taskId).finally(() => placing.delete(taskId));
  }
  if (orders.untilDone && !ledger.hasPending() && placing.size === 0) void finish();
}

async function finish(): Promise<void> {
  clearInterval(timer);
  await runner.idle();
  runner.dispose();
  ledger.dispose();
}

ledger.onDidChange(() => mayDie('after any commit'));
await mkdir(paths.workspace, { recursive: true });
for (let count = 0; count < orders.jobs; count++) create();
console.log('ready');
const timer = setInterval(look, 20);
runner.poke();
