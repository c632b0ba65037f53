import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { startSandbox } from '../../src/sandbox/server.ts';
import { buildProgram } from '../support/builtCli.ts';
import { RecordedTerminal } from '../support/recordedTerminal.ts';
import { temporaryFolder } from '../support/tasks.ts';
import { manifest } from './manifest.ts';

/* A recording of docs/media-as-code.md; `npm run media` writes it anew. */

test.use({ viewport: { width: 700, height: 440 } });

test('a sync in the terminal', async ({ page }) => {
  using home = temporaryFolder();
  const cli = await buildProgram('rivya');
  const sandbox = await startSandbox({ taskDurationMs: 2_000, credits: 100 });
  try {
    const [bin, site] = ['bin', 'lighthouse'].map(name => home.file(name));
    for (const folder of [bin, site]) mkdirSync(folder ?? '');
    const program = path.join(bin ?? '', 'rivya');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
    chmodSync(program, 0o755);
    writeFileSync(path.join(site ?? '', 'rivya.assets.yaml'), manifest);
    const terminal = new RecordedTerminal(page, {
      cwd: site ?? '',
      env: {
        PATH: `${bin ?? ''}:${process.env['PATH'] ?? ''}`,
        HOME: home.path,
        RIVYA_STATE: home.file('state'),
        RIVYA_BASE_URL: sandbox.url,
        RIVYA_API_KEY: sandbox.apiKey,
      },
    });
    await terminal.run('cat rivya.assets.yaml');
    await terminal.run('rivya plan');
    terminal.clear();
    await terminal.run('rivya sync', { '[y/N]': 'y' });
    expect(sandbox.control.charges()).toHaveLength(3);
    await terminal.run('ls public/img/* .rivya/recipes/public/img/*');
    await terminal.run('rivya sync');
    await terminal.run('rivya check');
    expect(sandbox.control.charges()).toHaveLength(3);
    expect(await terminal.keep('sync-terminal')).toBeLessThan(300_000);
  } finally {
    await sandbox.close();
  }
});
