import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The file of the ledger in the storage folder of the extension. */
export function ledgerPath(storageFolder: string): string {
  return join(storageFolder, 'ledger.sqlite');
}

/**
 * A file that lies beside the ledger while jobs are pending, so that a new window learns cheaply, and without
 * loading a database, whether the ledger need be opened at all.
 */
export function pendingMarker(ledgerPath: string): string {
  return `${ledgerPath}.pending`;
}

/** Whether jobs of an earlier window may be pending; opens nothing. */
export function mayHavePendingJobs(storageFolder: string): boolean {
  return existsSync(pendingMarker(ledgerPath(storageFolder)));
}
