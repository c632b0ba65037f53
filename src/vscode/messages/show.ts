import * as vscode from 'vscode';
import { describeError, type Log } from '../../base/log.ts';
import { ask, type Severity } from './dialogs.ts';
import type { Action, Message } from './message.ts';

/** Shows a message; does not wait for the answer, which may never come, but carries it out. */
export function show(severity: Severity, { text, actions }: Message, log: Log): void {
  const titles = actions.map(action => action.title);
  ask(severity, text, titles)
    .then(async title => {
      const action = actions.find(each => each.title === title);
      if (action) await run(action);
    })
    .catch((error: unknown) => log.error(describeError(error)));
}

/** Does what a button says. */
export async function run(action: Action): Promise<unknown> {
  if ('url' in action) return vscode.env.openExternal(vscode.Uri.parse(action.url, true));
  return vscode.commands.executeCommand(action.command, ...(action.arguments ?? []));
}
