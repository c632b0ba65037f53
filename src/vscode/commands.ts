import * as vscode from 'vscode';
import type { Lazy } from '../base/lazy.ts';
import type { Log } from '../base/log.ts';
import type { CommandId } from './manifest/ids.ts';
import { showError } from './messages/showError.ts';

/** What a command does; its errors become messages in the funnel. */
export type Handler = (...values: never[]) => unknown;

/** One handler for every command: a forgotten one does not compile. */
export type Handlers = Readonly<Record<CommandId, Handler>>;

/**
 * Registers every command through one funnel: an error becomes a message with buttons, an end that the user
 * chose is silent, and the log has the details.
 * @param handlers loaded with the first command
 */
export function registerCommands(
  ids: readonly CommandId[],
  handlers: Lazy<Handlers>,
  log: Log,
): vscode.Disposable {
  const registrations = ids.map(id =>
    vscode.commands.registerCommand(id, async (...values: never[]) => {
      try {
        const { [id]: handler } = await handlers.get();
        return await handler(...values);
      } catch (error) {
        await showError(error, id, log);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}
