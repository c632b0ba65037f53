import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import type { Task, TaskState } from '../../src/shared/task.ts';
import { filesIn, openDocument, removeFolder, Scene, select, soon, textOf } from './support.ts';

const extension = vscode.extensions.getExtension<{ context: vscode.ExtensionContext }>('rivya.rivya');
assert.ok(extension);
const sentence = 'A wooden bridge over a brook.';

describe('the commands on tasks', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let ledger: Ledger;

  beforeEach(async () => {
    // A model with a seed.
    scene = await Scene.open({ model: 'google-imagen4-fast' });
    editor = await openDocument(`${sentence}\n`);
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await textOf(editor.document, text => text.includes('!['));
    const { context } = await extension.activate();
    // A second look at the same file, as another window has it.
    ({ ledger } = Ledger.open(path.join(context.globalStorageUri.fsPath, 'ledger.sqlite')));
  });

  afterEach(async () => {
    ledger.dispose();
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  /** The newest tasks, once there are so many with this prompt and all of them are over. */
  function tasks(count: number, states: readonly TaskState[] = ['stored', 'placed']): Promise<Task[]> {
    return soon(
      `${count} tasks`,
      new Promise(resolve => {
        const timer = setInterval(() => {
          const found = ledger.search(sentence, 100).filter(task => task.origin === scene.sandbox.url);
          if (found.length !== count || found.some(task => !states.includes(task.state))) return;
          clearInterval(timer);
          resolve(found);
        }, 20);
      }),
    );
  }

  it('run a task again as it was, or with another seed', async () => {
    const [first] = await tasks(1);
    assert.ok(first);
    await vscode.commands.executeCommand('rivya.task.rerun', first.id);
    const [again] = await tasks(2);
    const bodyOf = (task: Task | undefined): Record<string, unknown> => {
      const body = JSON.parse(task?.body ?? '{}') as Record<string, unknown>;
      delete body['client_request_id'];
      return body;
    };
    assert.deepEqual(bodyOf(again), bodyOf(first));
    scene.answers.pick(/^1 variation$/);
    scene.answers.pickNext(/^Variation 1$/);
    await vscode.commands.executeCommand('rivya.task.vary', first.id);
    const [varied] = await tasks(3);
    const { params } = bodyOf(varied) as { params: { seed: number } };
    assert.equal(Number.isInteger(params.seed), true);
    assert.deepEqual({ ...bodyOf(varied), params: undefined }, { ...bodyOf(first), params: undefined });
    assert.equal(scene.sandbox.control.charges().length, 3);
  });

  it('put the result of a run again where its prompt stands by now', async () => {
    const [first] = await tasks(1, ['placed']);
    const before = 'Before.\n\n'.repeat(5);
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), before));
    await vscode.commands.executeCommand('rivya.task.rerun', first?.id);
    const text = await textOf(editor.document, now => now.match(/!\[/g)?.length === 2);
    assert.ok(text.startsWith(`${before}${sentence}\n\n![`), text);
  });

  it('run several only after asking', async () => {
    const [first] = await tasks(1);
    await vscode.commands.executeCommand('rivya.task.rerun', first?.id);
    const both = (await tasks(2)).map(task => task.id);
    await vscode.commands.executeCommand('rivya.task.rerun', both[0], both);
    await scene.answers.message(/^Run 2 tasks with .+\? Total price: 8 credits$/);
    assert.equal(scene.sandbox.control.charges().length, 2);
    scene.answers.press(/^Run 2 tasks/, 'Generate');
    await vscode.commands.executeCommand('rivya.task.rerun', both[0], both);
    await tasks(4);
    assert.equal(scene.sandbox.control.charges().length, 4);
  });

  it('copy the request without the key', async () => {
    const [task] = await tasks(1);
    for (const language of ['curl', 'fetch', 'Python']) {
      scene.answers.pick(new RegExp(`^${language}$`));
      await vscode.commands.executeCommand('rivya.task.copyAs', task?.id);
      const text = await vscode.env.clipboard.readText();
      assert.ok(text.includes(`${scene.sandbox.url}/api/v1/generations`), text);
      assert.ok(text.includes('RIVYA_API_KEY'));
      assert.ok(!text.includes(scene.sandbox.apiKey));
    }
  });

  it('copy the prompts and ids of several', async () => {
    const [first] = await tasks(1);
    await vscode.commands.executeCommand('rivya.task.rerun', first?.id);
    const both = await tasks(2);
    const ids = both.map(task => task.id);
    await vscode.commands.executeCommand('rivya.task.copyPrompt', ids[0], ids);
    assert.equal(await vscode.env.clipboard.readText(), `${sentence}\n${sentence}`);
    await vscode.commands.executeCommand('rivya.task.copyId', ids[0], ids);
    assert.deepEqual(
      (await vscode.env.clipboard.readText()).split('\n'),
      both.map(task => task.remoteId),
    );
  });

  it('clear finished tasks after asking, and leave the files of the workspace alone', async () => {
    const [first] = await tasks(1, ['placed']);
    assert.ok(first);
    const folder = vscode.Uri.joinPath(editor.document.uri, '..');
    const pictures = await filesIn(folder);
    await vscode.commands.executeCommand('rivya.tasks.clearFinished');
    await scene.answers.message(/^Clear [\d,]+ finished tasks? from the list\?$/);
    assert.ok(ledger.task(first.id));
    scene.answers.press(/^Clear/, 'Clear');
    await vscode.commands.executeCommand('rivya.tasks.clearFinished');
    assert.equal(ledger.task(first.id), undefined);
    assert.deepEqual(await filesIn(folder), pictures);
    assert.match(editor.document.getText(), /!\[/);
    await vscode.commands.executeCommand('rivya.tasks.clearFinished');
    // What other tests have left without its files stays, which is said.
    await scene.answers.message(/No finished tasks to clear|kept with/);
  });

  it('remove a task without a question while its file stands in the workspace', async () => {
    const [first] = await tasks(1, ['placed']);
    await vscode.commands.executeCommand('rivya.task.remove', first?.id);
    assert.equal(ledger.task(first?.id ?? ''), undefined);
    assert.deepEqual(
      scene.answers.messages.filter(text => text.startsWith('Remove')),
      [],
    );
  });

  it('ask before the last copy of a result is removed', async () => {
    const [first] = await tasks(1, ['placed']);
    const file = vscode.Uri.parse(ledger.placements.of(first?.id ?? '')?.file ?? '', true);
    await vscode.workspace.fs.delete(file);
    await vscode.commands.executeCommand('rivya.task.remove', first?.id);
    await scene.answers.message(/Remove this task and its result\?/);
    assert.ok(ledger.task(first?.id ?? ''));
    scene.answers.press(/Remove this task/, 'Remove');
    await vscode.commands.executeCommand('rivya.task.remove', first?.id);
    assert.equal(ledger.task(first?.id ?? ''), undefined);
  });

  it('say so when the task is gone', async () => {
    for (const command of ['insert', 'open', 'copyPrompt', 'copyAs', 'vary', 'remove']) {
      scene.answers.messages.length = 0;
      await vscode.commands.executeCommand(`rivya.task.${command}`, 'no-such-task');
      await scene.answers.message(/This task is no longer in the list/);
    }
  });

  it('say so when nothing is selected', async () => {
    await vscode.commands.executeCommand('rivya.task.remove');
    await scene.answers.message(/Select a task in the Tasks view\./);
  });
});
