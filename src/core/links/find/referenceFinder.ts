import { AskedThread } from '../../../base/askedThread.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { documentLanguage, type DocumentIdentity } from '../../languages/documentLanguage.ts';
import type { FinderQuestion } from './finderThread.ts';
import { findReferences } from './findReferences.ts';
import type { MediaReference } from './mediaReference.ts';

/** In UTF-16 units: what takes some milliseconds is looked through at once, without a message. */
const mostAtOnce = 16 * 1024;
/** For parsers that take several times as long. */
const mostOfSlow = 4 * 1024;
const slow = new Set(['mdx', 'yaml']);
const idleMs = 60_000;

/**
 * Finds the references of documents, of longer ones in a thread of its own: no parser of a language stops in
 * the middle, and of a megabyte some need half a second, for which nothing else may be held up.
 */
export class ReferenceFinder implements Disposable {
  readonly #thread: AskedThread<FinderQuestion, readonly MediaReference[]>;

  /** @param threadFile the program of the thread, `finderThread` as it is or as it was built */
  constructor(threadFile: string, clock: Clock) {
    this.#thread = new AskedThread({ file: threadFile, name: 'search', idleMs, clock });
  }

  /**
   * The references of a document in their order, as `findReferences` has them.
   * @param limit further ones are left out
   * @throws an error of the search, or when the thread ends before it has answered
   */
  async find(text: string, identity: DocumentIdentity, limit: number): Promise<readonly MediaReference[]> {
    const most = slow.has(documentLanguage(identity)) ? mostOfSlow : mostAtOnce;
    if (text.length <= most) return findReferences(text, identity).slice(0, limit);
    return this.#thread.ask({ text, identity, most: limit });
  }

  dispose(): void {
    this.#thread.dispose();
  }
}
