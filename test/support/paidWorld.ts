import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { fetch as undiciFetch } from 'undici';
import { expect, vi } from 'vitest';
import { createRivyaClient, type RivyaClient } from '../../src/api/client.ts';
import { silentLog } from '../../src/base/log.ts';
import { Library } from '../../src/core/assets/library.ts';
import { ChatImages } from '../../src/core/chat/chatImages.ts';
import { ChatStore } from '../../src/core/chat/chatStore.ts';
import { Conversations } from '../../src/core/chat/conversations.ts';
import { AccountMarks } from '../../src/core/paidRequest/accountMarks.ts';
import { lossesOf, removeTasks, type HousekeepingPorts } from '../../src/core/tasks/housekeeping.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { decide, Runner } from '../../src/core/tasks/runner.ts';
import type { Charge as BookedCharge } from '../../src/sandbox/state/records.ts';
import type { Sandbox } from '../../src/sandbox/server.ts';
import { chargeOf, chargeOfAnswer } from '../../src/shared/charge.ts';
import {
  isRemovable,
  isRunningState,
  resultFiles,
  storedFiles,
  type StoredFile,
  type Task,
} from '../../src/shared/task.ts';
import { problemMessage } from '../../src/vscode/chat/chatText.ts';
import { chargesText } from '../../src/vscode/messages/chargeText.ts';
import { explain } from '../../src/vscode/messages/explain.ts';
import { diskFiles } from './diskFiles.ts';
import type { ManualClock } from './manualClock.ts';
import { heardBefore } from './serverTime.ts';
import { createTask, temporaryFolder } from './tasks.ts';

/** What befalls the next requests, one each. */
export type Weather =
  | 'offline'
  /** The connection breaks before, or after, the server has done its work. */
  | 'lostBefore'
  | 'lostAfter'
  /** The answer comes in part only. */
  | 'cut'
  /** A gateway answers with a page of its own, before or after the work. */
  | 'page404'
  | 'page403'
  | 'page413'
  | 'page502After'
  /** Rivya's own words. */
  | 'conflict'
  | 'conflictAfter'
  | 'key'
  | 'scope'
  | 'credits'
  | 'validation'
  | 'notFound'
  | 'rateLimit'
  | 'disabled'
  | 'error500After';

export type Step =
  | { readonly do: 'order' | 'ask' | 'reload' | 'crash' | 'clear' | 'busy' | 'free' | 'nextFails' }
  | { readonly do: 'weather'; readonly what: Weather; readonly times: number }
  | { readonly do: 'pass'; readonly looks: number }
  | { readonly do: 'jump' | 'standStill'; readonly hours: number }
  | { readonly do: 'key'; readonly which: number }
  | { readonly do: 'stop' | 'send' | 'check' | 'remove' | 'place' | 'undo'; readonly which: number }
  | { readonly do: 'stopAnswer' | 'again' | 'delete'; readonly which: number };

// oxlint-disable-next-line typescript/unbound-method -- it is called with its database
const trueExec = DatabaseSync.prototype.exec;
const model = 'z-image';
const chatModel = 'gpt-5-2-chat';
const hour = 3_600_000;

const spoken: Partial<Record<Weather, readonly [status: number, code: string]>> = {
  conflict: [409, 'idempotency_conflict'],
  conflictAfter: [409, 'idempotency_conflict'],
  key: [401, 'api_key_revoked'],
  scope: [403, 'api_scope_denied'],
  credits: [402, 'insufficient_credits'],
  validation: [400, 'validation_failed'],
  notFound: [404, 'not_found'],
  rateLimit: [429, 'rate_limited'],
  disabled: [503, 'public_api_disabled'],
};
const pages: Partial<Record<Weather, number>> = {
  page404: 404,
  page403: 403,
  page413: 413,
  page502After: 502,
  error500After: 500,
};

/** How many charges a person has agreed to for one idempotency key. */
interface Intent {
  agreed: number;
  /** Gone from the list by the person's word, or given up without an answer. */
  isGivenUp: boolean;
}

/**
 * One user with jobs and chats against a real sandbox, whose books are the truth. The network is bad weather
 * between the two; the clock is turned by hand.
 */
