import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';

const hostile =
  '[click me](command:workbench.action.files.newUntitledFile) $(bug) [away](https://evil.example) [in](file:///etc/passwd) \u202eabc\u202c';
const prompt = `A harbour ${hostile}`;

/** Nothing in it leads anywhere or is drawn that somebody else has written; the words are there. */
async function expectDrawnAsText(surface: Locator): Promise<void> {
  await expect(surface).toContainText('[click me]');
  for (const address of ['command:', 'https://evil', 'file:']) {
    await expect(surface.locator(`[href^="${address}"], [data-href^="${address}"]`)).toHaveCount(0);
  }
  await expect(surface.locator('.codicon-bug')).toHaveCount(0);
  expect(await surface.innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
}

test('words of a document, the catalogue and an error are text wherever VS Code draws them', async ({
  sandbox,
  workbench,
  workspaceFolder,
}) => {
  const { page } = workbench;
  const response = await fetch(`${sandbox.url}/api/v1/models`);
  const { data, ...rest } = (await response.json()) as { data: Record<string, unknown>[] };
  const models = data.map(model => ({
    ...model,
    display_name: `${String(model['display_name'])} ${hostile}`,
    description: hostile,
    base_credits: 50,
    notices: [hostile],
  }));
  sandbox.control.addFault({
    path: '/api/v1/models',
    times: 'always',
    action: {
      type: 'body',
      contentType: 'application/json',
      body: JSON.stringify({ ...rest, data: models }),
    },
  });
  await writeFile(path.join(workspaceFolder, 'notes.md'), `${prompt}\n`);
  await workbench.setKey(sandbox);
  await workbench.runCommand('Rivya: Focus on Models View');
  // A tree draws only what is in sight.
  const model = workbench.treeItem('4o Image [click me]');
  await model.waitFor();
  await expectDrawnAsText(model);
  await model.hover();
  await expectDrawnAsText(page.locator('.workbench-hover', { hasText: '[click me]' }));
  await page.mouse.move(0, 0);

  await workbench.openFile('notes.md');
  await page.keyboard.press('Control+A');
  sandbox.control.failNextGeneration({ code: 'generation_failed', message: hostile });
  await workbench.runCommand('Rivya: Generate Image from Selection');
  const row = workbench.picks.filter({ hasText: /^\s*Z-Image/ }).first();
  await workbench.quickInputBox.fill('Z-Image');
  await row.waitFor();
  await expectDrawnAsText(row);
  await row.click();
  const dialog = page.locator('.monaco-dialog-box', { hasText: 'Generate with Z-Image' });
  await dialog.waitFor();
  await expectDrawnAsText(dialog);
  await dialog.getByRole('button', { name: 'Generate', exact: true }).click();
  const message = workbench.notification(/The generation failed/);
  await message.waitFor();
  await expectDrawnAsText(message);
  await workbench.screenshot('foreignWords');

  await workbench.viewContainer('Rivya').click();
  await workbench.treeItem('Failed').waitFor();
  const task = workbench.treeItem('A harbour [click me]');
  if (!(await task.isVisible())) await workbench.treeItem('Failed').click();
  await task.waitFor();
  await expectDrawnAsText(task);
  await task.hover();
  await expectDrawnAsText(page.locator('.workbench-hover', { hasText: '[click me]' }));
  await page.mouse.move(0, 0);
});
