import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';

test.use({ settings: { 'rivya.defaultModel.image': 'z-image' } });

test('a picture is found again in the gallery and inserted into the document', async ({
  workbench,
  workspaceFolder,
  sandbox,
}) => {
  const file = path.join(workspaceFolder, 'article.md');
  await writeFile(file, `# Bicycles\n\n${sentence}\n\nThe end.\n`);
  await workbench.setKey(sandbox);
  await workbench.openFile('article.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await expect(workbench.line(/a-red-bicycle/)).toBeVisible();
  await workbench.selectText('The end.');

  await workbench.runCommand('Rivya: Open Gallery');
  const gallery = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  const tiles = gallery.getByTestId('gallery-tile');
  await expect(tiles).toHaveCount(1);
  // The thumbnail was made in the page, under the policy of the page, and kept by the host.
  await expect(tiles.locator('img')).toHaveAttribute('src', /thumbnails.*\.webp/);
  await gallery.getByTestId('gallery-search').fill('bicycle z-image today');
  await expect(gallery.getByTestId('gallery-total')).toHaveText('1 result');
  await gallery.getByTestId('gallery-search').fill('nowhere');
  await expect(gallery.getByTestId('gallery-empty')).toBeVisible();
  await gallery.getByTestId('gallery-search').fill('bicycle');
  await expect(tiles).toHaveCount(1);
  await workbench.screenshot('gallery');
  await gallery.getByTestId('gallery-explain').click();
  const explanation = workbench.page.locator('.monaco-dialog-box', { hasText: sentence });
  await expect(explanation).toContainText('The workspace has no recipe for this file');
  await workbench.page.keyboard.press('Escape');
  await gallery.getByTestId('gallery-insert').click();
  await workbench.save('article.md');
  await expect
    .poll(async () => (await readFile(file, 'utf8')).match(/!\[A red bicycle[^\]]*\]\([^)]+\)/g)?.length)
    .toBe(2);
  // An insertion costs nothing, and neither does an explanation.
  expect(sandbox.control.charges()).toHaveLength(1);

  // After a reload of the window it is there again.
  await workbench.remembers('mainThreadWebview-rivya.gallery');
  await workbench.reload();
  await workbench.page.getByRole('tab', { name: 'Rivya Gallery' }).click();
  await expect(tiles).toHaveCount(1);
});
