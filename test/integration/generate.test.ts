import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { PNG } from 'pngjs';
import * as vscode from 'vscode';
import {
  configure,
  openDocument,
  removeFolder,
  Scene,
  select,
  textOf,
  until,
  workspaceFolder,
  filesIn,
} from './support.ts';

const sentence = 'A lighthouse in a storm at night.';
const article = `# Night\n\n${sentence}\n\nThe end.\n`;
const reference = /^!\[(.*)\]\((.+)\)$/m;

describe('generating from a selection', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(article);
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  async function generated(): Promise<string> {
    return textOf(editor.document, text => reference.test(text));
  }

  it('saves the picture in the workspace and refers to it after the selection', async () => {
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const text = await generated();
    const [, alt, source] = reference.exec(text) ?? [];
    assert.equal(alt, sentence);
    assert.match(
      source ?? '',
      /^\.\.\/assets\/generated\/a-lighthouse-in-a-storm-at-night-[0-9a-f]{8}\.png$/,
    );
    assert.equal(text, `# Night\n\n${sentence}\n\n![${sentence}](${source})\n\nThe end.\n`);
    const file = vscode.Uri.joinPath(editor.document.uri, '..', source ?? '');
    const picture = PNG.sync.read(await readFile(file.fsPath));
    assert.ok(picture.width > 500 && picture.height > 500);
    assert.deepEqual(
      scene.sandbox.control.charges().map(charge => charge.credits),
      [1],
    );
  });

  it('lands at the right place while the user types on', async () => {
    scene.sandbox.control.addFault({
      path: '/api/v1/generations',
      times: 1,
      action: { type: 'delay', milliseconds: 300 },
    });
    select(editor, sentence);
    const command = vscode.commands.executeCommand('rivya.generate.fromSelection');
    for (const line of ['one', 'two', 'three']) {
      await editor.edit(edit => edit.insert(new vscode.Position(1, 0), `${line}\n`));
      await editor.edit(edit =>
        edit.insert(editor.document.lineAt(editor.document.lineCount - 1).range.end, ` ${line}`),
      );
    }
    await command;
    const text = await generated();
    const [line] = reference.exec(text) ?? [];
    assert.equal(text, `# Night\nthree\ntwo\none\n\n${sentence}\n\n${line}\n\nThe end.\n one two three`);
  });

  it('says at the cursor how the job stands, as its mark shows it', async () => {
    await vscode.commands.executeCommand('rivya.tasks.statusAtCursor');
    await scene.answers.message(/^No running task belongs to this document\.$/);
    scene.sandbox.control.update({ taskDurationMs: 3_600_000 });
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    await vscode.commands.executeCommand('rivya.tasks.statusAtCursor');
    await scene.answers.message(
      /^Line 3: Image "A lighthouse in a storm at night\.": (?:ready to send|sending|queued|generating)$/,
    );
    await until('the job to be accepted', () => scene.sandbox.control.charges().length === 1);
    scene.sandbox.control.finishTasks();
    await generated();
  });

  it('is undone in one step, file and text', async () => {
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const text = await generated();
    const [, , source] = reference.exec(text) ?? [];
    const file = vscode.Uri.joinPath(editor.document.uri, '..', source ?? '');
    await vscode.workspace.fs.stat(file);
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    assert.equal(await textOf(editor.document, now => !reference.test(now)), article);
    const names = await filesIn(vscode.Uri.joinPath(file, '..'));
    assert.ok(!names.includes(file.path.split('/').at(-1) ?? ''), names.join(', '));
  });

  it('asks for the model once and remembers it', async () => {
    await vscode.workspace
      .getConfiguration('rivya')
      .update('defaultModel.image', undefined, vscode.ConfigurationTarget.Global);
    scene.answers.pick(/^Z-Image$/);
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await generated();
    assert.equal(vscode.workspace.getConfiguration('rivya').get('defaultModel.image'), 'z-image');
  });

  it('sends an idempotency key and pays once when the answer is lost', async () => {
    scene.sandbox.control.addFault({
      method: 'POST',
      path: '/api/v1/generations',
      times: 1,
      action: { type: 'dropAfter' },
    });
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await generated();
    const posts = scene.sandbox.control.requests().filter(request => request.method === 'POST');
    assert.equal(posts.length, 2);
    assert.ok(posts[0]?.idempotencyKey);
    assert.equal(posts[0].idempotencyKey, posts[1]?.idempotencyKey);
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  it('replaces the selection when that is asked for, and only while it is unchanged', async () => {
    await configure('insert.placement', 'replace');
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const [line] = reference.exec(await generated()) ?? [];
    assert.equal(editor.document.getText(), `# Night\n\n${line}\n\nThe end.\n`);

    await vscode.commands.executeCommand('undo');
    await textOf(editor.document, text => text === article);
    scene.sandbox.control.update({ taskDurationMs: 1_000 });
    // Not the same: that would be a double click when the first was quick.
    select(editor, 'A lighthouse in a storm');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const inside = editor.document.getText().indexOf('storm');
    await editor.edit(edit => edit.insert(editor.document.positionAt(inside), 'great '));
    const text = await generated();
    assert.match(text, /A lighthouse in a great storm at night\.\n\n!\[/);
  });

  it('offers a reference where nothing can refer to a file, and leaves the clipboard alone', async () => {
    const code = await openDocument(`load(); ${sentence}\n`, 'page.ts');
    select(code, sentence);
    await vscode.env.clipboard.writeText('of the user');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/A reference can't be inserted here/);
    assert.equal(await vscode.env.clipboard.readText(), 'of the user');
    assert.equal(code.document.getText(), `load(); ${sentence}\n`);
    await removeFolder(code.document.uri);
  });

  it('numbers a file whose name is taken, and overwrites nothing', async () => {
    await configure('output.fileName', 'picture');
    const folder = vscode.Uri.joinPath(workspaceFolder(), 'assets', 'generated');
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, 'picture.png'), Buffer.from('mine'));
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    assert.match(await generated(), /\(\.\.\/assets\/generated\/picture-1\.png\)/);
    const mine = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'picture.png'));
    assert.equal(Buffer.from(mine).toString(), 'mine');
  });

  it('never writes outside the workspace folder', async () => {
    await configure('output.directory', '../../elsewhere');
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/outside the workspace folder/);
    assert.match(await generated(), /\(\.\.\/assets\/generated\//);
  });

  it('saves below the workspace folder', async () => {
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await generated();
    const names = await filesIn(vscode.Uri.joinPath(workspaceFolder(), 'assets', 'generated'));
    assert.ok(names.some(name => name.startsWith('a-lighthouse')));
  });
});
