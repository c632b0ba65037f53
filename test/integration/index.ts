/** Entry of the integration suite: VS Code calls {@link run} in the extension host, on the server and on the desktop alike. */
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import {
  countFailed,
  grepVariable,
  reportVariable,
  type IntegrationReport,
  type IntegrationTest,
} from '../support/integrationReport.ts';

/** Ends a test that hangs, in milliseconds. */
const testTimeout = 60_000;

/** Runs every `*.test.cjs` beside this bundle, writes the report, and throws when a test has failed or none was found. */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({ timeout: testTimeout, forbidOnly: true, forbidPending: true, reporter: 'min' });
  const grep = process.env[grepVariable];
  if (grep !== undefined) mocha.fgrep(grep);
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter(name => name.endsWith('.test.cjs')).toSorted()) {
    mocha.addFile(path.join(__dirname, file));
  }
  const report = await runTests(mocha);
  writeReport(report);
  if (report.tests.length === 0) throw new Error('No integration test was found.');
  const failed = countFailed(report);
  if (failed > 0) throw new Error(`${failed} of ${report.tests.length} integration tests failed.`);
}

async function runTests(mocha: Mocha): Promise<IntegrationReport> {
  const tests: IntegrationTest[] = [];
  await new Promise<void>(resolve => {
    const runner = mocha.run(() => resolve());
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

function writeReport(report: IntegrationReport): void {
  const file = process.env[reportVariable];
  if (file === undefined) return;
  writeFileSync(`${file}.part`, JSON.stringify(report));
  renameSync(`${file}.part`, file);
}
