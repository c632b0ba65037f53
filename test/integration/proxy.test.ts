import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startForwardProxy, type ForwardProxy } from '../support/forwardProxy.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';
import { configure, Scene } from './support.ts';

// VS Code never asks a proxy for "localhost" and 127.0.0.1, so that these tests use another address of this
// machine.
describe('a proxy of the settings', () => {
  let scene: Scene;
  let proxy: ForwardProxy;
  let gateway: Gateway;

  // One for all: the oldest VS Code goes on with the first proxy that a window has used.
  before(async () => {
    proxy = await startForwardProxy();
  });
  after(() => proxy[Symbol.asyncDispose]());
  beforeEach(async () => {
    scene = await Scene.open({ key: undefined });
    gateway = await startGateway(scene.sandbox.url);
    await configure('baseUrl', `http://127.0.0.2:${gateway.port}`);
  });
  afterEach(async () => {
    proxy.refuseWith = undefined;
    await setProxy(undefined);
    await gateway[Symbol.asyncDispose]();
    await scene.close();
  });

  async function setProxy(url: string | undefined): Promise<void> {
    await vscode.workspace.getConfiguration('http').update('proxy', url, vscode.ConfigurationTarget.Global);
  }

  it('carries the requests of the client', async () => {
    await setProxy(proxy.url);
    scene.answers.input(scene.sandbox.apiKey);
    await vscode.commands.executeCommand('rivya.account.setKey');
    await scene.answers.message(/verified and stored/);
    assert.ok(
      proxy.requests.some(line => line.includes(`127.0.0.2:${gateway.port}`)),
      proxy.requests.join('\n'),
    );
    assert.ok(scene.sandbox.control.requests().some(request => request.path === '/api/v1/credits'));
  });

  it('that refuses is named in the message', async () => {
    proxy.refuseWith = 403;
    await setProxy(proxy.url);
    await configure('baseUrl', 'https://api.rivya.test');
    await vscode.commands.executeCommand('rivya.contract.check');
    await scene.answers.message(/Couldn't connect to Rivya.*The proxy didn't connect.*403/);
    assert.ok(proxy.requests.includes('CONNECT api.rivya.test:443'), proxy.requests.join('\n'));
  });
});
