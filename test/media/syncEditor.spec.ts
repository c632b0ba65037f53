import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '../e2e/fixtures.ts';
import { Animation } from '../support/readmeMedia.ts';
import { manifest } from './manifest.ts';

/* A recording of docs/media-as-code.md; `npm run media` writes it anew. */

test.use({
  settings: {
    'editor.minimap.enabled': false,
    'workbench.colorTheme': 'Default Dark Modern',
  },
  viewport: { width: 960, height: 600 },
});

test('a sync in the editor', async ({ workbench, page, workspaceFolder, sandbox }) => {
  sandbox.control.update({ taskDurationMs: 3_000, pictureLongEdge: 640 });
  writeFileSync(path.join(workspaceFolder, 'rivya.assets.yaml'), manifest);
  await workbench.setKey(sandbox);
  await workbench.openFile('rivya.assets.yaml');
  await workbench.runCommand('View: Show Rivya');
  await workbench.runCommand('Rivya: Focus on Assets View');
  await expect(workbench.treeItem('card dark')).toBeVisible();
  const lens = (text: string) => page.locator('.codelens-decoration', { hasText: text });
  await expect(lens('Sync (3 credits)')).toBeVisible();
  await workbench.clearNotifications();
  const animation = new Animation(workbench, 64);
  await animation.frame(1_800);
  await lens('Sync (3 credits)').getByText('Sync (3 credits)').hover();
  await animation.frame(900);
  await lens('Sync (3 credits)').getByText('Sync (3 credits)').click();
  await expect(page.locator('.quick-input-widget')).toContainText('Sync Assets: 3 (3 credits)');
  await animation.frame(1_800);
  await page.keyboard.press('Enter');
  const question = page.locator('.monaco-dialog-box', { hasText: 'Run 3 tasks' });
  await expect(question).toBeVisible();
  await animation.frame(1_800);
  await question.getByRole('button', { name: 'Generate' }).click();
  await expect(workbench.treeItem('In progress')).toBeVisible();
  await animation.frame(1_200);
  await expect(page.locator('.notification-toast', { hasText: 'Assets generated: 3.' })).toBeVisible();
  await expect(lens('Up to date 3')).toBeVisible();
  await workbench.treeItem('Up to date').click();
  await expect(workbench.treeItem('hero')).toBeVisible();
  await animation.frame(1_800);
  await workbench.clearNotifications();
  await workbench.treeItem('hero').click();
  const preview = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  await expect(preview.getByRole('img')).toBeVisible();
  await page.mouse.move(60, 2);
  await animation.frame(3_000);
  expect(sandbox.control.charges()).toHaveLength(3);
  expect(await animation.keep('sync-editor')).toBeLessThan(1_000_000);
});
