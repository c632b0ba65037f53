import { answerCalls } from '../../../base/threadCalls.ts';
import type { DocumentIdentity } from '../../languages/documentLanguage.ts';
import { findReferences } from './findReferences.ts';
import type { MediaReference } from './mediaReference.ts';

/** What the thread is asked. */
export interface FinderQuestion {
  readonly text: string;
  readonly identity: DocumentIdentity;
  /** More references than these are not answered. */
  readonly most: number;
}

export type FinderAnswer = readonly MediaReference[];

// The entry of a thread of its own: `ReferenceFinder` starts it.
answerCalls(({ text, identity, most }: FinderQuestion): FinderAnswer =>
  findReferences(text, identity).slice(0, most),
);
