import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { configure, Scene } from './support.ts';

/** Runs the command and returns the page that it opens. */
async function page(): Promise<string> {
  const before = new Set(vscode.workspace.textDocuments);
  await vscode.commands.executeCommand('rivya.doctor');
  const document = vscode.workspace.textDocuments.find(
    each => each.uri.scheme === 'rivya-doctor' && !before.has(each),
  );
  assert.equal(document?.languageId, 'markdown');
  return document.getText();
}

describe('the check of the installation', () => {
  let scene: Scene;

  afterEach(async () => {
    await vscode.commands.executeCommand('rivya.account.removeKey');
    await scene.close();
  });

  it('says what is there, and never the key', async () => {
    scene = await Scene.open();
    const text = await page();
    for (const line of [
      /^# ✓ No problems found$/m,
      /^- Rivya: \d+\.\d+\.\d+$/m,
      /^- ✓ Reachable: yes, status 200 in \d+ ms$/m,
      /^- ✓ Certificate: not used \(http on this computer\)$/m,
      /^- ✓ Clock: in sync with the server$/m,
      /^- ✓ Key: stored$/m,
      /^- ✓ Writable: yes$/m,
      /^- Free space: [\d.,]+ MB$/m,
      /^- Running: \d+$/m,
    ]) {
      assert.match(text, line);
    }
    for (const scope of ['models:read', 'credits:read', 'generations:read', 'chat:read', 'webhooks:manage']) {
      assert.match(text, new RegExp(`^- ✓ ${scope}: granted$`, 'm'));
    }
    assert.match(text, /generations:create.+: not tested \(would cost credits\)$/m);
    assert.ok(text.includes(scene.sandbox.url));
    assert.ok(!text.includes(scene.sandbox.apiKey));
    assert.ok(!text.includes(scene.sandbox.apiKey.slice(8)));
  });

  it('costs nothing and changes nothing', async () => {
    scene = await Scene.open();
    const before = scene.sandbox.control.requests().length;
    await page();
    const requests = scene.sandbox.control.requests().slice(before);
    assert.ok(requests.length >= 6);
    assert.deepEqual(
      requests.filter(request => request.method !== 'GET'),
      [],
    );
    assert.deepEqual(scene.sandbox.control.charges(), []);
    // The look that needs no key takes none along.
    assert.equal(requests[0]?.authorized, null);
  });

  it('tells which scopes a key lacks', async () => {
    scene = await Scene.open({ key: undefined });
    const { key } = scene.sandbox.control.addKey({ scopes: ['credits:read', 'generations:create'] });
    scene.answers.input(key);
    await vscode.commands.executeCommand('rivya.account.setKey');
    const text = await page();
    assert.match(text, /^- ✓ credits:read: granted$/m);
    assert.match(text, /^- ✗ generations:read: not granted$/m);
    assert.match(text, /^- ✗ webhooks:manage: not granted$/m);
  });

  it('says that a key is revoked', async () => {
    scene = await Scene.open();
    scene.sandbox.control.setKeyStatus(scene.sandbox.apiKey, 'revoked');
    assert.match(await page(), /^- ✗ credits:read: unknown \(api_key_revoked\)$/m);
  });

  it('works without a key', async () => {
    scene = await Scene.open({ key: undefined });
    const text = await page();
    assert.match(text, /^- ✗ Key: not set$/m);
    assert.match(text, /^- ✓ Reachable: yes/m);
    assert.doesNotMatch(text, /credits:read/);
  });

  it('says why the server cannot be reached', async () => {
    scene = await Scene.open({ key: undefined });
    scene.sandbox.control.addFault({ times: 'always', action: { type: 'dropBefore' } });
    assert.match(await page(), /^- ✗ Reachable: no: .+broke/m);
  });

  it('says that the address is none', async () => {
    scene = await Scene.open({ key: undefined });
    await configure('baseUrl', 'http://rivya.example');
    assert.match(await page(), /^- ✗ Address: the setting rivya\.baseUrl isn't a valid Rivya API address/m);
    await configure('baseUrl', scene.sandbox.url);
  });
});
