import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { test as inEditor } from './fixtures.ts';

const test = base.extend<{ sandbox: Sandbox }>({
  // Playwright wants a pattern here, also an empty one.
  // eslint-disable-next-line no-empty-pattern
  sandbox: async ({}, use) => {
    const sandbox = await startSandbox({ taskDurationMs: 0 });
    await use(sandbox);
    await sandbox.close();
  },
});

function call(sandbox: Sandbox, path: string, json?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' };
  const init = json === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(json) };
  return fetch(`${sandbox.url}/api/v1${path}`, init);
}

function rowsOf(page: Page, title: string) {
  return page.getByRole('table', { name: title, exact: true }).locator('tbody tr');
}

const boat = { model: 'z-image', prompt: 'A paper boat on a lake' };

test('shows live what happens, in light and in dark, and is accessible', async ({ page, sandbox }) => {
  const problems: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', error => problems.push(error.message));
  await page.goto(sandbox.pageUrl);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(page.getByText('Nothing generated yet.')).toBeVisible();

  await call(sandbox, '/webhooks', {
    name: 'Shop',
    url: `${sandbox.url}/nothing-here`,
    event_types: ['generation.succeeded', 'generation.failed'],
  });
  await call(sandbox, '/generations', boat);
  await call(sandbox, '/chat/completions', { model: 'gpt-5-2-chat', message: 'Hello' });
  await expect(rowsOf(page, 'Generations')).toContainText(['A paper boat on a lake']);
  await expect(rowsOf(page, 'Generations').first()).toContainText('succeeded');
  await expect(rowsOf(page, 'Charges')).toHaveCount(2);
  await expect(rowsOf(page, 'Webhook endpoints')).toContainText(['Shop']);
  await expect(rowsOf(page, 'Webhook deliveries').last()).toContainText('HTTP 404');
  await expect(rowsOf(page, 'Requests').filter({ hasText: '/api/v1/generations' })).toContainText(['202']);
  await rowsOf(page, 'Webhook deliveries').last().locator('summary').click();
  await expect(rowsOf(page, 'Webhook deliveries').last().locator('pre')).toContainText('2026-05-11');

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({
        path: `test-results/screenshots/sandbox-page-${colorScheme}-${width}.png`,
        fullPage: true,
      });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations).toEqual([]);
      // Tables scroll by themselves, the page never.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  }
  expect(problems).toEqual([]);

  // The spacing that WCAG 1.4.12 wants to be possible.
  await page.setViewportSize({ width: 320, height: 800 });
  await page.evaluate(`{
    const spacing = new CSSStyleSheet();
    const all = 'line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;';
    spacing.replaceSync('* { ' + all + ' } p { margin-bottom: 2em !important; }');
    document.adoptedStyleSheets = [spacing];
  }`);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
});

test('shows what it has made, and finds it', async ({ page, sandbox }) => {
  await call(sandbox, '/generations', boat);
  await call(sandbox, '/generations', { model: 'grok-imagine-video', prompt: 'Waves at dusk' });
  await call(sandbox, '/generations', { model: 'no-such-model', prompt: 'Nothing' });
  const recorded = sandbox.control.requests().length;
  await page.goto(sandbox.pageUrl);
  const picture = page.getByRole('link', { name: 'Result 1' }).getByRole('img');
  await expect
    .poll(() => picture.evaluate((node: { readonly naturalWidth?: number }) => node.naturalWidth))
    .toBe(320);
  await expect(page.locator('video[aria-label="Result 1"]')).toBeVisible();
  // To look at it is no request of a client.
  expect(sandbox.control.requests()).toHaveLength(recorded);

  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Requests 3' }).click();
  await expect(page.getByRole('heading', { name: 'Requests' })).toBeInViewport();
  await page.getByRole('searchbox', { name: 'Filter rows' }).fill('PAPER boat');
  await expect(rowsOf(page, 'Generations').filter({ visible: true })).toHaveCount(1);
  await expect(page.locator('#found')).toHaveText(/^1 of \d+ rows$/);
  // What comes while a filter is set passes it, too.
  await call(sandbox, '/generations', { ...boat, prompt: 'A second paper boat' });
  await expect(rowsOf(page, 'Generations').filter({ visible: true })).toHaveCount(2);
  await page.getByRole('searchbox', { name: 'Filter rows' }).fill('');
  await page.getByRole('checkbox', { name: 'Errors only' }).check();
  await expect(rowsOf(page, 'Requests').filter({ visible: true })).toHaveCount(1);
  await expect(page.getByText('No row passes the filter.').filter({ visible: true })).toHaveCount(3);
});

