import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';

test.use({ sharesWindow: true, settings: { 'rivya.defaultModel.image': 'z-image' } });

test('a webhook is created, a generation delivered and verified, replayed, the secret rotated, the webhook deleted', async ({
  workbench,
  sandbox,
}) => {
  const { page } = workbench;
  await workbench.setKey(sandbox);
  await workbench.runCommand('Rivya: Focus on Webhooks View');
  await expect(page.getByText('No webhooks yet.')).toBeVisible();
  await workbench.screenshot('webhooksWelcome');

  await page.getByRole('button', { name: 'Start Webhook Receiver' }).first().click();
  const receiver = workbench.treeItem('Receiver');
  await expect(receiver).toBeVisible();
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(await receiver.innerText()) ?? [];
  await expect(workbench.notification(url)).toBeVisible();

  // Its address is checked while it is typed.
  await workbench.runCommand('Rivya Webhooks: Create Webhook...');
  await workbench.enter('My shop');
  // The box of the name becomes that of the address.
  await expect(workbench.quickInput).toContainText('URL that receives deliveries');
  await workbench.quickInputBox.fill('https://192.168.1.1/hooks');
  await expect(workbench.quickInput).toContainText('loopback, private, or reserved addresses');
  await workbench.screenshot('webhookAddressRefused');
  await workbench.enter(url);
  // Rows that can be ticked are no options. The row and its box are both of this role; the name of the row
  // goes on.
  await expect(workbench.quickInput.getByRole('checkbox', { name: /^generation\.\w+, / })).toHaveCount(2);
  await workbench.quickInputBox.press('Enter');
  const dialog = page.locator('.monaco-dialog-box');
  await expect(dialog).toContainText('Webhook My shop created.');
  await expect(dialog).toContainText('whsec_');
  await workbench.screenshot('webhookCreated');
  await dialog.getByRole('button', { name: 'Copy Secret' }).click();
  await expect(dialog).toBeHidden();
  await expect(workbench.treeItem('My shop')).toContainText('succeeded, failed');

  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await expect(workbench.line(/!\[A red bicycle/)).toBeVisible();
  await workbench.runCommand('Rivya: Focus on Webhooks View');
  const delivery = workbench.treeItem('generation.succeeded');
  await expect(delivery).toContainText('verified (Standard Webhooks)');
  await delivery.click();
  await expect(workbench.line(/verified \(Standard Webhooks\)/)).toBeVisible();
  await expect(workbench.line(/Signed with the secret of: My shop/)).toBeVisible();
  await workbench.screenshot('webhookDelivery');

  const replayed = await withServer(async (address, requests) => {
    await delivery.hover();
    await delivery.getByRole('button', { name: 'Replay Delivery...' }).click();
    await workbench.enter(address);
    await expect(workbench.line(/Response: 202 Accepted/)).toBeVisible();
    return requests;
  });
  expect(replayed).toHaveLength(1);
  expect(replayed[0]).toHaveProperty('webhook-signature');
  await workbench.screenshot('webhookReplay');

  await workbench.chooseInMenu(workbench.treeItem('My shop'), 'Rotate Webhook Secret...');
  await dialog.getByRole('button', { name: 'Rotate' }).click();
  await expect(dialog).toContainText('was rotated');
  await dialog.getByRole('button', { name: 'Copy Secret' }).click();

  await workbench.chooseInMenu(workbench.treeItem('My shop'), 'Send Test Delivery');
  await expect(workbench.notification('succeeded (HTTP 200)')).toBeVisible();
  await expect(workbench.treeItem('webhook.test')).toContainText('verified (Standard Webhooks)');

  await workbench.chooseInMenu(workbench.treeItem('My shop'), 'Show Webhook Deliveries...');
  await expect(workbench.picks).toHaveCount(2);
  await workbench.screenshot('webhookDeliveries');
  await page.keyboard.press('Escape');

  await workbench.chooseInMenu(workbench.treeItem('My shop'), 'Delete Webhook...');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(workbench.notification('Webhook My shop deleted.')).toBeVisible();
  await expect(workbench.treeItem('My shop')).toBeHidden();
  await workbench.screenshot('webhookDeleted');
});

test.describe('in a window of its own', () => {
  test.use({ sharesWindow: false });

  test('a key without the scope is told so in the view', async ({ workbench, sandbox }) => {
    sandbox.control.setKeyScopes(sandbox.apiKey, ['models:read', 'credits:read']);
    await workbench.setKey(sandbox);
    await workbench.runCommand('Rivya: Focus on Webhooks View');
    await expect(workbench.page.getByText("This API key can't manage webhooks.").first()).toBeVisible();
    await workbench.screenshot('webhooksDenied');
  });
});

/** A server of the user's; what it was sent is collected. */
async function withServer<T>(
  use: (address: string, requests: IncomingHttpHeaders[]) => Promise<T>,
): Promise<T> {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    response.writeHead(202).end('{"taken":true}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`, requests);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
