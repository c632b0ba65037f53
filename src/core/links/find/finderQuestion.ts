import type { DocumentIdentity } from '../../languages/documentLanguage.ts';
import { findReferences } from './findReferences.ts';
import type { MediaReference } from './mediaReference.ts';

/** What a search is to find; plain data, because it may go to another thread. */
export interface FinderQuestion {
  readonly id: number;
  readonly text: string;
  readonly identity: DocumentIdentity;
  /** More references than these are not answered. */
  readonly most?: number;
  /** Only those that have it are answered. */
  readonly target?: string;
}

export function answerTo({
  text,
  identity,
  most,
  target,
}: Omit<FinderQuestion, 'id'>): readonly MediaReference[] {
  const all = findReferences(text, identity);
  return (target === undefined ? all : all.filter(each => each.target === target)).slice(0, most);
}
