import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { root } from '../../scripts/workspace.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { startVscodeServer, type VscodeServer, type VscodeServerOptions } from './vscodeServer.ts';
import { Workbench } from './workbench.ts';

export interface E2eWindowOptions {
  /** Folder in which the packaged extension is installed. */
  readonly extensionsFolder: string;
  /** Settings of the user. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Display language; English without it. */
  readonly language: string | undefined;
  /** Whether the base URL is set to the sandbox. */
  readonly knowsSandbox: boolean;
  readonly allBuiltInExtensions: NonNullable<VscodeServerOptions['allBuiltInExtensions']>;
}

/** How long a task takes when a test does not say it, in milliseconds. */
const taskDurationMs = 200;

/** A VS Code that nobody else uses: sandbox, workspace, server, browser profile and workbench. */
export class E2eWindow {
  readonly sandbox: Sandbox;
  /** Absolute path of a copy of `test/fixtures/workspace`. */
  readonly workspaceFolder: string;
  readonly server: VscodeServer;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly workbench: Workbench;
  #isOpen = false;

  private constructor(sandbox: Sandbox, server: VscodeServer, context: BrowserContext, page: Page) {
    this.sandbox = sandbox;
    this.workspaceFolder = server.workspaceFolder;
    this.server = server;
    this.context = context;
    this.page = page;
    this.workbench = new Workbench(page, server);
  }

  /** Starts all but the workbench. */
  static async start(browser: Browser, options: E2eWindowOptions): Promise<E2eWindow> {
    const { extensionsFolder, settings, language, knowsSandbox, allBuiltInExtensions } = options;
    const sandbox = await startSandbox({ taskDurationMs });
    const workspaceFolder = await mkdtemp(path.join(tmpdir(), 'rivya-workspace-'));
    await fillWorkspace(workspaceFolder);
    const server = await startVscodeServer({
      workspaceFolder,
      extensionsFolder,
      allBuiltInExtensions,
      // One row a line, so that a test can look for a whole line.
      settings: { '[markdown]': { 'editor.wordWrap': 'off' }, ...settings },
      machineSettings: knowsSandbox ? { 'rivya.baseUrl': sandbox.url } : {},
      ...(language === undefined ? {} : { language }),
    });
    const context = await browser.newContext();
    return new E2eWindow(sandbox, server, context, await context.newPage());
  }

  /** Opens the workbench, the first time, and waits until the extension is active. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    await this.workbench.open();
    this.#isOpen = true;
  }

  /**
   * Makes room for the next test: no editors and messages, a new workspace and sandbox. The extension
   * remembers its tasks.
   */
  async reset(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.workbench.runCommand('File: Save All Files');
    await this.workbench.runCommand('View: Close All Editor Groups');
    await this.workbench.clearNotifications();
    for (const name of await readdir(this.workspaceFolder))
      // The editor may still be writing into it.
      await rm(path.join(this.workspaceFolder, name), { recursive: true, force: true, maxRetries: 5 });
    await fillWorkspace(this.workspaceFolder);
    this.sandbox.control.reset();
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.server.stop();
    await this.sandbox.close();
    await rm(this.workspaceFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function fillWorkspace(folder: string): Promise<void> {
  await cp(path.join(root, 'test/fixtures/workspace'), folder, { recursive: true });
}
