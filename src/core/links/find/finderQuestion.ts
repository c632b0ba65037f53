import type { DocumentIdentity } from '../../languages/documentLanguage.ts';
import { findReferences } from './findReferences.ts';
import type { MediaReference } from './mediaReference.ts';

/** What a search is to find; plain data, because it may go to another thread. */
export interface FinderQuestion {
  readonly text: string;
  readonly identity: DocumentIdentity;
  /** More references than these are not answered. */
  readonly most?: number;
  /** Only those that have one of them are answered. */
  readonly targets?: readonly string[];
}

export function answerTo({ text, identity, most, targets }: FinderQuestion): readonly MediaReference[] {
  const all = findReferences(text, identity);
  return (targets ? all.filter(({ target }) => targets.includes(target)) : all).slice(0, most);
}
