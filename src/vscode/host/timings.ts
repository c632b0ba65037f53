import * as vscode from 'vscode';

/** How long a window waits before it does what it does by itself. */
export interface Timings {
  /** Multiplies every pause after a failure of a job. */
  readonly retryPace: number;
  /**
   * The editor comes first: the balance is asked for when nothing has changed for this time, in milliseconds.
   */
  readonly settling: number;
  /**
   * An order that takes longer than this, in milliseconds, is worth a notification from which it can be
   * stopped.
   */
  readonly quietTime: number;
}

const production: Timings = { retryPace: 1, settling: 1_000, quietTime: 20_000 };
/** Integration tests run hundreds of jobs. */
const underTest: Timings = { retryPace: 0.02, settling: 20, quietTime: 1_000 };

export function timingsFor(mode: vscode.ExtensionMode): Timings {
  return mode === vscode.ExtensionMode.Test ? underTest : production;
}
