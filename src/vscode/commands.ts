import * as vscode from 'vscode';
import { describeError, type Log } from '../base/log.ts';
import type { CommandId } from './ids.ts';
import { messageOf, show } from './messages.ts';

/** What a command does; its errors become messages in the funnel. */
export type Handler = (...values: never[]) => unknown;

/** One handler for every command: a forgotten one does not compile. */
export type Handlers = Readonly<Record<CommandId, Handler>>;

/**
 * Registers every command through one funnel: an error becomes a message with buttons, an end that the user chose is silent,
 * and the log has the details.
 */
export function registerCommands(handlers: Handlers, log: Log): vscode.Disposable {
  const registrations = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...values: never[]) => {
      try {
        return await handler(...values);
      } catch (error) {
        const message = messageOf(error);
        if (!message) return undefined;
        log.error(`${id}: ${describeError(error)}`);
        show('error', message, log);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}
