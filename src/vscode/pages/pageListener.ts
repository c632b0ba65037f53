import { describeError, type Log } from '../../base/log.ts';
import { messageOf } from '../messages/messageOf.ts';
import { show } from '../messages/show.ts';

/** What is done at each message that the schema of a page knows, and at no other. */
export type PageHandlers<Message extends { readonly type: string }> = {
  readonly [T in Message['type']]: (message: Extract<Message, { type: T }>) => void | Promise<void>;
};

/**
 * What a page is listened to with: does what it asks for; what goes wrong is a message with buttons.
 * @param name of the page, for the log
 * @param read checks a message as if a stranger had sent it
 */
export function pageListener<Message extends { readonly type: string }>(
  name: string,
  read: (value: unknown) => Message | undefined,
  handlers: PageHandlers<Message>,
  log: Log,
): (value: unknown) => Promise<void> {
  return async value => {
    const message = read(value);
    if (!message) {
      log.warn(`${name} said something that is not understood.`);
      return;
    }
    try {
      await (handlers[message.type as Message['type']] as (message: Message) => void | Promise<void>)(
        message,
      );
    } catch (error) {
      const words = messageOf(error);
      if (!words) return;
      log.error(`${name}, ${message.type}: ${describeError(error)}`);
      show('error', words, log);
    }
  };
}
