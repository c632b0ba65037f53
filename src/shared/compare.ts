/**
 * What the extension host tells the page that compares results. Addresses are those under which the page may
 * load a file.
 */
import type { MediaKind } from './task.ts';

/** What is compared: a file of a job, or one of the workspace by its URI. The page keeps it for a reload. */
export type CompareSubject = { readonly taskId: string; readonly index: number } | { readonly uri: string };

/** One of the files that are compared. */
export interface CompareItemDto {
  readonly subject: CompareSubject;
  readonly kind: MediaKind;
  /** What it is called: the beginning of its prompt, or its name. */
  readonly title: string;
  /** A line about it. */
  readonly about: string;
  /** Undefined once it was removed. */
  readonly source: string | undefined;
}

/** What differs, in words: one value for each of the files, empty where it has none. */
export interface CompareRowDto {
  readonly name: string;
  readonly values: readonly string[];
}

export interface CompareHostMessage {
  readonly type: 'items';
  readonly items: readonly CompareItemDto[];
  readonly differences: readonly CompareRowDto[];
}
