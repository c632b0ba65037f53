import { expect, it } from 'vitest';
import { deathPoints } from '../../../kill/orders.ts';
import { runKills } from '../../../kill/kills.ts';

const kills = 25;

/* The short form; `npm run test:kill` is the long one. */
it('many kills lose nothing and pay nothing twice', { timeout: 900_000 }, async () => {
  const seed = Number(process.env['KILL_SEED'] ?? 7);
  const report = await runKills({ kills, seed, windows: 2, lease: 1_000 });
  expect(report.failures, `KILL_SEED=${seed}`).toEqual([]);
  expect(report.charges).toBe(report.intents);
  expect(report.files).toBe(report.intents - report.questions);
  expect(report.questions).toBeGreaterThan(kills / 4);
  expect(report.intents).toBeGreaterThan(kills / 2);
  expect(report.rebuilds).toBeGreaterThan(0);
  expect(report.cameBack).toBeGreaterThan(0);
  // A run that killed nobody where it matters would prove nothing.
  expect(deathPoints.filter(point => report.deaths[point] === 0)).toEqual([]);
});
