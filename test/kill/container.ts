import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ChatStore } from '../../src/core/chat/chatStore.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import type { Task } from '../../src/shared/task.ts';
import { answersIn } from './chatHalf.ts';
import { pathsIn, type WindowOrders } from './orders.ts';

/** What was asked for in containers that are gone. */
export interface Gone {
  /** By id, as the last ledger that held the job had it. */
  readonly tasks: ReadonlyMap<string, Task>;
  readonly questions: number;
  readonly answered: number;
}

/**
 * The machine that the windows run on. Rebuilding it ends all of them and deletes ledger, library and chats,
 * as a new file system does; what lies on the person's own machine stays.
 */
export class Container {
  rebuilds = 0;
  /** Jobs under way that a rebuild took, and that a later ledger held. See `noteReturned`. */
  readonly cameBack = new Set<string>();
  readonly #paths: ReturnType<typeof pathsIn>;
  readonly #tasks = new Map<string, Task>();
  readonly #windows = new Set<ChildProcess>();
  #questions = 0;
  #answered = 0;
  #rebuilding: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#paths = pathsIn(folder);
  }

  get gone(): Gone {
    return { tasks: this.#tasks, questions: this.#questions, answered: this.#answered };
  }

  /** Starts a window, once the container stands. */
  async open(orders: WindowOrders): Promise<ChildProcess> {
    await this.#rebuilding;
    const window = openWindow(orders);
    this.#windows.add(window);
    window.once('close', () => this.#windows.delete(window));
    return window;
  }

  async rebuild(): Promise<void> {
    const before = this.#rebuilding;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#rebuilding = promise;
    await before;
    const ends = [...this.#windows].map(window => once(window, 'close'));
    for (const window of this.#windows) window.kill('SIGKILL');
    await Promise.all(ends);
    for (const task of this.noteReturned()) this.#tasks.set(task.id, task);
    if (existsSync(this.#paths.chats)) {
      const { store } = ChatStore.open(this.#paths.chats);
      const answers = answersIn(store);
      this.#questions += answers.length;
      this.#answered += answers.filter(({ state }) => state === 'complete').length;
      store.dispose();
    }
    rmSync(this.#paths.storage, { recursive: true, force: true, maxRetries: 5 });
    this.rebuilds += 1;
    resolve(undefined);
  }

  /** Looks which of the jobs that were lost are there again. @returns all that are there */
  noteReturned(): readonly Task[] {
    const tasks = this.tasks();
    for (const { id } of tasks) {
      const before = this.#tasks.get(id);
      if (before && before.state !== 'placed') this.cameBack.add(id);
    }
    return tasks;
  }

  /** What stands in the ledger, if there is one. */
  tasks(): readonly Task[] {
    if (!existsSync(this.#paths.ledger)) return [];
    const { ledger } = Ledger.open(this.#paths.ledger);
    const tasks = ledger.tasks({ limit: 100_000 });
    ledger.dispose();
    return tasks;
  }
}

/** Starts a window as a process of its own. */
export function openWindow(orders: WindowOrders): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'window.ts'), JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
