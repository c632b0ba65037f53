import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { storedFiles, type Task } from '../../src/shared/task.ts';
import { openDocument, removeFolder, Scene, select, soon, testAccess, textOf } from './support.ts';

const sentence = 'A lighthouse in the fog.';

describe('a paid result', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let storage: string;
  let ledger: Ledger;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(`${sentence}\n\nA second line.\n\nA third line.\n`);
    const { context } = await testAccess();
    storage = context.globalStorageUri.fsPath;
  });

  afterEach(async () => {
    ledger.dispose();
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  function openLedger(): void {
    // A second look at the same file, as another window has it.
    ({ ledger } = Ledger.open(path.join(storage, 'ledger.sqlite')));
  }

  function ownTasks(): Task[] {
    return ledger.tasks({ limit: 100 }).filter(task => task.origin === scene.sandbox.url);
  }

  async function generate(): Promise<Task> {
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await textOf(editor.document, text => text.includes('!['));
    await scene.answers.message(/Image inserted/);
    openLedger();
    const [task] = ownTasks();
    assert.ok(task);
    assert.equal(task.state, 'placed');
    return task;
  }

  function libraryFile(task: Task): string {
    const [file] = storedFiles(task);
    assert.ok(file);
    return path.join(storage, 'library', ...file.path.split('/'));
  }

  it('stays in the list and in the library when its insertion was undone', async () => {
    const task = await generate();
    const copy = vscode.Uri.parse(ledger.placements.of(task.id)?.file ?? '', true);
    assert.ok(existsSync(copy.fsPath));
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    await textOf(editor.document, text => !text.includes('!['));
    assert.ok(!existsSync(copy.fsPath));

    scene.answers.press(/^Clear .* from the list\?$/, 'Clear');
    await vscode.commands.executeCommand('rivya.tasks.clearFinished');
    await scene.answers.message(/^(1 task was|\d+ tasks were) kept with (its|their) files, /);
    assert.deepEqual(ledger.task(task.id), task);
    assert.ok(existsSync(libraryFile(task)));

    scene.answers.pick(/Delete all inserted results/);
    scene.answers.press(/from the library\?/, 'Delete');
    await vscode.commands.executeCommand('rivya.library.manage');
    await scene.answers.message(/^Deleted .* Files kept, because .*: \d+\.$/);
    assert.ok(existsSync(libraryFile(task)));

    // Inserted again, it is safe to clear.
    await vscode.commands.executeCommand('rivya.task.insert', task.id);
    await textOf(editor.document, text => text.includes('!['));
    await vscode.commands.executeCommand('rivya.tasks.clearFinished');
    assert.equal(ledger.task(task.id), undefined);
    // It can be brought back for a day, so its file stays so long.
    assert.ok(existsSync(libraryFile(task)));
    await vscode.commands.executeCommand('rivya.tasks.undoRemove');
    assert.equal(ledger.task(task.id)?.state, 'placed');
  });

  it('is referred to where it is when it is inserted again, also after it was moved', async () => {
    const task = await generate();
    const copy = vscode.Uri.parse(ledger.placements.of(task.id)?.file ?? '', true);
    const name = path.basename(copy.fsPath);
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('rivya.task.insert', task.id);
    await textOf(editor.document, text => text.split(name).length === 3);
    // Outside of VS Code, which hears nothing of it.
    const moved = vscode.Uri.joinPath(editor.document.uri, '..', name);
    await rename(copy.fsPath, moved.fsPath);
    await vscode.commands.executeCommand('rivya.task.insert', task.id);
    await textOf(editor.document, text => text.includes(`](${name})`));
    assert.equal(ledger.placements.of(task.id)?.file, moved.toString());
    assert.ok(!existsSync(copy.fsPath));
  });

  it('goes into the folder that is open when its own is gone, and makes no ghost of that', async () => {
    const task = await generate();
    const gone = path.join(path.dirname(storage), 'a-folder-that-was-moved');
    const database = new DatabaseSync(path.join(storage, 'ledger.sqlite'), { timeout: 5_000 });
    database
      .prepare('UPDATE placement SET folder = ?, document = ? WHERE task_id = ?')
      .run(
        vscode.Uri.file(gone).toString(),
        vscode.Uri.file(path.join(gone, 'article.md')).toString(),
        task.id,
      );
    database.close();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('rivya.task.insert', task.id);
    await scene.answers.message(/open in this window, so it was saved in ".+"/);
    assert.ok(!existsSync(gone));
    const file = vscode.Uri.parse(ledger.placements.of(task.id)?.file ?? '', true);
    assert.ok(vscode.workspace.getWorkspaceFolder(file), file.toString());
    assert.ok(existsSync(file.fsPath));
    await vscode.workspace.fs.delete(file);
  });

  it('of an order of several is asked for only when all jobs of it are on disk', async () => {
    openLedger();
    const before = ownTasks().length;
    const { document } = editor;
    editor.selections = [sentence, 'A second line.', 'A third line.'].map(text => {
      const start = document.getText().indexOf(text);
      return new vscode.Selection(document.positionAt(start), document.positionAt(start + text.length));
    });
    // Another window holds the ledger when the drafts are to be written.
    const holder = new DatabaseSync(path.join(storage, 'ledger.sqlite'), { timeout: 5_000 });
    holder.exec('BEGIN IMMEDIATE');
    scene.answers.press(/^Run 3 tasks/, 'Generate');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const said = await scene.answers.message(/Couldn't read or write/);
    assert.match(said, /locked/);
    assert.doesNotMatch(said, /charged|sent/);
    holder.exec('ROLLBACK');
    holder.close();
    assert.equal(ownTasks().length, before);
    assert.deepEqual(scene.sandbox.control.charges(), []);

    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await soon(
      'three results',
      new Promise<void>(resolve => {
        const timer = setInterval(() => {
          if (ownTasks().filter(({ state }) => state === 'placed').length !== before + 3) return;
          clearInterval(timer);
          resolve();
        }, 20);
      }),
    );
    assert.equal(scene.sandbox.control.charges().length, 3);
  });
});
