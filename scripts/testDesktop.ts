/**
 * Runs the integration suite on desktop VS Code, which is downloaded into `.vscode-test/`.
 *
 *     node scripts/testDesktop.ts [--vscode 1.106.0 | stable] [--grep <part of a title>] [--seed 7]
 *                                 [--workspace-file]
 *
 * `--workspace-file` opens the folder by a `.code-workspace`, which on Windows names it with a capital drive
 * letter: VS Code then spells the folder and its documents differently. The report and VS Code's logs stay in
 * `test-results`.
 *
 * The files come in random order; `--seed` repeats one. The version is taken from `--vscode`, else from
 * `$VSCODE_VERSION`; the default is the oldest that the extension supports. On Linux without a display, run
 * it under `xvfb-run`.
 */
import { existsSync, realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import {
  countFailed,
  filesVariable,
  formatReport,
  grepVariable,
  reportVariable,
  type IntegrationReport,
} from '../test/support/integrationReport.ts';
import { quietSettings } from '../test/support/vscodeSettings.ts';
import { integrationFiles } from './integrationFiles.ts';
import { run } from './run.ts';
import { root } from './workspace.ts';

const oldestSupported = '1.106.0';
const reportFile = path.join(root, 'test-results/desktop.json');

async function runSuite(
  home: string,
  version: string,
  seed: number,
  grep: string | undefined,
  isWorkspaceFile: boolean,
): Promise<boolean> {
  const workspaceFolder = path.join(home, 'workspace');
  // As on a Mac, and as with the name of many a person.
  const userData = path.join(home, 'u é');
  await cp(path.join(root, 'test/fixtures/workspace'), workspaceFolder, { recursive: true });
  await mkdir(path.join(userData, 'User'), { recursive: true });
  await writeFile(path.join(userData, 'User/settings.json'), JSON.stringify(quietSettings));
  await mkdir(path.dirname(reportFile), { recursive: true });
  await rm(reportFile, { force: true });

  const opened = isWorkspaceFile ? await workspaceFileOf(home, workspaceFolder) : workspaceFolder;
  // It rejects when a test has failed, which the report says better.
  const problem = await runTests({
    version,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'dist-test/index.cjs'),
    extensionTestsEnv: {
      [reportVariable]: reportFile,
      [filesVariable]: JSON.stringify(integrationFiles(seed)),
      ...(grep === undefined ? {} : { [grepVariable]: grep }),
    },
    launchArgs: [
      opened,
      ...['--user-data-dir', userData, '--extensions-dir', path.join(home, 'extensions')],
      ...['--disable-extensions', '--disable-workspace-trust', '--disable-telemetry', '--skip-welcome'],
      // SecretStorage must not ask for a keyring, which a build machine does not have.
      '--password-store=basic',
    ],
  }).then(
    code => (code === 0 ? undefined : `VS Code ended with ${code}.`),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await keepLogs(userData);
  if (problem !== undefined) console.error(problem);
  if (!existsSync(reportFile)) return false;
  const report = JSON.parse(await readFile(reportFile, 'utf8')) as IntegrationReport;
  const failed = countFailed(report);
  console.log(formatReport(report));
  console.log(`VS Code ${version}, seed ${seed}: ${report.tests.length - failed} passed, ${failed} failed`);
  return problem === undefined && report.tests.length > 0 && failed === 0;
}

async function workspaceFileOf(home: string, folder: string): Promise<string> {
  const file = path.join(home, 'test.code-workspace');
  const spelled = process.platform === 'win32' ? folder.charAt(0).toUpperCase() + folder.slice(1) : folder;
  await writeFile(file, JSON.stringify({ folders: [{ path: spelled }] }));
  return file;
}

async function keepLogs(userData: string): Promise<void> {
  const logs = path.join(userData, 'logs');
  if (existsSync(logs)) await cp(logs, path.join(root, 'test-results/logs'), { recursive: true });
}

const { values: options } = parseArgs({
  options: {
    vscode: { type: 'string', default: process.env['VSCODE_VERSION'] ?? oldestSupported },
    grep: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'workspace-file': { type: 'boolean', default: false },
  },
});
console.log(await run(process.execPath, [path.join(root, 'scripts/build.ts'), '--tests'], { cwd: root }));
// A short path: VS Code makes sockets in its data folder, and macOS limits the length of their names.
// Windows may give a short name with a tilde, which is another spelling of the same folder.
const home = realpathSync.native(await mkdtemp(path.join(tmpdir(), 'rivya-')));
try {
  const { vscode, seed, grep, 'workspace-file': isWorkspaceFile } = options;
  if (!(await runSuite(home, vscode, Number(seed), grep, isWorkspaceFile))) process.exitCode = 1;
} finally {
  // Its crash handler may hold files for longer than anybody wants to wait.
  await rm(home, { recursive: true, force: true, maxRetries: 5 }).catch((error: unknown) =>
    console.log(`${home} stays: ${String(error)}`),
  );
}
