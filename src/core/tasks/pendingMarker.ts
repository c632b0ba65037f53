/**
 * A file that lies beside the ledger while jobs are pending, so that a new window learns cheaply, and without loading a database,
 * whether the ledger need be opened at all.
 */
export function pendingMarker(ledgerPath: string): string {
  return `${ledgerPath}.pending`;
}
