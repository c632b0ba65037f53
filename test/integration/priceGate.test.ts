import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import type { Task } from '../../src/shared/task.ts';
import { CurrentServer } from '../../src/vscode/host/currentServer.ts';
import { UserError } from '../../src/vscode/messages/errors.ts';
import { SandboxHost } from '../../src/vscode/sandbox/sandboxHost.ts';
import { createJob, newTask, nowhere, removeFromList } from '../support/tasks.ts';
import {
  configure,
  openDocument,
  removeFolder,
  Scene,
  select,
  soon,
  testAccess,
  until,
  workspaceFolder,
} from './support.ts';

const sentence = 'A mill by the sea.';
const hare = 'A hare in the snow.';

describe('the price gate', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let ledger: Ledger;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(`${sentence}\n\n${hare}\n`);
    select(editor, sentence);
    const { context } = await testAccess();
    // The window may not have needed the folder so far.
    await vscode.workspace.fs.createDirectory(context.globalStorageUri);
    // A second look at the same file, as another window has it.
    ({ ledger } = Ledger.open(path.join(context.globalStorageUri.fsPath, 'ledger.sqlite')));
  });

  afterEach(async () => {
    ledger.dispose();
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  function charged(): number[] {
    return scene.sandbox.control.charges().map(({ credits }) => credits);
  }

  /** The jobs of the scene's server, once there are so many and all are over. */
  async function ended(count: number): Promise<Task[]> {
    let found: Task[] = [];
    await until(`${count} jobs that are over`, () => {
      found = ledger.tasks({ limit: 100 }).filter(task => task.origin === scene.sandbox.url);
      // One that is still to be placed would move what a test selects next.
      const unplaced = new Set(ledger.placements.waiting().map(({ taskId }) => taskId));
      return (
        found.length === count &&
        found.every(({ id, state }) => ['placed', 'stored', 'failed'].includes(state) && !unplaced.has(id))
      );
    });
    return found;
  }

  /** VS Code tells nobody when it has read the file of the tasks. */
  async function taskNamed(wanted: string): Promise<vscode.Task> {
    for (;;) {
      const task = (await vscode.tasks.fetchTasks()).find(({ name }) => name === wanted);
      if (task) return task;
    }
  }

  /** Shows what is asked, and that nothing was charged for it. */
  async function isAsked(command: string, question: RegExp, ...values: unknown[]): Promise<void> {
    scene.answers.messages.length = 0;
    const before = charged().length;
    await vscode.commands.executeCommand(command, ...values);
    await scene.answers.message(question);
    assert.equal(charged().length, before);
  }

  for (const value of [-1, '3', '0', {}, true, null]) {
    it(`asks above the default when the limit is ${JSON.stringify(value)}`, async () => {
      await configure('credits.confirmAbove', value);
      await configure('defaultModel.video', 'kling-v2-5-turbo-pro');
      await isAsked(
        'rivya.generate.videoFromSelection',
        /^Generate with Kling V2\.5 Turbo Pro\? Price: 42 credits$/,
      );
      assert.deepEqual(charged(), []);
    });
  }

  it('names the server in the first question of a remote window, and not again', async function () {
    if (vscode.env.remoteName === undefined) this.skip();
    await configure('credits.confirmAbove', 0);
    scene.answers.press(/^Generate with Z-Image\? Price: 1 credit$/, 'Generate');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await ended(1);
    select(editor, hare);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await ended(2);
    const named = scene.answers.details.map(detail =>
      detail.includes(`This window runs on another`) ? detail.includes(scene.sandbox.url) : undefined,
    );
    assert.deepEqual(named, [true, undefined]);
  });

  it('asks about a long text of a metered model, and about what changed parameters may cost', async () => {
    await configure('defaultModel.audio', 'elevenlabs-turbo-2-5');
    const text = 'The sea is calm tonight. '.repeat(198).trim();
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), `${text}\n\n`));
    select(editor, text);
    await isAsked(
      'rivya.generate.audioFromSelection',
      /^Generate with ElevenLabs Turbo 2\.5\? Price: 6 credits or more$/,
    );
    // What it is about stands first.
    assert.match(scene.answers.details.at(-1) ?? '', /^"The sea is calm tonight\./);
    assert.deepEqual(charged(), []);
  });

  it('asks about several that are run again with what they cost now', async () => {
    await configure('defaultModel.image', 'flux-2-flex');
    editor.selections = [0, 2].map(line => {
      return new vscode.Selection(line, 0, line, editor.document.lineAt(line).text.length);
    });
    scene.answers.press(/^Run 2 tasks with Flux 2 Flex\? Total price: 28 credits$/, 'Generate');
    scene.sandbox.control.failNextGeneration();
    scene.sandbox.control.failNextGeneration();
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const ids = (await ended(2)).map(({ id }) => id);
    assert.deepEqual(charged(), [0, 0]);
    await isAsked(
      'rivya.task.rerun',
      /^Run 2 tasks with Flux 2 Flex\? Total price: 28 credits$/,
      ids[0],
      ids,
    );
  });

  it('asks about what a task of the workspace has started', async () => {
    const file = vscode.Uri.joinPath(workspaceFolder(), '.vscode/tasks.json');
    const tasks = {
      version: '2.0.0',
      tasks: [
        {
          label: 'echo',
          type: 'process',
          command: 'echo',
          args: ['${command:rivya.generate.fromSelection}'],
        },
      ],
    };
    await vscode.workspace.fs.writeFile(file, Buffer.from(JSON.stringify(tasks)));
    try {
      const task = await soon('the task', taskNamed('echo'));
      const running = vscode.tasks.executeTask(task);
      await scene.answers.message(/^Generate with Z-Image\? Price: 1 credit$/);
      assert.deepEqual(charged(), []);
      (await running).terminate();
    } finally {
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(file, '..'), { recursive: true });
    }
  });

  it('asks about what was called with values that no menu passes, and not about menus and keys', async () => {
    const question = /^Generate with Z-Image\? Price: 1 credit$/;
    // What `input` and `command` variables pass, and an extension may.
    for (const values of [[undefined], [null], [{}], ['x'], [workspaceFolder()]]) {
      await isAsked('rivya.generate.fromSelection', question, ...values);
    }
    scene.answers.messages.length = 0;
    // By way of the window, as menus and keys do it: addresses arrive as those of this host.
    const command = 'rivya.generate.fromSelection';
    await vscode.commands.executeCommand('runCommands', {
      commands: [{ command, args: editor.document.uri }],
    });
    await ended(1);
    select(editor, hare);
    await vscode.commands.executeCommand('runCommands', { commands: [command] });
    await ended(2);
    select(editor, 'hare in the snow');
    await vscode.commands.executeCommand('runCommands', { commands: [{ command }] });
    const [last] = await ended(3);
    assert.deepEqual(
      scene.answers.messages.filter(text => question.test(text)),
      [],
    );
    await isAsked('rivya.task.rerun', /^Select a task/, undefined);
    assert.ok(last);
  });

  it('asks once about a dearer model that the workspace has chosen', async () => {
    const settings = vscode.workspace.getConfiguration('rivya');
    await settings.update('defaultModel.image', 'flux-2-flex', vscode.ConfigurationTarget.Workspace);
    const question = /^Generate with Flux 2 Flex\? Price: 14 credits$/;
    await isAsked('rivya.generate.fromSelection', question);
    scene.answers.press(question, 'Generate');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await ended(1);
    // Agreed to, in this workspace.
    scene.answers.messages.length = 0;
    select(editor, hare);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await ended(2);
    assert.deepEqual(
      scene.answers.messages.filter(text => question.test(text)),
      [],
    );
    // A cheaper one is nobody's harm.
    await configure('defaultModel.image', 'flux-2-flex');
    await settings.update('defaultModel.image', 'z-image', vscode.ConfigurationTarget.Workspace);
    // Not the first once more: that would be a double click when all of it was quick.
    select(editor, 'hare in the snow');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await ended(3);
    assert.deepEqual(charged(), [14, 14, 1]);
  });

  it('asks before a job of another server is run at this one', async () => {
    const origin = 'https://elsewhere.example';
    const { id } = createJob(ledger, newTask({ origin, prompt: sentence }), nowhere, Date.now());
    ledger.update(id, Date.now(), task => ({ ...task, state: 'failed', dueAt: undefined }));
    await isAsked('rivya.task.rerun', /^Generate with Z-Image\? Price: 1 credit$/, id);
    scene.answers.pick(/^1 variation$/);
    await isAsked('rivya.task.vary', /^Generate with Z-Image\? Price: 1 credit$/, id);
    assert.deepEqual(charged(), []);
    removeFromList(ledger, [id]);
  });

  it('makes one order of two clicks', async () => {
    await Promise.all([
      vscode.commands.executeCommand('rivya.generate.fromSelection'),
      vscode.commands.executeCommand('rivya.generate.fromSelection'),
    ]);
    await scene.answers.message(/You requested this a moment ago/);
    const [first] = await ended(1);
    await Promise.all([
      vscode.commands.executeCommand('rivya.task.rerun', first?.id),
      vscode.commands.executeCommand('rivya.task.rerun', first?.id),
    ]);
    await ended(2);
    assert.deepEqual(charged(), [1, 1]);
  });

  it('sends nothing that would exceed the limit of the day', async () => {
    await configure('credits.dailyLimit', 2);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await ended(1);
    select(editor, hare);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const [last] = await ended(2);
    await isAsked(
      'rivya.task.rerun',
      /^Not sent, and nothing was charged: 1 credit more would exceed your daily limit of 2 credits\. Known to be spent today: 2 credits\./,
      last?.id,
    );
    assert.deepEqual(charged(), [1, 1]);
    await configure('credits.dailyLimit', null);
    await vscode.commands.executeCommand('rivya.task.rerun', last?.id);
    await ended(3);
  });

  it('is shut while the sandbox is lost, until the person has chosen', async () => {
    const storage = await mkdtemp(path.join(tmpdir(), 'rivya-lost-'));
    // Where the data of the sandbox would be, something else is.
    await writeFile(path.join(storage, 'sandbox'), '');
    const kept = new Map<string, unknown>([['rivya.sandbox', true]]);
    const context = {
      globalStorageUri: vscode.Uri.file(storage),
      workspaceState: {
        get: (key: string) => kept.get(key),
        update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, value)),
      },
    } as unknown as vscode.ExtensionContext;
    const nothing = (): void => undefined;
    const log = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
    const server = new CurrentServer();
    const host = new SandboxHost(context, server, log);
    try {
      assert.equal(server.base.origin, scene.sandbox.url);
      await host.resume();
      await scene.answers.message(
        /^The sandbox stopped and couldn't be restarted\. Nothing is sent until you/,
      );
      assert.throws(() => server.base, UserError);
      assert.deepEqual([server.origin, server.isSandboxLost, server.isSandbox], [undefined, true, false]);
      // Another failure changes nothing, and a reload would find it again.
      await assert.rejects(host.start(), UserError);
      assert.deepEqual([server.isSandboxLost, kept.get('rivya.sandbox')], [true, true]);
      // The person chooses Rivya itself.
      await host.stop();
      assert.deepEqual([server.base.origin, server.isSandboxLost], [scene.sandbox.url, false]);
      assert.equal(kept.get('rivya.sandbox'), undefined);
      // A start that fails leaves no trace: nobody was in the sandbox.
      await assert.rejects(host.start(), UserError);
      assert.deepEqual([server.isSandboxLost, kept.get('rivya.sandbox')], [false, undefined]);
    } finally {
      host.dispose();
      server.dispose();
      await rm(storage, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
