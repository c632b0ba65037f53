import { parentPort } from 'node:worker_threads';
import type { DocumentIdentity } from '../../languages/documentLanguage.ts';
import { findReferences } from './findReferences.ts';
import type { MediaReference } from './mediaReference.ts';

/** What the thread is asked. */
export interface FinderQuestion {
  readonly id: number;
  readonly text: string;
  readonly identity: DocumentIdentity;
  /** More references than these are not answered. */
  readonly most: number;
}

/** What it answers; `problem` in place of references where the search failed. */
export interface FinderAnswer {
  readonly id: number;
  readonly references: readonly MediaReference[];
  readonly problem?: string;
}

// The entry of a thread of its own: `ReferenceFinder` starts it.
parentPort?.on('message', ({ id, text, identity, most }: FinderQuestion) => {
  parentPort?.postMessage(answer(id, () => findReferences(text, identity).slice(0, most)));
});

function answer(id: number, find: () => readonly MediaReference[]): FinderAnswer {
  try {
    return { id, references: find() };
  } catch (error) {
    return {
      id,
      references: [],
      problem: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
