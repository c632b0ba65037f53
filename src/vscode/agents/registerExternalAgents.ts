import * as vscode from 'vscode';
import type { Lazy } from '../../base/lazy.ts';
import { describeError, type Log } from '../../base/log.ts';
import { setting } from '../manifest/settings.ts';
import type { ExternalAgents } from './externalAgents.ts';

/** Opens the way for agents outside where the settings want it; else nothing is loaded, not even at start. */
export function registerExternalAgents(external: Lazy<ExternalAgents>, log: Log): vscode.Disposable {
  const look = async (): Promise<void> => {
    const isWanted = setting('agents.externalClients') || setting('agents.offerMcpServer');
    if (isWanted || external.value) await (await external.get()).update();
  };
  const lookNow = (): void => void look().catch((error: unknown) => log.error(describeError(error)));
  // After start-up, not during it.
  setImmediate(lookNow);
  return vscode.workspace.onDidChangeConfiguration(
    event => event.affectsConfiguration('rivya.agents') && lookNow(),
  );
}
