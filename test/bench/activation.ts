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
 * `node test/bench/activation.ts`, after `npm run package`: what VS Code's own "Startup Performance" says of
 * our activation (loading and calling), beside an extension that does nothing, in the same windows of a real
 * VS Code. Asserts nothing.
 */
const windows = 9;

/** Packages an extension whose activation is an empty function. */
async function packageEmptyExtension(folder: string): Promise<string> {
  const source = path.join(folder, 'empty');
  const packagePath = path.join(folder, 'empty.vsix');
  await mkdir(source);
  await writeFile(
    path.join(source, 'package.json'),
    JSON.stringify({
      name: 'nothing',
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

/** Milliseconds: to read the code, and in `activate()`. */
interface Activation {
  readonly load: number;
  readonly call: number;
}

/** Opens a window, and so an extension host; gives what "Startup Performance" says of both. */
async function measureWindow(
  browser: Browser,
  server: VscodeServer,
): Promise<Record<'own' | 'empty', Activation>> {
  // An editor draws only the lines that there is room for.
  const context = await browser.newContext({ viewport: { width: 1280, height: 8_000 } });
  try {
    const workbench = new Workbench(await context.newPage(), server);
    await workbench.open();
    await workbench.runCommand('Developer: Startup Performance');
    const shown = async (id: string): Promise<Activation> => {
      // Extension, eager, load code, call activate, …
      const row = new RegExp(
        `\\|\\s*${id.replace('.', '\\.')}\\s*\\|[^|]*\\|\\s*(\\d+)\\s*\\|\\s*(\\d+)\\s*\\|`,
      );
      const text = await workbench.page.locator('.view-line', { hasText: row }).innerText();
      const [, load, call] = row.exec(text) ?? [];
      return { load: Number(load), call: Number(call) };
    };
    return { own: await shown('rivya.rivya'), empty: await shown('rivya-bench.nothing') };
  } finally {
    await context.close();
  }
}

function shown(times: readonly Activation[]): string {
  const middle = `${median(times.map(each => each.load))} + ${median(times.map(each => each.call))} ms`;
  return `${middle} (${times.map(({ load, call }) => `${load} + ${call}`).join(', ')})`;
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
    const own: Activation[] = [];
    const empty: Activation[] = [];
    for (let window = 0; window < windows; window++) {
      const times = await measureWindow(browser, server);
      own.push(times.own);
      empty.push(times.empty);
    }
    const total = ({ load, call }: Activation): number => load + call;
    const difference = median(own.map(total)) - median(empty.map(total));
    console.log(
      `Activation as VS Code shows it, in ${windows} windows, medians (load the code + call activate()):`,
    );
    console.log(`  Rivya ${shown(own)}; the call's budget is 15 ms`);
    console.log(`  an empty extension ${shown(empty)}`);
    console.log(`  Rivya takes ${difference} ms more in all (budget 15 ms)`);
  });
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
