import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { configure, openDocument, removeFolder, Scene, select, textOf } from './support.ts';

const sentence = 'A harbour in the evening.';
const reference = /!\[.*\]\(.+\)/;

describe('generating with parameters', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(`# Evening\n\n${sentence}\n\nThe end.\n`);
    select(editor, sentence);
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  /** The params of the requests that made jobs, in their order. */
  function sentParams(): unknown[] {
    return scene.sandbox.control
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/generations'))
      .map(({ body }) => (body as { params?: unknown }).params);
  }

  it('shows the form, and remembers its values for the next time', async () => {
    scene.answers.pickNext(/^Aspect ratio$/i, /^16:9$/, /^Generate$/);
    await vscode.commands.executeCommand('rivya.generate.withParameters');
    await textOf(editor.document, text => reference.test(text));
    assert.deepEqual(sentParams(), [{ aspect_ratio: '16:9' }]);

    await vscode.commands.executeCommand('undo');
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await textOf(editor.document, text => reference.test(text));
    assert.deepEqual(sentParams(), [{ aspect_ratio: '16:9' }, { aspect_ratio: '16:9' }]);

    scene.answers.pickNext(/^Reset to Defaults$/, /^Generate$/);
    await vscode.commands.executeCommand('undo');
    // Not the first once more: that would be a double click when all of it was quick.
    select(editor, 'The end.');
    await vscode.commands.executeCommand('rivya.generate.withParameters');
    await textOf(editor.document, text => reference.test(text));
    assert.deepEqual(sentParams(), [{ aspect_ratio: '16:9' }, { aspect_ratio: '16:9' }, undefined]);
  });

  it('can change to a model of another kind on the way', async () => {
    scene.answers.pickNext(/^Change Model/, /^Sora 2$/, /^Generate$/);
    await vscode.commands.executeCommand('rivya.generate.withParameters');
    await scene.answers.message(/Video (inserted|saved)/);
    assert.deepEqual(
      scene.sandbox.control.charges().map(charge => charge.credits),
      [6],
    );
  });

  it('takes the shape of the picture from the place where it goes', async () => {
    await editor.edit(edit => edit.insert(new vscode.Position(2, sentence.length), ' (hero-900x1600.png)'));
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await textOf(editor.document, text => /!\[.+\]\(\.\./.test(text));
    assert.deepEqual(sentParams(), [{ aspect_ratio: '9:16' }]);
  });

  it('asks for what a model cannot do without', async () => {
    await configure('defaultModel.audio', 'elevenlabs-dialogue-v3');
    scene.answers.input('[{"text":"Good evening.","voice":"Adam"}]');
    await vscode.commands.executeCommand('rivya.generate.audioFromSelection');
    await scene.answers.message(/Audio (inserted|saved)/);
    assert.deepEqual(sentParams(), [{ dialogue: [{ text: 'Good evening.', voice: 'Adam' }] }]);
  });

  it('costs nothing when the form is left', async () => {
    scene.answers.pickNext(/^Aspect ratio$/i);
    // Leaving the options leads back to the form; leaving the form ends it.
    scene.answers.leaveNext();
    scene.answers.leaveNext();
    await vscode.commands.executeCommand('rivya.generate.withParameters');
    assert.deepEqual(sentParams(), []);
    assert.deepEqual(scene.sandbox.control.charges(), []);
  });

  it('asks once for several selections, with the price of all', async () => {
    await editor.edit(edit => edit.insert(new vscode.Position(4, 0), 'A boat.\n\n'));
    const { document } = editor;
    editor.selections = [
      new vscode.Selection(2, 0, 2, sentence.length),
      new vscode.Selection(4, 0, 4, 'A boat.'.length),
    ];
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/^Run 2 tasks with Z-Image\? Total price: 2 credits/);
    assert.deepEqual(scene.sandbox.control.charges(), []);

    scene.answers.press(/^Run 2 tasks/, 'Generate');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const text = await textOf(document, now => (now.match(/!\[/g) ?? []).length === 2);
    assert.match(
      text,
      /evening\.\n\n!\[A harbour.*\]\(.+\)\n\nA boat\.\n\n!\[A boat.*\]\(.+\)\n\nThe end\.\n$/,
    );
    assert.equal(scene.sandbox.control.charges().length, 2);
  });

  it('asks above the limit of the user, also when the workspace sets a higher one', async () => {
    await configure('credits.confirmAbove', 0);
    const settings = vscode.workspace.getConfiguration('rivya');
    await settings.update('credits.confirmAbove', 1_000, vscode.ConfigurationTarget.Workspace);
    try {
      await vscode.commands.executeCommand('rivya.generate.fromSelection');
      await scene.answers.message(/^Generate with Z-Image\? Price: 1 credit$/);
      assert.deepEqual(scene.sandbox.control.charges(), []);
    } finally {
      await settings.update('credits.confirmAbove', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
