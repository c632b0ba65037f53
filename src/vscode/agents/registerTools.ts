import * as vscode from 'vscode';
import type { Lazy } from '../../base/lazy.ts';
import type { AgentDoor } from './agentDoor.ts';

/**
 * Offers the tools to the agents of VS Code. What they need is loaded with the first call; each call checks
 * everything itself, because VS Code holds no input against its schema.
 * @param names as package.json has them
 */
export function registerTools(names: readonly string[], door: Lazy<AgentDoor>): vscode.Disposable {
  const registrations = names.map(name =>
    vscode.lm.registerTool<unknown>(name, {
      prepareInvocation: async ({ input }) => (await door.get()).prepare(name, input),
      invoke: async ({ input }, token) => (await door.get()).invoke(name, input, token),
    }),
  );
  return vscode.Disposable.from(...registrations);
}
