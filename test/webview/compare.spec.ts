import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../scripts/workspace.ts';
import type { PageBoot } from '../../src/shared/page.ts';
import { CompareUnderTest, expect, item, test, two } from './support/compare.ts';
import { startPageServer } from './support/pageServer.ts';
import { themeNames } from './support/themes.ts';

test('pictures stand side by side, with what differs below', async ({ compare, page }) => {
  await compare.open();
  await expect(compare.panes).toHaveCount(2);
  const table = page.getByTestId('compare-differences');
  await expect(table.getByRole('row')).toHaveText([/Difference/, /Model.*Z-Image.*Flux/s, /seed.*12.*–/s]);
  await compare.say({ ...two, differences: [] });
  await expect(page.getByText('Prompt, model, and parameters are the same.')).toBeVisible();
});

test('the wheel enlarges all pictures where the pointer is, and a drag moves all', async ({
  compare,
  page,
}) => {
  await compare.open();
  const frame = await compare.frames.first().boundingBox();
  if (!frame) throw new Error('There is no picture.');
  // At a quarter of the frame: what is seen there stays.
  const [left, top] = [Math.round(frame.x + frame.width / 4), Math.round(frame.y + frame.height / 4)];
  await page.mouse.move(left, top);
  for (let turn = 0; turn < 4; turn++) await page.mouse.wheel(0, -200);
  await expect(page.getByTestId('compare-zoom')).not.toHaveText('100 %');
  const [first, second] = await compare.transforms();
  expect(first).toBe(second);
  const [, scale = NaN, x = NaN] =
    /matrix\(([\d.]+), 0, 0, [\d.]+, ([-\d.]+)/.exec(first ?? '')?.map(Number) ?? [];
  expect(scale).toBeGreaterThan(5);
  expect(x).toBeCloseTo((frame.x + frame.width / 2 - left) * (scale - 1), 0);
  await page.mouse.down();
  await page.mouse.move(left - 50, top);
  await page.mouse.up();
  const dragged = await compare.transforms();
  expect(dragged[0]).toBe(dragged[1]);
  expect(Number(/, ([-\d.]+), [-\d.]+\)$/.exec(dragged[0] ?? '')?.[1])).toBeCloseTo(x - 50, 0);
  // Once it is let go, nothing follows the pointer.
  await page.mouse.move(frame.x + 10, frame.y + 10);
  expect(await compare.transforms()).toEqual(dragged);
});

test('keys enlarge, move and show the whole again', async ({ compare, page }) => {
  await compare.open();
  await compare.frames.first().focus();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await expect(page.getByTestId('compare-zoom')).toHaveText('156 %');
  const before = await compare.transforms();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => compare.transforms()).not.toEqual(before);
  await page.keyboard.press('-');
  await expect(page.getByTestId('compare-zoom')).toHaveText('125 %');
  await page.keyboard.press('0');
  await expect(page.getByTestId('compare-zoom')).toHaveText('100 %');
  // The frame stays filled: a whole picture cannot be moved.
  const whole = await compare.transforms();
  await page.keyboard.press('ArrowLeft');
  await compare.drawn();
  expect(await compare.transforms()).toEqual(whole);
});

test('a slider is moved with keys and with the pointer', async ({ compare, page }) => {
  await compare.open();
  await page.getByTestId('compare-slider-mode').click();
  await expect(compare.handle).toHaveAttribute('aria-valuenow', '50');
  await compare.handle.focus();
  const steps: [string, string][] = [
    ['ArrowRight', '51'],
    ['Shift+ArrowRight', '61'],
    ['PageDown', '51'],
    ['ArrowLeft', '50'],
    ['End', '100'],
    ['ArrowRight', '100'],
    ['Home', '0'],
  ];
  for (const [key, value] of steps) {
    await page.keyboard.press(key);
    await expect(compare.handle, key).toHaveAttribute('aria-valuenow', value);
  }
  const frame = await compare.frames.boundingBox();
  const handle = await compare.handle.boundingBox();
  if (!frame || !handle) throw new Error('There is no slider.');
  await page.mouse.move(handle.x + handle.width / 2, handle.y + 20);
  await page.mouse.down();
  await page.mouse.move(frame.x + frame.width * 0.3, frame.y + 20);
  await page.mouse.up();
  await expect(compare.handle).toHaveAttribute('aria-valuenow', '30');
  await expect(page.locator('.layer').nth(1)).toHaveCSS('clip-path', 'inset(0px 70% 0px 0px)');
});

