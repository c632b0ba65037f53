/* eslint no-empty-pattern: ["error", { "allowObjectPatternsAsParameters": true }] --
   Playwright reads from this pattern what a fixture depends on, so it must be there even when it is empty. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Page } from '@playwright/test';
import { root } from '../../scripts/workspace.ts';
import { keepPicture } from '../support/readmeMedia.ts';
import { finished, type Workbench } from '../support/workbench.ts';
import { expect, test as base } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';
/** Set to have the pictures of the README written anew. */
const writes = process.env['RIVYA_WRITE_MEDIA'] !== undefined;

interface StandAloneSandbox {
  readonly url: string;
  readonly apiKey: string;
}

interface Fixtures {
  /** A process of its own, as `npm run sandbox` starts it. */
  standAlone: StandAloneSandbox;
}

/** A profile that knows nothing yet: no key, and the base URL as it is delivered. */
const test = base.extend<Fixtures>({
  standAlone: async ({}, use) => {
    const parameters = ['src/sandbox/cli.ts', '--port', '0', '--task-duration', '500'];
    const child = spawn(process.execPath, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    const found = (pattern: RegExp): string | undefined => pattern.exec(said.join('\n'))?.[1];
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      if (found(/API key +(\S+)/) !== undefined) break;
    }
    const url = found(/Base URL +(\S+)/);
    const apiKey = found(/API key +(\S+)/);
    if (url === undefined || apiKey === undefined) throw new Error(`The sandbox said: ${said.join('\n')}`);
    child.stdout.resume();
    await use({ url, apiKey });
    child.kill('SIGTERM');
    await once(child, 'exit');
  },
});

test.use({
  knowsSandbox: false,
  settings: {
    'editor.minimap.enabled': false,
    'rivya.defaultModel.image': 'z-image',
    'rivya.defaultModel.chat': 'gpt-5-2-chat',
  },
  // The README shows the pictures at half their width.
  viewport: { width: 1024, height: 640 },
});

