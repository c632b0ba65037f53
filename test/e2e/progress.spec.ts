import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';

test.use({
  sharesWindow: true,
  settings: { 'rivya.defaultModel.image': 'z-image', 'rivya.notifications': 'toast' },
});

test('of two tasks that take long the wait for one is stopped, which cannot cancel it, and the other is hidden, which ends nothing', async ({
  workbench,
  sandbox,
}) => {
  sandbox.control.update({ taskDurationMs: 3_600_000 });
  await workbench.setKey(sandbox);
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  // Quiet at first: the status bar and a mark at the place. A notification only when it takes long, for who
  // wants one.
  await expect(workbench.statusBar(/Image "A red bicycle.+queued/)).toBeVisible();
  const progress = workbench.notification(/Image "A red bicycle/);
  await expect(progress).toBeHidden();
  await workbench.screenshot('quietProgress');
  await workbench.selectText('The end.');
  await workbench.contextMenu('Generate Image from Selection');
  const other = workbench.notification(/Image "The end/);
  await expect(progress).toContainText(/queued · \d:\d\d/);
  await workbench.screenshot('progress');
  await expect(progress.getByRole('button', { name: 'Hide' })).toBeVisible();
  await progress.getByRole('link', { name: 'Stop Waiting' }).click();
  await expect(progress).toBeHidden();
  await other.getByRole('button', { name: 'Hide' }).click();
  await expect(other).toBeHidden();
  await expect(workbench.statusBar(/Image "The end.+queued/)).toBeVisible();
  await expect(
    workbench.notification(/can't cancel a task that was sent\. It continues and may be charged/),
  ).toBeVisible();

  sandbox.control.finishTasks();
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText('in the library');
  await expect(workbench.line(/!\[The end/)).toBeVisible();
  await expect(workbench.line(/!\[A red bicycle/)).toBeHidden();
  expect(sandbox.control.charges()).toHaveLength(2);
});

test('the parameters are a list, driven by the keyboard', async ({ workbench, sandbox }) => {
  await workbench.setKey(sandbox);
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.runCommand('Rivya: Generate Image with Parameters...');
  await expect(workbench.pick('Aspect ratio')).toBeVisible();
  await workbench.screenshot('parameters');
  // From Generate over the model and the number of results.
  for (let row = 0; row < 3; row++) await workbench.page.keyboard.press('ArrowDown');
  await workbench.page.keyboard.press('Enter');
  await workbench.choose('16:9');
  // Back in the form, on the row that was changed; the first row generates.
  await expect(workbench.pick('Generate')).toBeVisible();
  await workbench.screenshot('parametersChanged');
  await workbench.page.keyboard.press('Home');
  await workbench.choose('Generate');
  await expect(workbench.line(/!\[A red bicycle/)).toBeVisible();
  const [request] = sandbox.control.requests().filter(({ method }) => method === 'POST');
  expect(request?.body).toMatchObject({ params: { aspect_ratio: '16:9' } });
});

test('earlier prompts stand below what is typed', async ({ workbench, sandbox }) => {
  await workbench.setKey(sandbox);
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await expect(workbench.line(/!\[A red bicycle/)).toBeVisible();
  await workbench.runCommand('Rivya: Generate Image...');
  await expect(workbench.picks.filter({ hasText: 'A red bicycle' })).toBeVisible();
  await workbench.quickInputBox.fill('A green bicycle');
  await expect(workbench.picks.first()).toContainText('A green bicycle');
  await workbench.screenshot('promptInput');
  await workbench.quickInputBox.press('Enter');
  await expect.poll(() => sandbox.control.charges().length).toBe(2);
  const lastPost = (): unknown =>
    sandbox.control
      .requests()
      .filter(({ method }) => method === 'POST')
      .at(-1)?.body;
  expect(lastPost()).toMatchObject({ prompt: 'A green bicycle' });

  // Pasted and entered at once: also then what is typed counts, not the earlier prompt that it finds.
  await workbench.runCommand('Rivya: Generate Image...');
  await workbench.enter('A red');
  await expect.poll(() => sandbox.control.charges().length).toBe(3);
  expect(lastPost()).toMatchObject({ prompt: 'A red' });

  await workbench.runCommand('Rivya: Generate Image...');
  await workbench.quickInputBox.fill('white wall');
  // The rows for the text come above the others, which move.
  await expect(workbench.picks.first()).toContainText('white wall');
  await workbench.pick('Save Only').waitFor();
  await workbench.picks.filter({ hasText: sentence }).click();
  await expect.poll(() => sandbox.control.charges().length).toBe(4);
  expect(lastPost()).toMatchObject({ prompt: sentence });
});

test.describe('in a window of its own', () => {
  test.use({ sharesWindow: false });

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
    await expect(message).toContainText('The result is in the library');
    await message.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(workbench.page.locator('.tabs-container .tab', { hasText: /\.png/ })).toBeVisible();
    expect(sandbox.control.charges()).toHaveLength(1);
  });
});
