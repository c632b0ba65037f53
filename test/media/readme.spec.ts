import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { expect, test } from '../e2e/fixtures.ts';
import { Animation, keepPicture } from '../support/readmeMedia.ts';
import type { Workbench } from '../support/workbench.ts';

/* The pictures of the README's first screen; `npm run media` writes them anew. */

const sentences = [
  'A red bicycle leans against a white wall.',
  'A lighthouse in the fog.',
  'A fox asleep in the snow.',
  'A harbour at dawn.',
  'A paper boat in the rain.',
  'A mill by the sea.',
  'An orange tree in a courtyard.',
  'A kite above the dunes.',
];

const settings = {
  'editor.minimap.enabled': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'rivya.defaultModel.image': 'google-imagen4-fast',
  'rivya.replace.oldFile': 'keep',
  '[markdown]': { 'editor.wordWrap': 'on', 'editor.lineNumbers': 'off' },
};

test.use({
  settings,
  // The README shows the pictures at half their width.
  viewport: { width: 1024, height: 640 },
});

/** Notifications tell a person what they do not need to see a second time in a picture. */
async function keep(workbench: Workbench, name: string): Promise<void> {
  await workbench.clearNotifications();
  await workbench.page.mouse.move(60, 2);
  await keepPicture(await workbench.screenshot(name), name);
}

function offer(workbench: Workbench, title: RegExp): Locator {
  return workbench.page.locator('.action-widget').getByText(title);
}

test('the main job, moving', async ({ workbench, workspaceFolder, sandbox }) => {
  const [sentence = ''] = sentences;
  await writeFile(path.join(workspaceFolder, 'article.md'), `# Bicycles\n\n${sentence}\n\nThe end.\n`);
  sandbox.control.update({ pictureLongEdge: 640, taskDurationMs: 2_000 });
  await workbench.setKey(sandbox);
  await workbench.openFile('article.md');
  await workbench.runCommand('Markdown: Open Preview to the Side');
  await expect(workbench.markdownPreview.getByText(sentence)).toBeVisible();
  await workbench.runCommand('View: Close Primary Side Bar');
  await workbench.runCommand('View: Focus First Editor Group');
  await workbench.clearNotifications();
  const animation = new Animation(workbench);
  await animation.frame(900);
  await workbench.selectText(sentence);
  await animation.frame(900);
  await workbench.page.keyboard.press('Shift+F10');
  await workbench.menuItem('Generate Image from Selection').hover();
  await animation.frame(1_400);
  await workbench.menuItem('Generate Image from Selection').click();
  await expect.poll(() => sandbox.control.charges().length).toBe(1);
  // The mark at the place says how far it is; it is drawn by a style, so nothing tells when it is there.
  await workbench.page.locator('.view-line [class*="ced-"]').first().waitFor({ state: 'attached' });
  await animation.frame(1_200);
  await expect(workbench.line(/a-red-bicycle/)).toBeVisible();
  await expect(workbench.markdownPreview.getByRole('img')).toBeVisible();
  await workbench.page.mouse.move(60, 2);
  await animation.frame(3_000);
  expect(await animation.keep('generate')).toBeLessThan(1_000_000);
});

test('a variant that is chosen in its place', async ({ workbench, workspaceFolder, sandbox }) => {
  const [sentence = ''] = sentences;
  await writeFile(path.join(workspaceFolder, 'article.md'), `# Bicycles\n\n${sentence}\n\nThe end.\n`);
  await workbench.setKey(sandbox);
  await workbench.openFile('article.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await expect(workbench.line(/a-red-bicycle/)).toBeVisible();
  await workbench.runCommand('Markdown: Open Preview to the Side');
  await expect(workbench.markdownPreview.getByRole('img')).toBeVisible();
  await workbench.runCommand('View: Close Primary Side Bar');
  await workbench.runCommand('View: Focus First Editor Group');
  await workbench.selectText('![A red bicycle');
  await workbench.page.keyboard.press('Control+.');
  await offer(workbench, /^Rivya: Variations/).click();
  await workbench.pick('4 variations').click();
  await workbench.pick('Variation 4').waitFor();
  // Notifications are left: the command that clears them would close the list.
  await keepPicture(await workbench.screenshot('choose'), 'choose');
});

test.describe('a chat', () => {
  test.use({ settings: { ...settings, 'rivya.defaultModel.chat': 'gpt-5-2-chat' } });

  test('whose answer becomes a picture', async ({ workbench, chat, sandbox }) => {
    await workbench.runCommand('View: Maximize Secondary Side Bar');
    sandbox.control.update({
      chatAnswer: 'A tide pool at dusk, seen from above, with one red starfish.',
    });
    await chat.ask('What could be on the cover of a book about tide pools?');
    await chat.expectState('complete');
    await chat.press(chat.answer, /Generate Image from Message/);
    const card = chat.page.getByTestId('chat-card');
    await expect(card.getByRole('button', { name: 'Insert' }).first()).toBeVisible();
    await expect(card.locator('img')).toBeVisible();
    await card.scrollIntoViewIfNeeded();
    await keep(workbench, 'chat');
  });
});

test('a gallery', async ({ workbench, workspaceFolder, sandbox }) => {
  await writeFile(path.join(workspaceFolder, 'article.md'), `${sentences.join('\n\n')}\n`);
  await workbench.setKey(sandbox);
  await workbench.openFile('article.md');
  for (const sentence of sentences) {
    await workbench.selectText(sentence);
    await workbench.contextMenu('Generate Image from Selection');
  }
  await expect.poll(() => sandbox.control.charges().length).toBe(sentences.length);
  await workbench.runCommand('Rivya: Open Gallery');
  const gallery = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  const tiles = gallery.getByTestId('gallery-tile');
  await expect(tiles.locator('img[src*="thumbnails"]')).toHaveCount(sentences.length);
  await keep(workbench, 'gallery');
});
