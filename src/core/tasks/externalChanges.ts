import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { Ledger } from './ledger.ts';

/** How often the ledger is checked for writes of other windows: one pragma. */
const checkIntervalMs = 1_000;

export interface ExternalChangesPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Notices what other windows write into the ledger: once a second while jobs run or the list of jobs is
 * visible. In a window that has nothing to wait for no timer runs; there `check` is for the moment at which
 * the window gets the focus.
 */
export class ExternalChanges implements Disposable {
  readonly #ports: ExternalChangesPorts;
  readonly #store = new DisposableStore();
  #hasRunningJobs = false;
  #isListVisible = false;
  #timer: Disposable | undefined;

  constructor(ports: ExternalChangesPorts) {
    this.#ports = ports;
    this.#store.add(ports.ledger.onDidChange(() => this.#countJobs()));
    this.#countJobs();
  }

  /** Whether the list of jobs is visible in this window. */
  setListVisible(visible: boolean): void {
    this.#isListVisible = visible;
    this.#plan();
  }

  /** Checks at once; `Ledger.onDidChange` fires when there is something new. */
  check(): void {
    const { ledger, log } = this.#ports;
    try {
      ledger.checkForExternalChanges();
    } catch (error) {
      log.warn(`The ledger could not be checked for changes: ${describeError(error)}`);
    }
  }

  dispose(): void {
    this.#store.dispose();
    this.#timer?.dispose();
  }

  #countJobs(): void {
    const { ledger, log } = this.#ports;
    try {
      this.#hasRunningJobs = ledger.runningCount() > 0;
    } catch (error) {
      // Locked for the moment: until it can be read again, there may be some.
      this.#hasRunningJobs = true;
      log.warn(`The running jobs could not be counted: ${describeError(error)}`);
    }
    this.#plan();
  }

  #plan(): void {
    if (this.#store.disposed) return;
    if (this.#hasRunningJobs || this.#isListVisible) {
      this.#timer ??= this.#ports.clock.after(checkIntervalMs, () => {
        this.#timer = undefined;
        this.check();
        this.#plan();
      });
    } else {
      this.#timer?.dispose();
      this.#timer = undefined;
    }
  }
}
