import { parentPort, Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import type { Disposable } from './lifecycle.ts';

/** A thread that nobody asks gives its memory back, in milliseconds. */
const idleMs = 60_000;

interface Call<Question> {
  readonly id: number;
  readonly question: Question;
}

/** `problem` in place of the value where the work failed. */
interface Outcome<Answer> {
  readonly id: number;
  readonly value?: Answer;
  readonly problem?: string;
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Asks a thread of its own, which is started with the first question and ends when nobody asks any more. For
 * work that does not stop in the middle, and for which nothing else may be held up.
 */
export class ThreadCalls<Question, Answer> implements Disposable {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #thread: Worker | undefined;
  #idle: Disposable | undefined;
  #last = 0;

  /** @param file the program of the thread, which calls `answerCalls` */
  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** @throws an error of the work, or when the thread ends before it has answered */
  ask(question: Question): Promise<Answer> {
    const thread = this.#started();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      thread.postMessage({ id, question } satisfies Call<Question>);
    });
  }

  dispose(): void {
    this.#end(new Error('The thread was ended.'));
  }

  #started(): Worker {
    this.#idle?.dispose();
    if (this.#thread) return this.#thread;
    // What the editor was started with, such as the port of a debugger, is not the thread's.
    const thread = new Worker(this.#file, { execArgv: [] });
    // Neither a window nor a test waits for it.
    thread.unref();
    thread.on('message', (outcome: Outcome<Answer>) => this.#answered(outcome));
    const ended = (error: Error): void => {
      if (this.#thread === thread) this.#end(error);
    };
    thread.on('error', ended);
    thread.on('exit', code => ended(new Error(`A thread has ended with code ${code}.`)));
    this.#thread = thread;
    return thread;
  }

  #answered({ id, value, problem }: Outcome<Answer>): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (problem === undefined) waiting?.resolve(value as Answer);
    else waiting?.reject(new Error(problem));
    if (this.#waiting.size > 0) return;
    this.#idle = this.#clock.after(idleMs, () => this.#end(new Error('Nobody waits.')));
  }

  /** All who wait for the thread hear of the error; the next question starts another. */
  #end(error: Error): void {
    this.#idle?.dispose();
    const thread = this.#thread;
    this.#thread = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    void thread?.terminate();
  }
}

/**
 * Makes this the program of a thread that answers `ThreadCalls`, one question after the other.
 * @param answer takes the questions, and gives the answers, that the `ThreadCalls` is declared with
 */
export function answerCalls(answer: (question: never) => unknown): void {
  let before: Promise<void> = Promise.resolve();
  parentPort?.on('message', ({ id, question }: Call<never>) => {
    before = before.then(async () => {
      parentPort?.postMessage(await outcomeOf(id, () => answer(question)));
    });
  });
}

async function outcomeOf(id: number, work: () => unknown): Promise<Outcome<unknown>> {
  try {
    return { id, value: await work() };
  } catch (error) {
    return { id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