export class PaidWorld implements AsyncDisposable {
  readonly #sandbox: Sandbox;
  readonly #folder = temporaryFolder();
  readonly #clock: ManualClock;
  readonly #keys: readonly string[];
  readonly #library: Library;
  readonly #intents = new Map<string, Intent>();
  readonly #sessions: string[] = [];
  /** Copies in the workspace, by the key of their job. */
  readonly #copies = new Map<string, readonly string[]>();
  #key: string;
  #weather: Weather[] = [];
  #busy = false;
  /** Requests and files that are under way. */
  #underWay = 0;
  #life!: Life;
  #lives = 0;

  constructor(sandbox: Sandbox, clock: ManualClock) {
    this.#sandbox = sandbox;
    this.#clock = clock;
    const { control } = sandbox;
    control.reset();
    control.update({ pictureLongEdge: 16, chatAnswer: 'A short answer.', stream: { deltaIntervalMs: 0 } });
    this.#keys = [sandbox.apiKey, control.addKey().key, control.addKey({ account: 'acct_other' }).key];
    this.#key = sandbox.apiKey;
    this.#library = new CountedLibrary(this.#folder.file('library'), delta => (this.#underWay += delta));
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(this.#exec());
    this.#begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#busy = false;
    await this.#end(false);
    vi.restoreAllMocks();
    this.#folder[Symbol.dispose]();
  }

  async take(step: Step): Promise<void> {
    await this.#do(step);
    await this.#quiet();
    this.#check();
  }

  /** Good weather, the right key, and a person who asks for everything again: what was paid must be there. */
  async everythingIsFound(): Promise<void> {
    this.#weather = [];
    this.#busy = false;
    this.#key = this.#sandbox.apiKey;
    const { ledger, runner, store, conversations } = this.#life;
    runner.keyChanged(this.#sandbox.url);
    await this.#pass(5);
    for (let round = 0; round < 3; round++) {
      for (const task of this.#tasks()) {
        if (task.hold === 'decision') this.#release(task);
        if (task.state === 'unreachable') this.#decide(task.id, 'reopened');
      }
      for (const sessionId of this.#sessions) {
        const answer = store.messages(sessionId).at(-1);
        if (answer?.problem?.mayHaveBeenCharged === true) this.#again(answer.id);
      }
      runner.lookAgain(this.#sandbox.url);
      conversations.resume();
      await this.#pass(25);
      this.#check();
    }
    for (let looks = 0; ledger.runningCount() > 0 && looks < 500; looks++) await this.#pass(1);
    this.#check();
    for (const charge of this.#charges()) {
      if (charge.account !== 'acct_sandbox' || charge.status === 'refunded') continue;
      const { idempotencyKey: key } = charge;
      const intent = this.#intents.get(key ?? '');
      // Sent to a second account by the person's word, the job is looked for there.
      if (key === null || intent?.isGivenUp !== false || intent.agreed > 1) continue;
      const task = this.#tasks().find(each => each.idempotencyKey === key);
      if (!task) continue;
      const isPlaced = this.#copies.has(key);
      const state = isPlaced ? 'placed' : task.tracked ? 'stored' : 'untracked';
      expect([task.state, storedFiles(task).length]).toEqual([state, 1]);
    }
    for (const sessionId of this.#sessions) {
      const answer = store.messages(sessionId).at(-1);
      expect(answer?.state).not.toBe('streaming');
      expect(answer?.problem?.mayHaveBeenCharged ?? false).toBe(false);
    }
  }

  async #do(step: Step): Promise<void> {
    const { ledger, runner, store, conversations } = this.#life;
    const { control } = this.#sandbox;
    switch (step.do) {
      case 'order':
        await unlessBusy(() => {
          const task = createTask(ledger, this.#clock.now(), { origin: this.#sandbox.url, model });
          this.#intents.set(task.idempotencyKey, { agreed: 1, isGivenUp: false });
        });
        runner.poke();
        return;
      case 'ask':
        await unlessBusy(() => this.#ask());
        return;
      case 'reload':
      case 'crash':
        await this.#end(step.do === 'crash');
        this.#begin();
        return;
      case 'clear':
        await unlessBusy(() => this.#clear());
        return;
      case 'busy':
        this.#busy = true;
        return;
      case 'free':
        this.#busy = false;
        return;
      case 'nextFails':
        control.failNextGeneration();
        return;
      case 'weather':
        for (let count = 0; count < step.times; count++) this.#weather.push(step.what);
        return;
      case 'pass':
        await this.#pass(step.looks);
        return;
      case 'jump':
        this.#clock.jump(step.hours * hour);
        return;
      case 'standStill':
        this.#clock.standStill(step.hours * hour);
        return;
      case 'key':
        this.#key = this.#keys[step.which % this.#keys.length] ?? '';
        runner.keyChanged(this.#sandbox.url);
        return;
      case 'stopAnswer': {
        const id = pick(this.#sessions, step.which);
        if (id === undefined) return;
        const answer = store.messages(id).at(-1);
        const key = answer && store.requests.request(answer.id)?.idempotencyKey;
        // What is stopped is not wanted any more; it is not given back, but nor is it asked for again.
        if (conversations.stop(id) && key !== undefined) this.#giveUp(key);
        return;
      }
      case 'again': {
        const id = pick(this.#sessions, step.which);
        const answer = id === undefined ? undefined : store.messages(id).at(-1);
        if (answer?.problem) await unlessBusy(() => this.#again(answer.id));
        return;
      }
      case 'delete': {
        const id = pick(this.#sessions, step.which);
        if (id === undefined) return;
        await unlessBusy(() => {
          for (const { id: messageId } of store.messages(id)) {
            const key = store.requests.request(messageId)?.idempotencyKey;
            if (key !== undefined) this.#giveUp(key);
          }
          conversations.abandon(id);
          store.delete(id);
          this.#sessions.splice(this.#sessions.indexOf(id), 1);
        });
        return;
      }
      default: {
        const task = pick(this.#tasks(), step.which);
        if (task) await unlessBusy(() => this.#onTask(step.do, task));
      }
    }
  }

  async #onTask(what: 'stop' | 'send' | 'check' | 'remove' | 'place' | 'undo', task: Task): Promise<void> {
    const { runner } = this.#life;
    switch (what) {
      case 'stop':
        this.#decide(task.id, 'trackingStopped');
        // Asked what to do with what nobody knows, the person has said: nothing.
        if (task.hold === 'decision') this.#giveUp(task.idempotencyKey);
        break;
      case 'send':
        if (task.hold === 'decision') this.#release(task);
        break;
      case 'check':
        this.#decide(task.id, 'reopened');
        break;
      case 'remove':
        // The person was told what would be lost.
        if (isRemovable(task) && (await this.#remove(task))) this.#giveUp(task.idempotencyKey);
        break;
      case 'place':
        this.#place(task);
        break;
      case 'undo':
        for (const copy of this.#copies.get(task.idempotencyKey) ?? []) rmSync(copy, { force: true });
    }
    runner.poke();
  }

  get #ports(): HousekeepingPorts {
    return { ledger: this.#life.ledger, library: this.#library, placedFiles: diskFiles };
  }

  async #clear(): Promise<void> {
    const { ledger } = this.#life;
    const tasks = ledger.clearable().flatMap(id => ledger.task(id) ?? []);
    await removeTasks(
      tasks.map(task => ({ task, mayLose: [] })),
      this.#ports,
      this.#clock.now(),
    );
  }

  async #remove(task: Task): Promise<boolean> {
    const removal = { task, mayLose: await lossesOf(task, this.#ports) };
    return (await removeTasks([removal], this.#ports, this.#clock.now())).removed > 0;
  }

  /** Puts the files of a job into a workspace, as the editor does. */
  #place(task: Task): void {
    if (task.state !== 'stored') return;
    const copies = resultFiles(task).map(({ index, file }) => {
      const copy = this.#folder.file(`${task.id}-${index}.${file.extension}`);
      copyFileSync(this.#library.pathOf(file), copy);
      return { index, path: copy, uri: pathToFileURL(copy).href };
    });
    const placed = copies.map(({ index, uri }) => ({ index, uri }));
    const change = { state: 'saved', file: placed[0]?.uri, copies: placed } as const;
    this.#life.ledger.setPlacement(task.id, 'waiting', change, this.#clock.now());
    this.#copies.set(
      task.idempotencyKey,
      copies.map(({ path }) => path),
    );
  }

  #release(task: Task): void {
    // The person was told that it may be charged twice, and agrees.
    const intent = this.#intents.get(task.idempotencyKey);
    if (intent && task.firstSentAt !== undefined) intent.agreed++;
    if (intent) intent.isGivenUp = false;
    this.#decide(task.id, 'released');
  }

  #decide(id: string, type: 'released' | 'reopened' | 'trackingStopped'): void {
    decide(this.#life.ledger, id, { type }, this.#clock.now());
  }

  #giveUp(key: string): void {
    const intent = this.#intents.get(key);
    if (intent) intent.isGivenUp = true;
  }

  #ask(): void {
    const { store, conversations } = this.#life;
    const session = store.create(
      {
        id: crypto.randomUUID(),
        origin: this.#sandbox.url,
        workspace: undefined,
        title: '',
        model: chatModel,
        remoteId: undefined,
        note: undefined,
        draft: '',
        webSearch: false,
        reasoningEffort: undefined,
      },
      this.#clock.now(),
    );
    conversations.send(session.id, { text: 'Why?', streamed: this.#sessions.length % 3 !== 2 });
    this.#sessions.push(session.id);
    const answer = store.messages(session.id).at(-1);
    const key = answer && store.requests.request(answer.id)?.idempotencyKey;
    if (key !== undefined) this.#intents.set(key, { agreed: 1, isGivenUp: false });
  }

  #again(answerId: string): void {
    const { store, conversations } = this.#life;
    const before = store.requests.request(answerId);
    if (!before) return;
    // A new key, and a new charge, only where the books have nothing under the old one.
    if (before.firstSentAt === undefined) expect(this.#chargesOf(before.idempotencyKey)).toEqual([]);
    conversations.again(answerId);
    const after = store.requests.request(answerId);
    if (!after) return;
    if (after.idempotencyKey !== before.idempotencyKey) {
      expect(before.firstSentAt).toBeUndefined();
      this.#intents.set(after.idempotencyKey, { agreed: 1, isGivenUp: false });
    } else if (before.hold === 'decision') {
      const intent = this.#intents.get(before.idempotencyKey);
      if (intent) intent.agreed++;
    }
  }

  /** Lets time go on from look to look. */
  async #pass(looks: number): Promise<void> {
    for (let count = 0; count < looks; count++) {
      await this.#quiet();
      if (!this.#clock.advanceToNext()) return;
    }
  }

  /** Until nothing is under way but what waits for the clock. */
  async #quiet(): Promise<void> {
    for (let turns = 0; turns < 12; turns = this.#underWay > 0 ? 0 : turns + 1) {
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  // --- What must hold at every moment.

  #check(): void {
    for (const [key, intent] of this.#intents) {
      expect(this.#chargesOf(key).length).toBeLessThanOrEqual(intent.agreed);
    }
    for (const charge of this.#charges()) expect(this.#intents.has(charge.idempotencyKey ?? '')).toBe(true);
    const tasks = this.#tasks();
    for (const task of tasks) this.#checkTask(task);
    this.#checkAnswers();
    // What is paid stands in the list or in the chat, unless the person has given it up.
    const keys = new Set(tasks.map(each => each.idempotencyKey));
    for (const { idempotencyKey, model: of, status } of this.#charges()) {
      const intent = this.#intents.get(idempotencyKey ?? '');
      if (of === model && status !== 'refunded' && intent?.isGivenUp === false) {
        // What was cleared from the list stands in the workspace.
        const copies = this.#copies.get(idempotencyKey ?? '') ?? [];
        expect(keys.has(idempotencyKey ?? '') || (copies.length > 0 && copies.every(existsSync))).toBe(true);
      }
    }
  }

  #checkTask(task: Task): void {
    const charges = this.#chargesOf(task.idempotencyKey);
    const booked = charges.find(each => each.taskId === task.remoteId);
    const charge = chargeOf(task);
    if (charge.kind === 'neverLeft') expect(charges).toEqual([]);
    if (charge.kind === 'said') {
      expect(booked).toBeDefined();
      if (charge.as === 'charge') {
        expect([booked?.credits, booked?.status]).toEqual([
          charge.credits,
          charge.credits === 0 ? 'refunded' : 'settled',
        ]);
      } else expect(booked?.reserved).toBe(charge.credits);
    }
    const words = chargesText([task]);
    this.#checkWords(words, charges);
    if (words.includes('refunded')) expect(booked?.status).toBe('refunded');
    if (task.problem) this.#checkWords(explain(task.problem, charge, 'job').text, charges);
    // Over without a file: only when Rivya has refused it, or has failed and given the credits back.
    // Of what may be out besides, nothing is said but that it may be charged.
    if (task.isSentAnew) expect(charge.kind).toBe('unknown');
    else if (task.state === 'failed') {
      expect(charges.every(each => each.status === 'refunded')).toBe(true);
    }
    const hasWayOn =
      isRunningState(task.state) || task.state === 'unreachable' || storedFiles(task).length > 0;
    const isPaid = charges.some(each => each.status !== 'refunded');
    // Where the person has agreed that it may be paid twice, one of the two has no name to ask by.
    if (isPaid && !hasWayOn && !task.isSentAnew)
      expect(this.#intents.get(task.idempotencyKey)?.isGivenUp).toBe(true);
  }

  #checkAnswers(): void {
    const { store } = this.#life;
    for (const sessionId of this.#sessions) {
      const answer = store.messages(sessionId).at(-1);
      if (answer?.role !== 'assistant') continue;
      const request = store.requests.request(answer.id);
      if (request) {
        const charges = this.#chargesOf(request.idempotencyKey);
        const charge = chargeOfAnswer(answer.credits, request.firstSentAt !== undefined);
        if (charge.kind === 'neverLeft') expect(charges).toEqual([]);
        if (answer.problem) {
          this.#checkWords(problemMessage(answer.problem, true).text, charges);
          if (!answer.problem.mayHaveBeenCharged) expect(charges).toEqual([]);
        }
      }
      if (answer.credits !== undefined) {
        expect(
          this.#charges().some(each => each.model === chatModel && each.credits === answer.credits),
        ).toBe(true);
      }
    }
  }

  #checkWords(words: string, charges: readonly BookedCharge[]): void {
    if (words.includes('Nothing was charged')) expect(charges).toEqual([]);
  }

  #charges(): readonly BookedCharge[] {
    return this.#sandbox.control.charges();
  }

  #chargesOf(key: string): BookedCharge[] {
    return this.#charges().filter(each => each.idempotencyKey === key);
  }

  #tasks(): Task[] {
    return this.#life.ledger.tasks({ limit: 1_000 });
  }

  // --- The window.

  #begin(): void {
    const wasBusy = this.#busy;
    this.#busy = false;
    const { url } = this.#sandbox;
    const { ledger } = Ledger.open(this.#folder.file('ledger.sqlite'));
    const { store } = ChatStore.open(this.#folder.file('chat.sqlite'));
    const account = AccountMarks.open(this.#folder.file('account.salt')).sender(() => this.#key);
    const holder = `window-${this.#lives++}`;
    const fetch = this.#fetch(holder);
    const created: RivyaClient = createRivyaClient({
      baseUrl: url,
      apiKey: () => this.#key,
      fetch,
      clock: this.#clock,
      random: () => 0.5,
      maxRetries: 1,
    });
    const client = heardBefore(created, () => this.#clock.steady());
    const runner = new Runner({
      ledger,
      library: this.#library,
      servers: () => new Map([[url, { client, account, baseUrl: url, fetch, pollPace: 1 }]]),
      holder,
      clock: this.#clock,
      random: () => 0.5,
      focused: () => true,
      log: silentLog,
      maximumResultBytes: { image: 20_000_000, video: 20_000_000, audio: 20_000_000 },
      // It does not look up in between: histories are long.
      timings: { leaseMs: 15 * 60_000, renewalMs: 5 * 60_000 },
    });
    const conversations = new Conversations({
      store,
      images: new ChatImages(this.#folder.file('images')),
      client: () => client,
      account: () => account,
      origins: () => [url],
      holder,
      clock: this.#clock,
      log: silentLog,
    });
    this.#life = { ledger, runner, store, conversations, holder };
    this.#busy = wasBusy;
    runner.poke();
    conversations.resume();
  }

  /** @param asCrash no lease is given back, and nothing more is written down */
  async #end(asCrash: boolean): Promise<void> {
    const { ledger, runner, store, conversations } = this.#life;
    if (asCrash) {
      ledger.leases.releaseAll = () => undefined;
      store.requests.releaseAll = () => undefined;
      store.changeAnswer = () => undefined;
    }
    conversations.dispose();
    runner.dispose();
    await runner.idle();
    await conversations.idle();
    const wasBusy = this.#busy;
    this.#busy = false;
    ledger.dispose();
    store.dispose();
    this.#busy = wasBusy;
  }

  /** As another process that holds the lock for longer than anybody waits. */
  #exec(): (this: DatabaseSync, sql: string) => void {
    const isBusy = (): boolean => this.#busy;
    return function (sql) {
      if (isBusy() && sql.includes('BEGIN IMMEDIATE')) {
        throw Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 });
      }
      trueExec.call(this, sql);
    };
  }

  #fetch(holder: string): typeof globalThis.fetch {
    return async (input, init) => {
      if (holder !== this.#life.holder) throw new TypeError('This window is gone.');
      this.#underWay++;
      try {
        return await this.#answer(input as string | URL, init);
      } finally {
        this.#underWay--;
      }
    };
  }

  async #answer(input: string | URL, init: RequestInit | undefined): Promise<Response> {
    const weather = this.#weather.shift();
    if (weather === 'offline') throw broken('ENOTFOUND');
    if (weather === 'lostBefore') throw broken('ECONNRESET');
    const word = weather && spoken[weather];
    const page = weather && pages[weather];
    const answersAfter = weather?.endsWith('After') === true;
    if (word && !answersAfter) return wordsOf(...word);
    if (page !== undefined && !answersAfter) return pageOf(page);
    const real = await undiciFetch(input, { ...(init as object), signal: null });
    const bytes = new Uint8Array(await real.arrayBuffer());
    if (weather === 'lostAfter') throw broken('ECONNRESET');
    if (word) return wordsOf(...word);
    if (page !== undefined) return pageOf(page);
    const headers = new Headers([...real.headers]);
    headers.delete('content-encoding');
    if (weather !== 'cut') return new Response(bytes, { status: real.status, headers });
    headers.delete('content-length');
    const half = bytes.subarray(0, bytes.length >> 1);
    const body = new ReadableStream<Uint8Array>({
      start: controller => controller.enqueue(half),
      pull: controller => controller.error(broken('ECONNRESET')),
    });
    return new Response(body, { status: real.status, headers });
  }
}

interface Life {
  readonly ledger: Ledger;
  readonly runner: Runner;
  readonly store: ChatStore;
  readonly conversations: Conversations;
  readonly holder: string;
}

class CountedLibrary extends Library {
  readonly #count: (delta: 1 | -1) => void;

  constructor(folder: string, count: (delta: 1 | -1) => void) {
    super(folder);
    this.#count = count;
  }

  override async find(name: string): Promise<StoredFile | undefined> {
    this.#count(1);
    return super.find(name).finally(() => this.#count(-1));
  }

  override async store(name: string, holder: string, source: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    this.#count(1);
    return super.store(name, holder, source).finally(() => this.#count(-1));
  }
}

/** While the database is busy the person is told that it did not work, and nothing has happened. */
async function unlessBusy(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error && error.message === 'database is locked')) throw error;
  }
}

function pick<T>(items: readonly T[], which: number): T | undefined {
  return items.length === 0 ? undefined : items[which % items.length];
}

function broken(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}

function wordsOf(status: number, code: string): Response {
  return Response.json({ error: { code, message: 'It is so.', requestId: 'req_1' } }, { status });
}

function pageOf(status: number): Response {
  return new Response('<h1>Something else</h1>', { status, headers: { 'content-type': 'text/html' } });
}
