import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { RecordedRequest } from '../../src/sandbox/state/records.ts';
import { Scene } from './support.ts';

describe('the API key', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.open({ key: undefined });
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('rivya.account.removeKey');
    await scene.close();
  });

  async function enter(key: string): Promise<void> {
    scene.answers.input(key);
    await vscode.commands.executeCommand('rivya.account.setKey');
  }

  /** All but one that is not ours: a visible Models view asks for the models of each new server. */
  function ownRequests(): RecordedRequest[] {
    return scene.sandbox.control.requests().filter(({ path }) => path !== '/api/v1/models');
  }

  function keysSent(): (string | null)[] {
    return ownRequests().map(request => request.authorized);
  }

  it('is verified by one look at the credits before it is stored', async () => {
    await enter(scene.sandbox.apiKey);
    assert.match(await scene.answers.message(/verified and stored/), /100/);
    assert.deepEqual(
      ownRequests().map(request => `${request.method} ${request.path}`),
      ['GET /api/v1/credits'],
    );
    await vscode.commands.executeCommand('rivya.account.verify');
    await scene.answers.message(/The API key works/);
  });

  it('may be pasted with blanks, quotes and "Bearer"', async () => {
    await enter(` \t"${scene.sandbox.apiKey}"\n`);
    await scene.answers.message(/verified and stored/);
    await enter(`Bearer ${scene.sandbox.apiKey} `);
    assert.deepEqual([...new Set(keysSent())].length, 1);
    assert.ok(keysSent()[0]);
  });

  it('is stored although it may not read the credits', async () => {
    const { key } = scene.sandbox.control.addKey({ scopes: ['generations:create', 'generations:read'] });
    await enter(key);
    await scene.answers.message(/stored\. It doesn't have the credits:read scope/);
  });

  for (const [state, pattern] of [
    ['revoked', /was revoked/],
    ['expired', /has expired/],
    ['unknown', /doesn't recognize this API key/],
  ] as const) {
    it(`is not stored when it is ${state}`, async () => {
      const { id, key } = scene.sandbox.control.addKey();
      if (state !== 'unknown') scene.sandbox.control.setKeyStatus(id, state);
      await enter(state === 'unknown' ? 'rvya_sk_nobody' : key);
      await scene.answers.message(pattern);
      await vscode.commands.executeCommand('rivya.account.verify');
      await scene.answers.message(/No API key is set/);
    });
  }

  it('can be stored unverified when the server cannot be reached', async () => {
    scene.sandbox.control.addFault({ times: 'always', action: { type: 'dropBefore' } });
    scene.answers.press(/Couldn't verify the API key/, 'Store Anyway');
    await enter('rvya_sk_later');
    await scene.answers.message(/^API key stored\. It isn't verified yet\.$/);
  });

  it('is forgotten when it is removed', async () => {
    await enter(scene.sandbox.apiKey);
    await vscode.commands.executeCommand('rivya.account.removeKey');
    await scene.answers.message(/removed from this computer/);
    await vscode.commands.executeCommand('rivya.account.verify');
    await scene.answers.message(/No API key is set/);
  });

  it('does nothing when the box is left', async () => {
    scene.answers.input(undefined);
    await vscode.commands.executeCommand('rivya.account.setKey');
    assert.deepEqual(scene.answers.messages, []);
    assert.deepEqual(ownRequests(), []);
  });
});
