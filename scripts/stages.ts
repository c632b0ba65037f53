/**
 * The stages of the test run, and how each tells what its tests did. Run by scripts/test.ts and
 * scripts/testRepeat.ts.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { IntegrationReport } from '../test/support/integrationReport.ts';
import type { Tool } from '../test/support/prepare.ts';
import { programFile } from './programs.mjs';
import { capture } from './run.ts';
import { root } from './workspace.ts';

export interface Stage {
  /** One word, as it is asked for by `--only`. */
  readonly name: string;
  /** A program of an installed package, or a script of ours, and its arguments. */
  readonly command: readonly string[];
  /** Name of the stage without whose result this one means nothing. */
  readonly needs?: string;
  /**
   * `windows`, one stage at a time, need windows of VS Code and wait for them much of their time; `computing`
   * ones go on beside them. Default: `computing`.
   */
  readonly lane?: 'windows' | 'computing';
  /** What must be on the machine beside the packages. */
  readonly tools?: readonly Tool[];
  /** Where the stage writes its report, in the repository. A stage without a report counts as one test. */
  readonly report?: string;
  readonly casesOf?: (report: unknown) => readonly Case[];
}

/** What one test did. */
export interface Case {
  readonly title: string;
  readonly passed: boolean;
  readonly milliseconds: number;
}

export interface StageResult {
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
  readonly cases: readonly Case[];
}

/** Ends a stage that hangs, in milliseconds. */
const timeLimit = 45 * 60_000;
/** Git-ignored; what stands here only spares work. */
const cache = '.cache';

/** VS Code's server, which stands in for a desktop, runs on Linux and macOS alone. */
const hasServer = process.platform !== 'win32';

/** Stages that this system cannot run, and what runs in their place. */
export const leftOut: readonly { readonly name: string; readonly reason: string }[] = hasServer
  ? []
  : [{ name: 'e2e', reason: "VS Code's server does not run on Windows; the public CI runs it on Linux" }];

const allStages: readonly Stage[] = [
  { name: 'package', command: ['scripts/package.ts'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'build', command: ['scripts/build.ts', '--tests'] },
  {
    name: 'unit',
    command: [
      ...['vitest', 'run', '--maxWorkers=2', '--reporter=default', '--reporter=json'],
      '--outputFile.json=test-results/unit.json',
    ],
    tools: ['python', 'php'],
    report: 'test-results/unit.json',
    casesOf: casesOfVitest,
  },
  {
    name: 'webview',
    command: ['playwright', 'test', '--config', 'playwright.webview.config.ts'],
    needs: 'build',
    tools: ['browser'],
    report: 'test-results/webview.json',
    casesOf: casesOfPlaywright,
  },
  { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'lint-types', command: ['oxlint', '--type-aware'] },
  {
    name: 'format',
    command: [
      'prettier',
      '--check',
      '.',
      '--cache',
      '--cache-strategy=content',
      `--cache-location=${cache}/prettier`,
    ],
  },
  { name: 'webview-types', command: ['tsc', '-p', 'src/webview'] },
  { name: 'webview-test-types', command: ['tsc', '-p', 'test/webview'] },
  {
    name: 'e2e',
    command: ['playwright', 'test'],
    lane: 'windows',
    needs: 'package',
    tools: ['server', 'browser'],
    report: 'test-results/e2e.json',
    casesOf: casesOfPlaywright,
  },
  {
    name: 'integration',
    // On a desktop VS Code, where the server does not run.
    command: hasServer
      ? ['scripts/testIntegration.ts', '--no-build']
      : ['scripts/testDesktop.ts', '--vscode', 'stable'],
    lane: 'windows',
    needs: 'build',
    tools: hasServer ? ['server', 'browser'] : [],
    report: hasServer ? 'test-results/integration.json' : 'test-results/desktop.json',
    casesOf: report =>
      (report as IntegrationReport).tests.map(({ title, outcome, milliseconds }) => ({
        title,
        passed: outcome === 'passed',
        milliseconds,
      })),
  },
];

/**
 * In the order in which they begin as soon as they can; the e2e tests, which take longest, come first of
 * those with windows.
 */
export const stages: readonly Stage[] = allStages.filter(
  ({ name }) => !leftOut.some(each => each.name === name),
);

/**
 * The stages of these names and those that they need, in their order.
 * @throws for a name that no stage has
 */
export function stagesNamed(names: readonly string[]): Stage[] {
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const stage = stages.find(each => each.name === name);
    if (!stage)
      throw new Error(`There is no stage "${name}", only ${stages.map(each => each.name).join(', ')}.`);
    wanted.add(name);
    if (stage.needs !== undefined) want(stage.needs);
  };
  names.forEach(want);
  return stages.filter(({ name }) => wanted.has(name));
}

/** Never rejects for what the stage does; a stage that ran no test has failed. */
export async function runStage(stage: Stage): Promise<StageResult> {
  const report = stage.report === undefined ? undefined : path.join(root, stage.report);
  if (report !== undefined) rmSync(report, { force: true });
  const [program = '', ...parameters] = stage.command;
  const ownScript = program.endsWith('.ts');
  const { exitCode, output } = await capture(
    process.execPath,
    [ownScript ? path.join(root, program) : programFile(root, program), ...parameters],
    {
      cwd: root,
      // Colours would only get in the way: the output is kept, and shown when the stage fails.
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      timeLimit,
    },
  );
  const succeeded = exitCode === 0;
  const broken = (problem: string): StageResult => ({
    passed: 0,
    failed: 1,
    output: `${output}${problem}`,
    cases: [],
  });
  if (report === undefined) return succeeded ? { passed: 1, failed: 0, output, cases: [] } : broken('');
  if (!existsSync(report)) return broken('\nThe stage wrote no report.');
  const cases = stage.casesOf?.(JSON.parse(readFileSync(report, 'utf8'))) ?? [];
  if (cases.length === 0) return broken('\nNo test ran.');
  const failed = cases.filter(({ passed }) => !passed).length;
  // A file that cannot be loaded fails the program, but no test of it is in the report.
  return { passed: cases.length - failed, failed: succeeded ? failed : Math.max(failed, 1), output, cases };
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { fullName: string; status: string; duration?: number | null }[];
  }[];
}

function casesOfVitest(report: unknown): Case[] {
  return (report as VitestReport).testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status, duration }) => ({
      title: `${path.relative(root, name)} › ${fullName}`,
      passed: status === 'passed',
      milliseconds: duration ?? 0,
    })),
  );
}

interface PlaywrightSuite {
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly { status: string; results: readonly { duration: number }[] }[];
  }[];
}

function casesOfPlaywright(report: unknown): Case[] {
  const casesIn = (suite: PlaywrightSuite, titles: readonly string[]): Case[] => {
    const path = [...titles, suite.title];
    return [
      ...suite.specs.flatMap(({ title, tests }) =>
        tests.map(({ status, results }) => ({
          title: [...path, title].join(' › '),
          // Neither a test that passed at its second try nor one that was left out counts.
          passed: status === 'expected',
          milliseconds: results.reduce((sum, { duration }) => sum + duration, 0),
        })),
      ),
      ...(suite.suites ?? []).flatMap(inner => casesIn(inner, path)),
    ];
  };
  return (report as { suites: readonly PlaywrightSuite[] }).suites.flatMap(suite => casesIn(suite, []));
}
