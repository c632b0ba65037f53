import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ChatImages } from '../../src/core/chat/chatImages.ts';
import { ChatStore } from '../../src/core/chat/chatStore.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { storedFiles, taskStates, type Task } from '../../src/shared/task.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import type { FaultAction } from '../../src/sandbox/state/fault.ts';
import { answersIn, chatModel, messagesIn } from './chatHalf.ts';
import { Container, type Gone } from './container.ts';
import {
  deathMark,
  deathPoints,
  pathsIn,
  undoneSuffix,
  wholeAnswer,
  type DeathPoint,
  type QuestionOrder,
} from './orders.ts';
import { randomFrom, type Random } from '../support/random.ts';

export interface KillOptions {
  /**
   * So many, and then as many more, up to four times as many, as it takes until every place of
   * {@link deathPoints} was met.
   */
  readonly kills: number;
  /** The same seed gives the same orders; what the processes do in between is up to the machine. */
  readonly seed: number;
  /** Windows that are open together. */
  readonly windows: number;
  /** How long a window may be silent, in milliseconds. */
  readonly lease: number;
  readonly progress?: (line: string) => void;
}

export interface KillReport {
  /** Deaths by place; `random` are those from outside at any moment. */
  readonly deaths: Readonly<Record<DeathPoint | 'random', number>>;
  /** Running jobs by state, summed up over all deaths: what there was to lose. */
  readonly atStake: Readonly<Record<string, number>>;
  /** Jobs and questions that a person wanted. */
  readonly intents: number;
  readonly questions: number;
  readonly charges: number;
  /** How often the container was rebuilt: its file system gone, and all windows in it. */
  readonly rebuilds: number;
  /** Jobs under way that a rebuild took, and that were there again. */
  readonly cameBack: number;
  /** Sent again with the key of an earlier request, and recognised. */
  readonly replays: number;
  readonly files: number;
  /** What is wrong; empty when nothing is. */
  readonly failures: readonly string[];
}

/**
 * Ends a window that hangs, in milliseconds. One that has done all its work without reaching the place of its
 * death ends sooner.
 */
const patience = 30_000;
/** So long may the last window take for all that the dead have left. */
const lastPatience = 120_000;

/**
 * Where the machine is slower than the deaths, jobs pile up; a copy of the open ones holds no more than so
 * many and some.
 */
const mostOpen = 100;

/** Kills windows one after the other, several at a time, and then lets a last one tidy up. */
export async function runKills(options: KillOptions): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'rivya-kill-'));
  const sandbox = await startSandbox({ credits: 1_000_000, taskDurationMs: 120 });
  sandbox.control.update({ pictureLongEdge: 16, chatAnswer: wholeAnswer, stream: { deltaIntervalMs: 1 } });
  // Small bites, so that a download has a middle.
  const trickle = { type: 'trickle', chunkBytes: 150, intervalMs: 1 } as const;
  sandbox.control.addFault({ path: '/media/', times: 'always', action: trickle });
  const random = randomFrom(options.seed);
  const deaths = Object.fromEntries([...deathPoints, 'random'].map(point => [point, 0])) as Record<
    DeathPoint | 'random',
    number
  >;
  const atStake = Object.fromEntries(taskStates.map(state => [state, 0])) as Record<string, number>;
  const failures: string[] = [];
  const container = new Container(folder);
  try {
    let planned = 0;
    let done = 0;
    let open = 0;
    const isEnough = (): boolean =>
      planned >= 4 * options.kills ||
      (planned >= options.kills &&
        container.cameBack.size > 0 &&
        deathPoints.every(point => deaths[point] > 0));
    const lane = async (): Promise<void> => {
      while (!isEnough()) {
        if (open > mostOpen) await calm(container, folder, sandbox, options, `calm-${planned}`);
        const death = planDeath(planned++, random);
        if (death.fault) sandbox.control.addFault(death.fault);
        const place = await killOne(death, container, folder, sandbox, options);
        deaths[place] += 1;
        const running = container.noteReturned().filter(({ state }) => state !== 'placed');
        for (const { state } of running) atStake[state] = (atStake[state] ?? 0) + 1;
        open = running.length;
        if (death.rebuilds) await container.rebuild();
        done += 1;
        if (done % 50 === 0) options.progress?.(`${done} kills, ${sandbox.control.charges().length} charges`);
      }
    };
    await Promise.all(Array.from({ length: options.windows }, lane));
    sandbox.control.clearFaults();
    await tidyUp(container, folder, sandbox, options, failures);
    container.noteReturned();
    const charges = sandbox.control.charges();
    const paths = pathsIn(folder);
    const { ledger } = Ledger.open(paths.ledger);
    const { store } = ChatStore.open(paths.chats);
    const { gone } = container;
    failures.push(...checkChats(store, folder, sandbox, gone), ...check(ledger, folder, sandbox, gone));
    const placed = placedBefore(gone, ledger);
    const questions = answersIn(store).length + chargedBefore(gone, store, sandbox);
    const report = {
      deaths,
      atStake,
      intents: ledger.tasks({ limit: 100_000 }).length + placed.length + questions,
      questions,
      charges: charges.length,
      rebuilds: container.rebuilds,
      cameBack: container.cameBack.size,
      replays: sandbox.control.requests().filter(request => request.replayed).length,
      files: ledger.results.files().length + placed.flatMap(storedFiles).length,
      failures,
    };
    store.dispose();
    ledger.dispose();
    return report;
  } finally {
    await sandbox.close();
    if (failures.length === 0) rmSync(folder, { recursive: true, force: true });
  }
}

