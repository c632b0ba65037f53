/** Where the reference goes (`rivya.insert.placement`). */
export const placementModes = ['after', 'replace', 'clipboard', 'none'] as const;
/** `swap`: the result takes the place of the file that the address at the anchor names. */
export type PlacementMode = (typeof placementModes)[number] | 'swap';

/**
 * A place in a document that can be found again: by offset while the document is followed,
 * by its text when it was changed by somebody else.
 */
export interface Anchor {
  /** Start and end as UTF-16 offsets into the text (VS Code's `TextDocument.offsetAt`). */
  readonly start: number;
  readonly end: number;
  /** The text between start and end when the anchor was made, or the line around it when both are equal. */
  readonly text: string;
}

/**
 * What is to happen with a job's files, kept in the ledger so that it outlives the window. `waiting`: not
 * placed yet. `placed`: file and reference stand. `saved`: the file stands, the reference went to the
 * clipboard or nowhere. `dismissed`: the user does not want it placed.
 */
export interface Placement {
  readonly taskId: string;
  readonly state: 'waiting' | 'placed' | 'saved' | 'dismissed';
  readonly mode: PlacementMode;
  /** URI of the document that is to refer to the file; undefined when there is none. */
  readonly document: string | undefined;
  /** VS Code's language id of the document. */
  readonly language: string | undefined;
  /** URI of the workspace folder that receives the file; undefined when no folder was open. */
  readonly folder: string | undefined;
  readonly anchor: Anchor | undefined;
  /** The missing file that is made; undefined where the file may be anywhere. */
  readonly missing?: MissingFile | undefined;
  /** URI of the file in the workspace that was saved last; of several, the first. */
  readonly file: string | undefined;
  /**
   * Where copies of the results were written. Whether they still stand is for the file system to say. Of a
   * job that an earlier version placed, only the first is known.
   */
  readonly copies: readonly PlacedCopy[];
}

/** A file that a document refers to and that is not there. */
export interface MissingFile {
  readonly uri: string;
  /** The address of the reference, as the document means it. */
  readonly target: string;
  /** Other references to it: in other documents, or with another address. */
  readonly also?: readonly { readonly document: string; readonly target: string }[];
}

/** A copy of a result that was written to a workspace. */
export interface PlacedCopy {
  /** Which result, see `TaskResult.index`. */
  readonly index: number;
  readonly uri: string;
}

/** A placement as it is when its job is made. */
export type NewPlacement = Omit<Placement, 'taskId' | 'state' | 'file' | 'copies'>;

/** What is known and what was just written, each once, the latest last. */
export function withCopies(known: readonly PlacedCopy[], written: readonly PlacedCopy[]): PlacedCopy[] {
  const isWritten = (uri: string): boolean => written.some(each => each.uri === uri);
  return [...known.filter(({ uri }) => !isWritten(uri)), ...written];
}
