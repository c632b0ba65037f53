import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Scene, testAccess } from './support.ts';

describe('the sandbox of the extension', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.open({ key: undefined });
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('rivya.sandbox.stop');
    await scene.close();
  });

  async function start(): Promise<string> {
    await vscode.commands.executeCommand('rivya.sandbox.start');
    const text = await scene.answers.message(/^The sandbox is running at/);
    return /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
  }

  async function credits(url: string, key: string): Promise<unknown> {
    const answer = await fetch(`${url}/api/v1/credits`, { headers: { authorization: `Bearer ${key}` } });
    return answer.json();
  }

  async function sandboxToken(): Promise<string> {
    const { context } = await testAccess();
    const file = vscode.Uri.joinPath(context.globalStorageUri, 'sandbox/address.json');
    const address = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    return (JSON.parse(address) as { token: string }).token;
  }

  it('says where it runs, and serves other programs there', async () => {
    const url = await start();
    const answer = (await credits(url, 'rvya_sk_sandbox_0000000000000000')) as { current_credits: number };
    assert.ok(answer.current_credits > 0);
    // The server of before was at most asked for its public catalogue, by the view that showed it.
    const asked = scene.sandbox.control.requests().map(({ path }) => path);
    assert.ok(
      asked.every(path => path === '/api/v1/models'),
      asked.join(', '),
    );
  });

  it('has the same address and what was bought after it was stopped and started', async () => {
    const url = await start();
    const headers = {
      authorization: 'Bearer rvya_sk_sandbox_0000000000000000',
      'content-type': 'application/json',
      connection: 'close',
    };
    const body = JSON.stringify({ model: 'z-image', prompt: 'A paper boat' });
    const created = await fetch(`${url}/api/v1/generations`, { method: 'POST', headers, body });
    const { id } = (await created.json()) as { id: string };
    await vscode.commands.executeCommand('rivya.sandbox.stop');
    await assert.rejects(fetch(`${url}/api/v1/credits`, { headers }));

    assert.equal(await start(), url);
    const task = await fetch(`${url}/api/v1/generations/${id}`, { headers });
    assert.equal(((await task.json()) as { id: string }).id, id);
  });

  it('gives videos and sounds, whose clips lie beside the bundle', async () => {
    const url = await start();
    const headers = {
      authorization: 'Bearer rvya_sk_sandbox_0000000000000000',
      'content-type': 'application/json',
      connection: 'close',
    };
    for (const [model, type] of [
      ['grok-imagine-video', 'video/mp4'],
      ['elevenlabs-sound-effect-v2', 'audio/mpeg'],
    ]) {
      const body = JSON.stringify({ model, prompt: 'A paper boat' });
      const created = await fetch(`${url}/api/v1/generations`, { method: 'POST', headers, body });
      const { id } = (await created.json()) as { id: string };
      await fetch(`${url}/__sandbox/finish`, {
        method: 'POST',
        headers: { 'x-rivya-sandbox': await sandboxToken() },
      });
      const task = await fetch(`${url}/api/v1/generations/${id}`, { headers });
      const { result } = (await task.json()) as { result: { primary_url: string } };
      const media = await fetch(result.primary_url);
      assert.equal(media.status, 200);
      assert.equal(media.headers.get('content-type'), type);
    }
  });

  it('has a page', async () => {
    const url = await start();
    const page = await fetch(`${url}/?${await sandboxToken()}`);
    assert.match(await page.text(), /<h1>Rivya sandbox<\/h1>/);
  });
});
