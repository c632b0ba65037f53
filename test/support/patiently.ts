/** How long `vi.waitFor` waits for what comes: as `testTimeout`, it only ends a test that hangs. */
export const patiently = { timeout: 120_000 } as const;
