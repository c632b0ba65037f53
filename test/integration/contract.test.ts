import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { contract } from '../../src/shared/openapi.ts';
import { Scene } from './support.ts';

describe('Check API Contract', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.open({ key: undefined });
  });
  afterEach(() => scene.close());

  async function report(): Promise<string> {
    await vscode.commands.executeCommand('rivya.contract.check');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, 'markdown');
    return document.getText();
  }

  it('finds no difference at the sandbox, and needs no key', async () => {
    const text = await report();
    assert.match(text, /^# API compatibility\n/);
    assert.ok(text.includes(`\`${scene.sandbox.url}/api/v1/openapi.json\``));
    assert.match(text, /Version: `1`\. Operations compared: 20\./);
    assert.match(text, /## Breaking changes \(0\)\n\nNone\./);
    assert.match(text, /## Different, but compatible \(0\)/);
    assert.match(text, /## New and unused \(0\)/);
    const request = scene.sandbox.control.requests().find(each => each.path === '/api/v1/openapi.json');
    assert.equal(request?.hasAuthorization, false);
  });

  it('tells what breaks and what is new', async () => {
    const others = Object.entries(contract.paths).filter(([path]) => path !== '/credits');
    const paths = { ...Object.fromEntries(others), '/`x`\n# y': { get: {} } };
    const body = JSON.stringify({ ...contract, paths });
    scene.sandbox.control.addFault({ path: '/api/v1/openapi.json', action: { type: 'body', body } });
    const text = await report();
    assert.match(text, /## Breaking changes \(1\)\n\n- `GET \/credits` was removed\.\n/);
    assert.match(text, /## New and unused \(1\)\n\n- `GET \/ x # y` is new\.\n/);
    assert.match(text, /Report breaking changes/);
  });

  it('says so when the server does not answer with a contract', async () => {
    scene.sandbox.control.addFault({
      path: '/api/v1/openapi.json',
      action: { type: 'status', status: 404, code: 'not_found' },
    });
    await vscode.commands.executeCommand('rivya.contract.check');
    await scene.answers.message(/has no OpenAPI document/);
    assert.equal(vscode.window.activeTextEditor, undefined);
    scene.sandbox.control.addFault({ path: '/api/v1/openapi.json', action: { type: 'body', body: '{}' } });
    assert.match(await report(), /Nothing was compared/);
  });
});
