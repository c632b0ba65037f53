import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openDocument, removeFolder, Scene, select } from './support.ts';

const sentence = 'Three boats on a lake.';

describe('the library', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(`${sentence}\n`);
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/Image inserted/);
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  it('opens its folder in a window where the file manager of the person knows nothing of it', async function () {
    if (vscode.env.remoteName === undefined) this.skip();
    const asked: unknown[][] = [];
    const commands = vscode.commands as { executeCommand: unknown };
    const { executeCommand } = vscode.commands;
    commands.executeCommand = (name: string, ...values: unknown[]) =>
      name.startsWith('rivya.') ? executeCommand(name, ...values) : asked.push([name, ...values]);
    try {
      scene.answers.pick(/Open the library folder/);
      await executeCommand('rivya.library.manage');
    } finally {
      commands.executeCommand = executeCommand;
    }
    assert.equal(asked.length, 1);
    const [name, folder, options] = asked[0] ?? [];
    assert.equal(name, 'vscode.openFolder');
    assert.match(String(folder), /\/library$/);
    assert.deepEqual(options, { forceNewWindow: true });
  });

  it('shows what it holds, and removes inserted results only when told to', async () => {
    scene.answers.pick(/Delete all inserted results/);
    await vscode.commands.executeCommand('rivya.library.manage');
    await scene.answers.message(/^Delete \d+ files?, [\d.]+ MB from the library\?$/);
    assert.ok(!scene.answers.messages.some(text => text.startsWith('Deleted')));

    scene.answers.press(/from the library\?/, 'Delete');
    await vscode.commands.executeCommand('rivya.library.manage');
    // Other tests have removed the folders of theirs: those files are the only copies, and stay.
    await scene.answers.message(/^Deleted \d+ files?, [\d.]+ MB from the library\./);
    // The copy in the workspace stays.
    const [, source = ''] = /\]\((.+)\)/.exec(editor.document.getText()) ?? [];
    await vscode.workspace.fs.stat(vscode.Uri.joinPath(editor.document.uri, '..', source));
  });
});