test('sets credits and switches faults on and off, by keyboard', async ({ page, sandbox }) => {
  await page.goto(sandbox.pageUrl);
  const credits = page.getByLabel('Credits', { exact: true });
  await expect(credits).toHaveValue('100');
  await credits.fill('7');
  await page.keyboard.press('Enter');
  await expect(page.locator('#notice')).toHaveText('Credits set.');
  expect(sandbox.control.credits()).toBe(7);

  const fails = page.getByRole('checkbox', { name: /The next generation fails/ });
  await fails.focus();
  await page.keyboard.press('Space');
  await expect(page.locator('#notice')).toHaveText(/: on\.$/);
  await call(sandbox, '/generations', boat);
  await expect(rowsOf(page, 'Generations').first()).toContainText('The generation failed.');
  await expect(fails).not.toBeChecked();
  await expect(fails).toBeFocused();

  const disabled = page.getByRole('checkbox', { name: /switched off \(503\)/ });
  await disabled.press('Space');
  await expect(disabled).toBeChecked();
  await expect.poll(async () => (await call(sandbox, '/credits')).status).toBe(503);
  await disabled.press('Space');
  await expect.poll(async () => (await call(sandbox, '/credits')).status).toBe(200);

  await page.getByLabel('Dialect of chat streams').selectOption('ndjson');
  await expect(page.locator('#notice')).toHaveText('Dialect set.');
  expect(sandbox.control.settings().stream.dialect).toBe('ndjson');

  page.once('dialog', dialog => void dialog.accept());
  await page.getByRole('button', { name: 'Reset everything' }).click();
  await expect(page.getByText('Nothing generated yet.')).toBeVisible();
  await expect(credits).toHaveValue('100');
});

test('shows the beginning of a key only, and copies all of it', async ({ page, sandbox }) => {
  await page.goto(sandbox.pageUrl);
  await page.getByRole('button', { name: /^Copy the key/ }).click();
  await expect(page.locator('#notice')).toHaveText('Key copied.');
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(sandbox.apiKey);
  expect(await page.content()).not.toContain(sandbox.apiKey);
});

test('is out of reach for other web pages', async ({ page, sandbox }) => {
  const foreign = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Foreign</title>');
  });
  foreign.listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  try {
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const answers = [];
    for (const path of ['/__sandbox/settings', '/__sandbox/reset', '/api/v1/credits']) {
      const answer = page.waitForResponse(`${sandbox.url}${path}`);
      await page.evaluate(
        `fetch('${sandbox.url}${path}', { method: 'POST', mode: 'no-cors', body: '{"credits":1}' })`,
      );
      answers.push((await answer).status());
    }
    expect(answers).toEqual([404, 404, 404]);
    expect(sandbox.control.credits()).toBe(100);
  } finally {
    foreign.close();
    foreign.closeAllConnections();
  }
});

