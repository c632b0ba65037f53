/**
 * The whole test run (`npm test`). Every stage runs even when another one has failed, except where it would
 * test what that one failed to make. The last line is `N passed, N failed`; the exit code is 1 when anything
 * failed or a stage ran no test.
 *
 *     npm test [-- --only unit,e2e] [-- --changed]
 *
 * `--only` runs the named stages and what they need; `--changed` those that a change since the merge base
 * with `main` can touch.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { touchedStages } from './changedStages.ts';
import { leftOut, runStage, stages, stagesNamed, type Case, type Stage, type StageResult } from './stages.ts';
import { prepare } from '../test/support/prepare.ts';
import { root } from './workspace.ts';

/** Stages at once in all; of those with windows, one. */
const lanes = 2;
const linesOfFailure = 80;
const slowestShown = 10;
const logFolder = path.join(root, 'test-results');

const results = new Map<string, StageResult>();
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** The last lines, set in, so that the summary stays the only line of its form. */
function tail(output: string): string {
  const lines = output.trimEnd().split('\n').slice(-linesOfFailure);
  return lines.map(line => `    ${line}`).join('\n');
}

async function runAndTell(stage: Stage): Promise<void> {
  const started = performance.now();
  const needed = stage.needs === undefined ? undefined : results.get(stage.needs);
  const result =
    needed === undefined || needed.failed === 0
      ? await runStage(stage)
      : {
          passed: 0,
          failed: 1,
          output: `Not run, because the stage "${stage.needs ?? ''}" failed.`,
          cases: [],
        };
  results.set(stage.name, result);
  const mark = result.failed === 0 ? '✓' : '✗';
  console.log(
    `${mark} ${stage.name}: ${result.passed} of ${result.passed + result.failed}, ${seconds(started)}`,
  );
  if (result.failed > 0) {
    const log = path.join(logFolder, `${stage.name}.log`);
    writeFileSync(log, result.output);
    console.log(`${tail(result.output)}\n    All of it: ${path.relative(root, log)}`);
  }
}

/** Starts each stage, in their order, as soon as what it needs is there and it may go on beside what runs. */
async function runAll(chosen: readonly Stage[]): Promise<void> {
  const waiting = [...chosen];
  const running = new Map<Stage, Promise<void>>();
  const mayStart = ({ needs, lane }: Stage): boolean => {
    const isReady = needs === undefined || results.has(needs);
    const others = [...running.keys()];
    return (
      isReady && others.length < lanes && !(lane === 'windows' && others.some(each => each.lane === lane))
    );
  };
  while (waiting.length > 0 || running.size > 0) {
    // What has windows takes longest, so it begins as soon as it can.
    const first = waiting.findIndex(stage => stage.lane === 'windows' && mayStart(stage));
    const next = first === -1 ? waiting.findIndex(mayStart) : first;
    const [stage] = next === -1 ? [] : waiting.splice(next, 1);
    if (stage)
      running.set(
        stage,
        runAndTell(stage).finally(() => running.delete(stage)),
      );
    else await Promise.race(running.values());
  }
}

function tellFailed(): void {
  for (const { stage, title, passed } of allCases()) if (!passed) console.log(`✗ ${stage}: ${title}`);
}

function allCases(): (Case & { readonly stage: string })[] {
  return [...results].flatMap(([stage, { cases }]) => cases.map(each => ({ ...each, stage })));
}

function tellSlowest(): void {
  const all = allCases();
  if (all.length === 0) return;
  console.log('The slowest tests:');
  const slowest = all.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, slowestShown);
  for (const { stage, title, milliseconds } of slowest)
    console.log(`${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${stage}: ${title}`);
}

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, changed: { type: 'boolean' } },
});
// What a stage has started is ended as this process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
mkdirSync(logFolder, { recursive: true });
const names = options.only?.split(',') ?? (options.changed ? await touchedStages() : undefined);
const chosen = names === undefined ? stages : stagesNamed(names);
if (options.changed) console.log(`Touched: ${chosen.map(({ name }) => name).join(', ') || 'nothing'}`);
// Before anything is timed; a stage that lacks something says so itself.
await prepare(...new Set(chosen.flatMap(({ tools = [] }) => tools))).catch((error: unknown) =>
  console.error(error instanceof Error ? error.message : error),
);
const started = performance.now();
await runAll(chosen);
tellSlowest();
// Once more at the end: what a stage wrote may be longer than what is kept of it.
tellFailed();
for (const { name, reason } of leftOut) console.log(`– ${name}: left out. ${reason}.`);
console.log(`All of it took ${seconds(started)}.`);
const total = (key: 'passed' | 'failed'): number =>
  results.values().reduce((sum, result) => sum + result[key], 0);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
if (total('failed') > 0) process.exitCode = 1;
