import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { storedFiles, type Task } from '../../src/shared/task.ts';
import { generate } from '../../src/vscode/generate/generate.ts';
import { requestAt } from '../../src/vscode/generate/request.ts';
import { messageOf } from '../../src/vscode/messages/messageOf.ts';
import { png } from '../support/mediaBytes.ts';
import { startScriptedServer } from '../support/scriptedServer.ts';
import { createJob, createTask, newTask, nowhere } from '../support/tasks.ts';
import { OwnWindow } from './ownWindow.ts';
import {
  configure,
  openDocument,
  removeFolder,
  Scene,
  select,
  sooner,
  stopWaiting,
  testAccess,
  textOf,
  until,
} from './support.ts';

const sentence = 'A ferry in the mist.';
const hare = 'A hare in the snow.';
const owl = 'An owl on a barn.';
const hour = 3_600_000;
const submit = { method: 'POST', path: '/api/v1/generations' } as const;
const poll = { method: 'GET', path: '/api/v1/generations/' } as const;

describe('a job that may be paid', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let storage: string;
  let ledger: Ledger;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(`${sentence}\n\n${hare}\n\n${owl}\n`);
    select(editor, sentence);
    const { context } = await testAccess();
    storage = context.globalStorageUri.fsPath;
    // The window may not have needed the folder so far.
    await vscode.workspace.fs.createDirectory(context.globalStorageUri);
    // A second look at the same file, as another window has it.
    ({ ledger } = Ledger.open(path.join(storage, 'ledger.sqlite')));
  });

  afterEach(async () => {
    await stopWaiting(ownTasks());
    ledger.dispose();
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  function ownTasks(): Task[] {
    return ledger.tasks({ limit: 100 }).filter(task => task.origin === scene.sandbox.url);
  }

  /** The only job of the scene. */
  function task(): Task {
    const [first, ...more] = ownTasks();
    assert.ok(first);
    assert.deepEqual(more, []);
    return first;
  }

  async function begin(): Promise<void> {
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
  }

  /** A job that Rivya has accepted, and does not end by itself. @returns its id at Rivya */
  async function accepted(): Promise<string> {
    scene.sandbox.control.update({ taskDurationMs: 600_000 });
    await begin();
    await until('an accepted job', () => task().remoteId !== undefined);
    return task().remoteId ?? '';
  }

  /** The result is in the document, and was paid once. */
  async function arrives(): Promise<void> {
    await textOf(editor.document, text => text.includes('!['));
    await until('a placed job', () => task().state === 'placed');
    assert.equal(scene.sandbox.control.charges().length, 1);
  }

  function attempts(): number {
    const requests = scene.sandbox.control.requests();
    return requests.filter(({ method, path: at }) => method === submit.method && at === submit.path).length;
  }

  async function setKey(key: string): Promise<void> {
    scene.answers.messages.length = 0;
    scene.answers.input(key);
    await vscode.commands.executeCommand('rivya.account.setKey');
    await scene.answers.message(/verified and stored/);
  }

  /** Polls of a job are answered with this in place of the truth. */
  function answerPolls(id: string, answer: object, times: number | 'always' = 'always'): void {
    const body = JSON.stringify({
      id,
      status: 'processing',
      reserved_credits: 1,
      final_credits: 0,
      ...answer,
    });
    const action = { type: 'body', body, contentType: 'application/json' } as const;
    scene.sandbox.control.addFault({ method: 'GET', path: `/api/v1/generations/${id}`, times, action });
  }

  /** Another program that writes to the list of jobs. */
  function atLedger(work: (database: DatabaseSync) => void): void {
    const database = new DatabaseSync(path.join(storage, 'ledger.sqlite'), { timeout: 5_000 });
    work(database);
    database.close();
  }

  function libraryFile(of: Task): string {
    const [file] = storedFiles(of);
    assert.ok(file);
    return path.join(storage, 'library', ...file.path.split('/'));
  }

  it('goes on when a gateway answers in place of Rivya with pages of its own', async () => {
    const page = { body: '<h1>Not Found</h1>', contentType: 'text/html' };
    scene.sandbox.control.addFault({ ...poll, times: 8, action: { type: 'status', status: 404, ...page } });
    await begin();
    await arrives();
  });

  it('goes on when success is reported without a file', async () => {
    const id = await accepted();
    answerPolls(id, { status: 'succeeded', final_credits: 1, result: null }, 8);
    scene.sandbox.control.finishTasks();
    await arrives();
  });

  for (const way of ['Check Again', 'another key'] as const) {
    it(`and that Rivya has not known for hours is kept, not called refunded, and found by ${way}`, async () => {
      await accepted();
      const action = { type: 'status', status: 404, code: 'not_found' } as const;
      scene.sandbox.control.addFault({ ...poll, times: 'always', action });
      await until('the first "not found"', () => task().problem?.code === 'not_found');
      atLedger(database => {
        database
          .prepare(`UPDATE task SET failures = 30, problem = json_set(problem, '$.since', ?) WHERE id = ?`)
          .run(Date.now() - 7 * hour, task().id);
      });
      const said = await scene.answers.message(/Rivya can't find this task/);
      assert.match(
        said,
        /no longer checks for its result automatically\. .+ Rivya has reserved 1 credit for it\.$/,
      );
      scene.answers.press(/^Clear .* from the list\?$/, 'Clear');
      await vscode.commands.executeCommand('rivya.tasks.clearFinished');
      assert.equal(task().state, 'unreachable');
      scene.sandbox.control.clearFaults();
      scene.sandbox.control.finishTasks();
      if (way === 'another key') await setKey(scene.sandbox.control.addKey().key);
      else await vscode.commands.executeCommand('rivya.task.checkAgain', task().id);
      await arrives();
    });
  }

  for (const isRevoked of [false, true]) {
    const what = isRevoked ? ', nor after its own was revoked' : '';
    it(`is not sent under the key of another account when its answer was lost${what}`, async () => {
      const { control } = scene.sandbox;
      control.addFault({ ...submit, action: { type: 'dropAfter' } });
      control.addFault({ ...submit, times: 'always', action: { type: 'dropBefore' } });
      await begin();
      await until('a lost answer', () => attempts() >= 2);
      if (isRevoked) {
        control.setKeyStatus(scene.sandbox.apiKey, 'revoked');
        control.clearFaults();
        await scene.answers.message(/was revoked/);
      }
      await setKey(control.addKey({ account: 'acct_other' }).key);
      control.clearFaults();
      const said = await scene.answers.message(/was sent with a different API key/);
      assert.match(said, /It may have been charged\. Check your balance/);
      assert.deepEqual(
        control.charges().map(({ account }) => account),
        ['acct_sandbox'],
      );
      control.setKeyStatus(scene.sandbox.apiKey, 'active');
      await setKey(scene.sandbox.apiKey);
      await arrives();
    });
  }

  it('was accepted when its very first request is called a conflict, and arrives', async () => {
    const action = { type: 'status', status: 409, code: 'idempotency_conflict', afterWork: true } as const;
    scene.sandbox.control.addFault({ ...submit, action });
    await begin();
    await arrives();
    assert.deepEqual(
      scene.answers.messages.filter(text => text.includes('charged')),
      [],
    );
  });

  it('keeps bytes that nobody knows, under a name that nothing runs', async () => {
    const action = {
      type: 'body',
      size: 5_000,
      prefixBase64: 'AQIDBAUGBwg=',
      contentType: 'application/x-nobody-knows',
    } as const;
    scene.sandbox.control.addFault({ path: '/media/', times: 'always', action });
    await begin();
    await until('the file', () => task().state === 'placed');
    assert.equal(storedFiles(task())[0]?.extension, 'bin');
    assert.equal(readFileSync(libraryFile(task())).length, 5_000);
  });

  it('keeps sound without a header, and gives it one', async () => {
    const model = 'elevenlabs-sound-effect-v2';
    const body = JSON.stringify({ model, prompt: sentence, params: { output_format: 'pcm_16000' } });
    const job = { origin: scene.sandbox.url, kind: 'audio', model, prompt: sentence, body } as const;
    const { id } = createJob(ledger, newTask(job), nowhere, Date.now());
    ledger.update(id, Date.now(), each => ({ ...each, state: 'failed', dueAt: undefined }));
    scene.answers.press(/^Generate with/, 'Generate');
    await vscode.commands.executeCommand('rivya.task.rerun', id);
    const again = (): Task | undefined => ownTasks().find(each => each.id !== id);
    await until('the sound', () => storedFiles(again() ?? task()).length === 1);
    const [file] = storedFiles(again() ?? task());
    assert.deepEqual([file?.extension, file?.mediaType], ['wav', 'audio/wav']);
  });

  it('takes a result that is named relative to the API', async () => {
    const id = await accepted();
    scene.sandbox.control.finishTasks();
    const url = `/media/${id}/0.png`;
    answerPolls(id, { status: 'succeeded', final_credits: 1, result: { primary_url: url, urls: [url] } });
    await arrives();
  });

  it('offers the results that came while the link of another is dead', async () => {
    const id = await accepted();
    const urls = [0, 1].map(index => `${scene.sandbox.url}/media/${index === 0 ? id : 'gone'}/${index}.png`);
    answerPolls(id, { status: 'succeeded', final_credits: 1, result: { primary_url: urls[0], urls } });
    scene.sandbox.control.finishTasks();
    await arrives();
    assert.equal(task().results[1]?.state, 'pending');
    scene.answers.press(/^Remove this task/, 'Remove');
    await vscode.commands.executeCommand('rivya.task.remove', task().id);
    assert.deepEqual(ownTasks(), []);
  });

  it('is sent and looked at while eight downloads do not come on', async () => {
    const waiting: (() => void)[] = [];
    await using media = await startScriptedServer(response => {
      waiting.push(() => response.writeHead(200, { 'content-type': 'image/png' }).end(png(2, 2)));
    });
    const prompts = Array.from({ length: 8 }, (_, index) => `Gull number ${index}.`);
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), `${prompts.join('\n\n')}\n\n`));
    editor.selections = prompts.map(
      (prompt, index) => new vscode.Selection(index * 2, 0, index * 2, prompt.length),
    );
    scene.sandbox.control.update({ taskDurationMs: 600_000 });
    scene.answers.press(/^Run 8 tasks/, 'Generate');
    await begin();
    await until('eight accepted jobs', () => ownTasks().every(({ remoteId }) => remoteId !== undefined));
    for (const { remoteId = '' } of ownTasks()) {
      const urls = [`${media.url}/${remoteId}.png`];
      answerPolls(remoteId, {
        status: 'succeeded',
        final_credits: 1,
        result: { primary_url: urls[0], urls },
      });
    }
    await until('eight downloads', () => waiting.length === 8);
    scene.sandbox.control.update({ taskDurationMs: 0 });
    select(editor, hare);
    await begin();
    const last = (): Task | undefined => ownTasks().find(({ prompt }) => prompt === hare);
    await until('the ninth job', () => ['succeeded', 'stored', 'placed'].includes(last()?.state ?? ''));
    assert.equal(
      ownTasks().filter(({ state }) => state === 'placed').length,
      last()?.state === 'placed' ? 1 : 0,
    );
    for (const goOn of waiting) goOn();
    await until('all results', () => ownTasks().every(({ state }) => state === 'placed'));
    assert.equal(scene.sandbox.control.charges().length, 9);
  });

  it('is not sent by itself when it was stopped before anybody knew whether it had arrived', async () => {
    scene.sandbox.control.addFault({ ...submit, times: 'always', action: { type: 'dropBefore' } });
    await begin();
    await until('two attempts', () => attempts() >= 2);
    const { id } = task();
    await vscode.commands.executeCommand('rivya.task.stopTracking', id);
    await scene.answers.message(/^Rivya may or may not have received the task/);
    scene.sandbox.control.clearFaults();
    select(editor, hare);
    await begin();
    await textOf(editor.document, text => text.includes('!['));
    assert.equal(ledger.task(id)?.hold, 'decision');
    assert.equal(scene.sandbox.control.charges().length, 1);
    await vscode.commands.executeCommand('rivya.task.stopTracking', id);
  });

  it('can be given up and removed when Rivya never ends it', async () => {
    await accepted();
    await vscode.commands.executeCommand('rivya.task.stopTracking', task().id);
    await scene.answers.message(/^Rivya can't cancel a task that was sent\. It continues and may be charged/);
    scene.answers.press(/^Abandon this task and remove it\?$/, 'Remove');
    await vscode.commands.executeCommand('rivya.task.remove', task().id);
    assert.deepEqual(ownTasks(), []);
  });

  it('that Rivya calls canceled is over, and nobody claims to know what it cost', async () => {
    answerPolls(await accepted(), { status: 'canceled' });
    await scene.answers.message(
      /Rivya ended this task without a result: canceled\. It may have been charged/,
    );
    assert.equal(task().state, 'failed');
  });

  it('that Rivya begins a second time is told of', async () => {
    const id = await accepted();
    const body = JSON.stringify({ id: 'task_second', status: 'queued', reserved_credits: 1 });
    const action = { type: 'body', body, contentType: 'application/json' } as const;
    scene.sandbox.control.addFault({ ...submit, action });
    const told = new RegExp(`more than one generation for the same task: ${id}, task_second\\. Each may be`);
    const isTold = (): boolean => scene.answers.messages.some(text => told.test(text));
    await sooner('a word of the second task', () => {
      // As a crash leaves it whose acceptance could not be written down; a look under way may come after it.
      if (!isTold())
        atLedger(database => database.exec(`UPDATE task SET state = 'submitting' WHERE remote_id = '${id}'`));
      return isTold();
    });
    assert.deepEqual(task().otherRemoteIds, ['task_second']);
    scene.sandbox.control.finishTasks();
    await arrives();
  });

  it('lets the rest of its order wait when Rivya reserves more than was agreed to', async () => {
    await configure('defaultModel.audio', 'elevenlabs-turbo-2-5');
    editor.selections = [0, 2, 4].map(line => {
      return new vscode.Selection(line, 0, line, editor.document.lineAt(line).text.length);
    });
    const body = JSON.stringify({ id: 'task_dear', status: 'queued', reserved_credits: 500 });
    const action = { type: 'body', body, contentType: 'application/json' } as const;
    scene.sandbox.control.addFault({ ...submit, action });
    scene.answers.press(/^Run 3 tasks/, 'Generate');
    await vscode.commands.executeCommand('rivya.generate.audioFromSelection');
    await scene.answers.message(
      /Rivya reserved 500 credits for it, but you agreed to \d+ credits\. .+ need your decision: 2\. They weren't sent/,
    );
    assert.equal(scene.sandbox.control.charges().length, 1);
    const ids = ownTasks().map(({ id }) => id);
    // By its order, as the notification of the jobs stops them: what goes on, and nothing that waits.
    await vscode.commands.executeCommand('rivya.task.stopTracking', ownTasks()[0]?.orderId);
    assert.deepEqual(
      ownTasks()
        .map(({ tracked }) => tracked)
        .sort(),
      [false, true, true],
    );
    assert.equal(ownTasks().filter(({ hold }) => hold === 'decision').length, 2);
    await vscode.commands.executeCommand('rivya.task.stopTracking', ids[0], ids);
    scene.answers.press(/^Abandon /, 'Remove');
    await vscode.commands.executeCommand('rivya.task.remove', ids[0], ids);
    assert.deepEqual(ownTasks(), []);
  });

  it('stays with its file when that became the only copy while a question about clearing stood', async () => {
    await begin();
    await arrives();
    const copy = fileURLToPath(ledger.placements.of(task().id)?.file ?? '');
    scene.answers.press(/^Clear .* from the list\?$/, 'Clear', () => unlinkSync(copy));
    await vscode.commands.executeCommand('rivya.tasks.clearFinished');
    assert.ok(existsSync(libraryFile(task())));
  });

  it('stays with its file when it came back to life while a question about clearing stood', async () => {
    await begin();
    await arrives();
    scene.answers.press(/^Clear .* from the list\?$/, 'Clear', () =>
      atLedger(database => database.exec(`UPDATE task SET state = 'stored' WHERE id = '${task().id}'`)),
    );
    await vscode.commands.executeCommand('rivya.tasks.clearFinished');
    assert.ok(existsSync(libraryFile(task())));
  });
});

