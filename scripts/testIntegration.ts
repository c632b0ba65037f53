/**
 * Runs the integration suite in the extension host of VS Code's server, with a headless browser as its
 * window.
 *
 *     node scripts/testIntegration.ts [--no-build] [--grep <part of a title>] [--files chat,trees]
 *                                     [--seed 7] [--windows 3] [--vscode 1.106]
 *
 * The files come in random order; `--seed` repeats one. They are dealt out to several windows, each on a
 * server of its own, of which three run at a time: `--windows 99` gives every file its own. `--vscode` takes
 * the oldest version, on the Node that it came with. The report stays in `test-results/integration.json`.
 * Exit code 1 when a test failed, none ran, or VS Code did not start.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type CDPSession } from '@playwright/test';
import { browserArguments, findBrowser } from '../test/support/browser.ts';
import { authorityVariable, createAuthority } from '../test/support/certificates.ts';
import {
  countFailed,
  filesVariable,
  formatReport,
  grepVariable,
  reportVariable,
  type IntegrationReport,
  type IntegrationTest,
} from '../test/support/integrationReport.ts';
import { startVscodeServer, type VscodeServer } from '../test/support/vscodeServer.ts';
import { versionVariable } from '../test/support/vscodeServerInstall.ts';
import { dealOut, integrationFiles } from './integrationFiles.ts';
import { run } from './run.ts';
import { root } from './workspace.ts';

/** Ends a run in which VS Code hangs; every test has a shorter limit of its own. In milliseconds. */
const runTimeout = 1_500_000;
/** Their tests wait much of their time: two leave two fifths of two cores idle. */
const windowsAtOnce = 3;
const reportFile = path.join(root, 'test-results/integration.json');

/**
 * Opens the workbench with the test to run in its address, and waits until VS Code says that the extension
 * host has ended.
 */
async function runInWorkbench(server: VscodeServer, log: string[]): Promise<void> {
  const browser = await chromium.launch({ executablePath: await findBrowser(), args: [...browserArguments] });
  try {
    // Not in a page of Playwright's, which is told of every message between the window and its extension
    // host: a tenth of all the work.
    await endOfTests(await browser.newBrowserCDPSession(), workbenchAddress(server), log);
  } finally {
    await browser.close();
  }
}

/** What Chromium says of the window, in answers and events; only what is read here. */
interface WindowMessage {
  readonly error?: { readonly message: string };
  readonly result?: { readonly errorText?: string };
  readonly method?: string;
  readonly params?: {
    readonly args?: readonly { readonly value?: unknown; readonly description?: string }[];
    readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
  };
}

