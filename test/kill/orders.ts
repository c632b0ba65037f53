/** What a window is told to do; passed to its process as JSON. */
export interface WindowOrders {
  /** Holds ledger, library and workspace. */
  readonly folder: string;
  readonly url: string;
  readonly apiKey: string;
  /** Names the window in leases and files. */
  readonly holder: string;
  /** New jobs that it makes at its start. */
  readonly jobs: number;
  /** Questions that it asks at its start. */
  readonly questions: readonly QuestionOrder[];
  /** Whether it takes a result that was placed back out of the workspace, as an undo does. */
  readonly undoes: boolean;
  /** Where it kills itself; undefined when it does not. */
  readonly death: { readonly point: DeathPoint; readonly skip: number; readonly delay: number } | undefined;
  /** Whether it ends when nothing is left to do. */
  readonly untilDone: boolean;
  readonly lease: number;
}

export interface QuestionOrder {
  /** Whether an image goes up with it. */
  readonly withImage: boolean;
  readonly streamed: boolean;
  /** Whether it goes on with a conversation that is there, when there is one that waits for nothing. */
  readonly goesOn: boolean;
}

/** What the model answers to every question. */
export const wholeAnswer = Array.from({ length: 60 }, (_, word) => `w${word}`).join(' ');

/** Every place at which a crash could lose or double something. */
export const deathPoints = [
  'before the commit of a new job',
  'between commit and send',
  'after send, before the answer',
  'between answer and commit',
  'while polling',
  'in the middle of a download',
  'between the last byte and the rename',
  'between rename and commit',
  'before placing',
  'between copy and commit of a placement',
  'after any commit',
  'before the upload of an image',
  'between an upload and its note',
  'before a question leaves',
  'while an answer comes',
  'between an answer and its commit',
] as const;
export type DeathPoint = (typeof deathPoints)[number];

/**
 * A file that a window leaves right before it kills itself on Windows, which has no signals: there its exit
 * code is that of any failure.
 */
export function deathMark(folder: string, holder: string): string {
  return `${folder}/died-${holder}`;
}

/**
 * Where the databases and the files of both lie, which go when the container is rebuilt, and what stays then:
 * the stand-in for a workspace, and for what VS Code keeps on the person's own machine.
 */
export function pathsIn(
  folder: string,
): Readonly<Record<'storage' | 'ledger' | 'library' | 'chats' | 'images' | 'workspace' | 'client', string>> {
  const storage = `${folder}/storage`;
  return {
    storage,
    chats: `${storage}/chat.sqlite`,
    images: `${storage}/images`,
    ledger: `${storage}/ledger.sqlite`,
    library: `${storage}/library`,
    workspace: `${folder}/workspace`,
    client: `${folder}/client`,
  };
}

/** Beside a copy that was taken out of the workspace again. */
export const undoneSuffix = '.undone';
