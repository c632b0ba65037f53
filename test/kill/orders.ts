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
  /** Where it kills itself; undefined when it does not. */
  readonly death: { readonly point: DeathPoint; readonly skip: number; readonly delay: number } | undefined;
  /** Whether it ends when nothing is left to do. */
  readonly untilDone: boolean;
  readonly lease: number;
}

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
] as const;
export type DeathPoint = (typeof deathPoints)[number];

/** Where the ledger, the library and the stand-in for a workspace lie. */
export function pathsIn(folder: string): { ledger: string; library: string; workspace: string } {
  return {
    ledger: `${folder}/ledger.sqlite`,
    library: `${folder}/library`,
    workspace: `${folder}/workspace`,
  };
}
