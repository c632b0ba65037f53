import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../scripts/workspace.ts';
import { everything } from '../../src/webview/gallery/everything.ts';
import type { PageBoot } from '../../src/shared/page.ts';
import { expect, GalleryUnderTest, test } from './support/gallery.ts';
import { startPageServer } from './support/pageServer.ts';
import { themeNames } from './support/themes.ts';

test('of 100,000 results at most 100 tiles are in the document, from end to end', async ({
  gallery,
  page,
}) => {
  await gallery.open();
  await expect(gallery.grid).toHaveAttribute('aria-rowcount', /^\d{4,5}$/);
  const longest = await page.evaluate(async () => {
    let most = 0;
    new PerformanceObserver(list => {
      for (const { duration } of list.getEntries()) most = Math.max(most, duration);
    }).observe({ entryTypes: ['longtask'] });
    const viewport = document.querySelector('.viewport');
    if (viewport === null) throw new Error('There is no list.');
    const end = viewport.scrollHeight - viewport.clientHeight;
    for (let step = 0; step <= 60; step++) {
      viewport.scrollTop = (end * step) / 60;
      await new Promise(requestAnimationFrame);
    }
    return most;
  });
  await expect(gallery.tile(99_999)).toHaveAttribute('data-task', 'task-99999');
  expect(await gallery.mostTiles()).toBeLessThanOrEqual(100);
  expect(await gallery.mostTiles()).toBeGreaterThan(10);
  test.info().annotations.push({ type: 'longest task', description: `${longest} ms` });
  // What was passed by was not looked into.
  const made = await gallery.thumbnails();
  expect(made.every(({ taskId }) => Number(taskId.slice(5)) > 99_800 || Number(taskId.slice(5)) < 100)).toBe(
    true,
  );
});

test('at any width and size there are at most 100 tiles', async ({ gallery, page }) => {
  await page.setViewportSize({ width: 3000, height: 2000 });
  await gallery.open();
  await page.getByLabel('Tile size').fill('96');
  await gallery.drawn();
  expect(await gallery.mostTiles()).toBeLessThanOrEqual(100);
  await page.setViewportSize({ width: 300, height: 400 });
  await gallery.drawn();
  await expect(gallery.tiles.first()).toBeVisible();
  expect(await gallery.mostTiles()).toBeLessThanOrEqual(100);
});

test('what stays in sight gets a thumbnail, which is made once and shown', async ({ gallery, page }) => {
  await gallery.open({ total: 4 });
  // Four tiles, and three in the strips of the details.
  await expect.poll(async () => (await gallery.thumbnails()).length).toBe(7);
  const made = (await gallery.thumbnails()).map(({ taskId }) => Number(taskId.slice('task-'.length)));
  expect(made.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 50, 51, 52]);
  for (const { bytes, head } of await gallery.thumbnails()) {
    expect(head).toMatch(/^RIFF....WEBP$/s);
    expect(bytes).toBeLessThanOrEqual(65_536);
  }
  await expect(gallery.tiles.locator('img')).toHaveCount(4);
  await expect(gallery.tile(0).locator('img')).toHaveAttribute('src', '/picture.png?thumbnail');
  for (const picture of await page.locator('.strip img').all())
    await expect(picture).toHaveAttribute('src', '/picture.png?thumbnail');
  await expect(page.locator('.strip img')).toHaveCount(3);
  await gallery.say({ type: 'frame', frame: { models: [], hasWorkspace: false, canUndo: true } });
  await expect(gallery.page.getByTestId('gallery-undo')).toBeVisible();
  expect(await gallery.thumbnails()).toHaveLength(7);
});

test('where no thumbnail can be made, the picture itself is shown, or the icon of its kind', async ({
  gallery,
}) => {
  const broken = {
    index: 0,
    thumbnail: undefined,
    mediaType: 'image/png',
    bytes: 500_000,
    source: '/nowhere.png',
  };
  await gallery.open({
    total: 2,
    tiles: {
      0: { file: { ...broken, kind: 'image' } },
      1: { kind: 'video', file: { ...broken, kind: 'video' } },
    },
  });
  await expect(gallery.tile(0).locator('img')).toHaveAttribute('src', '/nowhere.png');
  await expect(gallery.tile(1).locator('.codicon-device-camera-video')).toBeVisible();
  const made = (await gallery.thumbnails()).map(({ taskId }) => taskId);
  expect(made.filter(id => ['task-0', 'task-1'].includes(id))).toEqual([]);
});

test('videos show a picture and their length, and are played in their tile on Enter', async ({
  gallery,
  page,
}) => {
  await gallery.open({ total: 2, kind: 'video', source: '/media/clip.mp4' });
  await expect(gallery.tile(0).locator('img')).toHaveAttribute('src', '/picture.png?thumbnail');
  await expect(gallery.tile(0).locator('.length')).toHaveText(/^\d+:\d\d$/);
  await gallery.grid.focus();
  await page.keyboard.press('Enter');
  const player = gallery.tile(0).locator('video');
  await expect(player).toHaveCount(1);
  expect(await player.evaluate((video: HTMLVideoElement) => video.autoplay)).toBe(true);
  await page.keyboard.press('Enter');
  await expect(player).toHaveCount(0);
});

