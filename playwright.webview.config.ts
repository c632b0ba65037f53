import { defineConfig } from '@playwright/test';
import { browserArguments, findBrowser } from './test/support/browser.ts';

/** The pages of the webviews alone, with a scripted host: no VS Code is needed. */
export default defineConfig({
  testDir: 'test/webview',
  outputDir: 'test-results/webview',
  reporter: [['list'], ['json', { outputFile: 'test-results/webview.json' }]],
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: true,
  // These only end a test that hangs; nothing waits for them in a test that passes.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    launchOptions: { executablePath: await findBrowser(), args: [...browserArguments] },
    // About the width of a side bar.
    viewport: { width: 420, height: 720 },
    actionTimeout: 20_000,
    screenshot: 'only-on-failure',
  },
});
