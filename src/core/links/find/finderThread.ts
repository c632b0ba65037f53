import { answerQuestions } from '../../../base/answerQuestions.ts';
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

// The entry of a thread of its own: `ReferenceFinder` starts it.
answerQuestions(({ text, identity, most }: FinderQuestion): readonly MediaReference[] =>
  findReferences(text, identity).slice(0, most),
);
