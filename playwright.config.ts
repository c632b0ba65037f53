import { defineConfig } from '@playwright/test';
import { browserArguments, findBrowser } from './test/support/browser.ts';

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  // One alone leaves a third of two cores idle.
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // These only end a test that hangs; nothing waits for them in a test that passes.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  use: {
    launchOptions: { executablePath: await findBrowser(), args: [...browserArguments] },
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
    actionTimeout: 60_000,
    screenshot: 'only-on-failure',
  },
});
