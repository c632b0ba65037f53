import { parseArgs } from 'node:util';
import { runKills } from './kills.ts';

/* `node test/kill/main.ts --kills 1000 --seed 1`: the long form of test/unit/core/tasks/kill.test.ts. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    windows: { type: 'string', default: '2' },
  },
});
const options = { kills: Number(values.kills), seed: Number(values.seed), windows: Number(values.windows) };
console.log(`Kill test: ${options.kills} kills, ${options.windows} windows at a time, seed ${options.seed}`);
const startedAt = Date.now();
const report = await runKills({ ...options, lease: 1_000, progress: line => console.log(line) });
for (const [place, count] of Object.entries(report.deaths))
  console.log(`${String(count).padStart(6)}  ${place}`);
console.log(`At stake, summed up over all kills: ${JSON.stringify(report.atStake)}`);
console.log(
  `${report.intents} intents (${report.questions} of them questions), ${report.charges} charges, ${report.replays} requests recognised as repeated, ${report.rebuilds} rebuilt containers, ${report.cameBack} jobs under way that came back, ${report.files} files, ${Math.round((Date.now() - startedAt) / 1000)} s`,
);
for (const failure of report.failures) console.error(`FAILED: ${failure}`);
console.log(
  report.failures.length === 0
    ? 'Nothing was lost, and nothing was paid twice.'
    : `Seed ${options.seed} reproduces it.`,
);
process.exitCode = report.failures.length === 0 ? 0 : 1;
