import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import type { Sandbox } from '../../src/sandbox/server.ts';
import { ChatPanel } from '../support/chatPanel.ts';
import type { Workbench } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

const hostile =
  '[click me](command:workbench.action.files.newUntitledFile) $(bug) [away](https://evil.example) [in](file:///etc/passwd) \u202eabc\u202c';
const prompt = `A harbour ${hostile}`;
/** As much of it as a name of a file may hold. */
const fileName = '[click me](command:a.b) $(bug) \u202eabc.png';

/** Nothing in it leads anywhere or is drawn that somebody else has written; the words are there. */
async function expectDrawnAsText(surface: Locator, words = '[click me]'): Promise<void> {
  await expect(surface).toContainText(words);
  // Links to commands of ours may stand beside the words.
  for (const address of ['command:workbench', 'command:a.b', 'https://evil', 'file:']) {
    await expect(surface.locator(`[href^="${address}"], [data-href^="${address}"]`)).toHaveCount(0);
  }
  await expect(surface.locator('.codicon-bug')).toHaveCount(0);
  expect(await surface.innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
}

/** Hovers until VS Code draws what it has to say about a row or an item. */
async function expectHoverAsText({ page }: Workbench, target: Locator): Promise<void> {
  const hover = page.locator('.workbench-hover', { hasText: '[click me]' });
  // A row that is drawn anew under the mouse shows nothing until the mouse comes again.
  await expect(async () => {
    await page.mouse.move(0, 0);
    await target.hover();
    await hover.waitFor({ timeout: 3_000 });
  }).toPass();
  await expectDrawnAsText(hover);
  await page.mouse.move(0, 0);
}

/** Answers the catalogue with names, descriptions, notices and parameters that are not ours. */
async function fakeCatalogue(sandbox: Sandbox): Promise<void> {
  const response = await fetch(`${sandbox.url}/api/v1/models`);
  const { data, ...rest } = (await response.json()) as { data: Record<string, unknown>[] };
  const parameter = { key: 'extra', type: 'text', label: `Extra ${hostile}`, description: hostile };
  const models = data.map(model => ({
    ...model,
    display_name: `${String(model['display_name'])} ${hostile}`,
    description: hostile,
    base_credits: 21,
    notices: [hostile],
    params: [parameter],
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
}

test.use({ settings: { 'rivya.insert.placement': hostile, 'rivya.defaultModel.chat': 'gpt-5-2-chat' } });

test('words of others are text wherever VS Code and the pages draw them', async ({
  sandbox,
  workbench,
  workspaceFolder,
}) => {
  // Many surfaces in one window.
  test.slow();
  const { page } = workbench;
  const dialog = page.locator('.monaco-dialog-box');

  await test.step('a setting is not repeated', async () => {
    // It comes with the window, and its toast may be gone by now.
    await workbench.runCommand('Notifications: Show Notifications');
    const message = page.locator('.notifications-center .notification-list-item', {
      hasText: 'rivya.insert.placement',
    });
    await message.waitFor();
    await expect(message).not.toContainText('click me');
    await workbench.clearNotifications();
  });

  await fakeCatalogue(sandbox);
  await writeFile(path.join(workspaceFolder, 'notes.md'), `${prompt}\n`);
  await writeFile(path.join(workspaceFolder, fileName), 'No picture.');
  await workbench.setKey(sandbox);

  await test.step('a model in the tree and its tooltip', async () => {
    await workbench.runCommand('Rivya: Focus on Models View');
    // A tree draws only what is in sight.
    const model = workbench.treeItem('4o Image [click me]');
    await model.waitFor();
    await expectDrawnAsText(model);
    await expectHoverAsText(workbench, model);
  });

  await test.step('a parameter in a list, and in the prompt and title of an input box', async () => {
    await workbench.openFile('notes.md');
    await page.keyboard.press('Control+A');
    await workbench.runCommand('Rivya: Generate Image with Parameters...');
    const model = workbench.picks.filter({ hasText: /^\s*Z-Image/ }).first();
    await workbench.quickInputBox.fill('Z-Image');
    await model.waitFor();
    await expectDrawnAsText(model);
    await model.click();
    const field = workbench.picks.filter({ hasText: 'Extra' });
    await field.waitFor();
    await expectDrawnAsText(field);
    await field.click();
    await expect(workbench.quickInput).toContainText('Leave empty');
    await expectDrawnAsText(workbench.quickInput);
    await page.keyboard.press('Escape');
    await field.waitFor();
    await page.keyboard.press('Escape');
  });

  await test.step('a model in a dialog, a prompt in progress, an error in a message', async () => {
    sandbox.control.update({ taskDurationMs: 6_000 });
    sandbox.control.failNextGeneration({ code: 'generation_failed', message: hostile });
    // The model that was taken is remembered.
    await workbench.runCommand('Rivya: Generate Image from Selection');
    await dialog.waitFor();
    await expectDrawnAsText(dialog);
    await dialog.getByRole('button', { name: 'Generate', exact: true }).click();
    const progress = workbench.statusBar('[click me]');
    await progress.waitFor();
    await expectDrawnAsText(progress);
    const message = workbench.notification(/Generation failed/);
    await message.waitFor();
    await expectDrawnAsText(message);
    await workbench.screenshot('foreignWords');
  });

  await test.step('a prompt and an error in the tree of tasks and its tooltip', async () => {
    await workbench.viewContainer('Rivya').click();
    await workbench.treeItem('Failed').waitFor();
    const task = workbench.treeItem('A harbour [click me]');
    if (!(await task.isVisible())) await workbench.treeItem('Failed').click();
    await task.waitFor();
    await expectDrawnAsText(task);
    await expectHoverAsText(workbench, task);
  });

  await test.step('an error in the tooltip of the status bar', async () => {
    sandbox.control.addFault({
      path: '/api/v1/credits',
      action: { type: 'status', status: 400, code: 'validation_failed', message: hostile },
    });
    await workbench.clearNotifications();
    await workbench.runCommand('Rivya: Refresh Credits');
    const message = workbench.notification('[click me]');
    await message.waitFor();
    await expectDrawnAsText(message);
    await workbench.clearNotifications();
    await expectHoverAsText(workbench, page.locator('.statusbar-item[id^="rivya."]'));
  });

  await test.step('the name of a file in a message', async () => {
    await page.keyboard.press('Control+Shift+E');
    await workbench.chooseInMenu(page.getByRole('treeitem', { name: '[click me]' }), 'Generate from File...');
    const message = workbench.notification("isn't an image");
    await message.waitFor();
    await expectDrawnAsText(message);
    await workbench.clearNotifications();
  });

  await test.step('the name of a webhook in the tree, its tooltip and a dialog', async () => {
    const response = await fetch(`${sandbox.url}/api/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: `Shop ${fileName} [away](https://evil.example)`,
        url: 'http://127.0.0.1:9/hooks',
        event_types: ['generation.succeeded'],
      }),
    });
    expect(response.ok, await response.text()).toBe(true);
    await workbench.runCommand('Rivya: Focus on Webhooks View');
    await workbench.runCommand('Rivya Webhooks: Refresh Webhooks');
    const webhook = workbench.treeItem('Shop [click me]');
    await webhook.waitFor();
    await expectDrawnAsText(webhook);
    await expectHoverAsText(workbench, webhook);
    await workbench.chooseInMenu(webhook, 'Delete Webhook...');
    await dialog.waitFor();
    await expectDrawnAsText(dialog);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('a result in the hover of its reference and in the gallery', async () => {
    sandbox.control.update({ taskDurationMs: 0 });
    await workbench.openFile('notes.md');
    await page.keyboard.press('Control+A');
    await workbench.runCommand('Rivya: Generate Image from Selection');
    await dialog.getByRole('button', { name: 'Generate', exact: true }).click();
    await workbench.line(/!\[A harbour/).waitFor();
    // The hover is that of the address, in which the cursor stands then.
    await workbench.selectText('](assets/');
    const hover = page.locator('.monaco-hover', { hasText: '[click me]' });
    await expect(async () => {
      await workbench.runCommand('Show or Focus Hover');
      await hover.waitFor({ timeout: 5_000 });
    }).toPass();
    await expectDrawnAsText(hover);
    await page.keyboard.press('Escape');
    await workbench.runCommand('Rivya: Open Gallery');
    const gallery = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    const tile = gallery.getByTestId('gallery-tile').first();
    await tile.click();
    await expectInertPage(gallery.locator('body'), 'A harbour [click me]');
    await workbench.runCommand('View: Close All Editor Groups');
  });

  await test.step('a question, an answer and a model in the chat', async () => {
    const chat = new ChatPanel(workbench);
    await chat.open();
    sandbox.control.update({ chatAnswer: `Here: ${hostile}` });
    await chat.ask(prompt);
    await chat.expectState('complete');
    await expectInertPage(chat.page.locator('body'), 'A harbour [click me]');
    await expect(chat.answer).toContainText('click me');
    // What an answer may lead to is a page, and only by the host, which asks.
    for (const link of await chat.answer.locator('a').all())
      await expect(link).toHaveAttribute('title', /^https:/);
  });
});

/** Nothing in a page leads anywhere by itself, and no icon is drawn that somebody else has written. */
async function expectInertPage(body: Locator, words: string): Promise<void> {
  await expect(body).toContainText(words);
  const leading = '[href^="command:"], [href^="file:"], [href*="evil"], [src*="evil"], .codicon-bug';
  await expect(body.locator(leading)).toHaveCount(0);
}
