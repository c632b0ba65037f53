/* eslint no-empty-pattern: ["error", { "allowObjectPatternsAsParameters": true }] --
   Playwright reads from this pattern what a fixture depends on, so it must be there even when it is empty. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base, type Browser } from '@playwright/test';
import { vsixFile } from '../../scripts/workspace.ts';
import type { Sandbox } from '../../src/sandbox/server.ts';
import { ChatPanel } from '../support/chatPanel.ts';
import { E2eWindow, type E2eWindowOptions } from '../support/e2eWindow.ts';
import { installExtension, type VscodeServer } from '../support/vscodeServer.ts';
import type { Workbench } from '../support/workbench.ts';

interface TestFixtures {
  /** Settings of the user for this test: `test.use({ settings: { … } })`. */
  settings: Record<string, unknown>;
  /** Display language: `test.use({ language: 'hi' })`. */
  language: string | undefined;
  /** Whether the base URL is set to the sandbox; else it is as it is delivered. */
  knowsSandbox: boolean;
  /** Whether the window has those built-in extensions, too, that only make its start slower. */
  allBuiltInExtensions: boolean;
  /**
   * Whether the test goes on in the window that the tests of its file share, after a reset; the start of a
   * window takes longer than most tests. Not for a test that wants an extension which remembers nothing.
   */
  sharesWindow: boolean;
  vscodeWindow: E2eWindow;
  sandbox: Sandbox;
  /** Absolute path of a fresh copy of `test/fixtures/workspace`. */
  workspaceFolder: string;
  server: VscodeServer;
  /** The open workbench, with the packaged extension installed and its base URL set to the sandbox. */
  workbench: Workbench;
  /** The open chat of the workbench, with a key and a new session. */
  chat: ChatPanel;
}

interface WorkerFixtures {
  /** Folder in which the packaged extension is installed. */
  extensionsFolder: string;
  sharedWindow: SharedWindow;
}

/** The window that the tests of one file have in common. */
class SharedWindow {
  #current: { readonly key: string; readonly window: E2eWindow } | undefined;

  /** The window of the file, ready for a test: a new one, or the last one reset. */
  async take(file: string, browser: Browser, options: E2eWindowOptions): Promise<E2eWindow> {
    const key = JSON.stringify([file, options]);
    if (this.#current?.key === key) {
      const { window } = this.#current;
      await window.reset();
      return window;
    }
    await this.close();
    const window = await E2eWindow.start(browser, options);
    this.#current = { key, window };
    return window;
  }

  async close(): Promise<void> {
    await this.#current?.window.close();
    this.#current = undefined;
  }
}

/** Every test has its own workspace, sandbox, server and browser profile, unless it shares its window. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  settings: [{}, { option: true }],
  language: [undefined, { option: true }],
  knowsSandbox: [true, { option: true }],
  allBuiltInExtensions: [false, { option: true }],
  sharesWindow: [false, { option: true }],

  extensionsFolder: [
    async ({}, use) => {
      if (!existsSync(vsixFile)) throw new Error(`${vsixFile} is missing: run "npm run package" first.`);
      const folder = await mkdtemp(path.join(tmpdir(), 'rivya-extensions-'));
      try {
        await installExtension(vsixFile, folder);
        await use(folder);
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
    { scope: 'worker' },
  ],

  sharedWindow: [
    async ({}, use) => {
      const shared = new SharedWindow();
      await use(shared);
      await shared.close();
    },
    { scope: 'worker' },
  ],

  vscodeWindow: async (
    {
      allBuiltInExtensions,
      browser,
      extensionsFolder,
      knowsSandbox,
      language,
      settings,
      sharedWindow,
      sharesWindow,
      viewport,
    },
    use,
    testInfo,
  ) => {
    const options = { extensionsFolder, settings, language, knowsSandbox, allBuiltInExtensions };
    const window = sharesWindow
      ? await sharedWindow.take(testInfo.file, browser, options)
      : await E2eWindow.start(browser, options);
    try {
      if (viewport) await window.page.setViewportSize(viewport);
      await use(window);
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('server.log', { body: await window.server.log(), contentType: 'text/plain' });
      }
    } finally {
      if (!sharesWindow) await window.close();
    }
  },

  sandbox: async ({ vscodeWindow }, use) => use(vscodeWindow.sandbox),
  workspaceFolder: async ({ vscodeWindow }, use) => use(vscodeWindow.workspaceFolder),
  server: async ({ vscodeWindow }, use) => use(vscodeWindow.server),
  context: async ({ vscodeWindow }, use) => use(vscodeWindow.context),
  page: async ({ vscodeWindow }, use) => use(vscodeWindow.page),

  workbench: async ({ vscodeWindow }, use) => {
    await vscodeWindow.open();
    await use(vscodeWindow.workbench);
  },

  chat: async ({ sharesWindow, workbench, sandbox }, use) => {
    await workbench.setKey(sandbox);
    const chat = new ChatPanel(workbench);
    await chat.open();
    if (sharesWindow) await chat.beginSession();
    await use(chat);
  },
});

export { expect } from '@playwright/test';
