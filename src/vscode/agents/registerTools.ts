import * as vscode from 'vscode';
import type { Lazy } from '../../base/lazy.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { AgentDoor } from './agentDoor.ts';

/**
 * Offers the tools to the agents of VS Code. What they need is loaded with the first call; each call checks
 * everything itself, because VS Code holds no input against its schema.
 * @param names as package.json has them
 */
export function registerTools(names: readonly string[], door: Lazy<AgentDoor>, log: Log): vscode.Disposable {
  const load = async (): Promise<AgentDoor> => {
    try {
      return await door.get();
    } catch (error) {
      log.error(`Agent: ${describeError(error)}`);
      // What a model reads names no folder of this machine.
      const text =
        'unavailable: Rivya could not be started. charged: no. next: tell the user that its log says why.';
      throw new Error(text, { cause: error });
    }
  };
  const registrations = names.map(name =>
    vscode.lm.registerTool<unknown>(name, {
      prepareInvocation: async ({ input }) => (await load()).prepare(name, input),
      invoke: async ({ input }, token) => (await load()).invoke(name, input, token),
    }),
  );
  return vscode.Disposable.from(...registrations);
}