// Runs in the page: resolves once the media element has played for a moment.
const play = `(async () => {
  const media = document.querySelector('video, audio');
  const failed = new Promise((_, reject) => {
    media.addEventListener('error', () => reject(new Error(media.error.message)));
  });
  const known = new Promise(resolve => media.addEventListener('loadedmetadata', resolve));
  const advanced = new Promise(resolve => {
    media.addEventListener('timeupdate', () => media.currentTime > 0 && resolve());
  });
  media.load();
  await Promise.race([known, failed]);
  await Promise.race([Promise.all([media.play(), advanced]), failed]);
  return { duration: media.duration, currentTime: media.currentTime, width: media.videoWidth ?? 0 };
})()`;

for (const { tag, request } of [
  { tag: 'video', request: { model: 'grok-imagine-video' } },
  { tag: 'audio', request: { model: 'elevenlabs-turbo-2-5', params: { voice: 'TX3LPaxmHKxFdv7VOQHJ' } } },
]) {
  test(`a result plays in <${tag}>`, async ({ page, sandbox }) => {
    const created = await call(sandbox, '/generations', { prompt: 'Waves at dusk', ...request });
    const { id } = (await created.json()) as { id: string };
    const task = (await (await call(sandbox, `/generations/${id}`)).json()) as {
      result: { primary_url: string };
    };
    await page.setContent(`<${tag} muted controls src="${task.result.primary_url}"></${tag}>`);
    const played = await page.evaluate<{ duration: number; currentTime: number; width: number }>(play);
    expect(played.duration).toBeGreaterThanOrEqual(1);
    expect(played.currentTime).toBeGreaterThan(0);
    expect(played.width > 0).toBe(tag === 'video');
    if (tag === 'video') await page.screenshot({ path: 'test-results/screenshots/sandbox-video.png' });
  });
}

inEditor.describe('the sandbox of the editor', () => {
  inEditor.use({ settings: { 'rivya.defaultModel.image': 'z-image' } });

  inEditor(
    'outlives a reload with its jobs, under the same address',
    async ({ workbench, sandbox, server }) => {
      await workbench.runCommand('Rivya: Start Sandbox');
      const message = workbench.notification(/The sandbox is running at/);
      for (const name of ['Generate an Image', 'Open Sandbox Page']) {
        await expect(message.getByRole('button', { name, exact: true })).toBeVisible();
      }
      await workbench.screenshot('sandbox-started');
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec((await message.textContent()) ?? '')?.[0] ?? '';
      const storage = server.globalStorage('rivya.rivya');
      const address = await readFile(path.join(storage, 'sandbox/address.json'), 'utf8');
      const headers = { 'x-rivya-sandbox': (JSON.parse(address) as { token: string }).token };
      const steer = (name: string, json: unknown): Promise<Response> =>
        fetch(`${url}/__sandbox/${name}`, { method: 'POST', headers, body: JSON.stringify(json) });
      await steer('settings', { taskDurationMs: 3_600_000 });

      await workbench.openFile('notes.md');
      await workbench.selectText('A red bicycle leans against a white wall.');
      await workbench.contextMenu('Generate Image from Selection');
      const charges = async (): Promise<unknown[]> =>
        (await (await fetch(`${url}/__sandbox/charges`, { headers })).json()) as unknown[];
      await expect.poll(async () => (await charges()).length).toBe(1);

      await workbench.reload();
      await expect(workbench.statusBar(/Sandbox/)).toBeVisible();
      // While the new window takes over from the old one, nobody may be listening.
      const finish = (): Promise<number> =>
        steer('finish', {}).then(
          ({ status }) => status,
          () => 0,
        );
      await expect.poll(finish).toBe(200);
      const insert = workbench.notification(/is ready/).getByRole('button', { name: 'Insert', exact: true });
      const inserted = workbench.line(/!\[A red bicycle/);
      await expect(insert.or(inserted).first()).toBeVisible();
      if (await insert.isVisible()) await insert.click();
      await expect(inserted).toBeVisible();
      expect(await charges()).toHaveLength(1);
      // The configured server was not asked for anything.
      expect(sandbox.control.requests()).toEqual([]);
    },
  );
});
