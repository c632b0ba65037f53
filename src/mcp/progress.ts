import type { Clock } from '../base/clock.ts';
import type { Disposable as OurDisposable } from '../base/lifecycle.ts';

/** A client that hears nothing for a minute gives a call up. */
const beatMs = 5_000;

/**
 * Tells a client how its call goes: at once, when that changes, and every five seconds, until it is disposed.
 */
export function progressOf(
  send: (progress: number, message: string) => void,
  clock: Clock,
): { readonly say: (message: string) => void } & Disposable {
  let said = 'started';
  let count = 0;
  let timer: OurDisposable | undefined;
  const tell = (): void => {
    timer?.dispose();
    send(++count, said);
    timer = clock.after(beatMs, tell);
  };
  tell();
  return {
    say: message => {
      if (message === said) return;
      said = message;
      tell();
    },
    [Symbol.dispose]: () => timer?.dispose(),
  };
}
