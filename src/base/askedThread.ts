import { Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import type { Disposable } from './lifecycle.ts';

/** What the program of a thread is sent. */
export interface ThreadQuestion<Q> {
  readonly id: number;
  readonly question: Q;
}

/** What it sends back; `problem` in place of an answer where it failed. */
export type ThreadAnswer<A> =
  { readonly id: number; readonly answer: A } | { readonly id: number; readonly problem: string };

export interface AskedThreadOptions {
  /** The program of the thread, as it is or as it was built; it calls `answerQuestions`. */
  readonly file: string;
  /** What the program finds as its `workerData`. */
  readonly data?: unknown;
  /** In errors: "The thread of the search has ended". */
  readonly name: string;
  /** A thread that nobody asks gives its memory back after so long, in milliseconds. */
  readonly idleMs: number;
  readonly clock: Clock;
}

interface Waiting<A> {
  readonly resolve: (answer: A) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Threads that are being ended, of all programs. Node can crash when another one starts meanwhile
 * (nodejs/node#56312), and with it all extensions of a window.
 */
const ending = new Set<Promise<unknown>>();
/** One that is held, as by a disk that does not answer, is waited for no longer; in milliseconds. */
const mostEndingMs = 1_000;

/**
 * A program in a thread of its own that answers questions: started by the first one, ended when nobody asks.
 */
export class AskedThread<Q, A> implements Disposable {
  readonly #options: AskedThreadOptions;
  readonly #waiting = new Map<number, Waiting<A>>();
  #thread: Worker | undefined;
  #idle: Disposable | undefined;
  #last = 0;

  constructor(options: AskedThreadOptions) {
    this.#options = options;
  }

  /** Whether a thread is there. */
  get isRunning(): boolean {
    return this.#thread !== undefined;
  }

  /** @throws Error with the problem that the program names, or when the thread ends before it has answered */
  ask(question: Q): Promise<A> {
    this.#idle?.dispose();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      void this.#send({ id, question });
    });
  }

  /** Never rejects: of what goes wrong the one who asked hears. */
  async #send(message: ThreadQuestion<Q>): Promise<void> {
    while (ending.size > 0) await Promise.all(ending);
    const waiting = this.#waiting.get(message.id);
    // Nobody waits for the answer after an end.
    if (!waiting) return;
    try {
      this.#started().postMessage(message);
    } catch (error) {
      this.#waiting.delete(message.id);
      waiting.reject(error as Error);
    }
  }

  /** All who wait for the thread hear of the error; the next question starts another. */
  end(error: Error): void {
    this.#idle?.dispose();
    const thread = this.#thread;
    this.#thread = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (!thread) return;
    const late = Promise.withResolvers<undefined>();
    const limit = this.#options.clock.after(mostEndingMs, () => late.resolve(undefined));
    const ended = Promise.race([thread.terminate(), late.promise]).finally(() => {
      limit.dispose();
      ending.delete(ended);
    });
    ending.add(ended);
  }

  dispose(): void {
    this.end(new Error(`The thread of the ${this.#options.name} was ended.`));
  }

  #started(): Worker {
    if (this.#thread) return this.#thread;
    const { file, data, name } = this.#options;
    // What the editor was started with, such as the port of a debugger, is not the thread's.
    const thread = new Worker(file, { execArgv: [], workerData: data });
    // Neither a window nor a test waits for it.
    thread.unref();
    thread.on('message', (answer: ThreadAnswer<A>) => this.#answered(answer));
    const ended = (error: Error): void => {
      if (this.#thread === thread) this.end(error);
    };
    thread.on('error', ended);
    thread.on('exit', code => ended(new Error(`The thread of the ${name} has ended with code ${code}.`)));
    this.#thread = thread;
    return thread;
  }

  #answered(answer: ThreadAnswer<A>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('problem' in answer) waiting?.reject(new Error(answer.problem));
    else waiting?.resolve(answer.answer);
    if (this.#waiting.size > 0) return;
    this.#idle?.dispose();
    const { clock, idleMs } = this.#options;
    this.#idle = clock.after(idleMs, () => this.dispose());
  }
}
