import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { silentLog } from '../../src/base/log.ts';
import { Library } from '../../src/core/assets/library.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import type { Task } from '../../src/shared/task.ts';
import { comparedFiles } from '../../src/vscode/compare/compareItems.ts';
import { keepOne } from '../../src/vscode/compare/keepOne.ts';
import { Cancelled } from '../../src/vscode/messages/errors.ts';
import { openDocument, removeFolder, Scene, select, soon, testAccess, textOf, until } from './support.ts';

const sentence = 'A lighthouse above a quiet bay.';

describe('looking and choosing', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let ledger: Ledger;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(`# Bay\n\n${sentence}\n\nThe end.\n`);
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await textOf(editor.document, text => text.includes('!['));
    const { context } = await testAccess();
    ({ ledger } = Ledger.open(path.join(context.globalStorageUri.fsPath, 'ledger.sqlite')));
  });

  afterEach(async () => {
    ledger.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  function tasks(count: number): Promise<Task[]> {
    return soon(
      `${count} placed tasks`,
      new Promise(resolve => {
        const timer = setInterval(() => {
          const found = ledger.search(sentence, 100).filter(task => task.origin === scene.sandbox.url);
          if (found.length !== count || found.some(task => task.state !== 'placed')) return;
          clearInterval(timer);
          resolve(found);
        }, 20);
      }),
    );
  }

  function fileOf(task: Task | undefined): vscode.Uri {
    const file = task && ledger.placements.of(task.id)?.file;
    assert.ok(file);
    return vscode.Uri.parse(file, true);
  }

  const isCompared = (): boolean => {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    return input instanceof vscode.TabInputWebview && input.viewType.endsWith('rivya.compare');
  };

  const isThere = async (uri: vscode.Uri): Promise<boolean> =>
    Promise.resolve(vscode.workspace.fs.stat(uri)).then(
      () => true,
      () => false,
    );

  it('compares tasks, and files, and says when there is nothing to compare with', async () => {
    const [first] = await tasks(1);
    await vscode.commands.executeCommand('rivya.compare.open', first?.id);
    await scene.answers.message(/^Select at least two results/);
    assert.equal(isCompared(), false);
    await vscode.commands.executeCommand('rivya.task.rerun', first?.id);
    const both = await tasks(2);
    const ids = both.map(task => task.id);
    await vscode.commands.executeCommand('rivya.compare.open', ids[0], ids);
    await until('the page', isCompared);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const files = both.map(fileOf);
    await vscode.commands.executeCommand('rivya.compare.open', files[0], files);
    await until('the page', isCompared);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    // One alone is compared with what was made from it.
    await vscode.commands.executeCommand('rivya.compare.open', files[1]);
    await until('the page', isCompared);
  });

  it('keeps one of two: what refers to the other refers to it, file and task go, and both come back', async () => {
    const [first] = await tasks(1);
    await vscode.commands.executeCommand('rivya.task.rerun', first?.id);
    const both = await tasks(2);
    await textOf(editor.document, text => (text.match(/!\[/g) ?? []).length === 2);
    const before = editor.document.getText();
    const { context } = await testAccess();
    const library = new Library(path.join(context.globalStorageUri.fsPath, 'library'));
    const [kept, other] = both.map(task => fileOf(task));
    const subjects = [kept, other].map(uri => ({ uri: String(uri) }));
    const [one, two] = await comparedFiles({ ledger, library }, subjects);
    assert.ok(kept && other && one && two);
    const keep = (): Promise<void> => keepOne({ ledger, library, log: silentLog }, one, [two]);
    await assert.rejects(keep, Cancelled);
    assert.equal(editor.document.getText(), before);
    scene.answers.press(/^Keep this one and remove the others \(\d+\)\?/, 'Keep This One');
    await keep();
    const nameOf = (uri: vscode.Uri): string => path.posix.basename(uri.path);
    const text = await textOf(editor.document, now => !now.includes(nameOf(other)));
    assert.equal(text.split(nameOf(kept)).length - 1, 2);
    assert.equal(await isThere(other), false);
    assert.equal(await isThere(kept), true);
    assert.equal(ledger.task(both[1]?.id ?? ''), undefined);
    assert.ok(ledger.task(both[0]?.id ?? ''));
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    await textOf(editor.document, now => now === before);
    assert.equal(await isThere(other), true);
    await vscode.commands.executeCommand('rivya.tasks.undoRemove', [both[1]?.id]);
    assert.ok(ledger.task(both[1]?.id ?? ''));
  });

  it('keeps one that stands nowhere yet: it takes the place of the other, in one undo step', async () => {
    const [first] = await tasks(1);
    const old = fileOf(first);
    // Another picture: of the same content, the file of the first would be that of both.
    scene.answers.type(`${sentence} At night.`);
    await vscode.commands.executeCommand('rivya.task.edit', first?.id);
    const [second] = await tasks(2);
    await textOf(editor.document, text => (text.match(/!\[/g) ?? []).length === 2);
    await vscode.commands.executeCommand('undo');
    const before = await textOf(editor.document, text => (text.match(/!\[/g) ?? []).length === 1);
    const { context } = await testAccess();
    const library = new Library(path.join(context.globalStorageUri.fsPath, 'library'));
    const subjects = [second, first].map(task => ({ taskId: task?.id ?? '', index: 0 }));
    const [one, two] = await comparedFiles({ ledger, library }, subjects);
    assert.ok(one && two);
    scene.answers.press(/^Keep this one and remove the others \(\d+\)\?/, 'Keep This One');
    await keepOne({ ledger, library, log: silentLog }, one, [two]);
    const fresh = fileOf(second);
    const nameOf = (uri: vscode.Uri): string => path.posix.basename(uri.path);
    assert.equal(editor.document.getText(), before.replace(nameOf(old), nameOf(fresh)));
    assert.deepEqual([await isThere(fresh), await isThere(old)], [true, false]);
    assert.equal(ledger.task(first?.id ?? ''), undefined);
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    await textOf(editor.document, text => text === before);
    assert.deepEqual([await isThere(fresh), await isThere(old)], [false, true]);
  });

  it('deletes a file with what refers to it after naming both, and one undo brings both back', async () => {
    const [task] = await tasks(1);
    const file = fileOf(task);
    const before = editor.document.getText();
    await vscode.commands.executeCommand('rivya.task.deleteFile', task?.id);
    await scene.answers.message(/^Delete this file and the references to it\?$/);
    assert.equal(await isThere(file), true);
    scene.answers.press(/^Delete this file/, 'Delete');
    await vscode.commands.executeCommand('rivya.task.deleteFile', task?.id);
    await textOf(editor.document, text => !text.includes('!['));
    assert.equal(editor.document.getText(), `# Bay\n\n${sentence}\n\nThe end.\n`);
    assert.equal(await isThere(file), false);
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    await textOf(editor.document, text => text === before);
    assert.equal(await isThere(file), true);
  });

  it('lists the generated files that nothing refers to, and no others', async () => {
    const [task] = await tasks(1);
    const file = fileOf(task);
    // Others may have left some.
    let listed: readonly string[] = [];
    scene.answers.pickWith(items => {
      listed = items.map(({ label }) => label);
      return undefined;
    });
    await vscode.commands.executeCommand('rivya.library.findUnused');
    assert.ok(!listed.includes(path.posix.basename(file.path)));
    const text = editor.document.getText();
    const start = text.indexOf('![');
    await editor.edit(edit => {
      const end = text.indexOf(')', start) + 1;
      const { document } = editor;
      edit.delete(new vscode.Range(document.positionAt(start), document.positionAt(end)));
    });
    scene.answers.pickMany(new RegExp(`${path.posix.basename(file.path)}$`));
    scene.answers.press(/^Delete 1 unused file\?$/, 'Delete');
    await vscode.commands.executeCommand('rivya.library.findUnused');
    await scene.answers.message(/^The file was deleted\.$/);
    assert.equal(await isThere(file), false);
    assert.equal((await tasks(1))[0]?.id, task?.id);
  });

  it('makes several results of a prompt that was edited in the form, after one question about all', async () => {
    await vscode.commands.executeCommand('undo');
    select(editor, sentence);
    const edited = `${sentence} At night.`;
    scene.answers.input(edited);
    scene.answers.pickNext(/^A lighthouse/, /^Number of Results$/, /^3$/, /^Generate$/);
    scene.answers.press(/^Run 3 tasks with Z-Image\? Total price: 3 credits$/, 'Generate');
    await vscode.commands.executeCommand('rivya.generate.withParameters');
    await textOf(editor.document, text => (text.match(/!\[/g) ?? []).length === 3);
    const made = ledger.search(edited, 10).filter(task => task.origin === scene.sandbox.url);
    assert.equal(made.length, 3);
    assert.equal(new Set(made.map(task => task.orderId)).size, 1);
    assert.ok(editor.document.getText().startsWith(`# Bay\n\n${sentence}\n\n![`));
  });

  it('shows only the tasks of a kind until the filter is cleared', async () => {
    scene.answers.pickMany(/Video$/);
    await vscode.commands.executeCommand('rivya.tasks.filter');
    const { context } = await testAccess();
    const shown = (): unknown => context.workspaceState.get('rivya.tasks.filter');
    assert.deepEqual(shown(), {
      kinds: ['video'],
      models: [],
      folders: [],
      orderedBy: [],
      favouritesOnly: false,
    });
    await vscode.commands.executeCommand('rivya.tasks.clearFilter');
    assert.deepEqual(shown(), {
      kinds: [],
      models: [],
      folders: [],
      orderedBy: [],
      favouritesOnly: false,
    });
  });
});
