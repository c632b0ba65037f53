import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    setupFiles: ['test/support/fuzzSeed.ts'],
    // Real servers and real files are used; the timeout only ends a test that hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
