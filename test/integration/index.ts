/**
 * Entry of the integration suite: VS Code calls {@link run} in the extension host, on the server and on the
 * desktop alike.
 */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import {
  countFailed,
  filesVariable,
  grepVariable,
  reportVariable,
  type IntegrationReport,
  type IntegrationTest,
} from '../support/integrationReport.ts';
import { resetWindow, useWindow } from './support.ts';

/** Ends a test that hangs, in milliseconds. */
const testTimeout = 60_000;

/**
 * Runs the test files that the launcher names, in their order, writes the report, and throws when a test has
 * failed.
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({
    timeout: testTimeout,
    forbidOnly: true,
    forbidPending: true,
    reporter: 'min',
    rootHooks: { beforeEach: useWindow, afterEach: resetWindow },
  });
  const grep = process.env[grepVariable];
  if (grep !== undefined) mocha.fgrep(grep);
  const files = JSON.parse(process.env[filesVariable] ?? '[]') as string[];
  for (const file of files) mocha.addFile(path.join(__dirname, `${file}.test.cjs`));
  const report = await runTests(mocha);
  writeReport(report);
  publishReport();
  const failed = countFailed(report);
  if (failed > 0) throw new Error(`${failed} of ${report.tests.length} integration tests failed.`);
}

async function runTests(mocha: Mocha): Promise<IntegrationReport> {
  const tests: IntegrationTest[] = [];
  await new Promise<void>(resolve => {
    const runner = mocha.run(() => resolve());
    // After each test, so that a run that hangs tells how far it came.
    runner.on('test end', () => writeReport({ tests }));
    runner.on('pass', test => {
      tests.push({ title: titleOf(test), outcome: 'passed', milliseconds: test.duration ?? 0 });
    });
    // A failed hook comes here too, so that nothing that fails goes uncounted.
    runner.on('fail', (test, error: unknown) => {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      tests.push({ title: titleOf(test), outcome: 'failed', milliseconds: test.duration ?? 0, error: stack });
    });
  });
  return { tests };
}

function titleOf(test: Mocha.Runnable): string {
  return test.titlePath().join(' › ');
}

const reportFile = process.env[reportVariable];

function writeReport(report: IntegrationReport): void {
  if (reportFile !== undefined) writeFileSync(`${reportFile}.part`, JSON.stringify(report));
}

/** Last: a file of that name is a whole report. */
function publishReport(): void {
  if (reportFile !== undefined) renameSync(`${reportFile}.part`, reportFile);
}
