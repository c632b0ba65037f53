import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { storedFiles, type Task } from '../../src/shared/task.ts';
import { SlowFiles } from './slowFiles.ts';
import {
  configure,
  openDocument,
  removeFolder,
  Scene,
  select,
  sooner,
  testAccess,
  textOf,
  until,
} from './support.ts';

const sentence = 'A paper kite over the dunes.';
const reference = /!\[(.*?)\]\((.+?)\)/;

describe('a generated file', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let ledger: Ledger;
  /** The address in the document before, and its file. */
  let source: string;
  let old: vscode.Uri;
  const disposables: vscode.Disposable[] = [];

  async function open(model: string): Promise<void> {
    scene = await Scene.open({ model });
    await configure('replace.oldFile', 'delete');
    editor = await openDocument(`# Dunes\n\n${sentence}\n\nThe end.\n`);
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const text = await textOf(editor.document, now => reference.test(now));
    source = reference.exec(text)?.[2] ?? '';
    old = vscode.Uri.joinPath(editor.document.uri, '..', source);
    await editor.document.save();
    const { context } = await testAccess();
    ({ ledger } = Ledger.open(path.join(context.globalStorageUri.fsPath, 'ledger.sqlite')));
    await settled(1);
    select(editor, source);
  }

  beforeEach(() => open('google-imagen4-fast'));

  afterEach(async () => {
    ledger.dispose();
    await scene.close();
    await removeFolder(editor.document.uri);
    for (const disposable of disposables.splice(0)) disposable.dispose();
  });

  const jobs = (): Task[] => ledger.search(sentence, 100).filter(task => task.origin === scene.sandbox.url);
  const settled = (count: number): Promise<void> =>
    until(`${count} jobs`, () => {
      const all = jobs();
      return all.length === count && all.every(({ state }) => ['placed', 'untracked'].includes(state));
    });
  const exists = (uri: vscode.Uri): Promise<boolean> =>
    Promise.resolve(vscode.workspace.fs.stat(uri)).then(
      () => true,
      () => false,
    );
  const newSource = (text: string): string => reference.exec(text)?.[2] ?? '';

  it('is made again where it stands, in one undo step', async () => {
    const before = editor.document.getText();
    const bytes = await readFile(old.fsPath);
    await vscode.commands.executeCommand('rivya.file.regenerate');
    const text = await textOf(editor.document, now => !now.includes(source));
    await settled(2);
    assert.equal(text.replace(newSource(text), source), before);
    const fresh = vscode.Uri.joinPath(editor.document.uri, '..', newSource(text));
    assert.equal(path.dirname(fresh.fsPath), path.dirname(old.fsPath));
    assert.deepEqual([await exists(fresh), await exists(old)], [true, false]);
    const [again, first] = jobs();
    const { context } = await testAccess();
    const [kept] = first ? storedFiles(first) : [];
    assert.ok(kept);
    assert.deepEqual(
      await readFile(path.join(context.globalStorageUri.fsPath, 'library', kept.path)),
      bytes,
      'it stays in the library',
    );
    assert.equal(again?.parent, first?.id);
    assert.notEqual(again?.body, first?.body);
    assert.deepEqual(
      scene.answers.messages.filter(each => each.startsWith('Generate with')),
      [],
    );
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    assert.equal(await textOf(editor.document, now => now.includes(source)), before);
    await until('the files of before', () => vscode.workspace.textDocuments.includes(editor.document));
    assert.deepEqual([await exists(fresh), await exists(old)], [false, true]);
    assert.deepEqual(await readFile(old.fsPath), bytes);
  });

  it('stays when something else in the workspace names it', async () => {
    const notes = vscode.Uri.joinPath(editor.document.uri, '..', 'notes.txt');
    await vscode.workspace.fs.writeFile(notes, Buffer.from(`See ${path.basename(source)}.\n`));
    await vscode.commands.executeCommand('rivya.file.regenerate');
    await textOf(editor.document, now => !now.includes(source));
    await settled(2);
    assert.equal(await exists(old), true);
  });

  it('is asked about once, before anything is paid', async () => {
    await configure('replace.oldFile', undefined);
    const question = /^Delete files that were replaced by a new one\?$/;
    await vscode.commands.executeCommand('rivya.file.regenerate');
    await scene.answers.message(question);
    assert.equal(scene.sandbox.control.charges().length, 1);
    scene.answers.press(question, 'Keep');
    await vscode.commands.executeCommand('rivya.file.regenerate');
    const text = await textOf(editor.document, now => !now.includes(source));
    await settled(2);
    assert.equal(await exists(old), true);
    const second = newSource(text);
    select(editor, second);
    await vscode.commands.executeCommand('rivya.file.regenerate');
    await textOf(editor.document, now => !now.includes(second));
    await settled(3);
    assert.equal(scene.answers.messages.filter(each => question.test(each)).length, 2);
  });

  it('is replaced wherever the workspace refers to it, when it was chosen in the Explorer', async () => {
    const page = vscode.Uri.joinPath(editor.document.uri, '..', 'page.html');
    const html = `<img width="1024" src="${source}" alt="My own words">\n`;
    await vscode.workspace.fs.writeFile(page, Buffer.from(html));
    await vscode.commands.executeCommand('rivya.file.regenerate', old, [old]);
    const text = await textOf(editor.document, now => !now.includes(source));
    await settled(2);
    const other = await vscode.workspace.openTextDocument(page);
    const words = await textOf(other, now => !now.includes(source));
    assert.match(words, /alt="My own words"/);
    assert.ok(words.includes(newSource(text)), words);
    assert.equal(await exists(old), false);
  });

  it('has variations of which one is chosen, as one order with one question and one progress', async () => {
    // With the price of all beside it, this is the question.
    scene.answers.pick(/^4 variations$/);
    scene.answers.pickNext(/^Variation 2$/);
    await vscode.commands.executeCommand('rivya.file.variations');
    const text = await textOf(editor.document, now => !now.includes(source));
    await settled(5);
    const made = jobs().filter(({ parent }) => parent !== undefined);
    assert.equal(new Set(made.map(({ orderId }) => orderId)).size, 1);
    assert.equal(
      new Set(made.map(({ body }) => (JSON.parse(body) as { params: { seed: number } }).params.seed)).size,
      4,
    );
    assert.deepEqual(made.map(({ state }) => state).toSorted(), [
      'placed',
      'untracked',
      'untracked',
      'untracked',
    ]);
    const fresh = vscode.Uri.joinPath(editor.document.uri, '..', newSource(text));
    assert.deepEqual([await exists(fresh), await exists(old)], [true, false]);
    assert.equal(scene.sandbox.control.charges().length, 5);
    const { statusBar, notification } = scene.answers.progresses;
    assert.deepEqual([statusBar.filter(each => each === '4 Rivya tasks').length, notification], [1, []]);
    assert.deepEqual(
      scene.answers.messages.filter(each => each.endsWith('?')),
      [],
    );
  });

  for (const state of ['saved', 'unsaved'] as const) {
    it(`stays as it is, and its document ${state}, when no variation is wanted`, async () => {
      const { document } = editor;
      // Else the window itself saves what is tried.
      const files = vscode.workspace.getConfiguration('files');
      await files.update('autoSave', 'off', vscode.ConfigurationTarget.Global);
      const end = document.lineAt(document.lineCount - 1).range.end;
      if (state === 'unsaved') await editor.edit(edit => edit.insert(end, 'Typed.\n'));
      const before = document.getText();
      const bytes = await readFile(document.uri.fsPath, 'utf8');
      const folder = vscode.Uri.joinPath(old, '..');
      const names = async (): Promise<string[]> =>
        (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name).toSorted();
      const there = await names();
      scene.answers.pick(/^2 variations$/);
      let tried = '';
      scene.answers.leaveNext(/^Variation 2$/, async () => {
        tried = await textOf(document, now => !now.includes(source));
      });
      await vscode.commands.executeCommand('rivya.file.variations');
      await settled(3);
      assert.equal(tried.replace(newSource(tried), source), before);
      assert.equal(document.getText(), before);
      assert.equal(document.isDirty, state === 'unsaved');
      assert.equal(await readFile(document.uri.fsPath, 'utf8'), bytes);
      assert.deepEqual(await names(), there);
      if (state === 'unsaved') {
        // What the person has done themselves is the next to be undone.
        await vscode.commands.executeCommand('undo');
        assert.equal(document.getText(), bytes);
      }
      await files.update('autoSave', undefined, vscode.ConfigurationTarget.Global);
    });
  }

  const phases = ['asks extensions about', 'writes', 'writes the first of'] as const;
  for (const phase of phases) {
    it(`stays as it is on disk, too, when VS Code ${phase} what is tried as it is left`, async () => {
      const asked = Promise.withResolvers<undefined>();
      const answer = Promise.withResolvers<undefined>();
      const writing = Promise.withResolvers<undefined>();
      disposables.push(SlowFiles.register(editor.document.uri, () => writing.resolve(undefined)));
      const { document } = await vscode.window.showTextDocument(SlowFiles.at(editor.document.uri), {
        selection: editor.selection,
      });
      const before = document.getText();
      vscode.workspace.onWillSaveTextDocument(
        event => {
          event.waitUntil(answer.promise);
          asked.resolve(undefined);
        },
        undefined,
        disposables,
      );
      // The document comes to the front to be undone.
      if (phase === 'asks extensions about')
        scene.answers.beforeShowing(document, () => answer.resolve(undefined));
      else answer.resolve(undefined);
      let saving: Thenable<boolean> | undefined;
      scene.answers.pick(/^2 variations$/);
      scene.answers.leaveNext(/^Variation 2$/, async goTo => {
        const first = await textOf(document, now => !now.includes(source));
        saving = document.save();
        await (phase === 'asks extensions about' ? asked : writing).promise;
        if (phase !== 'writes the first of') return;
        goTo(/^Variation 2$/);
        await textOf(document, now => now !== first);
        await saving;
      });
      await vscode.commands.executeCommand('rivya.file.variations');
      await settled(3);
      await saving;
      assert.equal(document.getText(), before);
      await sooner(
        'the document on disk',
        () => readFile(document.uri.fsPath, 'utf8'),
        found => found === before,
      );
    });
  }

  it('stays as it is, and all that is typed meanwhile with it, when no variation is wanted', async () => {
    const { document } = editor;
    const before = document.getText();
    const type = (text: string): Thenable<boolean> =>
      editor.edit(edit => edit.insert(document.lineAt(document.lineCount - 1).range.end, text));
    const workspace: { applyEdit: typeof vscode.workspace.applyEdit } = vscode.workspace;
    const { applyEdit } = workspace;
    scene.answers.pick(/^2 variations$/);
    scene.answers.leaveNext(/^Variation 2$/, async () => {
      await textOf(document, now => !now.includes(source));
      await type('Typed.\n');
      workspace.applyEdit = async () => {
        workspace.applyEdit = applyEdit;
        return !(await type('Typed on.\n'));
      };
    });
    await vscode.commands.executeCommand('rivya.file.variations');
    await settled(3);
    assert.equal(document.getText(), `${before}Typed.\nTyped on.\n`);
  });

  it('is not paid for silently when the request is the same', async () => {
    ledger.dispose();
    await scene.close();
    await removeFolder(editor.document.uri);
    await open('z-image');
    await vscode.commands.executeCommand('rivya.file.regenerate');
    await scene.answers.message(/^Generate with Z-Image\? Price: 1 credit$/);
    assert.equal(scene.sandbox.control.charges().length, 1);
    scene.answers.press(/^Generate with/, 'Generate');
    await vscode.commands.executeCommand('rivya.file.regenerate');
    await settled(2);
    assert.equal(scene.sandbox.control.charges().length, 2);
  });

  it('is made with another prompt', async () => {
    scene.answers.type('A paper kite over the dunes. At night.');
    await vscode.commands.executeCommand('rivya.file.editPrompt');
    await textOf(editor.document, now => !now.includes(source));
    await settled(2);
    assert.equal(jobs()[0]?.prompt, 'A paper kite over the dunes. At night.');
  });

  it('is offered for all that by the lightbulb and in a hover', async () => {
    const { selection } = editor;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      editor.document.uri,
      selection,
    );
    const titles = actions.map(({ title }) => title).filter(title => title.startsWith('Rivya: '));
    assert.match(titles[0] ?? '', /^Rivya: Regenerate \(\d+ credits?\)$/);
    assert.deepEqual(titles.slice(1), [
      'Rivya: Variations...',
      'Rivya: Edit Prompt...',
      'Rivya: Different Model...',
      'Rivya: Why Does This File Exist?',
    ]);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      editor.document.uri,
      selection.start,
    );
    const words = hovers.flatMap(({ contents }) =>
      contents.map(each => (each as vscode.MarkdownString).value),
    );
    const own = words.find(each => each.includes('rivya.file.regenerate')) ?? '';
    assert.match(own, /!\[Open Result\]\(file:/);
    assert.match(own, /Why Does This File Exist\?/);
  });
});
