import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { documentLanguage, type DocumentIdentity } from '../../languages/documentLanguage.ts';
import type { FinderAnswer, FinderQuestion } from './finderThread.ts';
import { findReferences } from './findReferences.ts';
import type { MediaReference } from './mediaReference.ts';

/** In UTF-16 units: what takes some milliseconds is looked through at once, without a message. */
const mostAtOnce = 16 * 1024;
/** For parsers that take several times as long. */
const mostOfSlow = 4 * 1024;
const slow = new Set(['mdx', 'yaml']);
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
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #idle: Disposable | undefined;
  #last = 0;

  /** @param threadFile the program of the thread, `finderThread` as it is or as it was built */
  constructor(threadFile: string, clock: Clock) {
    this.#threadFile = threadFile;
    this.#clock = clock;
  }

  /**
   * The references of a document in their order, as `findReferences` has them.
   * @param limit further ones are left out
   * @throws an error of the search, or when the thread ends before it has answered
   */
  async find(text: string, identity: DocumentIdentity, limit: number): Promise<readonly MediaReference[]> {
    const most = slow.has(documentLanguage(identity)) ? mostOfSlow : mostAtOnce;
    if (text.length <= most) return findReferences(text, identity).slice(0, limit);
    const thread = this.#started();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      thread.postMessage({ id, text, identity, most: limit } satisfies FinderQuestion);
    });
  }

  dispose(): void {
    this.#end(new Error('The search for references was ended.'));
  }

  #started(): Worker {
    this.#idle?.dispose();
    if (this.#thread) return this.#thread;
    // What the editor was started with, such as the port of a debugger, is not the thread's.
    const thread = new Worker(this.#threadFile, { execArgv: [] });
    // Neither a window nor a test waits for it.
    thread.unref();
    thread.on('message', (answer: FinderAnswer) => this.#answered(answer));
    const ended = (error: Error): void => {
      if (this.#thread === thread) this.#end(error);
    };
    thread.on('error', ended);
    thread.on('exit', code => ended(new Error(`The thread of the search has ended with code ${code}.`)));
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
