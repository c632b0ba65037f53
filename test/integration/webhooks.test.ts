import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { WebhookEndpoint } from '../../src/api/resources/webhooks.ts';
import type { ReceivedDelivery } from '../../src/core/webhooks/received.ts';
import type { WebhookReceiver } from '../../src/core/webhooks/receiver.ts';
import { itemOf } from '../../src/vscode/webhooks/webhookItems.ts';
import { configure, Scene } from './support.ts';

type Json = Record<string, unknown>;

let scene: Scene;

async function api(method: string, path: string): Promise<Json> {
  const response = await fetch(`${scene.sandbox.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${scene.sandbox.apiKey}` },
  });
  return (await response.json()) as Json;
}

async function endpoints(): Promise<Json[]> {
  return (await api('GET', '/webhooks'))['data'] as Json[];
}

/** Creates a webhook by the command, as a person does. */
async function create(name: string, url: string): Promise<Json> {
  scene.answers.inputs(name, url);
  scene.answers.pickMany(/^generation\./);
  await vscode.commands.executeCommand('rivya.webhook.create');
  await scene.answers.message(new RegExp(`Webhook ${name} created`));
  const endpoint = (await endpoints()).find(each => each['name'] === name);
  assert.ok(endpoint);
  return endpoint;
}

async function clipboardAfter(command: string): Promise<string> {
  await vscode.env.clipboard.writeText('');
  await vscode.commands.executeCommand(command);
  return vscode.env.clipboard.readText();
}

function shownDocument(): string {
  const document = vscode.window.activeTextEditor?.document;
  assert.equal(document?.uri.scheme, 'rivya-webhook');
  assert.equal(document.languageId, 'jsonc');
  return document.getText();
}

/** The receiver's address, from the message that says it. */
async function startReceiver(): Promise<string> {
  scene.answers.messages.length = 0;
  await vscode.commands.executeCommand('rivya.webhook.startReceiver');
  const text = await scene.answers.message(/The webhook receiver is listening at/);
  const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(text) ?? [];
  assert.ok(url);
  return url;
}

