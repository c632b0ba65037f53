import { fetch as undiciFetch } from 'undici';
import { createRivyaClient } from '../../src/api/client.ts';
import { AccountMarks } from '../../src/core/paidRequest/accountMarks.ts';
import { Library } from '../../src/core/assets/library.ts';
import { Ledger, type NewTask } from '../../src/core/tasks/ledger.ts';
import { Runner, type RunnerOptions, type RunnerServer } from '../../src/core/tasks/runner.ts';
import type { Task } from '../../src/shared/task.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { ManualClock } from './manualClock.ts';
import { heardBefore } from './serverTime.ts';
import { createTask, temporaryFolder } from './tasks.ts';

/** The whole engine on a real sandbox over real HTTP, under a clock that a test turns. */
export interface JobHarness extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly sandbox: Sandbox;
  readonly ledger: Ledger;
  readonly library: Library;
  readonly runner: Runner;
  readonly folder: string;
  /** The key that requests carry; may be set. */
  apiKey: string | undefined;
  /** Stands between the engine and the network; may be set. */
  fetch: typeof globalThis.fetch;
  create(change?: Partial<NewTask>): Task;
  task(id: string): Task;
  /** Turns the clock from look to look until it is so. @throws when it cannot become so */
  until(reached: () => boolean): Promise<void>;
  /** Until nothing goes on by itself any more. */
  settled(): Promise<void>;
  /** A further window on the same ledger and library. */
  window(holder: string, change?: Partial<RunnerOptions>): { runner: Runner; ledger: Ledger };
}

export interface JobHarnessOptions {
  readonly credits?: number;
  readonly taskDurationMs?: number;
  readonly runner?: Partial<RunnerOptions>;
}

/** Enough for half a day, in which a runner with something to do looks up every five seconds. */
const mostLooks = 10_000;

export async function startJobs(options: JobHarnessOptions = {}): Promise<JobHarness> {
  const clock = new ManualClock();
  const folder = temporaryFolder();
  const sandbox = await startSandbox({
    credits: options.credits ?? 1_000,
    taskDurationMs: options.taskDurationMs ?? 6_000,
    // The server's clock is right; only this machine's may jump.
    now: () => clock.steady(),
  });
  sandbox.control.update({ pictureLongEdge: 16 });
  const library = new Library(folder.file('library'));
  const marks = AccountMarks.open(folder.file('account.salt'));
  const ledgers: Ledger[] = [];
  const runners: Runner[] = [];

  const window: JobHarness['window'] = (holder, change) => {
    const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
    const created = createRivyaClient({
      baseUrl: sandbox.url,
      apiKey: () => harness.apiKey,
      fetch: (input, init) => harness.fetch(input, init),
      clock,
      random: () => 0.5,
    });
    const client = heardBefore(created, () => clock.steady());
    const server: RunnerServer = {
      client,
      account: marks.sender(() => harness.apiKey),
      baseUrl: sandbox.url,
      fetch: (input, init) => harness.fetch(input, init),
      pollPace: 1,
    };
    const runner = new Runner({
      ledger,
      library,
      servers: () => new Map([[sandbox.url, server]]),
      holder,
      clock,
      random: () => 0.5,
      focused: () => true,
      log: {
        trace: () => undefined,
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: () => undefined,
      },
      maximumResultBytes: { image: 20_000_000, video: 20_000_000, audio: 20_000_000 },
      ...options.runner,
      ...change,
    });
    ledgers.push(ledger);
    runners.push(runner);
    return { runner, ledger };
  };

  const until = async (reached: () => boolean): Promise<void> => {
    for (let looks = 0; looks < mostLooks; looks++) {
      for (const runner of runners) await runner.idle();
      if (reached()) return;
      if (!clock.advanceToNext()) throw new Error('Nothing is planned any more, and it is still not so.');
    }
    throw new Error(`It is still not so after ${mostLooks} looks.`);
  };

  const harness: JobHarness = {
    clock,
    sandbox,
    library,
    folder: folder.path,
    apiKey: sandbox.apiKey,
    fetch: undiciFetch as unknown as typeof globalThis.fetch,
    // Set right below; `window` needs the harness.
    ledger: undefined as unknown as Ledger,
    runner: undefined as unknown as Runner,
    create: change => createTask(harness.ledger, clock.now(), { origin: sandbox.url, ...change }),
    task: id => {
      const task = harness.ledger.task(id);
      if (!task) throw new Error(`There is no job ${id}.`);
      return task;
    },
    until,
    settled: () => until(() => harness.ledger.runningCount() === 0),
    window,
    async [Symbol.asyncDispose]() {
      for (const runner of runners) runner.dispose();
      for (const runner of runners) await runner.idle();
      for (const ledger of ledgers) ledger.dispose();
      await sandbox.close();
      folder[Symbol.dispose]();
    },
  };
  return Object.assign(harness, window('window-1'));
}
