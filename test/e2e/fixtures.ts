/* eslint no-empty-pattern: ["error", { "allowObjectPatternsAsParameters": true }] --
   Playwright reads from this pattern what a fixture depends on, so it must be there even when it is empty. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base } from '@playwright/test';
import { root, vsixFile } from '../../scripts/workspace.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { ChatPanel } from '../support/chatPanel.ts';
import { installExtension, startVscodeServer, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';

interface TestFixtures {
  /** Settings of the user for this test: `test.use({ settings: { … } })`. */
  settings: Record<string, unknown>;
  /** Display language: `test.use({ language: 'hi' })`. */
  language: string | undefined;
  sandbox: Sandbox;
  /** Absolute path of a fresh copy of `test/fixtures/workspace`. */
  workspaceFolder: string;
  server: VscodeServer;
  /** The open workbench, with the packaged extension installed and its base URL set to the sandbox. */
  workbench: Workbench;
  /** The open chat of the workbench, with a key. */
  chat: ChatPanel;
}

interface WorkerFixtures {
  /** Folder in which the packaged extension is installed. */
  extensionsFolder: string;
}

/** Every test has its own workspace, sandbox, server and browser profile; only the installed extension is shared. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  settings: [{}, { option: true }],
  language: [undefined, { option: true }],

  extensionsFolder: [
    async ({}, use) => {
      if (!existsSync(vsixFile)) throw new Error(`${vsixFile} is missing: run "npm run package" first.`);
      await withTemporaryFolder('rivya-extensions-', async folder => {
        await installExtension(vsixFile, folder);
        await use(folder);
      });
    },
    { scope: 'worker' },
  ],

  sandbox: async ({}, use) => {
    const sandbox = await startSandbox();
    await use(sandbox);
    await sandbox.close();
  },

  workspaceFolder: async ({}, use) => {
    await withTemporaryFolder('rivya-workspace-', async folder => {
      await cp(path.join(root, 'test/fixtures/workspace'), folder, { recursive: true });
      await use(folder);
    });
  },

  server: async ({ extensionsFolder, language, sandbox, settings, workspaceFolder }, use, testInfo) => {
    const server = await startVscodeServer({
      workspaceFolder,
      extensionsFolder,
      // One row a line, so that a test can look for a whole line.
      settings: { '[markdown]': { 'editor.wordWrap': 'off' }, ...settings },
      machineSettings: { 'rivya.baseUrl': sandbox.url },
      ...(language === undefined ? {} : { language }),
    });
    try {
      await use(server);
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('server.log', { body: await server.log(), contentType: 'text/plain' });
      }
    } finally {
      await server.stop();
    }
  },

  workbench: async ({ page, server }, use) => {
    const workbench = new Workbench(page, server);
    await workbench.open();
    await use(workbench);
  },

  chat: async ({ workbench, sandbox }, use) => {
    await workbench.setKey(sandbox);
    const chat = new ChatPanel(workbench);
    await chat.open();
    await use(chat);
  },
});

export { expect } from '@playwright/test';

async function withTemporaryFolder(prefix: string, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), prefix));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
