import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import type { Task } from '../../src/shared/task.ts';
import { configure, openDocument, removeFolder, Scene, stopWaiting, testAccess, until } from './support.ts';

const prompts = ['A fox.', 'A hare.', 'A dog.', 'A cat.', 'An owl.'];

describe('an order of several jobs', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let ledger: Ledger;

  beforeEach(async () => {
    scene = await Scene.open();
    const { context } = await testAccess();
    await vscode.workspace.fs.createDirectory(context.globalStorageUri);
    ({ ledger } = Ledger.open(path.join(context.globalStorageUri.fsPath, 'ledger.sqlite')));
    scene.sandbox.control.update({ taskDurationMs: 600_000 });
    editor = await openDocument(`${prompts.join('\n\n')}\n`);
    editor.selections = prompts.map(
      (prompt, index) => new vscode.Selection(index * 2, 0, index * 2, prompt.length),
    );
    scene.answers.press(/^Run 5 tasks/, 'Generate');
  });

  afterEach(async () => {
    // What no test waits for is not placed.
    await stopWaiting(ownTasks());
    ledger.dispose();
    scene.sandbox.control.finishTasks();
    await configure('notifications', undefined);
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  function ownTasks(): Task[] {
    return ledger.tasks({ limit: 100 }).filter(task => task.origin === scene.sandbox.url);
  }

  /** How often each job was sent. */
  function attempts(): number[] {
    const sent = scene.sandbox.control
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/generations'));
    const keys = sent.map(({ idempotencyKey }) => idempotencyKey);
    return [...new Set(keys)].map(key => keys.filter(each => each === key).length);
  }

  async function allAccepted(): Promise<void> {
    await until('all jobs to be accepted', () => scene.sandbox.control.charges().length === prompts.length);
  }

  function shown(pattern: RegExp): number {
    return scene.answers.messages.filter(text => pattern.test(text)).length;
  }

  it('is one progress and one warning without network, and goes on by itself', async () => {
    scene.sandbox.control.addFault({ method: 'POST', times: 'always', action: { type: 'dropBefore' } });
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(
      /Couldn't connect to Rivya.+The tasks are saved and continue automatically\.$/,
    );
    // The third failure in a row is worth a word; at the fourth attempt it is known.
    await until('the fourth attempt of each job', () => attempts().filter(count => count >= 4).length === 5);
    scene.sandbox.control.clearFaults();
    await allAccepted();
    assert.equal(shown(/Couldn't connect to Rivya/), 1);
    assert.deepEqual(scene.answers.progresses, {
      statusBar: ['5 Rivya tasks'],
      notification: [],
    });
  });

  it('is one error when all fail for the same reason, and can be run again as one', async () => {
    const action = { type: 'status', status: 402, code: 'insufficient_credits' } as const;
    scene.sandbox.control.addFault({ method: 'POST', times: prompts.length, action });
    scene.answers.press(/^5 tasks failed/, 'Run Again');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/^5 tasks failed: You don't have enough credits.+Nothing was charged\.$/);
    await allAccepted();
    assert.equal(shown(/enough credits/), 1);
    assert.deepEqual(scene.answers.progresses.statusBar, ['5 Rivya tasks', '5 Rivya tasks']);
  });

  it('is one error with the number when the reasons differ', async () => {
    scene.sandbox.control.addFault({
      method: 'POST',
      action: { type: 'status', status: 402, code: 'insufficient_credits' },
    });
    scene.sandbox.control.addFault({
      method: 'POST',
      times: 4,
      action: { type: 'status', status: 400, code: 'validation_failed', message: 'No animals.' },
    });
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/^5 tasks failed for different reasons\. Nothing was charged\.$/);
    assert.equal(shown(/enough credits|No animals/), 0);
  });

  it('stops as one, and says once what that means', async () => {
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await allAccepted();
    await vscode.commands.executeCommand('rivya.task.stopTracking', ownTasks()[0]?.orderId);
    await scene.answers.message(
      /^Rivya can't cancel tasks that were sent\. They continue and may be charged\. You'll/,
    );
    assert.equal(shown(/can't cancel/), 1);
  });

  it('is one notification as well for those who want one, and hiding that ends nothing', async () => {
    await configure('notifications', 'toast');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await until('the notification', () => scene.answers.progresses.notification.length > 0);
    scene.answers.cancelProgresses();
    assert.ok(ownTasks().every(({ tracked }) => tracked));
    assert.deepEqual(scene.answers.progresses, {
      statusBar: ['5 Rivya tasks'],
      notification: ['5 Rivya tasks'],
    });
  });
});
