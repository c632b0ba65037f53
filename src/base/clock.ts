import { toDisposable, type Disposable } from './lifecycle.ts';

/** Time as a port, so that tests can turn it. */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump when the user or the network sets the clock. */
  now(): number;
  /** Calls back once after `milliseconds`; dispose to cancel. Must not keep the process alive by itself. */
  after(milliseconds: number, callback: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return toDisposable(() => clearTimeout(timer));
  },
};
