import * as vscode from 'vscode';
import type { CommandId } from '../manifest/ids.ts';

/** Shows one of our settings. @param key without the leading `rivya.` */
export function openSettings(key: string): void {
  void vscode.commands.executeCommand('rivya.openSettings' satisfies CommandId, key);
}
