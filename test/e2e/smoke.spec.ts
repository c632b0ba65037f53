import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

test.use({ allBuiltInExtensions: true });

test('activation asks nobody and opens no database', async ({ sandbox, server, workbench }) => {
  const ledger = path.join(server.globalStorage('rivya.rivya'), 'ledger.sqlite');
  await expect(workbench.statusBar('Rivya')).toBeVisible();
  expect(existsSync(ledger)).toBe(false);
  expect(sandbox.control.requests()).toEqual([]);
  // The first command that needs it opens it, at the place that was looked at.
  await workbench.runCommand('Rivya: Generate Image...');
  await expect.poll(() => existsSync(ledger)).toBe(true);
});

test.describe('a window', () => {
  test.use({ sharesWindow: true });

  test('the palette offers the commands of the installed extension', async ({ workbench }) => {
    // One after the other: the list draws only the rows that there is room for.
    for (const title of ['Rivya: Set API Key...', 'Rivya: Generate Image...']) {
      await workbench.openPalette(title);
      await expect(workbench.pick(title)).toBeVisible();
      await workbench.page.keyboard.press('Escape');
    }
  });

  test('the key is still there after the window was reloaded', async ({ sandbox, workbench }) => {
    await workbench.setKey(sandbox);
    await workbench.reload();
    await workbench.runCommand('Rivya: Refresh Credits');
    await expect(workbench.statusBar(`${sandbox.control.credits()} credits`)).toBeVisible();
  });

  test('the extension comes back after the extension host was killed', async ({ sandbox, workbench }) => {
    await workbench.setKey(sandbox);
    sandbox.control.setCredits(41);
    await workbench.killExtensionHost();
    await workbench.runCommand('Rivya: Refresh Credits');
    await expect(workbench.statusBar('41 credits')).toBeVisible();
  });
});