test('the eight steps of the quickstart, by what a person sees and clicks', async ({
  workbench,
  standAlone,
}) => {
  const { page } = workbench;

  await test.step('1. the base URL', async () => {
    await workbench.runCommand('Preferences: Open Settings (UI)');
    const editor = page.locator('.settings-editor');
    await editor.locator('.settings-tabs-widget').getByText('Remote').first().click();
    await editor.locator('.suggest-input-container').click();
    await page.keyboard.type('rivya.baseUrl');
    const setting = editor.locator('.setting-item-contents', { hasText: 'Base Url' });
    await setting.locator('input').fill(standAlone.url);
    await setting.locator('input').press('Enter');
    await expect(setting).toHaveClass(/is-configured/);
    await picture(workbench, 1, 'baseUrl');
    // The settings lie over the window.
    await page.keyboard.press('Escape');
    await editor.waitFor({ state: 'hidden' });
  });

  await test.step('2. the key', async () => {
    await workbench.viewContainer('Rivya').click();
    await page.locator('.welcome-view a', { hasText: 'I Have a Key' }).first().click();
    await workbench.quickInputBox.fill(standAlone.apiKey);
    await expect(workbench.quickInput).toContainText(standAlone.url);
    await picture(workbench, 2, 'key');
    await workbench.quickInputBox.press('Enter');
    await expect(workbench.notification('verified and stored')).toBeVisible();
    await closeNotifications(workbench);
  });

  await test.step('3. the models', async () => {
    await workbench.runCommand('Rivya: Focus on Models View');
    await expect(workbench.treeItem('4o Image')).toBeVisible();
    await widenSideBar(workbench, 520);
    await picture(workbench, 3, 'models');
  });

  await test.step('4. a generation', async () => {
    await workbench.openFile('notes.md');
    await workbench.selectText(sentence);
    await workbench.contextMenu('Generate Image from Selection');
    await expect(workbench.line(/!\[A red bicycle/)).toBeVisible();
    await workbench.save('notes.md');
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    await workbench.runCommand('Markdown: Open Preview to the Side');
    const image = workbench.markdownPreview.getByRole('img');
    await expect
      .poll(() => image.evaluate((element: object) => 'naturalWidth' in element && element.naturalWidth))
      .toBeGreaterThan(500);
    await closeNotifications(workbench);
    await picture(workbench, 4, 'generation');
    await workbench.runCommand('View: Close All Editor Groups');
  });

  await test.step('5. its status', async () => {
    await workbench.runCommand('Rivya: Focus on Tasks View');
    await expect(workbench.treeItem(sentence)).toContainText(finished);
    await drawnIcon(page);
    await picture(workbench, 5, 'status');
  });

  await test.step('6. the credits', async () => {
    await expect(workbench.statusBar('99 credits')).toBeVisible();
    await workbench.statusBar('99 credits').hover();
    await expect(page.locator('.monaco-hover', { hasText: 'Rivya credits: 99' })).toBeVisible();
    await picture(workbench, 6, 'credits');
  });

  await test.step('7. a webhook', async () => {
    await workbench.runCommand('Rivya Webhooks: Start Webhook Receiver');
    await workbench
      .notification('The webhook receiver is listening at')
      .getByRole('button', { name: 'Register as Webhook' })
      .click();
    const dialog = page.locator('.monaco-dialog-box');
    await expect(dialog).toContainText('receiver created');
    await dialog.getByRole('button', { name: 'Copy Secret' }).click();
    await workbench.openFile('notes.md');
    await workbench.selectText('The end.');
    await workbench.contextMenu('Generate Image from Selection');
    await expect(workbench.line(/!\[The end/)).toBeVisible();
    await workbench.runCommand('Rivya: Focus on Webhooks View');
    const delivery = workbench.treeItem('generation.succeeded');
    await expect(delivery).toContainText('verified (Standard Webhooks)');
    await delivery.click();
    await expect(workbench.line(/verified \(Standard Webhooks\)/)).toBeVisible();
    await closeNotifications(workbench);
    for (const view of ['Tasks', 'Models']) {
      await page.getByRole('button', { name: `${view} Section` }).click();
    }
    await delivery.hover();
    await picture(workbench, 7, 'webhook');
    await workbench.runCommand('View: Close All Editors');
  });

  await test.step('8. a chat turn', async () => {
    await workbench.runCommand('Rivya Chat: Focus on Chat View');
    await workbench.runCommand('View: Maximize Secondary Side Bar');
    const chat = page
      .frameLocator('.part.auxiliarybar iframe.webview.ready, iframe.webview.ready')
      .frameLocator('#active-frame');
    await chat.getByTestId('chat-input').fill('What can a tide pool teach?');
    await chat.getByTestId('chat-send').click();
    await expect(chat.locator('[data-testid="chat-message"][data-role="assistant"]').last()).toHaveAttribute(
      'data-state',
      'complete',
    );
    await chat.locator('[data-testid="chat-message"][data-role="user"]').scrollIntoViewIfNeeded();
    await picture(workbench, 8, 'chat');
  });
});

async function widenSideBar({ page }: Workbench, width: number): Promise<void> {
  const sideBar = page.locator('.part.sidebar');
  const box = await sideBar.boundingBox();
  if (box === null) throw new Error('The side bar is hidden.');
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width + 1, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + width, middle, { steps: 4 });
  await page.mouse.up();
  await restMouse(page);
}

/** Waits until the picture of a task is there as a whole; it comes in pieces. */
async function drawnIcon(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const icons = [...document.querySelectorAll('.custom-view-tree-node-item-icon')];
    const styles = icons.map(icon => getComputedStyle(icon).backgroundImage);
    const urls = styles.flatMap(style => /^url\\("(.+)"\\)$/.exec(style)?.[1] ?? []);
    return Promise.all(urls.map(url => Object.assign(new Image(), { src: url }).decode()));
  })()`);
}

/** To a place where there is nothing to point at. */
async function restMouse(page: Page): Promise<void> {
  await page.mouse.move(60, 2);
}

async function closeNotifications(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.page
    .locator('.notifications-toasts .notification-list-item')
    .first()
    .waitFor({ state: 'hidden' });
  await restMouse(workbench.page);
}

/** A picture of the step. */
async function picture(workbench: Workbench, step: number, name: string): Promise<void> {
  const whole = `quickstart-${step}-${name}`;
  const file = await workbench.screenshot(whole);
  if (writes) await keepPicture(file, whole);
}
