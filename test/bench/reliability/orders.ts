import type { ClientName } from './dialects.ts';

/** What a process is told to do; passed to it as JSON. */
export interface Orders {
  readonly client: ClientName;
  readonly url: string;
  readonly intents: readonly string[];
  /** Survives the process; empty when it is first started. */
  readonly folder: string;
  readonly seed: number;
  /** Whether an earlier process with the same folder was killed: nothing new is wanted. */
  readonly resume: boolean;
}

/** One line of the process's output, in JSON: what became of an intent, as the client's caller sees it. */
export type Report =
  { readonly intent: string; readonly job: string } | { readonly intent: string; readonly problem: string };

export type Tell = (report: Report) => void;