interface PlannedDeath {
  readonly index: number;
  readonly place: DeathPoint | 'random';
  readonly skip: number;
  readonly delay: number;
  readonly jobs: number;
  readonly questions: readonly QuestionOrder[];
  readonly undoes: boolean;
  /** Whether the container is rebuilt after it. */
  readonly rebuilds: boolean;
  readonly fault: { method?: string; path: string; action: FaultAction } | undefined;
}

function planDeath(index: number, random: Random): PlannedDeath {
  const places: (DeathPoint | 'random')[] = [...deathPoints, 'random', 'random', 'random'];
  const place = places[index % places.length] ?? 'random';
  const actions: FaultAction[] = [
    { type: 'dropAfter' },
    { type: 'dropBefore' },
    { type: 'status', status: 502, afterWork: true },
    { type: 'status', status: 429, retryAfter: 0 },
    { type: 'truncate', bytes: 30 },
  ];
  const action = actions[Math.floor(random() * actions.length)];
  const faulty = random() < 0.3 && action !== undefined;
  const dies = (...points: DeathPoint[]): boolean => points.some(point => point === place);
  const diesOfImage = dies('before the upload of an image', 'between an upload and its note');
  const diesOfQuestion =
    diesOfImage ||
    dies('before a question leaves', 'while an answer comes', 'between an answer and its commit');
  const question = {
    withImage: diesOfImage || random() < 0.3,
    streamed: random() < 0.7,
    goesOn: random() < 0.5,
  };
  return {
    index,
    place,
    skip: Math.floor(random() * 3),
    delay: place === 'random' ? Math.floor(random() * 700) : Math.floor(random() * 12),
    jobs: 1 + Math.floor(random() * 2),
    questions: diesOfQuestion || random() < 0.5 ? [question] : [],
    undoes: random() < 0.2,
    rebuilds: random() < 0.1,
    fault: faulty ? { path: random() < 0.5 ? '/api/v1/generations' : '/api/v1/chat', action } : undefined,
  };
}

/** @returns where it died */
async function killOne(
  death: PlannedDeath,
  container: Container,
  folder: string,
  sandbox: Sandbox,
  options: KillOptions,
): Promise<DeathPoint | 'random'> {
  const { place, skip, delay, jobs, questions, undoes, index } = death;
  const chances = questions.length > 0 ? 0 : jobs - 1;
  const own = place === 'random' ? undefined : { point: place, skip: Math.min(skip, chances), delay };
  const child = await container.open({
    folder,
    url: sandbox.url,
    apiKey: sandbox.apiKey,
    holder: `window-${index}`,
    jobs,
    questions,
    undoes,
    death: own,
    untilDone: false,
    lease: options.lease,
  });
  // From outside at any moment, the start of the process included; or when its own death does not come.
  const kill = (): boolean => child.kill('SIGKILL');
  const timer = setTimeout(kill, own ? patience : delay);
  if (own) child.stdout?.once('data', kill);
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  if (!wasKilled(signal, folder, `window-${index}`))
    throw new Error(`Window ${index} ended by itself (${place}).`);
  // A signal that this process has sent is noted on the child.
  return child.killed ? 'random' : place;
}

/** Whether a window died by a kill, its own or another one's, and not of an error. */
export function wasKilled(signal: string | null, folder: string, holder: string): boolean {
  return signal === 'SIGKILL' || existsSync(deathMark(folder, holder));
}

async function tidyUp(
  container: Container,
  folder: string,
  sandbox: Sandbox,
  options: KillOptions,
  failures: string[],
): Promise<void> {
  const code = await calm(container, folder, sandbox, options, 'last-window');
  if (code !== 0)
    failures.push(`The last window did not come to an end (exit code ${code ?? 'none: killed'}).`);
}

/** A window that orders nothing and does what there is to do. @returns its exit code, unless it was killed */
async function calm(
  container: Container,
  folder: string,
  sandbox: Sandbox,
  options: KillOptions,
  holder: string,
): Promise<number | null> {
  const child = await container.open({
    folder,
    url: sandbox.url,
    apiKey: sandbox.apiKey,
    holder,
    jobs: 0,
    questions: [],
    undoes: false,
    death: undefined,
    untilDone: true,
    lease: options.lease,
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), lastPatience);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return code;
}

