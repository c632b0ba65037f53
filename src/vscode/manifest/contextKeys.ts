import * as vscode from 'vscode';
import type { ContextKeys } from './ids.ts';

/** Sets a key for `when` clauses. */
export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
