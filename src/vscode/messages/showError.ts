import { describeError, type Log } from '../../base/log.ts';
import type { Message } from './message.ts';
import { show } from './show.ts';

/*
 * What errors mean in words is much text, and most windows never need it: it is loaded with the first error.
 */

/** Shows what went wrong, and logs it; silent where the user has ended it. @param what failed, for the log */
export async function showError(error: unknown, what: string, log: Log): Promise<void> {
  const message = await failureMessage(error);
  if (!message) return;
  log.error(`${what}: ${describeError(error)}`);
  show('error', message, log);
}

/** What an error means; undefined where the user has ended it. */
export async function failureMessage(error: unknown): Promise<Message | undefined> {
  const { messageOf } = await import('./messageOf.ts');
  return messageOf(error);
}

/** What a view says in place of its rows. */
export async function failureText(error: unknown): Promise<string> {
  return (await failureMessage(error))?.text ?? String(error);
}
