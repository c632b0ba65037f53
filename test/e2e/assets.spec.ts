import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

const manifest = `rivya: 1
defaults:
  model: z-image
  style: Flat vector, two colours.
limits:
  maxCredits: 20
assets:
  hero:
    file: public/img/hero.png
    prompt: A lighthouse at dawn, seen from the sea.
    alt: A lighthouse at dawn
  card:
    file: public/img/cards/{theme}.png
    prompt: A postcard of a harbour, {theme}.
    matrix: { theme: [light, dark] }
`;

test('a person opens a package, sees how it stands, syncs, and sees the files', async ({
  workbench,
  page,
  workspaceFolder,
  sandbox,
}) => {
  await writeFile(path.join(workspaceFolder, 'rivya.assets.yaml'), manifest);
  await workbench.setKey(sandbox);
  await workbench.openFile('rivya.assets.yaml');
  const lens = (text: string) => page.locator('.codelens-decoration', { hasText: text });
  await expect(lens('Sync (3 credits)')).toBeVisible();
  await expect(lens('Generate (2 credits)')).toBeVisible();
  await workbench.runCommand('View: Show Rivya');
  await workbench.runCommand('Rivya: Focus on Assets View');
  await expect(workbench.treeItem('card dark')).toBeVisible();
  await expect(workbench.treeItem('Missing').first()).toContainText('3');
  await workbench.screenshot('assets-missing');

  await workbench.runCommand('Rivya: Sync Assets...');
  await expect(page.locator('.quick-input-widget')).toContainText('Sync Assets: 3 (3 credits)');
  await workbench.screenshot('assets-sync');
  await page.keyboard.press('Enter');
  const question = page.locator('.monaco-dialog-box', { hasText: 'Run 3 tasks' });
  await question.getByRole('button', { name: 'Generate' }).click();

  const file = path.join(workspaceFolder, 'public/img/hero.png');
  await expect.poll(() => existsSync(file)).toBe(true);
  await expect(page.locator('.notification-toast', { hasText: 'Assets generated: 3.' })).toBeVisible();
  await expect(lens('Up to date 3')).toBeVisible();
  await expect(workbench.treeItem('Up to date')).toBeVisible();
  const recipe = await readFile(
    path.join(workspaceFolder, '.rivya/recipes/public/img/hero.png.json'),
    'utf8',
  );
  expect(recipe).toContain('"prompt": "A lighthouse at dawn, seen from the sea. Flat vector, two colours."');
  await workbench.treeItem('Up to date').click();
  await expect(workbench.treeItem('hero')).toBeVisible();
  await workbench.screenshot('assets-made');
  await workbench.treeItem('hero').click();
  await expect(page.locator('.tabs-container .tab', { hasText: 'hero.png' })).toBeVisible();
  await workbench.screenshot('assets-file');
  expect(sandbox.control.charges()).toHaveLength(3);
  // Nothing of it came a second time, where results of prompts go.
  expect(existsSync(path.join(workspaceFolder, 'assets/generated'))).toBe(false);
});

test('lenses come although the focus leaves the manifest before VS Code has asked for them', async ({
  workbench,
  page,
  workspaceFolder,
  sandbox,
}) => {
  await writeFile(path.join(workspaceFolder, 'rivya.assets.yaml'), manifest);
  await workbench.setKey(sandbox);
  await workbench.openFile('rivya.assets.yaml');
  await workbench.runCommand('View: Show Rivya');
  await workbench.runCommand('Rivya: Focus on Assets View');
  const lens = page.locator('.codelens-decoration', { hasText: 'Sync (3 credits)' });
  await expect(lens).toBeVisible();
});
