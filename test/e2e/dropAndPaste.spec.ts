import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import type { Sandbox } from '../../src/sandbox/server.ts';
import { finished, type Workbench } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';
const picture = String.raw`assets/generated/a-red-bicycle[\w-]*\.png`;

test.use({ sharesWindow: true, settings: { 'rivya.defaultModel.image': 'z-image' } });

/** A result whose document was closed meanwhile, so that it waits in the library; `file` is open instead. */
async function waitingResult(workbench: Workbench, sandbox: Sandbox, file: string): Promise<Locator> {
  await workbench.setKey(sandbox);
  await workbench.openFile(file);
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  sandbox.control.update({ taskDurationMs: 3_600_000 });
  await workbench.contextMenu('Generate Image from Selection');
  await expect.poll(() => sandbox.control.charges().length).toBe(1);
  await workbench.tab('notes.md').click({ button: 'middle' });
  await expect(workbench.tab('notes.md')).toBeHidden();
  sandbox.control.finishTasks();
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText('ready to insert');
  return workbench.treeItem(sentence);
}

/** Without Shift, VS Code opens what is dropped. */
async function dragWithShift({ page }: Workbench, from: Locator, to: Locator): Promise<void> {
  const target = await to.boundingBox();
  if (target === null) throw new Error('There is nothing to drop it on.');
  const [x, y] = [target.x + target.width - 2, target.y + target.height / 2];
  await from.hover();
  await page.mouse.down();
  await page.mouse.move(x - 10, y, { steps: 5 });
  await page.keyboard.down('Shift');
  await page.mouse.move(x, y, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
}

async function pictures(workspaceFolder: string): Promise<string[]> {
  const files = await readdir(workspaceFolder, { recursive: true });
  return files.filter(file => file.endsWith('.png'));
}

const documents = [
  {
    file: 'article.md',
    text: '# Bicycles\n\nDrop here: \n\nThe end.\n',
    expected: `# Bicycles\n\nDrop here: !\\[${sentence}\\]\\(${picture}\\)\n\nThe end\\.\n`,
  },
  {
    file: 'page.html',
    text: '<!doctype html>\n<main>\n  <p>Drop here: \n  </p>\n</main>\n',
    expected: `<p>Drop here: <img src="${picture}" alt="${sentence}" width="\\d+" height="\\d+">\n {2}</p>`,
  },
];

for (const { file, text, expected } of documents) {
  test(`a task dropped into ${file} stands where it was dropped, and one undo takes it away`, async ({
    workbench,
    workspaceFolder,
    sandbox,
  }) => {
    const onDisk = path.join(workspaceFolder, file);
    await writeFile(onDisk, text);
    const task = await waitingResult(workbench, sandbox, file);
    // VS Code drags nothing of a row that is drawn anew at that moment, as after its result has come.
    await expect(async () => {
      await dragWithShift(workbench, task, workbench.line(/Drop here:/).locator('> span'));
      await expect(workbench.line(/a-red-bicycle/)).toBeVisible({ timeout: 15_000 });
    }).toPass();
    await expect(task).toContainText(finished);
    await workbench.screenshot(`dropped-${path.extname(file).slice(1)}`);
    // VS Code writes the text first, then the file.
    await expect.poll(() => pictures(workspaceFolder)).toHaveLength(1);
    await workbench.save(file);
    expect(await readFile(onDisk, 'utf8')).toMatch(new RegExp(expected));
    expect(sandbox.control.charges()).toHaveLength(1);

    await workbench.page.keyboard.press('Control+Z');
    await expect(workbench.line(/a-red-bicycle/)).toBeHidden();
    await expect.poll(() => pictures(workspaceFolder)).toEqual([]);
    await workbench.save(file);
    expect(await readFile(onDisk, 'utf8')).toBe(text);
  });
}

test('a file of the library is pasted as a reference, and comes along', async ({
  workbench,
  workspaceFolder,
  sandbox,
}) => {
  const { page } = workbench;
  await writeFile(path.join(workspaceFolder, 'article.md'), '# Bicycles\n\nPaste here: ');
  const task = await waitingResult(workbench, sandbox, 'article.md');
  await task.click();
  await page.locator('.tabs-container .tab', { hasText: /\.png/ }).waitFor();
  await workbench.runCommand('File: Copy Path of Active File');
  const file = await page.evaluate<string>('navigator.clipboard.readText()');
  await workbench.tab('article.md').click();
  await workbench.line(/Paste here/).click();
  await page.keyboard.press('Control+End');
  // No file manager runs in a browser: the event is the one that its Copy leads to.
  const uri = `vscode-remote://${new URL(page.url()).host}${file}`;
  await page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/uri-list', ${JSON.stringify(uri)});
    const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(paste);
  }`);
  await expect(workbench.line(/a-red-bicycle/)).toBeVisible();
  await workbench.save('article.md');
  const text = await readFile(path.join(workspaceFolder, 'article.md'), 'utf8');
  expect(text).toMatch(new RegExp(`^# Bicycles\n\nPaste here: !\\[${sentence}\\]\\(${picture}\\)$`));
  // VS Code writes the text first, then the file.
  await expect.poll(() => pictures(workspaceFolder)).toHaveLength(1);
  await expect(task).toContainText(finished);
  await workbench.screenshot('pasted');
  expect(sandbox.control.charges()).toHaveLength(1);
});
