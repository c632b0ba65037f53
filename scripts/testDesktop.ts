/**
 * Runs the integration suite on desktop VS Code, which is downloaded into `.vscode-test/`.
 *
 *     node scripts/testDesktop.ts [--vscode 1.106.0 | stable] [--grep <part of a title>]
 *
 * The version is taken from `--vscode`, else from `$VSCODE_VERSION`; the default is the oldest that the extension supports. On Linux
 * without a display, run it under `xvfb-run`.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import {
  countFailed,
  formatReport,
  grepVariable,
  reportVariable,
  type IntegrationReport,
} from '../test/support/integrationReport.ts';
import { quietSettings } from '../test/support/vscodeSettings.ts';
import { run } from './run.ts';
import { root } from './workspace.ts';

const oldestSupported = '1.106.0';
const reportFile = path.join(root, 'test-results/desktop.json');

async function runSuite(home: string, version: string, grep: string | undefined): Promise<boolean> {
  const workspaceFolder = path.join(home, 'workspace');
  const userData = path.join(home, 'user');
  await cp(path.join(root, 'test/fixtures/workspace'), workspaceFolder, { recursive: true });
  await mkdir(path.join(userData, 'User'), { recursive: true });
  await writeFile(path.join(userData, 'User/settings.json'), JSON.stringify(quietSettings));
  await mkdir(path.dirname(reportFile), { recursive: true });
  await rm(reportFile, { force: true });

  const exitCode = await runTests({
    version,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'dist-test/index.cjs'),
    extensionTestsEnv: {
      [reportVariable]: reportFile,
      ...(grep === undefined ? {} : { [grepVariable]: grep }),
    },
    launchArgs: [
      workspaceFolder,
      ...['--user-data-dir', userData, '--extensions-dir', path.join(home, 'extensions')],
      ...['--disable-extensions', '--disable-workspace-trust', '--disable-telemetry', '--skip-welcome'],
      // SecretStorage must not ask for a keyring, which a build machine does not have.
      '--password-store=basic',
    ],
  });
  const report = JSON.parse(await readFile(reportFile, 'utf8')) as IntegrationReport;
  const failed = countFailed(report);
  console.log(formatReport(report));
  console.log(`VS Code ${version}: ${report.tests.length - failed} passed, ${failed} failed`);
  return exitCode === 0 && report.tests.length > 0 && failed === 0;
}

const { values: options } = parseArgs({
  options: {
    vscode: { type: 'string', default: process.env['VSCODE_VERSION'] ?? oldestSupported },
    grep: { type: 'string' },
  },
});
console.log(await run(process.execPath, [path.join(root, 'scripts/build.ts'), '--tests'], { cwd: root }));
// A short path: VS Code makes sockets in its data folder, and macOS limits the length of their names.
const home = await mkdtemp(path.join(tmpdir(), 'rivya-'));
try {
  if (!(await runSuite(home, options.vscode, options.grep))) process.exitCode = 1;
} finally {
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}
