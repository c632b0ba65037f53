import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import {
  authorityVariable,
  createAuthority,
  createCertificate,
  type Certificate,
} from '../support/certificates.ts';
import { startGateway } from '../support/gateway.ts';
import { configure, Scene } from './support.ts';

describe('a certificate', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.open({ key: undefined });
  });
  afterEach(() => scene.close());

  it('of an authority that nobody knows is refused, in words', async () => {
    const certificate = await createCertificate(['localhost'], await createAuthority());
    await using gateway = await startGateway(scene.sandbox.url, certificate);
    await configure('baseUrl', `https://localhost:${gateway.port}`);
    await vscode.commands.executeCommand('rivya.contract.check');
    await scene.answers.message(/Couldn't connect to Rivya.*The certificate of https:.* was rejected/);
    assert.deepEqual(gateway.requests, []);
  });

  // Only the launcher of VS Code's server can make its host trust an authority of ours.
  const file = process.env[authorityVariable];
  if (file !== undefined) {
    it('of an authority that the user trusts is accepted', async () => {
      const authority = JSON.parse(readFileSync(file, 'utf8')) as Certificate;
      const certificate = await createCertificate(['localhost'], authority);
      await using gateway = await startGateway(scene.sandbox.url, certificate);
      await configure('baseUrl', `https://localhost:${gateway.port}`);
      scene.answers.input(scene.sandbox.apiKey);
      await vscode.commands.executeCommand('rivya.account.setKey');
      await scene.answers.message(/verified and stored/);
    });
  }
});
