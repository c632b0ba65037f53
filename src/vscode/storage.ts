import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { pendingMarker } from '../core/tasks/pendingMarker.ts';

/** The file of the ledger. */
export function ledgerPath(context: vscode.ExtensionContext): string {
  return join(context.globalStorageUri.fsPath, 'ledger.sqlite');
}

/** Whether jobs of an earlier window may wait; cheap, and opens nothing. */
export function mayHavePendingJobs(context: vscode.ExtensionContext): boolean {
  return existsSync(pendingMarker(ledgerPath(context)));
}
