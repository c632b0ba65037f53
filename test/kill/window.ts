import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fetch as undiciFetch } from 'undici';
import { createRivyaClient } from '../../src/api/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { Library } from '../../src/core/assets/library.ts';
import { Mirror } from '../../src/core/mirror/mirror.ts';
import { storageIdOf } from '../../src/core/mirror/storageId.ts';
import { AccountMarks } from '../../src/core/paidRequest/accountMarks.ts';
import { isLocked } from '../../src/core/storage/fileErrors.ts';
import { Ledger, type NewTask } from '../../src/core/tasks/ledger.ts';
import type { NewPlacement } from '../../src/core/tasks/placement.ts';
import { decide, Runner } from '../../src/core/tasks/runner.ts';
import { storedFiles, type StoredFile } from '../../src/shared/task.ts';
import { ClientState } from '../support/clientState.ts';
import { ChatHalf } from './chatHalf.ts';
import { deathMark, pathsIn, undoneSuffix, type DeathPoint, type WindowOrders } from './orders.ts';

/*
 * One window: the real runner, ledger and library in a process of its own, which kills itself with SIGKILL
 * at the place that its orders name, or is killed from outside at any moment.
 */
const orders = JSON.parse(process.argv[2] ?? '{}') as WindowOrders;
const paths = pathsIn(orders.folder);
let passed = 0;

/** The end comes without warning: nothing after this line runs. */
function mayDie(point: DeathPoint): void {
  if (orders.death?.point !== point || passed++ < orders.death.skip) return;
  if (process.platform === 'win32') writeFileSync(deathMark(orders.folder, orders.holder), '');
  process.kill(process.pid, 'SIGKILL');
}

/** Dies a little later, in the middle of whatever is then under way. */
function mayDieSoon(point: DeathPoint): void {
  if (orders.death?.point === point) setTimeout(() => mayDie(point), orders.death.delay);
}

/** Where undici's types and Node's differ, they are the same objects. */
const send = undiciFetch as unknown as typeof globalThis.fetch;

const fetch: typeof globalThis.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : input.toString();
  if (url.includes('/chat/')) {
    mayDie('before a question leaves');
    return watchedAnswer(await send(url, init));
  }
  if (url.includes('/files')) {
    mayDie('before the upload of an image');
    const answer = await send(url, init);
    mayDie('between an upload and its note');
    return answer;
  }
  if (init?.method === 'POST') {
    mayDie('between commit and send');
    mayDieSoon('after send, before the answer');
  } else if (url.includes('/generations/')) mayDieSoon('while polling');
  const answer = await send(url, init);
  if (init?.method === 'POST') mayDie('between answer and commit');
  return answer;
};

/** The same answer, with deaths while it comes and as its last byte is there. */
function watchedAnswer(answer: Response): Response {
  const watched = answer.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        mayDieSoon('while an answer comes');
      },
      flush: () => mayDie('between an answer and its commit'),
    }),
  );
  return new Response(watched ?? null, { status: answer.status, headers: answer.headers });
}

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

mkdirSync(paths.storage, { recursive: true });
const isFresh = !existsSync(paths.ledger);
const { ledger } = Ledger.open(paths.ledger);
const kept = new ClientState(paths.client);
const mirror = new Mirror({
  ledger,
  storageId: storageIdOf(paths.storage, work => ledger.openJobs.whileNobodyWrites(work)),
  store: kept,
  place: 'dev-container  /workspaces/site',
  isFresh,
  clock: systemClock,
  log: silentLog,
  isKept: () => true,
  chatsSpent: () => undefined,
});
const library = new WatchedLibrary(paths.library);
const client = createRivyaClient({ baseUrl: orders.url, apiKey: () => orders.apiKey, fetch });
const account = AccountMarks.open(`${paths.ledger}.salt`).sender(() => orders.apiKey);
const runner = new Runner({
  ledger,
  library,
  servers: () => new Map([[orders.url, { client, account, baseUrl: orders.url, fetch, pollPace: 0.02 }]]),
  holder: orders.holder,
  clock: systemClock,
  random: Math.random,
  focused: () => true,
  log: silentLog,
  maximumResultBytes: { image: 10_000_000, video: 10_000_000, audio: 10_000_000 },
  beforeSending: () => mirror.save(),
  timings: { leaseMs: orders.lease, renewalMs: orders.lease / 4, retryPace: 0.02 },
});

function create(): void {
  const id = randomUUID();
  const job = { model: 'z-image', prompt: `Job ${id}` };
  const placement: NewPlacement = {
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
  const task: NewTask = { id, origin, kind: 'image', ...job, body, idempotencyKey: randomUUID() };
  ledger.createAll([{ task, placement }], Date.now());
}

/** A stand-in for the editor: copies the files of a stored job, and notes it. */
async function place(id: string): Promise<void> {
  const taken = ledger.takeToPlace(orders.holder, id, Date.now(), orders.lease);
  if (!taken) return;
  mayDie('before placing');
  const targets: string[] = [];
  for (const [index, file] of storedFiles(taken.task).entries()) {
    const target = join(paths.workspace, `${id}-${index}.${file.extension}`);
    await copyFile(library.pathOf(file), target);
    targets.push(target);
  }
  mayDie('between copy and commit of a placement');
  ledger.setPlacement(id, 'waiting', { state: 'saved', file: targets[0] }, Date.now());
  ledger.leases.release(orders.holder, id);
}

/** As a person does who reads that another window holds the list: the same once more. */
async function order(): Promise<void> {
  for (;;) {
    try {
      create();
      return;
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
    await wait(100);
  }
}

const placing = new Set<string>();

/** Takes the copy of a placed result back out of the workspace; the library keeps its own. */
async function undo(): Promise<void> {
  const done = ledger.tasks({ limit: 1, states: ['placed'] }).at(0);
  const copy = done && ledger.placements.of(done.id)?.file;
  if (copy === undefined || existsSync(`${copy}${undoneSuffix}`)) return;
  await writeFile(`${copy}${undoneSuffix}`, '');
  await rm(copy, { force: true });
}

/** A person decides on jobs of a container that is gone, of which nobody knows whether they left. */
function sendLostAgain(): void {
  for (const { id, hold, problem } of ledger.tasks({ limit: 1_000, states: ['submitting'] })) {
    if (hold === 'decision' && problem?.code === 'storage_gone')
      decide(ledger, id, { type: 'released' }, Date.now());
  }
}

function look(): void {
  ledger.checkForExternalChanges();
  sendLostAgain();
  chat.look();
  for (const { taskId } of ledger.placements.waiting()) {
    if (placing.has(taskId)) continue;
    placing.add(taskId);
    void place(taskId).finally(() => placing.delete(taskId));
  }
  if (ledger.hasPending() || placing.size > 0 || !chat.isDone) return;
  if (orders.untilDone) void finish();
  else console.log('Nothing is left to do.');
}

async function finish(): Promise<void> {
  clearInterval(timer);
  await chat.finish();
  // A person's window lives on after its last job, and looks for what others have left.
  runner.poke();
  await runner.idle();
  runner.dispose();
  mirror.dispose();
  ledger.dispose();
}

ledger.onDidChange(() => mayDie('after any commit'));
await mkdir(paths.workspace, { recursive: true });
void mirror.adopt(kept.known, id => kept.note(id));
if (orders.undoes) await undo();
for (let count = 0; count < orders.jobs; count++) await order();
const chat = new ChatHalf(orders, client, account);
for (const question of orders.questions) await chat.ask(question);
const timer = setInterval(look, 20);
runner.poke();