describe('webhooks', () => {
  beforeEach(async () => {
    scene = await Scene.open();
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('rivya.webhook.stopReceiver');
    await scene.close();
  });

  it('are created, with the secret shown once, kept, and copied on request', async () => {
    scene.answers.press(/^Webhook .* created/, 'Copy Secret');
    await vscode.env.clipboard.writeText('');
    const endpoint = await create('Shop', 'http://127.0.0.1:9/hooks');
    assert.deepEqual(endpoint['event_types'], ['generation.succeeded', 'generation.failed']);
    const shown = await vscode.env.clipboard.readText();
    assert.match(shown, /^whsec_/);
    assert.ok(
      !scene.answers.messages.some(text => text.includes('whsec_')),
      'the secret stays out of messages',
    );

    scene.answers.pick(/^Shop$/);
    assert.equal(await clipboardAfter('rivya.webhook.copySecret'), shown);
  });

  it('are refused for a bad address before anything is sent, with the reason', async () => {
    const before = scene.sandbox.control.requests().length;
    for (const [url, reason] of [
      ['https://me:pw@example.com/', /user name and password/],
      ['https://example.com/#x', /everything after it/],
      ['http://example.com/', /Use an https URL/],
      ['https://0xa000001/', /private, or reserved/],
      ['https://printer.local/', /only on this computer or network/],
    ] as const) {
      scene.answers.inputs('Bad', url);
      await vscode.commands.executeCommand('rivya.webhook.create');
      await scene.answers.message(reason);
    }
    const sent = scene.sandbox.control.requests().slice(before);
    assert.deepEqual(
      sent.filter(request => request.path.includes('webhooks') && request.method === 'POST'),
      [],
    );
  });

  it('are renamed, disabled, enabled, and told which events they want', async () => {
    await create('Before', 'http://127.0.0.1:9/hooks');
    const only = async (): Promise<Json | undefined> => (await endpoints())[0];

    scene.answers.pick(/^Before$/);
    scene.answers.inputs('After');
    await vscode.commands.executeCommand('rivya.webhook.rename');
    assert.equal((await only())?.['name'], 'After');

    scene.answers.pick(/^After$/);
    await vscode.commands.executeCommand('rivya.webhook.toggle');
    assert.equal((await only())?.['status'], 'disabled');
    await vscode.commands.executeCommand('rivya.webhook.toggle');
    assert.equal((await only())?.['status'], 'active');

    scene.answers.pickMany(/neither/);
    await vscode.commands.executeCommand('rivya.webhook.changeEvents', nodeOf(await only()));
    await scene.answers.message(/Choose at least one event/);
    scene.answers.pickMany(/failed/);
    await vscode.commands.executeCommand('rivya.webhook.changeEvents', nodeOf(await only()));
    assert.deepEqual((await only())?.['event_types'], ['generation.failed']);
  });

  it('rotate their secret only when told to; an unknown one can only be rotated', async () => {
    await create('Shop', 'http://127.0.0.1:9/hooks');
    scene.answers.pick(/^Shop$/);
    const first = await clipboardAfter('rivya.webhook.copySecret');
    await vscode.commands.executeCommand('rivya.webhook.rotateSecret');
    await scene.answers.message(/Rotate the signing secret/);
    assert.equal(await clipboardAfter('rivya.webhook.copySecret'), first);

    scene.answers.press(/Rotate the signing secret/, 'Rotate');
    await vscode.commands.executeCommand('rivya.webhook.rotateSecret');
    await scene.answers.message(/was rotated/);
    const second = await clipboardAfter('rivya.webhook.copySecret');
    assert.match(second, /^whsec_/);
    assert.notEqual(second, first);

    // Made elsewhere: its secret was never seen here.
    const response = await fetch(`${scene.sandbox.url}/api/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.sandbox.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'Elsewhere',
        url: 'http://127.0.0.1:9/',
        event_types: ['generation.failed'],
      }),
    });
    const { signing_secret: secret } = (await response.json()) as { signing_secret: string };
    scene.answers.pick(/^Elsewhere$/);
    assert.equal(await clipboardAfter('rivya.webhook.copySecret'), '');
    await scene.answers.message(/isn't stored on this computer.+only once/);
    scene.answers.inputs(` ${secret} `);
    await vscode.commands.executeCommand('rivya.webhook.enterSecret');
    assert.equal(await clipboardAfter('rivya.webhook.copySecret'), secret);
  });

  it('are deleted after a question, and one that is gone already is no error', async () => {
    const first = await create('One', 'http://127.0.0.1:9/');
    await create('Two', 'http://127.0.0.1:9/');
    scene.answers.pick(/^Two$/);
    await vscode.commands.executeCommand('rivya.webhook.delete');
    assert.equal((await endpoints()).length, 2);

    scene.answers.press(/^Delete the webhook/, 'Delete');
    await vscode.commands.executeCommand('rivya.webhook.delete');
    await scene.answers.message(/Webhook Two deleted\./);

    await api('DELETE', `/webhooks/${String(first['id'])}`);
    await vscode.commands.executeCommand('rivya.webhook.delete', nodeOf(first));
    await scene.answers.message(/Webhook One had already been deleted/);
    await vscode.commands.executeCommand('rivya.webhook.rename');
    await scene.answers.message(/don't have any webhooks yet/);
  });

  it('of another account, or gone, are said to be so in every command', async () => {
    const gone = await create('Gone', 'http://127.0.0.1:9/');
    await api('DELETE', `/webhooks/${String(gone['id'])}`);
    await vscode.commands.executeCommand('rivya.webhook.sendTest', nodeOf(gone));
    await scene.answers.message(/This webhook no/);
  });

  it('deliver to the receiver, which verifies, shows and replays', async () => {
    const url = await startReceiver();
    await vscode.commands.executeCommand('rivya.webhook.registerReceiver');
    await scene.answers.message(/VS Code receiver created/);
    assert.equal((await endpoints())[0]?.['url'], url);

    scene.answers.pick(/VS Code receiver/);
    await vscode.commands.executeCommand('rivya.webhook.sendTest');
    await scene.answers.message(/succeeded \(HTTP 200\)/);

    scene.answers.pick(/^1: webhook\.test$/);
    await vscode.commands.executeCommand('rivya.webhook.openReceived');
    const received = shownDocument();
    assert.match(received, /verified \(Standard Webhooks\)/);
    assert.match(received, /Signed with the secret of: /);
    assert.match(received, /"webhook-signature": "v1,/);
    assert.match(received, /"type": "webhook\.test"/);

    // To the receiver itself: the same event once more.
    scene.answers.inputs(url);
    await vscode.commands.executeCommand('rivya.webhook.replay');
    assert.match(shownDocument(), /Response: 200 OK[\s\S]+"duplicate": true/);
    scene.answers.pick(/^2: webhook\.test$/);
    await vscode.commands.executeCommand('rivya.webhook.openReceived');
    assert.match(shownDocument(), /duplicate of 1/);

    const forged = await fetch(url, { method: 'POST', body: '{"type":"generation.succeeded"}' });
    assert.equal(forged.status, 401);
    scene.answers.pick(/^3: /);
    await vscode.commands.executeCommand('rivya.webhook.openReceived');
    assert.match(shownDocument(), /not verified: it has no signature[\s\S]+Don't trust it/);

    scene.answers.inputs('http://127.0.0.1:9/nobody');
    await vscode.commands.executeCommand('rivya.webhook.replay');
    await scene.answers.message(/Couldn't connect to http:\/\/127\.0\.0\.1:9\/nobody/);
  });

  it('have their deliveries and events listed, and shown as documents', async () => {
    const listener: Server = createServer((_request, response) => response.writeHead(503).end());
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    await create('Shop', `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`);
    const [endpoint] = await endpoints();
    await vscode.commands.executeCommand('rivya.webhook.sendTest', nodeOf(endpoint));
    await scene.answers.message(/failed: The receiver answered with HTTP 503/);

    scene.answers.pick(/webhook\.test/);
    await vscode.commands.executeCommand('rivya.webhook.deliveries', nodeOf(endpoint));
    const delivery = shownDocument();
    assert.match(delivery, /Status: failed · HTTP 503 · attempt 1/);
    assert.match(delivery, /Payload:[\s\S]+"type": "webhook\.test"/);

    await vscode.commands.executeCommand('rivya.webhook.events');
    assert.match(shownDocument(), /Event evt_[\s\S]+"api_version"/);
    listener.close();
    listener.closeAllConnections();
  });

  it('page through long lists', async () => {
    await create('Shop', 'http://127.0.0.1:9/');
    scene.sandbox.control.update({ webhooks: { disableAfter: 100 } });
    const [endpoint] = await endpoints();
    for (let count = 0; count < 60; count++) await api('POST', `/webhooks/${String(endpoint?.['id'])}/test`);
    const sizes: number[] = [];
    scene.answers.pickWith(items => {
      sizes.push(items.length);
      return items.find(item => item.label.includes('Show More')) ?? items.at(-1);
    });
    await vscode.commands.executeCommand('rivya.webhook.events');
    assert.deepEqual(sizes, [51, 60]);
    assert.match(shownDocument(), /Event evt_/);
  });

  it('say when the port of the receiver is in use, and offer a free one', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await configure('webhooks.receiverPort', port);
    await vscode.commands.executeCommand('rivya.webhook.startReceiver');
    await scene.answers.message(new RegExp(`port ${port} is in use`));
    scene.answers.press(/is in use/, 'Use a Free Port');
    assert.ok(!(await startReceiver()).includes(`:${port}/`));
    taken.close();
  });

  it('say which scope the key misses', async () => {
    scene.sandbox.control.setKeyScopes(scene.sandbox.apiKey, ['credits:read']);
    scene.answers.inputs('Shop', 'http://127.0.0.1:9/');
    scene.answers.pickMany(/./);
    await vscode.commands.executeCommand('rivya.webhook.create');
    await scene.answers.message(/can't manage webhooks.+webhooks:manage/);
  });

  it('begin with code in the language of the server', async () => {
    // Closed together at the end: VS Code gives the name of a closed document to the next one.
    const opened: vscode.TextDocument[] = [];
    for (const [framework, language, line] of [
      ['Express', 'typescript', 'express.raw('],
      ['Hono', 'typescript', 'new Hono()'],
      ['Next\\.js', 'typescript', 'export async function POST('],
      ['FastAPI', 'python', 'APIRouter()'],
      ['Go', 'go', 'func HandleRivyaWebhook('],
      ['PHP', 'php', '<?php'],
    ] as const) {
      scene.answers.pick(new RegExp(`^${framework}$`));
      await vscode.commands.executeCommand('rivya.webhook.newHandler');
      // Not the active editor, which is told by a message of its own.
      const documents = vscode.workspace.textDocuments.filter(each => each.isUntitled && !each.isClosed);
      const document = documents.find(each => each.getText().includes(line));
      assert.ok(document, `no new document with ${line}`);
      assert.equal(document.languageId, language);
      assert.ok(document.getText().includes('RIVYA_WEBHOOK_SECRET'));
      opened.push(document);
    }
    for (const document of opened) {
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
  });
});

describe('the items of webhooks in the view', () => {
  const stopped = { url: undefined, deliveries: [] } as unknown as WebhookReceiver;
  const endpoint: WebhookEndpoint = {
    id: 'whend_1',
    name: 'Shop',
    url: 'https://example.com/',
    event_types: ['generation.succeeded'],
    status: 'active',
    secret_preview: 'whsec_12...abc123',
    signing_secret: null,
    last_success_at: null,
    last_failure_at: null,
    failure_count: 0,
    created_at: null,
    updated_at: null,
    disabled_at: null,
    revoked_at: null,
  };
  const item = (change: Partial<WebhookEndpoint>, secretKnown = true): vscode.TreeItem =>
    itemOf({ type: 'endpoint', endpoint: { ...endpoint, ...change }, secretKnown }, stopped);

  it('show state, events, failures, and whether the secret is known here', () => {
    assert.equal(item({}).description, 'succeeded');
    assert.equal(item({}).contextValue, 'endpoint.active.known.');
    assert.equal(item({ failure_count: 3 }).description, 'failures: 3 · succeeded');
    const disabled = item({ status: 'disabled' }, false);
    assert.equal(disabled.description, 'disabled · succeeded · no signing secret');
    assert.equal(disabled.contextValue, 'endpoint.inactive.unknown.');
    const tooltip = (disabled.tooltip as vscode.MarkdownString).value.replaceAll('&nbsp;', ' ');
    assert.match(tooltip, /Enter it, or rotate it/);
    assert.match(disabled.accessibilityInformation?.label ?? '', /^Shop, disabled/);
  });

  it('draw what a sender says as text', () => {
    const delivery: ReceivedDelivery = {
      number: 7,
      receivedAt: 0,
      method: 'POST',
      path: '/',
      headers: [],
      body: new Uint8Array(),
      verdict: { verified: false, reason: 'signatureMissing' },
      status: 401,
      eventId: undefined,
      eventType: '$(check) verified',
      signedAt: undefined,
      duplicateOf: undefined,
    };
    const shown = itemOf({ type: 'received', delivery }, stopped);
    assert.equal(shown.label, '$\u200b(check) verified');
    assert.match(String(shown.description), /^not verified: it has no signature/);
  });
});

/** What a menu of the view passes on. */
function nodeOf(endpoint: Json | undefined): unknown {
  return { type: 'endpoint', endpoint, secretKnown: true };
}
