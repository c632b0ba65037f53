import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';

test.use({ settings: { 'rivya.defaultModel.image': 'z-image' } });

test('cancelling says that Rivya cannot, and keeps the result', async ({ workbench, sandbox }) => {
  sandbox.control.update({ taskDurationMs: 3_600_000 });
  await workbench.setKey(sandbox);
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  const progress = workbench.notification(/Image "A red bicycle/);
  await expect(progress).toContainText('queued');
  await workbench.screenshot('progress');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await expect(workbench.notification(/cannot cancel a job: it runs on and is charged/)).toBeVisible();

  sandbox.control.finishTasks();
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText('in the library');
  await expect(workbench.line(/!\[A red bicycle/)).toBeHidden();
  expect(sandbox.control.charges()).toHaveLength(1);
});

test('without a folder the result stays in the library, and the message says so', async ({
  workbench,
  sandbox,
}) => {
  await workbench.openEmptyWindow();
  await workbench.setKey(sandbox);
  await workbench.runCommand('File: New Untitled Text File');
  await workbench.page.keyboard.type(sentence);
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  const message = workbench.notification(/No folder is open/);
  await expect(message).toContainText('It is kept in the library');
  await message.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(workbench.page.locator('.tabs-container .tab', { hasText: /\.png/ })).toBeVisible();
  expect(sandbox.control.charges()).toHaveLength(1);
});
