/**
 * The whole test run (`npm test`). Every stage runs even when an earlier one has failed, except where it would test what that
 * one failed to make. The last line is `N passed, N failed`; the exit code is 1 when anything failed or a stage ran no test.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { capture } from './run.ts';
import { root } from './workspace.ts';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Stage {
  readonly name: string;
  /** A program of `node_modules/.bin`, or a script of ours, and its arguments. */
  readonly command: readonly string[];
  /** Name of the stage without whose result this one means nothing. */
  readonly needs?: string;
  /** Where the stage writes its report, in the repository. A stage without a report counts as one test. */
  readonly report?: string;
  /** Counts the tests in the report. */
  readonly count?: (report: unknown) => Count;
}

const linesOfFailure = 80;
const logFolder = path.join(root, 'test-results');

const stages: readonly Stage[] = [
  { name: 'format', command: ['prettier', '--check', '.'] },
  { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types of webviews', command: ['tsc', '-p', 'src/webview'] },
  { name: 'types of page tests', command: ['tsc', '-p', 'test/webview'] },
  {
    name: 'unit',
    command: [
      ...['vitest', 'run', '--reporter=default', '--reporter=json'],
      '--outputFile.json=test-results/unit.json',
    ],
    report: 'test-results/unit.json',
    count: report => {
      const { numPassedTests, numTotalTests } = report as { numPassedTests: number; numTotalTests: number };
      return { passed: numPassedTests, failed: numTotalTests - numPassedTests };
    },
  },
  { name: 'build', command: ['scripts/build.ts', '--tests'] },
  {
    name: 'webview',
    command: ['playwright', 'test', '--config', 'playwright.webview.config.ts'],
    needs: 'build',
    report: 'test-results/webview.json',
    count: countPlaywright,
  },
  {
    name: 'integration',
    command: ['scripts/testIntegration.ts', '--no-build'],
    needs: 'build',
    report: 'test-results/integration.json',
    count: report => {
      const { tests } = report as { tests: { outcome: string }[] };
      const passed = tests.filter(test => test.outcome === 'passed').length;
      return { passed, failed: tests.length - passed };
    },
  },
  { name: 'package', command: ['scripts/package.ts'], needs: 'build' },
  {
    name: 'e2e',
    command: ['playwright', 'test'],
    needs: 'package',
    report: 'test-results/e2e.json',
    count: countPlaywright,
  },
];

function countPlaywright(report: unknown): Count {
  const { stats } = report as {
    stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  };
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped };
}

interface Result extends Count {
  readonly output: string;
}

async function runStage(stage: Stage): Promise<Result> {
  const report = stage.report === undefined ? undefined : path.join(root, stage.report);
  if (report !== undefined) rmSync(report, { force: true });
  const [program = '', ...parameters] = stage.command;
  const ownScript = program.endsWith('.ts');
  const { exitCode, output } = await capture(
    ownScript ? process.execPath : path.join(root, 'node_modules/.bin', program),
    ownScript ? [path.join(root, program), ...parameters] : parameters,
    {
      cwd: root,
      // Colours would only get in the way: the output is kept, and shown when the stage fails.
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      shell: process.platform === 'win32',
    },
  );
  const succeeded = exitCode === 0;
  if (report === undefined) return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, output };
  if (!existsSync(report)) return { passed: 0, failed: 1, output: `${output}\nThe stage wrote no report.` };
  const count = stage.count?.(JSON.parse(readFileSync(report, 'utf8'))) ?? { passed: 0, failed: 0 };
  if (count.passed + count.failed === 0) return { passed: 0, failed: 1, output: `${output}\nNo test ran.` };
  // A file that cannot be loaded fails the program, but no test of it is in the report.
  return { passed: count.passed, failed: succeeded ? count.failed : Math.max(count.failed, 1), output };
}

/** The last lines, set in, so that the summary stays the only line of its form. */
function tail(output: string): string {
  const lines = output.trimEnd().split('\n').slice(-linesOfFailure);
  return lines.map(line => `    ${line}`).join('\n');
}

mkdirSync(logFolder, { recursive: true });
const results = new Map<string, Result>();
for (const stage of stages) {
  const started = performance.now();
  const needed = stage.needs === undefined ? undefined : results.get(stage.needs);
  const result =
    needed === undefined || needed.failed === 0
      ? await runStage(stage)
      : { passed: 0, failed: 1, output: `Not run, because the stage "${stage.needs ?? ''}" failed.` };
  results.set(stage.name, result);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const mark = result.failed === 0 ? '✓' : '✗';
  console.log(`${mark} ${stage.name}: ${result.passed} of ${result.passed + result.failed}, ${seconds} s`);
  if (result.failed > 0) {
    const log = path.join(logFolder, `${stage.name}.log`);
    writeFileSync(log, result.output);
    console.log(`${tail(result.output)}\n    All of it: ${path.relative(root, log)}`);
  }
}

const total = (key: keyof Count): number => results.values().reduce((sum, result) => sum + result[key], 0);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
if (total('failed') > 0) process.exitCode = 1;
