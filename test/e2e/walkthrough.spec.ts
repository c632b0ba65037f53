import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { root } from '../../scripts/workspace.ts';
import { finished } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';
const mediaFolder = path.join(root, 'media/walkthrough');
/** The titles of the steps by the names of their pictures. */
const steps = {
  key: 'Try without a key, or set one',
  image: 'Generate your first image',
  insert: 'Insert an image into a document',
  chat: 'Chat with a model',
} as const;
/** Set to `dark` or `light` to have the walkthrough's pictures of that theme written anew. */
const writes = process.env['RIVYA_WRITE_MEDIA'] !== undefined;

/** A picture of a part of the window, from the upper left corner of `place`. */
async function keep(page: Page, place: Locator, name: string, width: number, height: number): Promise<void> {
  // Away with the tooltip of what was clicked last.
  await page.mouse.move(0, 0);
  await expect(page.locator('.workbench-hover:visible')).toHaveCount(0);
  await expect(place.locator('.monaco-progress-container.active:visible')).toHaveCount(0);
  const box = await place.boundingBox();
  if (!box) throw new Error(`There is nothing to show for ${name}.`);
  const folder = writes ? mediaFolder : path.join(root, 'test-results/walkthrough');
  await mkdir(folder, { recursive: true });
  const clip = { x: box.x, y: box.y, width, height };
  await page.screenshot({ path: path.join(folder, `${name}.png`), clip });
}

const theme = process.env['RIVYA_WRITE_MEDIA'] === 'light' ? 'light' : 'dark';
test.use({
  settings: {
    'workbench.colorTheme': theme === 'light' ? 'Default Light Modern' : 'Default Dark Modern',
    'rivya.defaultModel.chat': 'gpt-5-2-chat',
  },
});

test('the walkthrough leads from nothing to a picture and an answer, and axe finds nothing in its steps', async ({
  workbench,
}) => {
  const { page } = workbench;
  await workbench.viewContainer('Rivya').click();
  await page.getByRole('button', { name: 'Try Without a Key' }).first().waitFor();
  await keep(page, page.locator('.part.sidebar'), `key-${theme}`, 300, 320);

  const walkthrough = await workbench.openWalkthrough();
  await walkthrough.locator('a.monaco-button', { hasText: 'Try Without a Key' }).click();
  await expect(workbench.statusBar(/Sandbox/)).toBeVisible();
  await expect(walkthrough.locator('.step-list-container .codicon-getting-started-step-checked')).toHaveCount(
    1,
  );
  await workbench.screenshot(`walkthrough-${theme}`);

  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await workbench.picks.first().waitFor();
  await keep(page, workbench.quickInput, `image-${theme}`, 600, 384);
  await workbench.choose('Z-Image');
  await expect(workbench.line(/!\[A red bicycle/)).toBeVisible();
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText(finished);
  await keep(page, page.locator('.part.sidebar'), `insert-${theme}`, 780, 380);

  await workbench.runCommand('Rivya Chat: Focus on Chat View');
  const chat = page
    .frameLocator('.part.auxiliarybar iframe.webview.ready, iframe.webview.ready')
    .frameLocator('#active-frame');
  await chat.getByTestId('chat-input').fill('How do I write a good prompt for a picture?');
  await chat.getByTestId('chat-send').click();
  await expect(chat.locator('[data-role="assistant"][data-state="complete"]')).toBeVisible();
  await keep(page, page.locator('.part.auxiliarybar'), `chat-${theme}`, 290, 720);

  const again = await workbench.openWalkthrough();
  await expect(again.locator('.step-list-container .codicon-getting-started-step-checked')).toHaveCount(4);

  // Wide enough for the pictures of the steps.
  await workbench.runCommand('View: Toggle Secondary Side Bar Visibility');
  await page.setViewportSize({ width: 1600, height: 900 });
  for (const [name, title] of Object.entries(steps)) {
    const step = again.locator('button.getting-started-step', { hasText: title });
    if ((await step.getAttribute('aria-expanded')) !== 'true') await step.click();
    await expect(step).toHaveAttribute('aria-expanded', 'true');
    await expect(step.locator('a.monaco-button').first()).toBeVisible();
    const picture = again.locator('.getting-started-media img');
    await expect(picture).toHaveAttribute('srcset', new RegExp(`${name}-\\w+\\.png`));
    await expect(picture).toBeVisible();
    const { violations } = await new AxeBuilder({ page })
      .include('.gettingStartedSlideDetails .step-list-container')
      .include('.gettingStartedSlideDetails .getting-started-media')
      .analyze();
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => ({ id, html })));
    expect(found.filter(finding => !isOfVscode(finding))).toEqual([]);
    await workbench.screenshot(`walkthroughStep-${name}`);
  }
});

/**
 * VS Code makes of every step of any walkthrough one button, gives it the state of a checkbox and a name that
 * begins with a hint, and puts the step's own buttons into it. No extension can change that.
 */
function isOfVscode({ id, html }: { id: string; html: string }): boolean {
  return (
    ['aria-allowed-attr', 'label-content-name-mismatch', 'nested-interactive'].includes(id) &&
    html.startsWith('<button class="getting-started-step')
  );
}
