import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Only an editor has the real one.
  resolve: { alias: { vscode: path.resolve('test/support/vscodeStandIn.ts') } },
  test: {
    include: ['test/unit/**/*.test.ts'],
    setupFiles: ['test/support/fuzzSeed.ts'],
    // Programs that tests start by their source files are compiled once: a third of their work.
    env: { NODE_COMPILE_CACHE: path.resolve('.cache/node') },
    // Real servers and real files are used; the timeout only ends a test that hangs.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
