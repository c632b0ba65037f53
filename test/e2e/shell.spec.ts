import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';

const themes = {
  light: 'Light Modern',
  dark: 'Dark Modern',
  highContrast: 'Dark High Contrast',
} as const;

test.use({ sharesWindow: true });

test('the status bar tells what was spent, and offers what to do next', async ({ workbench, sandbox }) => {
  await workbench.setKey(sandbox);
  const item = workbench.statusBar('100 credits');
  await item.hover();
  await expect(workbench.page.locator('.workbench-hover', { hasText: 'Rivya credits: 100' })).toBeVisible();
  await workbench.screenshot('statusBarTooltip');
  await item.click();
  await expect(workbench.picks.filter({ hasText: 'Refresh Credits' })).toBeVisible();
  await workbench.screenshot('statusBarMenu');
  await workbench.choose('Show Log');
  const output = workbench.page.getByRole('toolbar', { name: 'Output actions' });
  await expect(output.locator('select option:checked')).toHaveText('Rivya');
});

test('a task is found by a word of its prompt, and goes by the Delete key', async ({
  workbench,
  workspaceFolder,
  sandbox,
}) => {
  await workbench.setKey(sandbox);
  await workbench.runCommand('Rivya: Generate Image...');
  await workbench.quickInputBox.fill(sentence);
  await workbench.picks.filter({ hasText: sentence }).first().click();
  await workbench.choose('Z-Image');
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText(finished);

  await workbench.runCommand('Rivya: Search Tasks...');
  await workbench.quickInputBox.fill('bicyc');
  await expect(workbench.picks).toHaveCount(1);
  await workbench.screenshot('searchTasks');
  await workbench.page.keyboard.press('Enter');
  await expect(workbench.page.locator('.tabs-container .tab', { hasText: /\.png/ })).toBeVisible();

  // Without a question when the picture stands in the workspace. This one was deleted there, so that the last
  // copy goes.
  const folder = path.join(workspaceFolder, 'assets/generated');
  await expect.poll(() => existsSync(folder) && readdirSync(folder).join()).toMatch(/\.png$/);
  // The first picture is shown once it is in its place, and only then its row stays where it is.
  await workbench.page.locator('.tabs-container .tab', { hasText: /a-red-bicycle/ }).waitFor();
  await rm(folder, { recursive: true });
  const dialog = workbench.page.locator('.monaco-dialog-box', {
    hasText: 'Remove this task and its result?',
  });
  // A list that is just being drawn anew has nothing selected: a person presses again.
  await expect(async () => {
    if (!(await dialog.isVisible())) {
      await workbench.treeItem(sentence).click({ timeout: 5_000 });
      await workbench.page.keyboard.press('Delete');
    }
    await dialog.waitFor({ timeout: 5_000 });
  }).toPass();
  await workbench.screenshot('removeTask');
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(workbench.treeItem(sentence)).toBeHidden();
});

test.describe('with a default model', () => {
  test.use({ settings: { 'rivya.defaultModel.image': 'z-image' } });

  test('the views show every state of a task, in every theme', async ({ workbench, sandbox }) => {
    await workbench.setKey(sandbox);
    await workbench.viewContainer('Rivya').click();
    const button = workbench.page.getByRole('button', { name: 'Generate Image...' }).first();
    const generate = async (prompt: string): Promise<void> => {
      await workbench.runCommand('Rivya: Generate Image...');
      await workbench.quickInputBox.fill(prompt);
      await workbench.picks.filter({ hasText: prompt }).first().click();
    };
    await button.waitFor();
    await generate(sentence);
    await expect(workbench.treeItem(sentence)).toContainText(finished);
    sandbox.control.failNextGeneration({ message: 'The picture could not be drawn.' });
    await generate('A picture that nobody can draw');
    await expect(workbench.treeItem('Failed')).toBeVisible();
    sandbox.control.update({ taskDurationMs: 3_600_000 });
    await generate('A village in the mountains');
    await expect(workbench.treeItem('A village')).toContainText('queued');
    // One job runs; the balance is looked at when it ends.
    await expect(workbench.statusBar(/^\s*1\s+Rivya 99 credits/)).toBeVisible();

    // Open and closed as the user leaves it.
    const failed = workbench.treeItem('A picture that nobody can draw');
    await expect(async () => {
      if (!(await failed.isVisible())) await workbench.treeItem('Failed').click();
      await failed.waitFor({ timeout: 5_000 });
    }).toPass();
    await expect(failed).toContainText('0 credits');
    // The default model has a star. It is the last of its list, and a tree draws only what is in sight.
    await workbench.runCommand('Rivya: Focus on Models View');
    await workbench.page.keyboard.press('End');
    await expect(workbench.treeItem('Z-Image, default').locator('.codicon-star-full')).toBeVisible();
    for (const [name, theme] of Object.entries(themes)) {
      await workbench.chooseTheme(theme);
      const tooltip = workbench.page.locator('.workbench-hover', { hasText: 'Z-Image · 1 credit · ' });
      // A row that is drawn anew under the pointer shows none: a person moves the mouse once more.
      await expect(async () => {
        await workbench.page.mouse.move(0, 0);
        await workbench.treeItem(sentence).hover();
        await expect(tooltip).toBeVisible({ timeout: 5_000 });
      }).toPass();
      await workbench.screenshot(`shell-${name}`);
      // Away with the tooltip, so that the next theme shows its own.
      await workbench.page.mouse.move(0, 0);
      await expect(workbench.page.locator('.workbench-hover:visible')).toHaveCount(0);
    }

    await workbench.reload();
    await expect(workbench.treeItem('A picture that nobody can draw')).toBeVisible();
  });
});

test.describe('in Hindi', () => {
  test.use({ language: 'hi' });

  test('the shell speaks it', async ({ page, sandbox, workbench }) => {
    await workbench.viewContainer('Rivya').click();
    await expect(page.getByRole('button', { name: 'बिना key के आज़माएँ' }).first()).toBeVisible();
    await workbench.screenshot('hindiWelcome');
    await page.getByRole('button', { name: 'बिना key के आज़माएँ' }).first().click();
    await expect(workbench.statusBar(/[Ss]andbox/)).toBeVisible();
    await workbench.statusBar(/[Ss]andbox/).click();
    await expect(workbench.picks.filter({ hasText: 'लॉग दिखाएँ' })).toBeVisible();
    await workbench.screenshot('hindiMenu');
    await page.keyboard.press('Escape');
    await workbench.openPalette('Rivya: इमेज');
    await expect(workbench.pick('Rivya: इमेज बनाएँ...')).toBeVisible();
    await workbench.screenshot('hindiPalette');
    expect(sandbox.control.charges()).toEqual([]);
  });
});