/** Jobs that were done in containers that are gone: of their results the copy in the workspace is left. */
function placedBefore({ tasks }: Gone, ledger: Ledger): Task[] {
  return [...tasks.values()].filter(({ id, state }) => state === 'placed' && !ledger.task(id));
}

/** Charges for questions of containers that are gone, as far as there were that many. */
function chargedBefore({ questions, answered }: Gone, store: ChatStore, sandbox: Sandbox): number {
  const charges = sandbox.control.charges().filter(({ model }) => model === chatModel).length;
  return Math.min(Math.max(charges - answersIn(store).length, answered), questions);
}

const nothingGone: Gone = { tasks: new Map(), questions: 0, answered: 0 };

/** Holds the end against what must be. */
export function check(ledger: Ledger, folder: string, sandbox: Sandbox, gone = nothingGone): string[] {
  const failures: string[] = [];
  const paths = pathsIn(folder);
  const tasks = ledger.tasks({ limit: 100_000 });
  const placed = placedBefore(gone, ledger);
  const charges = sandbox.control.charges().filter(({ model }) => model !== chatModel);
  if (charges.length !== tasks.length + placed.length)
    failures.push(`${charges.length} charges for ${tasks.length + placed.length} intents.`);
  const keys = charges.map(charge => charge.idempotencyKey);
  if (new Set(keys).size !== keys.length) failures.push('An idempotency key was charged twice.');
  const known = new Set([...tasks, ...placed].map(task => task.idempotencyKey));
  // What was lost with its container before it left was not paid.
  const lost = new Map([...gone.tasks.values()].map(task => [task.idempotencyKey, task]));
  for (const key of keys) {
    if (key !== null && known.has(key)) continue;
    const job = lost.get(key ?? '');
    const state = job && `; job ${job.id} was lost with its container: ${job.state}`;
    failures.push(`The charge for ${key ?? 'no key'} has no job${state ?? ''}.`);
  }
  for (const task of [...tasks, ...placed]) {
    if (task.state !== 'placed')
      failures.push(`Job ${task.id} is stuck: ${task.state}, held: ${task.hold ?? 'no'}.`);
    const isHere = tasks.includes(task);
    for (const [index, file] of storedFiles(task).entries()) {
      const copy = join(paths.workspace, `${task.id}-${index}.${file.extension}`);
      const stands = [
        ...(isHere ? [join(paths.library, file.path)] : []),
        ...(existsSync(`${copy}${undoneSuffix}`) ? [] : [copy]),
      ];
      for (const path of stands) {
        if (!existsSync(path)) failures.push(`${path} is missing.`);
        else if (createHash('sha256').update(readFileSync(path)).digest('hex') !== file.sha256)
          failures.push(`${path} is not whole.`);
      }
    }
    if (storedFiles(task).length !== task.results.length) failures.push(`Job ${task.id} lacks a file.`);
  }
  const incoming = join(paths.library, 'incoming');
  if (existsSync(incoming))
    for (const name of readdirSync(incoming)) failures.push(`${name} was left in the library.`);
  const files = readdirSync(paths.library, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  );
  const expected = new Set(ledger.results.files().map(({ file }) => basename(file.path)));
  for (const { name } of files) if (!expected.has(name)) failures.push(`${name} belongs to no job.`);
  const database = new DatabaseSync(paths.ledger, { readOnly: true });
  const verdict = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  database.close();
  if (verdict !== 'ok') failures.push(`The ledger is damaged: ${String(verdict)}`);
  return failures;
}

/** Holds the conversations against what must be. */
function checkChats(store: ChatStore, folder: string, sandbox: Sandbox, gone: Gone): string[] {
  const failures: string[] = [];
  const questions = messagesIn(store).filter(({ role }) => role === 'user');
  const answers = answersIn(store);
  const charges = sandbox.control.charges().filter(({ model }) => model === chatModel);
  const before = chargedBefore(gone, store, sandbox);
  if (charges.length !== questions.length + before)
    failures.push(`${charges.length} charges for ${questions.length} questions and ${before} that are gone.`);
  const keys = charges.map(charge => charge.idempotencyKey);
  if (new Set(keys).size !== keys.length) failures.push('The key of a question was charged twice.');
  for (const { id, state, text } of answers) {
    if (state !== 'complete') failures.push(`Answer ${id} is stuck: ${state}.`);
    else if (text !== wholeAnswer) failures.push(`Answer ${id} is not whole: ${text.slice(-20)}`);
  }
  const images = new ChatImages(pathsIn(folder).images);
  for (const image of questions.flatMap(question => question.images)) {
    if (!existsSync(images.pathOf(image))) failures.push(`The image ${image.path} is missing.`);
    if (image.fileId === undefined) failures.push(`The image ${image.path} never went up.`);
  }
  return failures;
}
