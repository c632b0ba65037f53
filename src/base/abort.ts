import { systemClock, type Clock } from './clock.ts';

/**
 * Waits, and rejects with the signal's reason as soon as it aborts.
 * @param milliseconds 0 or more
 */
export async function delay(
  milliseconds: number,
  signal?: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = clock.after(milliseconds, () => resolve(undefined));
  try {
    await abortable(signal, () => promise);
  } finally {
    timer.dispose();
  }
}

/**
 * Runs `start` and settles like its promise, or rejects with the signal's reason as soon as the signal
 * aborts, even when the work underneath does not listen. The listener never outlives the call.
 */
export function abortable<T>(signal: AbortSignal | undefined, start: () => Promise<T>): Promise<T> {
  if (!signal) return start();
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    start()
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', abort);
      });
  });
}