test('sounds show their length, and are played in their tile on Enter', async ({ gallery, page }) => {
  await gallery.open({ total: 3, kind: 'audio', source: '/media/chime-22050.mp3' });
  await expect(gallery.tile(0).locator('.length')).toHaveText(/^\d+:\d\d$/);
  await gallery.grid.focus();
  await page.keyboard.press('Enter');
  const player = gallery.tile(0).locator('audio');
  await expect(player).toHaveCount(1);
  expect(await player.evaluate((audio: HTMLAudioElement) => audio.autoplay)).toBe(true);
  await page.keyboard.press('Escape');
  await expect(player).toHaveCount(0);
});

test('the keyboard reaches every tile from one tab stop', async ({ gallery, page }) => {
  await gallery.open();
  await gallery.grid.focus();
  const columns = Number(await gallery.grid.getAttribute('aria-colcount'));
  const active = (): Promise<string | null> => gallery.grid.getAttribute('aria-activedescendant');
  const steps: [string, number][] = [
    ['ArrowRight', 1],
    ['ArrowDown', 1 + columns],
    ['ArrowLeft', columns],
    ['ArrowUp', 0],
    ['ArrowUp', 0],
    ['End', columns - 1],
    ['Home', 0],
    ['Control+End', 99_999],
    ['Control+Home', 0],
  ];
  for (const [key, index] of steps) {
    await page.keyboard.press(key);
    await expect.poll(active, key).toBe(`tile-${index}`);
    await expect(gallery.tile(index)).toBeInViewport();
  }
  await page.keyboard.press('PageDown');
  await expect.poll(async () => Number((await active())?.slice(5))).toBeGreaterThanOrEqual(columns);
  // One stop: the next Tab leaves the list.
  await page.keyboard.press('Tab');
  await expect(gallery.grid).not.toBeFocused();
});

test('selects one, several and a stretch, also beyond what is loaded', async ({ gallery, page }) => {
  await gallery.open();
  await gallery.tile(2).click();
  await gallery.tile(4).click({ modifiers: ['ControlOrMeta'] });
  await gallery.tile(5).click({ modifiers: ['ControlOrMeta'] });
  await expect(page.locator('[aria-selected=true]')).toHaveCount(3);
  await page.keyboard.press('Delete');
  await expect
    .poll(async () => (await gallery.posted('do')).at(-1))
    .toEqual({ type: 'do', verb: 'remove', taskIds: ['task-2', 'task-4', 'task-5'] });
  await expect(page.locator('[aria-selected=true]')).toHaveCount(0);
  await gallery.tile(1).click();
  await gallery.tile(6).click({ modifiers: ['Shift'] });
  await expect(page.getByTestId('gallery-total')).toContainText('selected: 6');
  await page.keyboard.press('Shift+Control+End');
  await expect(page.getByTestId('gallery-total')).toContainText('selected: 1,000');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press(' ');
  await page.getByTestId('gallery-insert').click();
  expect((await gallery.posted('do')).at(-1)).toEqual({ type: 'do', verb: 'insert', taskIds: ['task-0'] });
  await page.getByRole('button', { name: 'Why Does This File Exist?' }).click();
  expect((await gallery.posted('do')).at(-1)).toEqual({ type: 'do', verb: 'explain', taskIds: ['task-0'] });
});

test('search and filters say to the host what is wanted, and an empty answer is said', async ({
  gallery,
  page,
}) => {
  await gallery.open();
  await page.getByTestId('gallery-search').pressSequentially('red fox');
  await expect(page.getByTestId('gallery-total')).toHaveText('3 results');
  await expect
    .poll(async () => (await gallery.posted('look')).at(-1)?.query)
    .toEqual({ ...everything, text: 'red fox' });
  // Letters that follow one another are not a search each.
  expect((await gallery.posted('look')).length).toBeLessThan(8);
  await page.getByLabel('Kind').selectOption('video');
  await page.getByLabel('Model').selectOption('flux');
  await page.getByLabel('State').selectOption('failed');
  await page.getByLabel('Time').selectOption('day');
  await page.getByLabel('Day', { exact: true }).fill('2026-11-05');
  await page.getByLabel('Sort by').selectOption('price');
  await page.getByRole('button', { name: 'Only this workspace' }).click();
  await page.getByTestId('gallery-favourites').click();
  await gallery.change({ matches: 0 });
  await page.getByTestId('gallery-search').fill('nowhere');
  await expect(page.getByTestId('gallery-empty')).toContainText('No results found.');
  await expect
    .poll(async () => (await gallery.posted('look')).at(-1)?.query)
    .toEqual({
      text: 'nowhere',
      kind: 'video',
      model: 'flux',
      state: 'failed',
      time: 'day',
      day: '2026-11-05',
      workspace: true,
      favourites: true,
      order: 'price',
    });
  await page.getByRole('button', { name: 'Show All' }).click();
  await expect(page.getByTestId('gallery-total')).toHaveText('100,000 results');
  await expect.poll(async () => (await gallery.posted('look')).at(-1)?.query).toEqual(everything);
});

