/**
 * Repeats a stage of the test run, and names every test that was not green each time:
 *
 *     npm run test:repeat -- integration 20
 *
 * Exit code 1 when there is one.
 */
import path from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { runStage, stagesNamed } from './stages.ts';
import { root } from './workspace.ts';

const [name = '', times = '10'] = process.argv.slice(2);
const rounds = Number(times);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`"${times}" is no number of rounds.`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const logFolder = path.join(root, 'test-results');
mkdirSync(logFolder, { recursive: true });

const chosen = stagesNamed([name]);
const stage = chosen.at(-1);
for (const needed of chosen.slice(0, -1)) {
  const { failed, output } = await runStage(needed);
  if (failed > 0) throw new Error(`The stage "${needed.name}" failed:\n${output}`);
}
if (!stage) throw new Error('There is no stage.');

/** How often each test failed. */
const failures = new Map<string, number>();
for (let round = 1; round <= rounds; round++) {
  const started = performance.now();
  const { passed, failed, cases, output } = await runStage(stage);
  const titles = cases.filter(each => !each.passed).map(({ title }) => title);
  if (failed > titles.length) titles.push('the stage itself');
  for (const title of titles) failures.set(title, (failures.get(title) ?? 0) + 1);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`Round ${round} of ${rounds}: ${passed} passed, ${failed} failed, ${seconds} s`);
  if (failed === 0) continue;
  const log = path.join(logFolder, `${name}-round-${round}.log`);
  writeFileSync(log, output);
  console.log(
    `${titles.map(title => `    ${title}`).join('\n')}\n    All of it: ${path.relative(root, log)}`,
  );
}
for (const [title, count] of [...failures].toSorted(([, a], [, b]) => b - a))
  console.log(`failed ${count} of ${rounds} times: ${title}`);
console.log(`${rounds} rounds, ${failures.size} tests that were not green each time`);
if (failures.size > 0) process.exitCode = 1;
