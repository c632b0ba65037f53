import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';
const manifest = 'rivya: 1\nassets: {}\n';

test.use({ settings: { 'rivya.defaultModel.image': 'z-image', 'explorer.compactFolders': false } });

test('a file in a package says why it exists, and its recipe goes along when it is renamed', async ({
  workbench,
  page,
  workspaceFolder,
  sandbox,
}) => {
  await writeFile(path.join(workspaceFolder, 'rivya.assets.yaml'), manifest);
  await writeFile(path.join(workspaceFolder, 'article.md'), `# Bicycles\n\n${sentence}\n\nThe end.\n`);
  await workbench.setKey(sandbox);
  await workbench.openFile('article.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await expect(workbench.line(/a-red-bicycle/)).toBeVisible();
  const folder = 'assets/generated';
  const [picture = ''] = await readdir(path.join(workspaceFolder, folder));
  const recipeFolder = path.join(workspaceFolder, '.rivya/recipes', folder);
  const recipes = (): Promise<string[]> => readdir(recipeFolder);
  const recipeOf = (name: string): string => path.join(recipeFolder, `${name}.json`);
  const recipe = await readFile(recipeOf(picture), 'utf8');
  expect(recipe).toContain(sentence);
  await workbench.save('article.md');
  await workbench.clearNotifications();

  // The hover is that of the address, in which the cursor stands then.
  await workbench.selectText('](assets/');
  const hover = page.locator('.monaco-hover', { hasText: 'Run Again' });
  await expect(async () => {
    await workbench.runCommand('Show or Focus Hover');
    await expect(hover).toBeVisible({ timeout: 5_000 });
  }).toPass();
  for (const title of ['Run Again', 'Variations...', 'Same Seed, Different Model...', 'Open Recipe'])
    await expect(hover.getByRole('link', { name: title })).toHaveCount(1);
  await workbench.screenshot('recipeHover');
  await hover.getByRole('link', { name: 'Why Does This File Exist?' }).click();
  const dialog = page.locator('.monaco-dialog-box');
  await expect(dialog).toContainText(sentence);
  await expect(dialog).toContainText('Status: unchanged');
  await workbench.screenshot('recipeWhy');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  await workbench.runCommand('View: Show Explorer');
  const row = workbench.treeItem(picture);
  for (const name of folder.split('/')) {
    const parent = page.getByRole('treeitem', { name, exact: true });
    if ((await parent.getAttribute('aria-expanded')) !== 'true') await parent.click();
  }
  await row.click();
  await page.keyboard.press('F2');
  const box = page.locator('.explorer-viewlet input');
  await box.fill('bicycle.png');
  await box.press('Enter');
  // VS Code asks about what an extension adds to a move.
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect.poll(recipes).toEqual(['bicycle.png.json']);
  expect(await readFile(recipeOf('bicycle.png'), 'utf8')).toBe(
    recipe.replace(`${folder}/${picture}`, `${folder}/bicycle.png`),
  );
  // Until the move itself is done, there is nothing to undo.
  await workbench.tab('bicycle.png').waitFor();
  await workbench.treeItem('bicycle.png').click();
  await page.keyboard.press('Control+z');
  await expect.poll(recipes).toEqual([`${picture}.json`]);
  expect(await readFile(recipeOf(picture), 'utf8')).toBe(recipe);
  expect(sandbox.control.charges()).toHaveLength(1);
});
