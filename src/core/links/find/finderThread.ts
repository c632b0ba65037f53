import { parentPort } from 'node:worker_threads';
import { answerTo, type FinderQuestion } from './finderQuestion.ts';
import type { MediaReference } from './mediaReference.ts';

/** What the thread answers; `problem` in place of references where the search failed. */
export interface FinderAnswer {
  readonly id: number;
  readonly references: readonly MediaReference[];
  readonly problem?: string;
}

// The entry of a thread of its own: `ReferenceFinder` starts it.
parentPort?.on('message', (question: FinderQuestion) => {
  parentPort?.postMessage(answer(question.id, () => answerTo(question)));
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