describe('the list of jobs', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let storage: string;
  let file: string;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(`${sentence}\n`);
    select(editor, sentence);
    storage = await mkdtemp(path.join(tmpdir(), 'rivya-list-'));
    file = path.join(storage, 'ledger.sqlite');
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
    await rm(storage, { recursive: true, force: true, maxRetries: 5 });
  });

  function begin({ services }: OwnWindow): Promise<Task[]> {
    const request = requestAt(editor, 'image');
    assert.ok(request);
    return generate(services, request);
  }

  for (const what of ['replaced', 'deleted'] as const) {
    it(`is not paid into once its file was ${what} under the window`, async () => {
      const own = await OwnWindow.open(scene, storage);
      try {
        for (const part of [file, `${file}-wal`, `${file}-shm`]) {
          if (what === 'replaced') renameSync(part, `${part}.aside`);
          else rmSync(part);
        }
        if (what === 'replaced') Ledger.open(file).ledger.dispose();
        await assert.rejects(begin(own), error =>
          (messageOf(error)?.text ?? '').includes('was replaced or deleted while this window was using it'),
        );
        await scene.answers.message(/was replaced or deleted while this window was using it/);
        assert.deepEqual(scene.sandbox.control.charges(), []);
      } finally {
        own.dispose();
      }
    });
  }

  it('takes over at its next opening what was set aside and never read', async () => {
    const { ledger } = Ledger.open(file);
    const { id } = createTask(ledger, Date.now());
    ledger.dispose();
    renameSync(file, `${file}.set-aside-1`);
    const own = await OwnWindow.open(scene, storage);
    try {
      await scene.answers.message(/^Missing tasks restored from an earlier list: 1\.$/);
      assert.equal(own.services.ledger.task(id)?.id, id);
    } finally {
      own.dispose();
    }
  });

  it('of a newer version is left as it is, and nothing is sent', async () => {
    Ledger.open(file).ledger.dispose();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const before = readFileSync(file);
    await assert.rejects(OwnWindow.open(scene, storage), error =>
      /newer version .+ sends nothing\. Reload the window/.test(messageOf(error)?.text ?? ''),
    );
    assert.deepEqual(readFileSync(file), before);
  });
});
