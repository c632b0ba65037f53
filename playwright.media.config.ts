import { defineConfig } from '@playwright/test';
import e2e from './playwright.config.ts';

/* Not tests of the product: they write the pictures of the README (`npm run media`). */
export default defineConfig(e2e, {
  testDir: 'test/media',
  outputDir: 'test-results/media',
  reporter: 'list',
  // What moves is recorded as it looks on an idle machine.
  workers: 1,
});