async function endOfTests(browser: CDPSession, address: string, log: string[]): Promise<void> {
  // Nobody looks: what is drawn costs a sixth of the time in a window of the usual size.
  const window = { url: 'about:blank', width: 640, height: 480 };
  const { targetId } = await browser.send('Target.createTarget', window);
  const { sessionId } = await browser.send('Target.attachToTarget', { targetId });
  let sent = 0;
  const send = (method: string, params: object = {}): Promise<unknown> =>
    browser.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id: ++sent, method, params }),
    });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const hear = ({ method, params, error, result }: WindowMessage): void => {
    const problem = error?.message ?? result?.errorText;
    if (problem !== undefined) reject(new Error(`The window could not be opened: ${problem}`));
    const note = (words: readonly unknown[]): unknown => log.push(`[window] ${words.map(String).join(' ')}`);
    // The workbench calls this function of its window, if there is one, at the end of an extension test.
    if (method === 'Page.loadEventFired')
      send('Runtime.evaluate', { expression: "codeAutomationExit = () => endTests('')" }).catch(reject);
    else if (method === 'Runtime.bindingCalled') resolve(undefined);
    else if (method === 'Inspector.targetCrashed') reject(new Error('The browser page crashed.'));
    else if (method === 'Runtime.consoleAPICalled')
      note(params?.args?.map(each => each.value ?? each.description) ?? []);
    else if (method === 'Runtime.exceptionThrown') note([params?.exceptionDetails?.exception?.description]);
  };
  browser.on('Target.receivedMessageFromTarget', ({ message }) => hear(JSON.parse(message) as WindowMessage));
  const open = async (): Promise<void> => {
    for (const domain of ['Inspector', 'Page', 'Runtime']) await send(`${domain}.enable`);
    await send('Runtime.addBinding', { name: 'endTests' });
    await send('Page.navigate', { url: address });
  };
  const late = setTimeout(() => reject(new Error('The integration suite did not end.')), runTimeout);
  try {
    await Promise.all([promise, open()]);
  } finally {
    clearTimeout(late);
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
 * Makes the extension host trust an authority of our own, as one that the user has installed: VS Code asks
 * Node for the certificates of the system (`certificateSettings`), which on Linux reads the file that
 * `SSL_CERT_FILE` names.
 */
async function trustedAuthority(folder: string): Promise<Record<string, string>> {
  const authority = await createAuthority();
  const files = { json: path.join(folder, 'authority.json'), pem: path.join(folder, 'authority.pem') };
  await writeFile(files.json, JSON.stringify(authority));
  await writeFile(files.pem, authority.cert);
  return { SSL_CERT_FILE: files.pem, [authorityVariable]: files.json };
}

/** The default of newer versions than the oldest. */
const certificateSettings = { 'http.systemCertificatesNode': true };

/**
 * Runs the files in a window on a server of its own. What ends the window before its time is one failed test.
 */
async function runWindow(files: readonly string[], grep: string | undefined): Promise<IntegrationTest[]> {
  const home = await mkdtemp(path.join(tmpdir(), 'rivya-integration-'));
  const windowReport = path.join(home, 'report.json');
  const workspaceFolder = path.join(home, 'workspace');
  const log: string[] = [];
  let server: VscodeServer | undefined;
  try {
    await cp(path.join(root, 'test/fixtures/workspace'), workspaceFolder, { recursive: true });
    server = await startVscodeServer({
      workspaceFolder,
      smokeTestDriver: true,
      settings: certificateSettings,
      environment: {
        ...(await trustedAuthority(home)),
        [reportVariable]: windowReport,
        [filesVariable]: JSON.stringify(files),
        ...(grep === undefined ? {} : { [grepVariable]: grep }),
      },
    });
    await runInWorkbench(server, log);
    const tests = await testsIn(windowReport);
    if (countFailed({ tests }) > 0) console.log(`${log.join('\n')}\n${await server.log()}`);
    return tests;
  } catch (error) {
    console.error(`${log.join('\n')}\n${(await server?.log()) ?? ''}`);
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const title = `the window of ${files.join(', ')}`;
    const done = await testsIn(`${windowReport}.part`).catch(() => []);
    return [...done, { title, outcome: 'failed', milliseconds: 0, error: problem }];
  } finally {
    await server?.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function testsIn(report: string): Promise<IntegrationTest[]> {
  return [...(JSON.parse(await readFile(report, 'utf8')) as IntegrationReport).tests];
}

async function runAll(hands: readonly string[][], grep: string | undefined): Promise<IntegrationReport> {
  const left = [...hands];
  const tests: IntegrationTest[] = [];
  const lane = async (): Promise<void> => {
    for (let files = left.shift(); files; files = left.shift()) tests.push(...(await runWindow(files, grep)));
  };
  await Promise.all(Array.from({ length: windowsAtOnce }, lane));
  return { tests };
}

const { values: options } = parseArgs({
  options: {
    build: { type: 'boolean', default: true },
    grep: { type: 'string' },
    files: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    windows: { type: 'string', default: String(windowsAtOnce) },
    vscode: { type: 'string' },
  },
  allowNegative: true,
});
if (process.platform === 'win32') {
  console.error("VS Code's server does not run on Windows: use npm run test:desktop, or WSL.");
  process.exit(1);
}
// The servers and browsers end as this process exits.
process.once('SIGINT', () => process.exit(130));
if (options.vscode !== undefined) process.env[versionVariable] = options.vscode;
if (options.build) {
  console.log(await run(process.execPath, [path.join(root, 'scripts/build.ts'), '--tests'], { cwd: root }));
}
await rm(reportFile, { force: true });
await mkdir(path.dirname(reportFile), { recursive: true });
const files = options.files?.split(',') ?? integrationFiles(Number(options.seed));
const hands = dealOut(files, options.grep === undefined ? Number(options.windows) : 1);
console.log(`Seed ${options.seed}\n${hands.map(hand => `A window for ${hand.join(', ')}`).join('\n')}`);
const report = await runAll(hands, options.grep);
await writeFile(reportFile, JSON.stringify(report));
const failed = countFailed(report);
console.log(formatReport(report));
console.log(`${report.tests.length - failed} passed, ${failed} failed`);
if (report.tests.length === 0 || failed > 0) process.exitCode = 1;
