import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { documentLanguage, type DocumentIdentity } from '../../languages/documentLanguage.ts';
import { answerTo, type FinderQuestion } from './finderQuestion.ts';
import type { FinderAnswer } from './finderThread.ts';
import type { MediaReference } from './mediaReference.ts';
import { TurnBudget } from './turnBudget.ts';

/**
 * In UTF-16 units: so much, which takes some milliseconds, is looked through in one turn of the loop, without
 * a message.
 */
export const mostAtOnce = 8 * 1024;
/** Parsers that take several times as long as the others, and how many times. */
const slowness: ReadonlyMap<string, number> = new Map([
  ['mdx', 4],
  ['yaml', 4],
]);
/** A thread that nobody asks gives its memory back, in milliseconds. */
const idleMs = 60_000;

interface Waiting {
  readonly resolve: (references: readonly MediaReference[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Finds the references of documents, of longer ones in a thread of its own: no parser of a language stops in
 * the middle, and of a megabyte some need half a second, for which nothing else may be held up.
 */
export class ReferenceFinder implements Disposable {
  readonly #threadFile: string;
  readonly #clock: Clock;
  readonly #budget: TurnBudget;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #idle: Disposable | undefined;
  #last = 0;
  #isEnded = false;

  /**
   * @param threadFile the program of the thread, `finderThread` as it is or as it was built
   * @param budget of this thread for all finders in it
   */
  constructor(threadFile: string, clock: Clock, budget = new TurnBudget(mostAtOnce)) {
    this.#threadFile = threadFile;
    this.#clock = clock;
    this.#budget = budget;
  }

  /** Another one, whose thread can be ended without ending the searches of this one. */
  apart(): ReferenceFinder {
    return new ReferenceFinder(this.#threadFile, this.#clock, this.#budget);
  }

  /**
   * The references of a document in their order, as `findReferences` has them.
   * @param limit further ones are left out
   * @throws an error of the search, or when the finder or its thread ends before it has answered
   */
  find(text: string, identity: DocumentIdentity, limit: number): Promise<readonly MediaReference[]> {
    return this.#search({ text, identity, most: limit });
  }

  /** As `find`: all references of a document that have one of these targets. */
  findTo(
    text: string,
    identity: DocumentIdentity,
    targets: readonly string[],
  ): Promise<readonly MediaReference[]> {
    return this.#search({ text, identity, targets });
  }

  async #search(question: Omit<FinderQuestion, 'id'>): Promise<readonly MediaReference[]> {
    const { text, identity } = question;
    const cost = text.length * (slowness.get(documentLanguage(identity)) ?? 1);
    if (cost <= mostAtOnce) await this.#budget.take(cost);
    if (this.#isEnded) throw ended();
    if (cost <= mostAtOnce) return answerTo(question);
    const thread = this.#started();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      thread.postMessage({ id, ...question } satisfies FinderQuestion);
    });
  }

  dispose(): void {
    this.#isEnded = true;
    this.#end(ended());
  }

  #started(): Worker {
    this.#idle?.dispose();
    if (this.#thread) return this.#thread;
    // What the editor was started with, such as the port of a debugger, is not the thread's.
    const thread = new Worker(this.#threadFile, { execArgv: [] });
    // Neither a window nor a test waits for it.
    thread.unref();
    thread.on('message', (answer: FinderAnswer) => this.#answered(answer));
    const lost = (error: Error): void => {
      if (this.#thread === thread) this.#end(error);
    };
    thread.on('error', lost);
    thread.on('exit', code => lost(new Error(`The thread of the search has ended with code ${code}.`)));
    this.#thread = thread;
    return thread;
  }

  #answered({ id, references, problem }: FinderAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (problem === undefined) waiting?.resolve(references);
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

function ended(): Error {
  return new Error('The search for references was ended.');
}
