import { expect, it } from 'vitest';
import { deathPoints } from '../../../kill/orders.ts';
import { runKills } from '../../../kill/kills.ts';

/* The short form; `npm run test:kill` is the long one. */
it('a hundred kills lose nothing and pay nothing twice', { timeout: 300_000 }, async () => {
  const seed = Number(process.env['KILL_SEED'] ?? 7);
  const report = await runKills({ kills: 100, seed, windows: 2, lease: 1_000 });
  expect(report.failures, `KILL_SEED=${seed}`).toEqual([]);
  expect(report.charges).toBe(report.intents);
  expect(report.files).toBe(report.intents);
  expect(report.intents).toBeGreaterThan(50);
  // A run that killed nobody where it matters would prove nothing.
  expect(deathPoints.filter(point => report.deaths[point] === 0)).toEqual([]);
});
