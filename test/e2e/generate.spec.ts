import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { finished } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';
const reference = /^!\[(.+)\]\((.+)\)$/m;

test('a selected sentence becomes a picture in the workspace and in the preview', async ({
  workbench,
  workspaceFolder,
  sandbox,
}) => {
  await workbench.setKey(sandbox);
  await expect(workbench.statusBar('100 credits')).toBeVisible();

  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await workbench.picks.first().waitFor();
  await workbench.screenshot('modelPicker');
  await workbench.choose('Z-Image');

  await expect(workbench.line(/!\[A red bicycle/)).toBeVisible();
  await workbench.save('notes.md');
  const text = await readFile(path.join(workspaceFolder, 'notes.md'), 'utf8');
  const [line, alt, source] = reference.exec(text) ?? [];
  expect(alt).toBe(sentence);
  expect(text).toBe(`# Notes\n\n${sentence}\n\n${line ?? ''}\n\nThe end.\n`);
  const picture = PNG.sync.read(await readFile(path.join(workspaceFolder, source ?? '')));
  expect(picture.width).toBeGreaterThan(500);
  expect(sandbox.control.charges().map(charge => charge.credits)).toEqual([1]);
  await expect(workbench.statusBar('99 credits')).toBeVisible();

  await workbench.runCommand('Markdown: Open Preview to the Side');
  const image = workbench.markdownPreview.getByRole('img');
  await expect(image).toBeVisible();
  await expect
    .poll(() => image.evaluate((element: object) => 'naturalWidth' in element && element.naturalWidth))
    .toBe(picture.width);
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText(finished);
  await expect(workbench.treeItem('4o Image')).toBeVisible();
  await workbench.screenshot('generate');
});
