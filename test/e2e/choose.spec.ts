import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';

/** Counts what a person does: each click, key or answer. */
class Actions {
  count = 0;

  async do<T>(work: () => Promise<T>): Promise<T> {
    this.count++;
    return work();
  }
}

async function pictures(workspaceFolder: string): Promise<string[]> {
  return readdir(path.join(workspaceFolder, 'assets/generated'));
}

test.describe('a picture that does not please', () => {
  // A model with a seed.
  test.use({ settings: { 'rivya.defaultModel.image': 'google-imagen4-fast' } });

  test('is replaced in three actions, and tried in its place', async ({
    workbench,
    workspaceFolder,
    sandbox,
  }) => {
    const file = path.join(workspaceFolder, 'article.md');
    await writeFile(file, `# Bicycles\n\n${sentence}\n\nThe end.\n`);
    await workbench.setKey(sandbox);
    await workbench.openFile('article.md');
    await workbench.selectText(sentence);
    await workbench.contextMenu('Generate Image from Selection');
    await expect(workbench.line(/a-red-bicycle/)).toBeVisible();
    await workbench.save('article.md');
    const first = await readFile(file, 'utf8');
    const [old] = await pictures(workspaceFolder);
    await workbench.selectText('![A red bicycle');

    const actions = new Actions();
    const regenerate = await actions.do(() => workbench.quickFix(/^Rivya: Regenerate/));
    await workbench.screenshot('chooseOffers');
    await actions.do(() => regenerate.click());
    // Asked once, for all times.
    await actions.do(() => workbench.page.getByRole('button', { name: 'Delete', exact: true }).click());
    await expect.poll(async () => (await pictures(workspaceFolder)).join()).not.toContain(old);
    expect(actions.count).toBeLessThanOrEqual(3);
    const [fresh = '', ...rest] = await pictures(workspaceFolder);
    expect(rest).toEqual([]);
    const short = (name: string): RegExp => new RegExp(name.slice(-12, -4));
    await expect(workbench.line(short(fresh))).toBeVisible();
    await workbench.save('article.md');
    const second = await readFile(file, 'utf8');
    expect(second).toBe(first.replace(old ?? '', fresh));
    expect(sandbox.control.charges()).toHaveLength(2);

    // Variations flip in place, and Escape leaves nothing behind.
    await workbench.selectText('![A red bicycle');
    await (await workbench.quickFix(/^Rivya: Variations/)).click();
    await workbench.picks.first().waitFor();
    await workbench.screenshot('chooseCount');
    await workbench.pick('2 variations').click();
    await workbench.pick('Variation 1').waitFor();
    await workbench.pick('Variation 2').waitFor();
    await expect(workbench.line(short(fresh))).toBeHidden();
    await workbench.screenshot('chooseVariations');
    await workbench.pick('Keep Old One').waitFor();
    await workbench.quickInputBox.press('Home');
    await workbench.quickInputBox.press('ArrowDown');
    await workbench.quickInputBox.press('ArrowUp');
    await workbench.quickInputBox.press('Escape');
    await workbench.quickInput.waitFor({ state: 'hidden' });
    await expect(workbench.line(short(fresh))).toBeVisible();
    await expect.poll(() => pictures(workspaceFolder)).toEqual([fresh]);
    // Where VS Code saves by itself, as in a browser, what was tried was saved as well.
    await expect.poll(() => readFile(file, 'utf8')).toBe(second);
    await expect(workbench.page.locator('.tab.dirty')).toHaveCount(0);

    // Enter keeps the one that is shown, and one undo takes it back.
    await workbench.selectText('![A red bicycle');
    await (await workbench.quickFix(/^Rivya: Variations/)).click();
    await workbench.pick('1 variation').click();
    await workbench.pick('Variation 1').waitFor();
    await expect(workbench.line(short(fresh))).toBeHidden();
    await workbench.quickInputBox.press('Enter');
    await expect.poll(async () => (await pictures(workspaceFolder)).join()).not.toContain(fresh);
    const [kept = '', ...others] = await pictures(workspaceFolder);
    expect(others).toEqual([]);
    await expect(workbench.line(short(kept))).toBeVisible();
    await workbench.screenshot('chooseKept');
    // An undo while VS Code saves by itself would leave on disk what is undone, whoever wrote it.
    await workbench.save('article.md');
    await workbench.page.keyboard.press('Control+Z');
    await expect(workbench.line(short(fresh))).toBeVisible();
    await expect.poll(() => pictures(workspaceFolder)).toEqual([fresh]);
    await workbench.save('article.md');
    expect(await readFile(file, 'utf8')).toBe(second);
    expect(sandbox.control.charges()).toHaveLength(5);
  });
});

test('a newcomer sees the first picture after five actions', async ({ workbench }) => {
  const actions = new Actions();
  await actions.do(() => workbench.viewContainer('Rivya').click());
  const button = (name: string): ReturnType<Workbench['menuItem']> =>
    workbench.page.getByRole('button', { name }).first();
  await actions.do(() => button('Try Without a Key').click());
  await expect(workbench.statusBar(/Sandbox/)).toBeVisible();
  await actions.do(() => button('Generate Image...').click());
  await actions.do(() => workbench.enter(sentence));
  await workbench.quickInput.getByText('Model for Images').waitFor();
  await actions.do(() => workbench.choose('Z-Image'));
  const picture = workbench.page
    .frameLocator('iframe.webview.ready')
    .frameLocator('#active-frame')
    .locator('img');
  await expect(picture).toBeVisible();
  await expect(workbench.notification(/Image saved/).getByText('Insert...')).toBeVisible();
  await workbench.screenshot('chooseNewcomer');
  expect(actions.count).toBeLessThanOrEqual(5);
});
