import { AskedThread } from '../../../base/askedThread.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { documentLanguage, type DocumentIdentity } from '../../languages/documentLanguage.ts';
import { answerTo, type FinderQuestion } from './finderQuestion.ts';
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
const idleMs = 60_000;

/**
 * Finds the references of documents, of longer ones in a thread of its own: no parser of a language stops in
 * the middle, and of a megabyte some need half a second, for which nothing else may be held up.
 */
export class ReferenceFinder implements Disposable {
  readonly #threadFile: string;
  readonly #clock: Clock;
  readonly #budget: TurnBudget;
  readonly #thread: AskedThread<FinderQuestion, readonly MediaReference[]>;
  #isEnded = false;

  /**
   * @param threadFile the program of the thread, `finderThread` as it is or as it was built
   * @param budget of this thread for all finders in it
   */
  constructor(threadFile: string, clock: Clock, budget = new TurnBudget(mostAtOnce)) {
    this.#threadFile = threadFile;
    this.#clock = clock;
    this.#budget = budget;
    this.#thread = new AskedThread({ file: threadFile, name: 'search', idleMs, clock });
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

  async #search(question: FinderQuestion): Promise<readonly MediaReference[]> {
    const { text, identity } = question;
    const cost = text.length * (slowness.get(documentLanguage(identity)) ?? 1);
    if (cost <= mostAtOnce) await this.#budget.take(cost);
    if (this.#isEnded) throw new Error('The search for references was ended.');
    return cost <= mostAtOnce ? answerTo(question) : this.#thread.ask(question);
  }

  dispose(): void {
    this.#isEnded = true;
    this.#thread.dispose();
  }
}