test('of several pictures the two under the slider are chosen', async ({ compare, page }) => {
  const names = ['First', 'Second', 'Third'];
  await compare.open({
    type: 'items',
    items: names.map((title, index) => item(index, { title })),
    differences: [],
  });
  await page.getByTestId('compare-slider-mode').click();
  await expect(page.getByRole('group', { name: '1 · First and 2 · Second' })).toBeVisible();
  await page.getByLabel('Right', { exact: true }).selectOption('3 · Third');
  await expect(page.getByRole('group', { name: '1 · First and 3 · Third' })).toBeVisible();
});

test('says which one to keep, to open, and to leave out', async ({ compare, page }) => {
  await compare.open();
  await page.getByTestId('compare-keep').nth(1).click();
  await page.getByRole('button', { name: 'Open: 1 · A red fox' }).click();
  await page.getByTestId('compare-leave').first().click();
  expect((await compare.posted()).slice(1)).toEqual([
    { type: 'keep', subject: { taskId: 'task-1', index: 0 } },
    { type: 'open', subject: { taskId: 'task-0', index: 0 } },
    { type: 'leave', subject: { taskId: 'task-0', index: 0 } },
  ]);
});

test('everything is reached by keyboard, the toolbar as one stop', async ({ compare, page }) => {
  await compare.open();
  const focused = (): Promise<string> =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName ?? '',
    );
  const seen: string[] = [];
  for (let stop = 0; stop < 10; stop++) {
    await page.keyboard.press('Tab');
    seen.push(await focused());
  }
  expect(seen[0]).toBe('Side by Side');
  expect(seen.slice(1, 5)).toEqual([
    '1 · A red fox in the snow',
    'Keep This One: 1 · A red fox in the snow',
    'Open: 1 · A red fox in the snow',
    'Remove from Comparison: 1 · A red fox in the snow',
  ]);
  expect(seen).toContain('Differences');
});

test('what is compared and how is kept for a reload', async ({ compare, page }) => {
  await compare.open();
  await page.getByTestId('compare-slider-mode').click();
  expect(await compare.kept()).toEqual({
    subjects: [
      { taskId: 'task-0', index: 0 },
      { taskId: 'task-1', index: 0 },
    ],
    mode: 'slider',
  });
  await page.reload();
  await expect(compare.handle).toBeVisible();
});

test('videos and sounds are played, files that are gone are said', async ({ compare, page }) => {
  await compare.open({
    type: 'items',
    items: [
      item(0, { kind: 'audio', source: '/media/chime-22050.mp3' }),
      item(1, { kind: 'video', source: '/media/clip.mp4' }),
      item(2, { source: undefined }),
    ],
    differences: [],
  });
  await expect(page.locator('audio')).toBeVisible();
  await expect(page.locator('video')).toBeVisible();
  await expect(page.getByText('The file no longer exists.')).toBeVisible();
  await expect(page.getByTestId('compare-slider-mode')).toHaveAttribute('aria-disabled', 'true');
  await compare.expectAccessible();
  await compare.say({ type: 'items', items: [], differences: [] });
  await expect(page.getByTestId('compare-empty')).toContainText('None of these files');
});

test('shows hostile words as words', async ({ compare, page }) => {
  const title = '<img src=x onerror=alert(1)> \u202e"><script>alert(1)</script>';
  const items = [item(0, { title, about: title }), item(1)];
  await compare.open({ type: 'items', items, differences: [{ name: title, values: [title, ''] }] });
  await expect(compare.panes.first().locator('.name')).toHaveText(`1 · ${title}`);
  await expect(page.locator('main script')).toHaveCount(0);
});

for (const theme of themeNames) {
  test(`${theme}: looks as it should, and axe finds nothing`, async ({ compare, page }) => {
    await compare.open(two, theme);
    await compare.frames.first().focus();
    await page.keyboard.press('+');
    await compare.screenshot(theme);
    await compare.expectAccessible();
    await page.getByTestId('compare-slider-mode').click();
    await compare.handle.focus();
    await compare.screenshot(`slider-${theme}`);
    await compare.expectAccessible();
  });
}

test('forced colours and reduced motion', async ({ compare, page }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await compare.open();
  await page.getByTestId('compare-slider-mode').click();
  const moving = await page.evaluate(() => document.getAnimations().length);
  expect(moving).toBe(0);
  await compare.screenshot('forced-colors');
  await compare.expectAccessible(['color-contrast']);
});

test('in Hindi and narrow, nothing is wider than the page', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 600 });
  const words = await readFile(path.join(root, 'l10n/bundle.l10n.hi.json'), 'utf8');
  const strings = JSON.parse(words) as PageBoot['strings'];
  await using server = await startPageServer({ language: 'hi', strings });
  const compare = new CompareUnderTest(page, server);
  await compare.open();
  await compare.expectWithinPage();
  await compare.screenshot('hi-320');
  await compare.expectAccessible();
  await compare.expectHarmless();
});
