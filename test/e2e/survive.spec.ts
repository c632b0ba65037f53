import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { finished } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';
const reference = /^!\[(.+)\]\((.+)\)$/m;

test.use({ sharesWindow: true, settings: { 'rivya.defaultModel.image': 'z-image' } });

test('a job outlives the extension host, and is paid once', async ({
  workbench,
  workspaceFolder,
  sandbox,
}) => {
  sandbox.control.update({ taskDurationMs: 3_600_000 });
  await workbench.setKey(sandbox);
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await expect.poll(() => sandbox.control.charges().length).toBe(1);

  await workbench.killExtensionHost();
  sandbox.control.finishTasks();
  await workbench.reload();

  // The document is open again, so the reference lands where it was asked for; else the notification offers
  // it.
  const insert = workbench.notification(/is ready/).getByRole('button', { name: 'Insert', exact: true });
  const inserted = workbench.line(/!\[A red bicycle/);
  await expect(insert.or(inserted).first()).toBeVisible();
  if (await insert.isVisible()) await insert.click();
  await expect(inserted).toBeVisible();
  await workbench.save('notes.md');
  const text = await readFile(path.join(workspaceFolder, 'notes.md'), 'utf8');
  const [line = '', , source = ''] = reference.exec(text) ?? [];
  expect(text).toBe(`# Notes\n\n${sentence}\n\n${line}\n\nThe end.\n`);
  expect((await readFile(path.join(workspaceFolder, source))).byteLength).toBeGreaterThan(1_000);

  expect(sandbox.control.charges().map(charge => charge.credits)).toEqual([1]);
  // Killed before it had noted the answer, it asks again: under the same key.
  const posts = sandbox.control.requests().filter(request => request.method === 'POST');
  expect(new Set(posts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText(finished);
  await workbench.screenshot('survive');
});

test('the list of tasks and the key outlive a reload', async ({ workbench, sandbox }) => {
  await workbench.setKey(sandbox);
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await expect(workbench.line(/!\[A red bicycle/)).toBeVisible();
  await workbench.save('notes.md');
  await workbench.reload();
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText(finished);
  await expect(workbench.treeItem('4o Image')).toBeVisible();
  expect(sandbox.control.charges()).toHaveLength(1);
});

test('a result that came while its window was closed is offered there', async ({ workbench, sandbox }) => {
  sandbox.control.update({ taskDurationMs: 3_600_000 });
  await workbench.setKey(sandbox);
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await expect.poll(() => sandbox.control.charges().length).toBe(1);

  // Another window, without the folder, takes the job over and fetches the result; it has nowhere to put it.
  await workbench.openEmptyWindow();
  sandbox.control.finishTasks();
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText('ready to insert');

  await workbench.open();
  const offer = workbench.notification(/Image "A red bicycle.+is ready/);
  await expect(offer).toBeVisible();
  await workbench.screenshot('offer');
  await offer.getByRole('button', { name: 'Insert', exact: true }).click();
  await expect(workbench.line(/!\[A red bicycle/)).toBeVisible();
  const requests = sandbox.control.requests();
  expect(requests.filter(request => request.method === 'POST')).toHaveLength(1);
  expect(requests.filter(request => request.path.startsWith('/media/'))).toHaveLength(1);
});
