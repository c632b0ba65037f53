import { DatabaseSync, StatementSync } from 'node:sqlite';
import { vi } from 'vitest';

/** How many statements are run by `work`, counted in SQLite's own classes, so that none can go past. */
export async function countStatements(work: () => unknown): Promise<number> {
  const spies = [
    ...(['get', 'all', 'run', 'iterate'] as const).map(name => vi.spyOn(StatementSync.prototype, name)),
    vi.spyOn(DatabaseSync.prototype, 'exec'),
  ];
  try {
    await work();
    return spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
