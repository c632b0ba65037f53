/**
 * Runs the integration suite in the extension host of VS Code's server, with a headless browser as its window.
 *
 *     node scripts/testIntegration.ts [--no-build] [--grep <part of a title>]
 *
 * The report stays in `test-results/integration.json`. Exit code 1 when a test failed, none ran, or VS Code did not start.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { browserArguments, findBrowser } from '../test/support/browser.ts';
import { authorityVariable, createAuthority } from '../test/support/certificates.ts';
import {
  countFailed,
  formatReport,
  grepVariable,
  reportVariable,
  type IntegrationReport,
} from '../test/support/integrationReport.ts';
import { startVscodeServer, type VscodeServer } from '../test/support/vscodeServer.ts';
import { run } from './run.ts';
import { root } from './workspace.ts';

/** Ends a run in which VS Code hangs; every test has a shorter limit of its own. In milliseconds. */
const runTimeout = 900_000;
const reportFile = path.join(root, 'test-results/integration.json');

/** Opens the workbench with the test to run in its address, and waits until VS Code says that the extension host has ended. */
async function runInWorkbench(server: VscodeServer, log: string[]): Promise<void> {
  const browser = await chromium.launch({ executablePath: await findBrowser(), args: [...browserArguments] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('console', message => log.push(`[window] ${message.text()}`));
    page.on('pageerror', error => log.push(`[window] ${error.message}`));
    const ended = new Promise<void>((resolve, reject) => {
      page.once('crash', () => reject(new Error('The browser page crashed.')));
      page.setDefaultTimeout(runTimeout);
      // The workbench calls this function of its window, if there is one, at the end of an extension test.
      page.exposeFunction('codeAutomationExit', () => resolve()).catch(reject);
      setTimeout(() => reject(new Error('The integration suite did not end.')), runTimeout).unref();
    });
    await page.goto(workbenchAddress(server));
    await ended;
  } finally {
    await browser.close();
  }
}

function workbenchAddress(server: VscodeServer): string {
  const address = new URL(server.workbenchUrl);
  const remote = (file: string): string => `vscode-remote://${address.host}${file}`;
  address.searchParams.set(
    'payload',
    JSON.stringify([
      ['extensionDevelopmentPath', remote(root)],
      ['extensionTestsPath', remote(path.join(root, 'dist-test/index.cjs'))],
    ]),
  );
  return address.href;
}

/**
 * Makes the extension host trust an authority of our own, as one that the user has installed: VS Code asks Node for the
 * certificates of the system (`http.systemCertificatesNode`), which on Linux reads the file that `SSL_CERT_FILE` names.
 */
async function trustedAuthority(folder: string): Promise<Record<string, string>> {
  const authority = await createAuthority();
  const files = { json: path.join(folder, 'authority.json'), pem: path.join(folder, 'authority.pem') };
  await writeFile(files.json, JSON.stringify(authority));
  await writeFile(files.pem, authority.cert);
  return { SSL_CERT_FILE: files.pem, [authorityVariable]: files.json };
}

async function runSuite(
  workspaceFolder: string,
  authority: Record<string, string>,
  grep: string | undefined,
): Promise<boolean> {
  await rm(reportFile, { force: true });
  await mkdir(path.dirname(reportFile), { recursive: true });
  const log: string[] = [];
  const server = await startVscodeServer({
    workspaceFolder,
    smokeTestDriver: true,
    environment: {
      ...authority,
      [reportVariable]: reportFile,
      ...(grep === undefined ? {} : { [grepVariable]: grep }),
    },
  });
  try {
    await runInWorkbench(server, log);
    const report = JSON.parse(await readFile(reportFile, 'utf8')) as IntegrationReport;
    const failed = countFailed(report);
    if (failed > 0) console.log(`${log.join('\n')}\n${await server.log()}`);
    console.log(formatReport(report));
    console.log(`${report.tests.length - failed} passed, ${failed} failed`);
    return report.tests.length > 0 && failed === 0;
  } catch (error) {
    console.error(`${log.join('\n')}\n${await server.log()}`);
    throw error;
  } finally {
    await server.stop();
  }
}

const { values: options } = parseArgs({
  options: { build: { type: 'boolean', default: true }, grep: { type: 'string' } },
  allowNegative: true,
});
if (options.build) {
  console.log(await run(process.execPath, [path.join(root, 'scripts/build.ts'), '--tests'], { cwd: root }));
}
const workspaceFolder = await mkdtemp(path.join(tmpdir(), 'rivya-workspace-'));
const authorityFolder = await mkdtemp(path.join(tmpdir(), 'rivya-authority-'));
try {
  await cp(path.join(root, 'test/fixtures/workspace'), workspaceFolder, { recursive: true });
  const authority = await trustedAuthority(authorityFolder);
  if (!(await runSuite(workspaceFolder, authority, options.grep))) process.exitCode = 1;
} finally {
  await rm(workspaceFolder, { recursive: true, force: true });
  await rm(authorityFolder, { recursive: true, force: true });
}