test('details follow the active tile, with what it was made from', async ({ gallery, page }) => {
  await gallery.open();
  const details = page.getByTestId('gallery-details');
  await expect(details).toContainText('Picture 0 of a red fox in the snow, with every hair');
  await gallery.grid.focus();
  await page.keyboard.press('ArrowRight');
  await expect(details).toContainText('Picture 1 of');
  await expect(details.getByRole('list', { name: 'Made from', exact: true }).getByRole('button')).toHaveCount(
    1,
  );
  await details
    .getByRole('list', { name: 'Made from it or alongside it' })
    .getByRole('button')
    .last()
    .click();
  await expect(details).toContainText('Picture 52 of');
  await page.getByTestId('gallery-details-toggle').click();
  await expect(details).toHaveCount(0);
});

test('after a reload filter, size and place are as before', async ({ gallery, page }) => {
  await gallery.open();
  await page.getByLabel('Kind').selectOption('video');
  await page.getByLabel('Tile size').fill('200');
  await gallery.grid.focus();
  await page.keyboard.press('Control+End');
  await expect(gallery.tile(99_999)).toHaveAttribute('data-task', 'task-99999');
  await expect.poll(() => page.evaluate(() => sessionStorage.getItem('state'))).toContain('"active":99999');
  await page.reload();
  await expect(gallery.tile(99_999)).toBeInViewport();
  await expect(gallery.tile(99_999)).toHaveAttribute('data-task', 'task-99999');
  await expect(page.getByLabel('Kind')).toHaveValue('video');
  await expect(page.getByLabel('Tile size')).toHaveValue('200');
});

test('asks for everything again when a message was missed', async ({ gallery }) => {
  await gallery.open({ total: 5 });
  const before = (await gallery.posted('ready')).length;
  await gallery.page.evaluate(() => {
    const data = { type: 'rows', look: 1, total: 0, isMore: false, offset: 0, rows: [], sequence: 999 };
    window.dispatchEvent(new MessageEvent('message', { data }));
  });
  await expect.poll(async () => (await gallery.posted('ready')).length).toBe(before + 1);
  await expect(gallery.tiles).toHaveCount(5);
});

test('shows hostile words as words', async ({ gallery }) => {
  const title = '<img src=x onerror=alert(1)> \u202e"><script>alert(1)</script>';
  await gallery.open({ total: 1, tiles: { 0: { title, model: title, stateText: title } } });
  await expect(gallery.tile(0).locator('.name')).toHaveText(title);
  await expect(gallery.tile(0).locator('script')).toHaveCount(0);
});

/** What JSON can carry for no file. */
const nothing = null as unknown as undefined;

const many = {
  total: 24,
  tiles: {
    0: { isFavourite: true },
    1: { files: 4 },
    2: { look: 'running', stateText: 'generating', file: nothing, files: 0 },
    3: { look: 'failed', stateText: 'failed', file: nothing, files: 0 },
    4: { look: 'ready', stateText: 'ready to insert' },
  },
} as const;

for (const theme of themeNames) {
  test(`${theme}: looks as it should, and axe finds nothing`, async ({ gallery, page }) => {
    await gallery.open(many, theme);
    await gallery.grid.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press(' ');
    await expect.poll(async () => (await gallery.thumbnails()).length).toBeGreaterThan(5);
    await gallery.screenshot(theme);
    await gallery.expectAccessible();
  });
}

test('forced colours and reduced motion', async ({ gallery, page }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await gallery.open(many);
  const animation = await page
    .locator('.codicon-loading')
    .evaluate(icon => getComputedStyle(icon).animationName);
  expect(animation).toBe('none');
  await gallery.screenshot('forced-colors');
  await gallery.expectAccessible(['color-contrast']);
});

test('in Hindi and narrow, nothing is wider than the page', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 600 });
  const words = await readFile(path.join(root, 'l10n/bundle.l10n.hi.json'), 'utf8');
  const strings = JSON.parse(words) as PageBoot['strings'];
  await using server = await startPageServer({ language: 'hi', strings });
  const gallery = new GalleryUnderTest(page, server);
  await gallery.open(many);
  await page.getByTestId('gallery-details-toggle').click();
  await expect(page.getByTestId('gallery-details')).toBeVisible();
  await gallery.expectWithinPage();
  await gallery.screenshot('hi-320');
  await gallery.expectAccessible();
  await gallery.expectHarmless();
});
