/**
 * The main job, once, by driving a real VS Code in a headless browser against the local sandbox: a sentence
 * of a Markdown file becomes a picture in the workspace and in the document. Prints what happened, then stays
 * up for a person to go on.
 *
 *     node scripts/demo.ts [--once]
 *
 * With `--once` it ends after the job, with exit code 0 when the job was done and 1 when it was not.
 */
import { cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { chromium, expect as baseExpect, type Browser, type Page } from '@playwright/test';
import { imageSizeFromFile } from 'image-size/fromFile';
import { startSandbox, type Sandbox } from '../src/sandbox/server.ts';
import { browserArguments, findBrowser } from '../test/support/browser.ts';
import { prepare } from '../test/support/prepare.ts';
import { installExtension, startVscodeServer, type VscodeServer } from '../test/support/vscodeServer.ts';
import { Workbench } from '../test/support/workbench.ts';
import { run } from './run.ts';
import { step } from './step.mjs';
import { root, vsixFile } from './workspace.ts';

const document = 'tide-pools.md';
const sentence =
  'A striped lighthouse stands above calm tide pools at sunrise, with pink clouds mirrored in the water.';
const model = 'Z-Image';
/** Where VS Code for the Web keeps its sealed secrets in the browser's local storage. */
const secretsItem = 'secrets.provider';
const startPath = '/start';
/** Ends a step that hangs, in milliseconds. */
const stepTimeout = 60_000;
const expect = baseExpect.configure({ timeout: stepTimeout });

interface Outcome {
  readonly file: string;
  readonly insertedLine: string;
  readonly screenshot: string;
}

/** What a person does, in a person's order. */
async function doMainJob(workbench: Workbench, sandbox: Sandbox, workspaceFolder: string): Promise<Outcome> {
  await workbench.open();
  await workbench.setKey(sandbox);
  await workbench.openFile(document);
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await workbench.choose(model);
  await expect.poll(() => workbench.visibleText()).toMatch(/^!\[/m);
  await workbench.save(document);

  const written = await readFile(path.join(workspaceFolder, document), 'utf8');
  const insertedLine = /^!\[.*\]\((.+)\)$/m.exec(written);
  if (insertedLine?.[1] === undefined)
    throw new Error(`${document} holds no reference to a picture:\n${written}`);
  const file = decodeURI(insertedLine[1].replace(/^<|>$/g, ''));

  await workbench.runCommand('Markdown: Open Preview to the Side');
  await expect(workbench.markdownPreview.getByRole('img')).toBeVisible();
  await expect.poll(() => workbench.markdownPreview.getByRole('img').evaluate(hasLoaded)).toBe(true);
  return { file, insertedLine: insertedLine[0], screenshot: await workbench.screenshot('demo') };
}

function hasLoaded(image: object): boolean {
  return 'naturalWidth' in image && Number(image.naturalWidth) > 0;
}

async function printOutcome(
  outcome: Outcome,
  workspaceFolder: string,
  before: number,
  after: number,
): Promise<void> {
  const file = path.join(workspaceFolder, outcome.file);
  const [{ width, height }, { size }] = await Promise.all([imageSizeFromFile(file), stat(file)]);
  console.log(`
The picture is in the workspace, and the document refers to it:
  file        ${outcome.file}
  size        ${width} × ${height} pixels, ${size.toLocaleString('en')} bytes
  inserted    ${outcome.insertedLine}
  credits     ${before} before, ${after} after
  screenshot  ${path.relative(root, outcome.screenshot)}`);
}

/**
 * Serves a page that hands the driven browser's sealed secrets to the browser that opens it, and goes on to
 * the workbench. A person's own browser would not know the API key otherwise, because VS Code for the Web
 * keeps secrets in the browser.
 */
async function serveStartPage(server: VscodeServer, page: Page): Promise<string> {
  const secrets = await page.evaluate(item => localStorage.getItem(item), secretsItem);
  if (secrets === null) throw new Error('VS Code has stored no secret in the browser.');
  const html = `<!doctype html><meta charset="utf-8"><title>Rivya</title><script>
localStorage.setItem(${JSON.stringify(secretsItem)}, ${JSON.stringify(secrets)});
location.replace(${JSON.stringify(server.workbenchUrl)});
</script>`;
  server.front.addPage(startPath, response => {
    response
      .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
      .end(html);
  });
  return server.front.url + startPath;
}

/**
 * Opens the start page in a profile that knows nothing, as a person's browser does, and asks for the balance
 * with the key there.
 */
async function checkStartPage(browser: Browser, server: VscodeServer, credits: number): Promise<void> {
  const context = await browser.newContext();
  context.setDefaultTimeout(stepTimeout);
  const workbench = new Workbench(await context.newPage(), server);
  await workbench.open(server.front.url + startPath);
  await workbench.runCommand('Rivya: Refresh Credits');
  await workbench.statusBar(`${credits} cr`).waitFor();
  await context.close();
}

interface Started {
  readonly sandbox: Sandbox;
  readonly server: VscodeServer;
  readonly browser: Browser;
  readonly page: Page;
}

async function start(
  workspaceFolder: string,
  extensionsFolder: string,
  cleanUp: AsyncDisposableStack,
): Promise<Started> {
  const sandbox = await startSandbox();
  cleanUp.defer(() => sandbox.close());
  const server = await startVscodeServer({
    workspaceFolder,
    extensionsFolder,
    machineSettings: { 'rivya.baseUrl': sandbox.url },
  });
  cleanUp.defer(() => server.stop());
  const browser = await chromium.launch({ executablePath: await findBrowser(), args: [...browserArguments] });
  cleanUp.defer(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(stepTimeout);
  return { sandbox, server, browser, page };
}

async function demonstrate(home: string, stay: boolean): Promise<void> {
  const workspaceFolder = path.join(home, 'field-notes');
  const extensionsFolder = path.join(home, 'extensions');
  await cp(path.join(root, 'test/fixtures/sample'), workspaceFolder, { recursive: true });
  await mkdir(extensionsFolder);

  await prepare('server', 'browser');
  await step('Building, packaging and installing the extension', '10 seconds', async () => {
    await run(process.execPath, [path.join(root, 'scripts/package.ts')], { cwd: root });
    await installExtension(vsixFile, extensionsFolder);
  });

  await using cleanUp = new AsyncDisposableStack();
  const { sandbox, server, browser, page } = await step(
    'Starting the sandbox, VS Code and a browser',
    '5 seconds',
    () => start(workspaceFolder, extensionsFolder, cleanUp),
  );

  const workbench = new Workbench(page, server);
  const before = sandbox.control.credits();
  try {
    const outcome = await step(`Generating a picture from a sentence of ${document}`, 'half a minute', () =>
      doMainJob(workbench, sandbox, workspaceFolder),
    );
    await printOutcome(outcome, workspaceFolder, before, sandbox.control.credits());
  } catch (error) {
    const screenshot = path.relative(root, await workbench.screenshot('demo-failure'));
    console.error(`${await server.log()}\nscreenshot  ${screenshot}`);
    throw error;
  }
  const address = await step('Preparing VS Code for your own browser', '10 seconds', async () => {
    const served = await serveStartPage(server, page);
    await checkStartPage(browser, server, sandbox.control.credits());
    return served;
  });
  if (!stay) return;
  await browser.close();
  console.log(`\nGo on by hand: ${address}\nPress Ctrl+C to stop.`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log('Stopping …');
}

const { values: options } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
if (process.platform === 'win32') {
  console.error(
    'The demo needs Linux or macOS. On Windows, run it in WSL, or press F5 in VS Code and choose Rivya: Start Sandbox.',
  );
  process.exit(1);
}
const home = await mkdtemp(path.join(tmpdir(), 'rivya-demo-'));
try {
  await demonstrate(home, !options.once);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}
