import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import { createVSIX } from '@vscode/vsce';
import { root, vsixFile } from '../../scripts/workspace.ts';
import { browserArguments, findBrowser } from '../support/browser.ts';
import { installExtension, startVscodeServer, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { median } from './client/measure.ts';

/*
 * `node test/bench/activation.ts`, after `npm run package`: what VS Code's own "Running Extensions" says of our activation (loading
 * and calling), beside an extension that does nothing, in the same windows of a real VS Code. Asserts nothing.
 */
const windows = 9;
const emptyExtension = 'Nothing at all';

/** Packages an extension whose activation is an empty function. */
async function packageEmptyExtension(folder: string): Promise<string> {
  const source = path.join(folder, 'empty');
  const packagePath = path.join(folder, 'empty.vsix');
  await mkdir(source);
  await writeFile(
    path.join(source, 'package.json'),
    JSON.stringify({
      name: 'nothing',
      displayName: emptyExtension,
      publisher: 'rivya-bench',
      version: '0.0.1',
      engines: { vscode: '^1.106.0' },
      main: './main.cjs',
      activationEvents: ['onStartupFinished'],
    }),
  );
  await writeFile(path.join(source, 'main.cjs'), 'exports.activate = () => undefined;\n');
  await createVSIX({
    cwd: source,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  return packagePath;
}

/** Opens a window, and so an extension host; gives the milliseconds that it shows for both. */
async function measureWindow(
  browser: Browser,
  server: VscodeServer,
): Promise<{ own: number; empty: number }> {
  // A list draws only the rows that there is room for.
  const context = await browser.newContext({ viewport: { width: 1280, height: 3_000 } });
  try {
    const workbench = new Workbench(await context.newPage(), server);
    await workbench.open();
    await workbench.runCommand('Developer: Show Running Extensions');
    const shown = async (name: string): Promise<number> => {
      const row = workbench.page.locator('.runtime-extensions-editor .extension', {
        has: workbench.page.locator('.name', { hasText: new RegExp(`^${name}$`) }),
      });
      const time = row.locator('.activation-time', { hasText: /\d+\s*ms/ });
      return Number(/(\d+)\s*ms/.exec(await time.innerText())?.[1]);
    };
    return { own: await shown('Rivya'), empty: await shown(emptyExtension) };
  } finally {
    await context.close();
  }
}

async function withServer(folder: string, use: (server: VscodeServer) => Promise<void>): Promise<void> {
  const extensionsFolder = path.join(folder, 'extensions');
  const workspaceFolder = path.join(folder, 'workspace');
  await cp(path.join(root, 'test/fixtures/workspace'), workspaceFolder, { recursive: true });
  await installExtension(await packageEmptyExtension(folder), extensionsFolder);
  await installExtension(vsixFile, extensionsFolder);
  const server = await startVscodeServer({ workspaceFolder, extensionsFolder });
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

if (!existsSync(vsixFile)) throw new Error(`${vsixFile} is missing: run "npm run package" first.`);
const folder = await mkdtemp(path.join(tmpdir(), 'rivya-activation-'));
const browser = await chromium.launch({ executablePath: await findBrowser(), args: [...browserArguments] });
try {
  await withServer(folder, async server => {
    const own: number[] = [];
    const empty: number[] = [];
    for (let window = 0; window < windows; window++) {
      const times = await measureWindow(browser, server);
      own.push(times.own);
      empty.push(times.empty);
    }
    console.log(`Activation as VS Code shows it, in ${windows} windows:`);
    console.log(`  Rivya: median ${median(own)} ms (${own.join(', ')})`);
    console.log(`  an empty extension: median ${median(empty)} ms (${empty.join(', ')})`);
    console.log(`  difference ${median(own) - median(empty)} ms (budget 15 ms)`);
  });
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
