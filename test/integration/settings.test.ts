import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { Settings } from '../../src/vscode/manifest/ids.ts';
import {
  confirmAbove,
  placementSetting,
  setting,
  invalidSettings,
} from '../../src/vscode/manifest/settings.ts';
import { Answers, configure, workspaceFolder } from './support.ts';

const extension = vscode.extensions.getExtension('rivya.rivya');
assert.ok(extension);
const { contributes } = extension.packageJSON as {
  contributes: {
    configuration: { properties: Record<string, { default: unknown; enum?: string[]; scope: string }> };
  };
};
const settingsFile = vscode.Uri.joinPath(workspaceFolder(), '.vscode/settings.json');

/**
 * Writes the settings of the workspace as somebody who sends a workspace would, and waits until VS Code has
 * read them.
 */
async function workspaceSettings(settings: Record<string, unknown>): Promise<void> {
  const marker = `${Date.now()}`;
  const read = new Promise<void>(resolve => {
    const subscription = vscode.workspace.onDidChangeConfiguration(() => {
      if (vscode.workspace.getConfiguration('rivyaTest').get('marker') !== marker) return;
      subscription.dispose();
      resolve();
    });
  });
  const text = JSON.stringify({ ...settings, 'rivyaTest.marker': marker });
  await vscode.workspace.fs.writeFile(settingsFile, Buffer.from(text));
  await read;
}

describe('the settings', () => {
  let answers: Answers;
  const touched = new Set<string>();

  before(async () => {
    // What a scene has left for the next one.
    for (const key of ['baseUrl', 'defaultModel.image']) await configure(key, undefined);
  });

  beforeEach(() => {
    answers = new Answers();
  });

  afterEach(async () => {
    answers.restore();
    for (const key of touched) await configure(key, undefined);
    touched.clear();
  });

  async function user(key: keyof Settings, value: unknown): Promise<void> {
    touched.add(key);
    await configure(key, value);
  }

  it('have valid defaults', () => {
    assert.deepEqual(invalidSettings(extension), []);
    for (const name of Object.keys(contributes.configuration.properties)) {
      const key = name.replace('rivya.', '') as keyof Settings;
      assert.deepEqual(setting(key), contributes.configuration.properties[name]?.default, name);
    }
  });

  for (const [key, values] of [
    // Each value is named once in a window, so these are no other test's.
    ['credits.confirmAbove', [-2, 'many', '33', [], false, { at: 3 }]],
    ['credits.dailyLimit', [-1, '3', true, {}]],
    ['credits.lowBalance', [-0.5, '10', []]],
    ['insert.placement', ['somewhere', '', 3]],
    ['output.directory', [5, false, {}]],
    ['output.fileName', [[], 1]],
    ['output.publicRoots', ['public', 3, { public: 1 }]],
    ['defaultModel.image', [1, {}]],
  ] as const) {
    it(`ignore an invalid value of ${key}, and say so once`, async () => {
      const preset = setting(key);
      for (const value of values) {
        await user(key, value);
        assert.deepEqual(setting(key), preset, JSON.stringify(value));
        const text = await answers.message(new RegExp(`^The value of rivya\\.${key} is invalid`));
        assert.equal(text, `The value of rivya.${key} is invalid. The default is used instead.`);
        answers.messages.length = 0;
      }
      const [first] = values;
      await user(key, first);
      await user(key, undefined);
      assert.deepEqual(answers.messages, []);
    });
  }

  it('name the entries of output.publicRoots that cannot be used, and obey the others', async () => {
    await user('output.publicRoots', { 'web/public': '/', '../public': '/', img: 'https://img.example/' });
    const text = await answers.message(/^Invalid entries in rivya\.output\.publicRoots/);
    assert.equal(text, 'Invalid entries in rivya.output.publicRoots are ignored.');
    assert.equal(setting('output.publicRoots')['web/public'], '/');
  });

  it('refuse a base URL that a key must not go to, and do not fall back to another server', async () => {
    for (const value of [
      'http://rivya.ai',
      'rivya.ai',
      'https://user:pw@rivya.ai',
      'https://rivya.ai/?x',
      7,
    ]) {
      await user('baseUrl', value);
      assert.equal(setting('baseUrl'), String(value));
      await answers.message(/isn't a valid Rivya API address.+Nothing is sent/);
      answers.messages.length = 0;
      await vscode.commands.executeCommand('rivya.account.verify');
      await answers.message(/isn't a valid Rivya API address.+Nothing was sent/);
      answers.messages.length = 0;
    }
  });

  it('cannot be used by a workspace to lead a key astray', async () => {
    const before = setting('baseUrl');
    try {
      await workspaceSettings({
        'rivya.baseUrl': 'https://evil.example',
        'rivya.credits.confirmAbove': 1_000_000,
        'rivya.insert.placement': 'nowhere at all',
        'rivya.output.directory': 5,
      });
      assert.equal(setting('baseUrl'), before);
      assert.equal(confirmAbove(workspaceFolder()), 20);
      assert.equal(placementSetting(workspaceFolder()), 'after');
      assert.equal(setting('output.directory', workspaceFolder()), 'assets/generated');
      await workspaceSettings({ 'rivya.credits.confirmAbove': 3, 'rivya.insert.placement': 'none' });
      assert.equal(confirmAbove(workspaceFolder()), 3);
      assert.equal(placementSetting(workspaceFolder()), 'none');
    } finally {
      await workspaceSettings({});
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(settingsFile, '..'), { recursive: true });
    }
  });
});
